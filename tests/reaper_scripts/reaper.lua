-- A stand-in of REAPER for tests: the ReaScript functions that midigan's actions call, each as
-- https://www.reaper.fm/sdk/reascript/reascripthelp.html describes it, and stricter where the
-- description leaves something open. A function that is not here is an error.
--
--   lua5.4 reaper.lua FOLDER SCENARIO
-- FOLDER is REAPER's resource path. SCENARIO is Lua: it sets up `world`, runs actions with `act`,
-- and what is then in the project is printed as JSON.

local here = arg[0]:match ("^.*/")
local processes = dofile (here .. "processes.lua")

world = {
	os = "Other",
	resources = arg[1],
	recordings = arg[1] .. "/Média Files",
	tempos = { { qn = 0, bpm = 120, num = 4, denom = 4, measure = 0 } },
	cursor_qn = 0,
	midi_inputs = {},
	programs = {}, -- what runs in the place of a program, as words
	inputs = {}, -- what the user types into each window, false to cancel it
	late = nil, -- what ExecProcess returns when the time is up
	haste = 1, -- how many times faster than the clock a time-out comes
	state = {},
	project = { tracks = {}, items = {} },
	undo = {},
	said = {},
	asked = {},
	titles = {},
	called = {},
	listed = {},
	clock = 0,
	blocks = 0,
	frozen = 0,
}

-- What changes the project must stand in a block, to be one step of undo.
function world.changing (what)
	assert (world.blocks > 0, what .. " outside of an undo block")
	assert (world.frozen > 0, what .. " while the screen follows")
end

local function copy (value, seen)
	seen = seen or {}
	if type (value) ~= "table" then return value end
	if not seen[value] then
		seen[value] = {}
		for name, inner in pairs (value) do seen[value][name] = copy (inner, seen) end
	end
	return seen[value]
end

local API = {
	GetOS = { "", function () return world.os end },
	GetResourcePath = { "", function () return world.resources end },
	GetProjectPathEx = { "proj", function () return world.recordings end },
	file_exists = { "str", function (path) return processes.file_exists (world, path) end },
	time_precise = { "", function () return os.time () + world.clock end },
	ExecProcess = { "str int", function (line, timeout)
		assert (world.frozen == 0, "the screen stands still while midigan works")
		return processes.run (world, line, timeout)
	end },
	ShowMessageBox = { "str str int", function (text)
		table.insert (world.said, text)
		return 1
	end },
	-- "You can supply special extra information via additional caption fields"
	GetUserInputs = { "str int str str", function (title, count, captions, known)
		assert (count <= 16, "more fields than REAPER shows")
		assert (select (2, captions:gsub (",", ",")) == count + 1, "a caption for each field, and two settings")
		table.insert (world.titles, title)
		assert (not captions:find ("[\"'()]"), "signs that REAPER takes for marks")
		assert (captions:find ("separator=\n", 1, true), "fields that a comma divides")
		table.insert (world.asked, known)
		local given = table.remove (world.inputs, 1)
		return given and true or false, given or known
	end },
	GetExtState = { "str str", function (section, key)
		return world.state[(section .. "/" .. key):lower ()] or ""
	end },
	SetExtState = { "str str str bool", function (section, key, value)
		assert (not value:find ("[^\32-\126]"), "signs that reaper-extstate.ini does not keep")
		world.state[(section .. "/" .. key):lower ()] = value
	end },
	AddRemoveReaScript = { "bool int str bool", function (add, _, path)
		assert (add and processes.file_exists (world, path), path)
		table.insert (world.listed, path:match ("[^/]+$"))
		return #world.listed
	end },
	PreventUIRefresh = { "int", function (count) world.frozen = world.frozen + count end },
	UpdateArrange = { "", function () end },
	Undo_BeginBlock2 = { "proj", function ()
		world.blocks = world.blocks + 1
		world.before = copy (world.project)
	end },
	Undo_EndBlock2 = { "proj str int", function (_, title, flags)
		assert (flags == -1, "all of what can be undone")
		world.blocks = world.blocks - 1
		table.insert (world.undo, { title = title, before = world.before })
	end },
	-- "nonzero if success"
	Undo_DoUndo2 = { "proj", function ()
		local last = table.remove (world.undo)
		if not last then return 0 end
		world.project = last.before
		return 1
	end },
	defer = { "function", function () world.deferred = true end },
	get_action_context = { "", function () return true, world.script, 0, 1, -1, -1, -1, "" end },
}

