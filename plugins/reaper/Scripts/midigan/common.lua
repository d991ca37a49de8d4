-- What midigan's actions for REAPER share. Loaded by them, no action of its own.

local M = {}

local folder = ...
M.folder = folder
M.answer = assert (loadfile (folder .. "answer.lua")) (folder)
M.windows = reaper.GetOS ():find ("^Win") ~= nil

-- Seconds that midigan may take.
local PATIENCE_S = 60

-- Settings that last, in REAPER's extended state, which keeps plain letters only.
local SECTION = "midigan"

function M.say (text)
	reaper.ShowMessageBox (text, "midigan", 0)
end

function M.setting (name)
	return M.answer.unescaped (reaper.GetExtState (SECTION, name))
end

function M.set (name, value)
	reaper.SetExtState (SECTION, name, M.answer.escaped (value), true)
end

-- What the user chose, as texts by name: how many bars, and of the music as `answer.line` takes it.
function M.choices ()
	return M.answer.values_of (reaper.GetExtState (SECTION, "choices"))
end

function M.choose (choices)
	reaper.SetExtState (SECTION, "choices", M.answer.text_of (choices), true)
end

-- Runs an action, and says what is wrong where it returns that or raises it.
function M.act (action)
	-- With something deferred, REAPER makes no undo point of its own for the script.
	reaper.defer (function () end)
	local ok, trouble = xpcall (action, debug.traceback)
	if trouble then
		M.say (ok and trouble or "Something went wrong: " .. trouble)
	end
end

-- One step of undo, on the screen at once; undone again if it fails half-way.
function M.change (title, change)
	reaper.PreventUIRefresh (1)
	reaper.Undo_BeginBlock2 (0)
	local ok, trouble = xpcall (change, debug.traceback)
	reaper.Undo_EndBlock2 (0, title, -1)
	if not ok then
		reaper.Undo_DoUndo2 (0)
	end
	reaper.PreventUIRefresh (-1)
	reaper.UpdateArrange ()
	return not ok and "Nothing was changed. " .. trouble or nil
end

local function read_file (path)
	local file = io.open (path, "rb")
	local text = file and file:read ("a")
	if file then file:close () end
	return text
end

