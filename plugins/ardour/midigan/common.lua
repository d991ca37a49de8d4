-- What midigan's actions for Ardour share. Loaded by them, no action of its own.

local M = {}

-- Seconds that midigan may take.
local PATIENCE_S = 60

-- JSON (RFC 8259) to Lua values; null becomes nil. Raises an error for anything else.
function M.decode (text)
	local at = 1
	local value

	local function fail ()
		error ("no JSON at byte " .. at, 0)
	end

	local function skip (pattern)
		at = text:match ("^" .. pattern .. "()", at) or fail ()
	end

	local function utf8_of (code)
		local unit = tonumber (code, 16)
		if unit >= 0xD800 and unit < 0xDC00 then
			local low, after = text:match ("^\\u(%x%x%x%x)()", at)
			if not low then fail () end
			at = after
			unit = 0x10000 + ((unit - 0xD800) << 10) + (tonumber (low, 16) - 0xDC00)
		end
		return utf8.char (unit)
	end

	local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
	local function string_ ()
		local parts = {}
		at = at + 1
		while true do
			local plain, sign, after = text:match ('^([^"\\]*)(["\\])()', at)
			if not plain then fail () end
			parts[#parts + 1] = plain
			at = after
			if sign == '"' then
				return table.concat (parts)
			end
			local kind = text:sub (at, at)
			at = at + 1
			if kind == "u" then
				local code, behind = text:match ("^(%x%x%x%x)()", at)
				if not code then fail () end
				at = behind
				parts[#parts + 1] = utf8_of (code)
			elseif escapes[kind] or kind:match ('^["\\/]$') then
				parts[#parts + 1] = escapes[kind] or kind
			else
				fail ()
			end
		end
	end

	-- Items between brackets, with commas between them.
	local function items (close, one)
		at = at + 1
		skip ("%s*")
		if text:sub (at, at) == close then
			at = at + 1
			return
		end
		while true do
			one ()
			skip ("%s*")
			local sign = text:sub (at, at)
			at = at + 1
			if sign == close then
				return
			elseif sign ~= "," then
				fail ()
			end
			skip ("%s*")
		end
	end

	local words = { ["true"] = true, ["false"] = false }
	function value ()
		skip ("%s*")
		local first = text:sub (at, at)
		if first == "{" then
			local found = {}
			items ("}", function ()
				if text:sub (at, at) ~= '"' then fail () end
				local name = string_ ()
				skip ("%s*:")
				found[name] = value ()
			end)
			return found
		elseif first == "[" then
			local found = {}
			items ("]", function () found[#found + 1] = value () end)
			return found
		elseif first == '"' then
			return string_ ()
		end
		local word = text:match ("^%a+", at)
		if word == "null" or words[word] ~= nil then
			at = at + #word
			return words[word]
		end
		local number = text:match ("^-?%d+%.?%d*[eE]?[+-]?%d*", at)
		if not tonumber (number) then fail () end
		at = at + #number
		return tonumber (number)
	end

	local found = value ()
	skip ("%s*")
	if at <= #text then fail () end
	return found
end

-- One word for the system's shell, whatever is in it.
local function quoted (word)
	if M.windows then
		return '"' .. tostring (word):gsub ('"', '\\"') .. '"'
	end
	return "'" .. tostring (word):gsub ("'", "'\\''") .. "'"
end

M.windows = ARDOUR.LuaAPI.build_filename ("a", "b") == "a\\b"

local function read_file (path)
	local file = io.open (path, "rb")
	if not file then
		return nil
	end
	local text = file:read ("a")
	file:close ()
	return text
end

-- What a command writes, and whether it exited with 0; nil if it takes too long.
local function output_of (command, folder)
	if M.windows then
		local pipe = io.popen ('"' .. command .. '"')
		local text = pipe:read ("a")
		return text, pipe:close () == true
	end
	local out = folder .. "/answer.json"
	local done = folder .. "/answer.done"
	os.remove (done)
	os.execute (("( %s > %s 2>&1; echo $? > %s.part; mv %s.part %s ) &"):format (
		command, quoted (out), quoted (done), quoted (done), quoted (done)))
	for _ = 1, PATIENCE_S * 50 do
		local status = read_file (done)
		if status then
			return read_file (out) or "", tonumber (status) == 0
		end
		M.sleep (0.02)
	end
	return nil
end

-- Replaced by tests; Ardour's own counts microseconds.
function M.sleep (seconds)
	ARDOUR.LuaAPI.usleep (math.floor (seconds * 1e6))
end

-- The answer of `midigan generate`, or nil and a sentence that says what is wrong.
--   program: the command, "midigan" or its full path
--   options: words that follow "generate"
--   folder: an existing folder for the clips
function M.generate (program, options, folder)
	local words = { quoted (program), "generate" }
	for _, word in ipairs (options) do
		words[#words + 1] = quoted (word)
	end
	words[#words + 1] = "--json -n 1 --separate -o " .. quoted (folder)
	local text, well = output_of (table.concat (words, " "), folder)
	if text == nil then
		return nil, ("midigan did not answer within %d seconds. Nothing was changed."):format (PATIENCE_S)
	end
	local ok, answer = pcall (M.decode, text:match ("{.*}") or "")
	if ok and type (answer) == "table" and answer.error then
		return nil, "midigan says: " .. tostring (answer.error)
	end
	if not well or not ok then
		return nil, ("'%s' could not be run. Install midigan (pipx install midigan), or set its full "
			.. "path in this action's parameters.\n\n%s"):format (program, text:sub (1, 300))
	end
	if not M.is_sound (answer) then
		return nil, "midigan's answer is not what this action understands. Nothing was changed."
	end
	return answer
end

-- Whether an answer has everything that is used of it.
function M.is_sound (answer)
	local clip = type (answer.clips) == "table" and answer.clips[1]
	if type (clip) ~= "table" or type (clip.tracks) ~= "table" or #clip.tracks == 0 then
		return false
	end
	for _, track in ipairs (clip.tracks) do
		if type (track.name) ~= "string" or type (track.notes) ~= "table" or not track.channel then
			return false
		end
		for _, note in ipairs (track.notes) do
			for place = 1, 4 do
				if type (note[place]) ~= "number" then
					return false
				end
			end
		end
	end
	return math.type (answer.seed) == "integer" and math.type (answer.bars) == "integer"
		and type (answer.beats) == "number"
end

-- A region's name says which track of which music it is, so that it can be made again.
function M.region_name (track, seed, roll, bars)
	return ("%s midigan %d-%d-%d"):format (track, seed, roll, bars)
end

-- What `region_name` was made of; nil for a region of another kind.
function M.parse_region_name (name)
	local track, seed, roll, bars = name:match ("^(.-) midigan (%d+)%-(%d+)%-(%d+)")
	return track, tonumber (seed), tonumber (roll), tonumber (bars)
end

-- A folder in the session for clips, made if there is none.
function M.clip_folder (session)
	local folder = ARDOUR.LuaAPI.build_filename (session:path (), "midigan")
	os.execute ("mkdir -p " .. quoted (folder))
	return folder
end

-- The words that every call has from an action's parameters.
function M.options_of (params)
	local options = {}
	for _, name in ipairs { "generator", "key" } do
		local value = params[name]
		if value and value ~= "" then
			if name ~= "generator" then
				options[#options + 1] = "--" .. name
			end
			options[#options + 1] = value
		end
	end
	return options
end

return M
