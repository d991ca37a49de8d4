-- What midigan's actions for Ardour share. Loaded by them, no action of its own.

local M = {}

local build_filename = ARDOUR.LuaAPI.build_filename
local home = ARDOUR.user_config_directory (-1)

M.windows = build_filename ("a", "b") == "a\\b"

local folder = build_filename (home, "midigan") .. (M.windows and "\\" or "/")
M.answer = assert (loadfile (folder .. "answer.lua")) (folder)

-- Seconds that midigan may take.
local PATIENCE_S = 60

-- Runs an action, and says what it returns or, since Ardour tells nobody, what it raises.
function M.act (action)
	local ok, told = pcall (action)
	if told then
		LuaDialog.Message ("midigan", ok and told or "Something went wrong: " .. tostring (told),
			LuaDialog.MessageType.Info, LuaDialog.ButtonType.Close):run ()
	end
	collectgarbage ()
end

local function quoted (word)
	return M.answer.quoted (word, M.windows)
end

local function read_file (path)
	local file = io.open (path, "rb")
	if not file then
		return nil
	end
	local text = file:read ("a")
	file:close ()
	return text
end

-- What a command line writes, and whether it exited with 0; nil if it takes too long.
local function output_of (line, clips)
	if M.windows then
		local pipe = io.popen ('"' .. line .. '"')
		local text = pipe:read ("a")
		return text, pipe:close () == true
	end
	local out = clips .. "/answer.json"
	local done = clips .. "/answer.done"
	os.remove (done)
	os.execute (("( %s > %s 2>&1; echo $? > %s.part; mv %s.part %s ) &"):format (
		line, quoted (out), quoted (done), quoted (done), quoted (done)))
	for _ = 1, PATIENCE_S * 50 do
		local status = read_file (done)
		if status then
			return read_file (out) or "", tonumber (status) == 0
		end
		ARDOUR.LuaAPI.usleep (20000)
	end
	return nil
end

-- The words that call midigan: what the action's parameter says, else the one that installed
-- these scripts, else what a terminal would find.
local function command_of (params)
	local told = params["midigan"] or ""
	if told ~= "" then
		return { told }
	end
	local record = read_file (build_filename (home, ".midigan-ardour.json"))
	return M.answer.installed (record, function (path)
		return read_file (path) ~= nil
	end) or { "midigan" }
end

-- The answer of `midigan generate`, or nil and a sentence that says what is wrong.
--   params: of the action
--   more: further words
--   clips: an existing folder for the clips
function M.generate (params, more, clips)
	local command = command_of (params)
	local text, well = output_of (M.answer.line (command, params, more, clips, M.windows), clips)
	return M.answer.read (text, well, PATIENCE_S, ("'%s' was called. Install midigan (pipx install "
		.. "midigan), or set its full path in this action's parameters."):format (
		table.concat (command, " ")))
end

-- The MIDI track of that name, made if there is none.
function M.track_named (session, name)
	local route = session:route_by_name (name)
	if not route:isnil () then
		local track = route:to_track ()
		if not track:isnil () and not track:to_midi_track ():isnil () then
			return track
		end
		name = name .. " (midigan)"
	end
	local one = ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1)
	local two = ARDOUR.ChanCount (ARDOUR.DataType ("audio"), 2)
	local made = session:new_midi_track (one, two, true, ARDOUR.PluginInfo (), nil, nil, 1, name,
		ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
	return made:front ():to_track ()
end

-- A folder in the session for clips, made if there is none.
function M.clip_folder (session)
	local clips = build_filename (session:path (), "midigan")
	os.execute ("mkdir -p " .. quoted (clips))
	return clips
end

return M
