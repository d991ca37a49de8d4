-- What midigan's actions for Ardour share. Loaded by them, no action of its own.

local M = {}

local build_filename = ARDOUR.LuaAPI.build_filename
local home = ARDOUR.user_config_directory (-1)

local folder = build_filename (home, "midigan") .. "/"
M.answer = assert (loadfile (folder .. "answer.lua")) (folder)

-- Seconds that midigan may take.
local PATIENCE_S = 60

-- Folders for clips, which are gone when an action ends: Ardour copies what it imports.
local clip_folders = {}

local function quoted (word)
	return M.answer.quoted (word, false)
end

local function new_clip_folder ()
	local path = os.tmpname ()
	os.remove (path)
	assert (os.execute ("mkdir -m 700 " .. quoted (path)), "no folder for clips: " .. path)
	clip_folders[#clip_folders + 1] = path
	return path
end

-- Runs an action, and says what it returns or, since Ardour tells nobody, what it raises.
function M.act (action)
	local ok, told = pcall (action)
	for number, path in ipairs (clip_folders) do
		os.execute ("rm -rf " .. quoted (path))
		clip_folders[number] = nil
	end
	if told then
		LuaDialog.Message ("midigan", ok and told or "Something went wrong: " .. tostring (told),
			LuaDialog.MessageType.Info, LuaDialog.ButtonType.Close):run ()
	end
	collectgarbage ()
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

-- What a command line writes, and whether it exited with 0; nil if it takes too long, and is ended.
local function output_of (line, clips)
	local out, child, done = clips .. "/answer", clips .. "/child", clips .. "/done"
	-- Ardour waits for whoever holds the output of what it executes, in the background too.
	os.execute (("( %s > %s 2>&1 & echo $! > %s; wait $!; echo $? > %s.part; mv %s.part %s ) "
		.. "< /dev/null > /dev/null 2>&1 &"):format (
		line, quoted (out), quoted (child), quoted (done), quoted (done), quoted (done)))
	local late = os.time () + PATIENCE_S
	while os.time () <= late do
		local status = read_file (done)
		if status then
			return read_file (out) or "", tonumber (status) == 0
		end
		ARDOUR.LuaAPI.usleep (20000)
	end
	os.execute ("kill -9 $(cat " .. quoted (child) .. ")")
	return nil
end

-- The words that call midigan: the one that installed these scripts, else what a terminal that
-- Ardour was started from would find.
local function command ()
	local record = read_file (build_filename (home, ".midigan-ardour.json"))
	return M.answer.installed (record, function (path)
		return read_file (path) ~= nil
	end) or { "midigan" }
end

-- The answer of `midigan generate`, or nil and a sentence that says what is wrong.
--   chosen, more: as `line` takes them
function M.generate (chosen, more)
	local words = command ()
	local clips = new_clip_folder ()
	local text, well = output_of (M.answer.line (words, chosen, more, clips, false), clips)
	return M.answer.read (text, well, PATIENCE_S, ("'%s' was called. In a terminal, "
		.. "'midigan plugins install ardour' tells Ardour where midigan is; if there is no midigan, "
		.. "install it first."):format (table.concat (words, " ")))
end

-- What the user chose in a session, as texts by name: how many bars, and of the music.
local function choices_file (session)
	return build_filename (session:path (), "midigan.choices")
end

function M.choices (session)
	return M.answer.values_of (read_file (choices_file (session)) or "")
end

function M.choose (session, choices)
	local file = assert (io.open (choices_file (session), "wb"))
	file:write (M.answer.text_of (choices))
	file:close ()
end

-- What a user gave to a window, as texts; what is empty or 0 is not there.
function M.texts (given)
	local found = {}
	for name, value in pairs (given) do
		local text = type (value) == "number" and ("%g"):format (value) or value:match ("^%s*(.-)%s*$")
		found[name] = text ~= "" and text ~= "0" and text or nil
	end
	return found
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

-- Tracks for the voices of an answer, armed, each to record its voice's channel alone; and a list
-- of them for people.
function M.recording_tracks (session, answer)
	local tracks, told = {}, {}
	for _, voice in ipairs (answer.clips[1].tracks) do
		local track = M.track_named (session, voice.name)
		track:to_midi_track ():set_capture_channel_mode (ARDOUR.ChannelMode.FilterChannels, 1 << voice.channel)
		track:rec_enable_control ():set_value (1, PBD.GroupControlDisposition.NoGroup)
		tracks[#tracks + 1] = track
		told[#told + 1] = ("%s: channel %d"):format (track:name (), voice.channel + 1)
	end
	return tracks, table.concat (told, "\n")
end

return M
