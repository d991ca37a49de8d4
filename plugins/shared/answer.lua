-- What every plug-in in Lua needs of midigan: its command line, and what it answers.
--
-- Touches nothing of a DAW's. `midigan plugins install` puts a copy beside a plug-in's scripts,
-- and one of json.lua; this file is loaded with the path of that folder, a separator at its end.

local M = {}

M.decode = assert (loadfile ((...) .. "json.lua")) ()

-- A text in which only letters, digits and "-._~/" stand for themselves (RFC 3986, 2.1), for
-- places that keep nothing else as it is; `unescaped` reads it.
function M.escaped (text)
	return (tostring (text):gsub ("[^%w%-%._~/]", function (byte)
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

-- The command line of one clip.
--   command: the words that call midigan
--   settings: generator and key, where they are not empty
--   more: further words
--   folder: where the clip goes
function M.line (command, settings, more, folder, windows)
	local words = table.move (command, 1, #command, 1, {})
	words[#words + 1] = "generate"
	if (settings.generator or "") ~= "" then
		words[#words + 1] = settings.generator
	end
	if (settings.key or "") ~= "" then
		table.move ({ "--key", settings.key }, 1, 2, #words + 1, words)
	end
	table.move (more, 1, #more, #words + 1, words)
	local last = { "--json", "-n", "1", "-o", folder }
	table.move (last, 1, #last, #words + 1, words)
	for place, word in ipairs (words) do
		words[place] = M.quoted (word, windows)
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
	local ok, answer = pcall (M.decode, text:match ("{.*}") or "")
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
	return whole (answer.seed, 0, math.maxinteger) and whole (answer.bars, 1, 10000)
		and type (answer.beats) == "number" and answer.beats > 0 and answer.beats < math.huge
end

-- The words that call the midigan which installed a plug-in, from the record that it left
-- (`text`, nil if there is none); nil if that midigan is gone.
function M.installed (text, exists)
	local ok, record = pcall (M.decode, text or "")
	local command = ok and type (record) == "table" and record.command
	return type (command) == "table" and command[1] and exists (command[1]) and command or nil
end

-- What a part (an item, a region) shows of where its notes are from.
function M.name_of (part)
	return ("%s midigan %d-%d-%d"):format (part.track, part.seed, part.roll, part.bars)
end

-- What `name_of` was given; nil for the name of anything else.
function M.parse_name (name)
	local track, seed, roll, bars = name:match ("^(.-) midigan (%d+)%-(%d+)%-(%d+)")
	return track and { track = track, seed = tonumber (seed), roll = tonumber (roll),
		bars = tonumber (bars) }
end

-- Parts that are to be rolled anew, by the music that they belong to: one track of a music
-- gets a new line over the same harmony (`more` asks for it), several get new music together.
function M.musics (parts)
	local found, order = {}, {}
	for _, part in ipairs (parts) do
		local name = table.concat ({ part.seed, part.bars, part.generator or "", part.key or "" }, "\n")
		if not found[name] then
			found[name] = { parts = {}, tracks = {}, roll = 0, more = { "--bars", part.bars } }
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

return M
