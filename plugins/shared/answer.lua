-- What every plug-in in Lua needs of midigan: its command line, and what it answers.
--
-- Touches nothing of a DAW's. `midigan plugins install` puts a copy beside a plug-in's scripts,
-- and one of json.lua; this file is loaded with the path of that folder, a separator at its end.

local M = {}

M.decode = assert (loadfile ((...) .. "json.lua")) ()

-- A text in which only letters, digits and "-._~" stand for themselves (RFC 3986, 2.1), for
-- places that keep nothing else as it is; `unescaped` reads it.
function M.escaped (text)
	return (tostring (text):gsub ("[^%w%-%._~]", function (byte)
		return ("%%%02X"):format (byte:byte ())
	end))
end

function M.unescaped (text)
	return (text:gsub ("%%(%x%x)", function (code) return string.char (tonumber (code, 16)) end))
end

-- One word of a command line: for a POSIX shell, or as Windows programs take theirs apart
-- (https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments).
function M.quoted (word, windows)
	word = tostring (word)
	if windows then
		return '"' .. word:gsub ('(\\*)"', '%1%1\\"'):gsub ("(\\+)$", "%1%1") .. '"'
	end
	return "'" .. word:gsub ("'", "'\\''") .. "'"
end

-- Texts by name as one text, and back: what a script keeps where only a text can be kept.
function M.text_of (values)
	local parts = {}
	for name, value in pairs (values) do
		parts[#parts + 1] = M.escaped (name) .. "=" .. M.escaped (value)
	end
	table.sort (parts)
	return table.concat (parts, "&")
end

function M.values_of (text)
	local values = {}
	for name, value in text:gmatch ("([^&=]+)=([^&=]*)") do
		values[M.unescaped (name)] = M.unescaped (value)
	end
	return values
end

-- The options of what is chosen, as words. Without a key all clips are in the generator's own, so
-- that they go together.
local function options (chosen)
	local words = { chosen.key == nil and "--key=" or nil }
	for name, value in pairs (chosen) do
		if name == "key" or name == "genre" then
			words[#words + 1] = ("--%s=%s"):format (name, value)
		elseif name ~= "generator" and name ~= "bars" then
			words[#words + 1] = ("--attribute=%s=%s"):format (name, value)
		end
	end
	table.sort (words)
	return words
end

-- The command line of one clip.
--   command: the words that call midigan
--   chosen: what the user chose of the music, as texts by name: generator, key, genre and the
--     attributes; bars, which may be there too, are asked for in `more`
--   more: further words
--   folder: where the clip goes
function M.line (command, chosen, more, folder, windows)
	local words = {}
	local function add (...)
		for _, word in ipairs { ... } do
			words[#words + 1] = M.quoted (word, windows)
		end
	end
	add (table.unpack (command))
	add ("generate")
	add (table.unpack (options (chosen)))
	add (table.unpack (more))
	add ("--json", "-n", "1", "-o", folder)
	if chosen.generator then
		-- Last, and no option whatever it is called.
		add ("--", chosen.generator)
	end
	return table.concat (words, " ")
end

-- The answer in what midigan wrote, or nil and a sentence that says what is wrong.
--   text: what it wrote, nil if it took longer than `patience_s`
--   well: whether it exited with 0
--   how: what to do if it could not be run
function M.read (text, well, patience_s, how)
	if text == nil then
		return nil, ("midigan did not answer within %d seconds. Nothing was changed."):format (patience_s)
	end
	-- The answer is one line; warnings may stand around it.
	local line
	for one in text:gmatch ("[^\r\n]+") do
		line = one:find ("^{") and one or line
	end
	local ok, answer = pcall (M.decode, line or "")
	if ok and type (answer) == "table" and answer.error then
		return nil, "midigan says: " .. tostring (answer.error) .. "\nNothing was changed."
	end
	if not well or not ok then
		return nil, ("midigan could not be run, and nothing was changed. %s\n\n%s"):format (
			how, text:sub (1, 300))
	end
	if not M.is_sound (answer) then
		return nil, "midigan's answer is not what this action understands. Nothing was changed."
	end
	return answer
end

local function whole (value, lowest, highest)
	return math.type (value) == "integer" and value >= lowest and value <= highest
end

-- Start and length in quarter notes, pitch and velocity.
local function is_note (note)
	return type (note) == "table" and type (note[1]) == "number" and note[1] >= 0
		and type (note[2]) == "number" and note[2] > 0 and note[1] + note[2] < math.huge
		and whole (note[3], 0, 127) and whole (note[4], 1, 127)
end

-- Whether an answer has everything that is used of it.
function M.is_sound (answer)
	local clip = type (answer) == "table" and type (answer.clips) == "table" and answer.clips[1]
	if type (clip) ~= "table" or type (clip.tracks) ~= "table" or #clip.tracks == 0 then
		return false
	end
	for _, track in ipairs (clip.tracks) do
		if type (track) ~= "table" or type (track.name) ~= "string" or type (track.notes) ~= "table"
			or not whole (track.channel, 0, 15) or not whole (track.program, 0, 127) then
			return false
		end
		for _, note in ipairs (track.notes) do
			if not is_note (note) then
				return false
			end
		end
	end
	for _, name in ipairs (type (answer.attributes) == "table" and answer.attributes or { 0 }) do
		if type (name) ~= "string" then
			return false
		end
	end
	return whole (answer.seed, 0, math.maxinteger) and whole (answer.bars, 1, 10000)
		and type (answer.beats) == "number" and answer.beats > 0 and answer.beats < math.huge
		and type (answer.genre) == "table"
end

-- What else can be chosen of a generator's music, by an answer of its: whether a genre, which
-- attributes, and what to tell the user of them.
function M.choices (answer)
	local genres, about = {}, {}
	for name in pairs (answer.genre) do
		genres[#genres + 1] = name
	end
	table.sort (genres)
	if #genres > 0 then
		about[1] = ("Genres: %s, or several, like %s=2,%s=1."):format (
			table.concat (genres, ", "), genres[1], genres[#genres])
	end
	if #answer.attributes > 0 then
		about[#about + 1] = "Attributes: from -1, less than usual, to 1, more."
	end
	return #genres > 0, answer.attributes, table.concat (about, " ")
end

-- The words that call the midigan which installed a plug-in, from the record that it left
-- (`text`, nil if there is none); nil if that midigan is gone.
function M.installed (text, exists)
	local ok, record = pcall (M.decode, text or "")
	local command = ok and type (record) == "table" and record.command
	return type (command) == "table" and command[1] and exists (command[1]) and command or nil
end

-- What a part (an item, a region) shows of where its notes are from. What a DAW adds to the name
-- of a copy stands behind it.
--   part: track, seed, roll (how often its line was rolled anew), bars, and chosen as for `line`
function M.name_of (part)
	local chosen = M.text_of (part.chosen)
	return ("%s midigan %s%d-%d-%d"):format (part.track, chosen == "" and "" or chosen .. " ",
		part.seed, part.roll, part.bars)
end

-- What `name_of` was given; nil for the name of anything else.
function M.parse_name (name)
	local track, chosen, seed, roll, bars = name:match ("^(.-) midigan (%S- ?)(%d+)%-(%d+)%-(%d+)")
	return track and { track = track, seed = math.tointeger (seed), roll = math.tointeger (roll),
		bars = math.tointeger (bars), chosen = M.values_of (chosen:match ("%S*")) }
end

-- Parts that are to be rolled anew, by the music that they belong to: one track of a music
-- gets a new line over the same harmony (`more` asks for it), several get new music together.
--   parts: each as `name_of` takes it, and `chosen` as `line` does
function M.musics (parts)
	local found, order = {}, {}
	for _, part in ipairs (parts) do
		local name = ("%d %d %s"):format (part.seed, part.bars, M.text_of (part.chosen))
		if not found[name] then
			found[name] = { parts = {}, tracks = {}, roll = 0, chosen = part.chosen,
				more = { "--bars", part.bars } }
			order[#order + 1] = found[name]
		end
		local music = found[name]
		table.insert (music.parts, part)
		music.tracks[part.track] = true
		music.roll = math.max (music.roll, part.roll + 1)
	end
	for _, music in ipairs (order) do
		local track = next (music.tracks)
		if next (music.tracks, track) then
			music.roll = 0
		else
			local again = { "--seed", music.parts[1].seed, "--reroll", track .. "=" .. music.roll }
			table.move (again, 1, #again, #music.more + 1, music.more)
		end
	end
	return order
end

-- The notes of each part of a music in the answer to it, as `voice` beside it, and where they
-- are now from; what is wrong if a track is none of its generator's any more.
function M.settle (music, answer)
	local voices = {}
	for _, voice in ipairs (answer.clips[1].tracks) do
		voices[voice.name] = voice
	end
	for _, part in ipairs (music.parts) do
		part.voice = voices[part.track]
		if not part.voice then
			return part.track .. " is no track of its generator's any more. Nothing was changed."
		end
		part.seed, part.roll = answer.seed, music.roll
	end
end

return M