-- Folders in which programs are: what REAPER was started with, and where pipx, uv and Homebrew
-- put them, which a DAW that was started by a click does not hear of.
local function program_folders ()
	local sign = M.windows and ";" or ":"
	local found = {}
	for name in (os.getenv ("PATH") or ""):gmatch ("[^" .. sign .. "]+") do
		found[#found + 1] = name
	end
	local home = os.getenv (M.windows and "USERPROFILE" or "HOME")
	if home then
		found[#found + 1] = home .. "/.local/bin"
	end
	if not M.windows then
		table.move ({ "/opt/homebrew/bin", "/usr/local/bin" }, 1, 2, #found + 1, found)
	end
	return found
end

-- The words that call midigan, if it can be found without asking.
local function found_command ()
	local told = M.setting ("command")
	if told ~= "" and reaper.file_exists (told) then
		return { told }
	end
	local record = read_file (reaper.GetResourcePath () .. "/.midigan-reaper.json")
	local command = M.answer.installed (record, reaper.file_exists)
	if command then
		return command
	end
	for _, place in ipairs (program_folders ()) do
		local path = place .. (M.windows and "\\midigan.exe" or "/midigan")
		if reaper.file_exists (path) then
			return { path }
		end
	end
end

-- Asks where midigan is, and keeps the answer; empty forgets it. Returns what is wrong with it, and
-- whether the user cancelled.
function M.ask_command ()
	-- Of one field, so that no sign in a path divides it.
	local ok, given = reaper.GetUserInputs ("midigan (empty: look for it)", 1,
		"Full path of midigan:,extrawidth=300,separator=\n", M.setting ("command"))
	if not ok then
		return nil, true
	end
	local path = given:match ('^%s*"?(.-)"?%s*$'):gsub ("^~", os.getenv ("HOME") or "~")
	if path ~= "" and not reaper.file_exists (path) then
		return "There is no file " .. path .. ". Nothing was changed."
	end
	M.set ("command", path)
end

-- The words that call midigan, or nil and what to do.
function M.command ()
	local command, trouble = found_command (), nil
	if not command then
		trouble = M.ask_command ()
		command = found_command ()
	end
	if command then
		return command
	end
	return nil, trouble or "midigan was not found, and nothing was changed. In a terminal, 'midigan plugins "
		.. "install reaper' tells REAPER where midigan is, and '" .. (M.windows and "where" or "which")
		.. " midigan' prints the path that this action asks for; if there is no midigan, install it first."
end

-- What a command line writes, and whether it exited with 0; nil if it takes too long.
local function output_of (line)
	local script
	if not M.windows then
		-- How ExecProcess takes a command line apart is not documented but for Windows: a file
		-- whose name has nothing to quote leaves it to the shell.
		script = os.tmpname ()
		local file = assert (io.open (script, "wb"))
		file:write ("exec ", line, " 2>&1\n")
		file:close ()
		line = "/bin/sh " .. script
	end
	local began = reaper.time_precise ()
	local said = reaper.ExecProcess (line, PATIENCE_S * 1000)
	local late = reaper.time_precise () - began >= PATIENCE_S
	if script then
		os.remove (script)
	end
	if late then
		return nil
	end
	local status, text = (said or ""):match ("^(%-?%d+)\r?\n?(.*)$")
	return text or "", status == "0"
end

-- The answer of `midigan generate`, or nil and a sentence that says what is wrong.
--   command, chosen, more: as `answer.line` takes them
function M.generate (command, chosen, more)
	local clips = reaper.GetProjectPathEx (0) .. (M.windows and "\\" or "/") .. "midigan"
	local text, well = output_of (M.answer.line (command, chosen, more, clips, M.windows))
	return M.answer.read (text, well, PATIENCE_S, ("'%s' was called. The action midigan_Settings "
		.. "asks for another path."):format (table.concat (command, " ")))
end

-- The track of that name, made at the end if there is none.
function M.track_named (name)
	for number = 0, reaper.CountTracks (0) - 1 do
		local track = reaper.GetTrack (0, number)
		local _, found = reaper.GetSetMediaTrackInfo_String (track, "P_NAME", "", false)
		if found == name then
			return track
		end
	end
	local number = reaper.CountTracks (0)
	reaper.InsertTrackAtIndex (number, true)
	local track = reaper.GetTrack (0, number)
	reaper.GetSetMediaTrackInfo_String (track, "P_NAME", name, true)
	return track
end

-- Adds notes to a take; they are in quarter notes from the beginning of its source.
function M.add_notes (take, notes, channel)
	local begin = reaper.MIDI_GetProjQNFromPPQPos (take, 0)
	local function tick (beat)
		return math.floor (reaper.MIDI_GetPPQPosFromProjQN (take, begin + beat) + 0.5)
	end
	for _, note in ipairs (notes) do
		assert (reaper.MIDI_InsertNote (take, false, false, tick (note[1]), tick (note[1] + note[2]),
			channel, note[3], note[4], true), "REAPER took no note")
	end
	reaper.MIDI_Sort (take)
end

-- Keeps in a take where its notes are from, so that they can be made again.
--   part: as `answer.name_of` takes it
function M.keep (take, part)
	local from = { track = part.track, seed = part.seed, roll = part.roll, bars = part.bars, chosen = {} }
	reaper.GetSetMediaItemTakeInfo_String (take, "P_NAME", M.answer.name_of (from), true)
	from.chosen = M.answer.text_of (part.chosen)
	reaper.GetSetMediaItemTakeInfo_String (take, "P_EXT:midigan", M.answer.text_of (from), true)
end

-- What `keep` kept; nil for a take of another kind.
function M.kept (take)
	local ok, text = reaper.GetSetMediaItemTakeInfo_String (take, "P_EXT:midigan", "", false)
	local part = M.answer.values_of (ok and text or "")
	for _, name in ipairs { "seed", "roll", "bars" } do
		part[name] = math.tointeger (tonumber (part[name]))
		if not part[name] then
			return nil
		end
	end
	part.chosen = M.answer.values_of (part.chosen)
	return part
end

return M