-- Whether a value is of a kind that a signature names; ReaScript raises an error if not.
local function is (value, kind)
	if kind:sub (1, 1) == "?" then return value == nil or is (value, kind:sub (2)) end
	if kind == "int" then return math.type (value) == "integer" end
	if kind == "proj" then return value == 0 end
	local plain = ({ num = "number", str = "string", bool = "boolean" })[kind] or kind
	return type (value) == plain or type (value) == "table" and value.kind == kind
end

local function checked (name, signature, call)
	return function (...)
		local given, place = { ... }, 0
		for kind in signature:gmatch ("%S+") do
			place = place + 1
			assert (is (given[place], kind), ("%s: argument %d is no %s"):format (name, place, kind))
		end
		assert (#given <= place, name .. ": too many arguments")
		return call (...)
	end
end

-- Runs an action as REAPER would.
function act (name)
	world.script = ("%s/Scripts/midigan/midigan_%s.lua"):format (world.resources, name)
	world.deferred = false
	local points = #world.undo
	assert (loadfile (world.script)) ()
	assert (world.blocks == 0 and world.frozen == 0, "a block or the screen is left open")
	-- A script that defers nothing gets an undo point of its own, whatever it did.
	if not world.deferred and #world.undo == points then
		table.insert (world.undo, { title = name, before = copy (world.project) })
	end
end

local function json (value)
	if type (value) == "string" then
		return '"' .. value:gsub ('[%c"\\]', function (sign)
			return ("\\u%04x"):format (sign:byte ())
		end) .. '"'
	elseif type (value) ~= "table" then
		return tostring (value)
	end
	local parts = {}
	if #value > 0 or next (value) == nil then
		for _, inner in ipairs (value) do parts[#parts + 1] = json (inner) end
		return "[" .. table.concat (parts, ",") .. "]"
	end
	for name, inner in pairs (value) do
		parts[#parts + 1] = json (name) .. ":" .. json (inner)
	end
	return "{" .. table.concat (parts, ",") .. "}"
end

-- What the project holds; notes in quarter notes from the project's beginning.
function shown ()
	local tracks, items, undo = {}, {}, {}
	for _, track in ipairs (world.project.tracks) do
		tracks[#tracks + 1] = { name = track.strings.P_NAME, values = track.values }
	end
	for _, item in ipairs (world.project.items) do
		assert (not item.take.unsorted, "MIDI_Sort was forgotten")
		local notes = {}
		for _, note in ipairs (item.take.notes) do
			notes[#notes + 1] = { item.take.source_qn + note[1] / 960, (note[2] - note[1]) / 960,
				note[3], note[4], note[5] }
		end
		items[#items + 1] = { track = item.track.strings.P_NAME, begin = item.begin, ending = item.ending,
			name = item.take.strings.P_NAME, notes = notes, ccs = item.take.ccs,
			selected = item.selected }
	end
	for _, point in ipairs (world.undo) do undo[#undo + 1] = point.title end
	return { tracks = tracks, items = items, undo = undo, said = world.said, asked = world.asked, titles = world.titles,
		called = world.called, listed = world.listed, state = world.state }
end

-- Says what there is now; a test reads a line each.
function show ()
	print (json (shown ()))
end

function undo ()
	assert (reaper.Undo_DoUndo2 (0) ~= 0, "nothing to undo")
end

reaper = setmetatable ({}, { __index = function (_, name)
	error ("the stand-in has no reaper." .. name, 2)
end })
function start ()
	for _, functions in ipairs { API, dofile (here .. "music.lua") (world) } do
		for name, about in pairs (functions) do
			reaper[name] = checked (name, about[1], about[2])
		end
	end
end

dofile (arg[2])
