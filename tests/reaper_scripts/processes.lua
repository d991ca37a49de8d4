-- ExecProcess and files of the REAPER stand-in. As its documentation says
-- (https://www.reaper.fm/sdk/reascript/reascripthelp.html#ExecProcess): "Executes command line,
-- returns NULL on total failure, otherwise the return value, a newline, and then the output of the
-- command"; without a PATH, and without a shell. What it returns when the time is up is not
-- documented: `world.late` says what it is here.

local M = {}

-- Words between blanks, together where quotation marks hold them.
local function posix_words (line)
	local words, at = {}, 1
	while line:find ("%S", at) do
		at = line:find ("%S", at)
		local mark = line:match ("^[\"'`]", at)
		local word, behind
		if mark then
			word, behind = line:match ("^" .. mark .. "([^" .. mark .. "]*)" .. mark .. "()", at)
		else
			word, behind = line:match ("^(%S+)()", at)
		end
		words[#words + 1], at = word, behind
	end
	return words
end

-- https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
local function windows_words (line)
	local words, word, inside, at = {}, nil, false, 1
	while at <= #line do
		local slashes, quote, behind = line:match ('^(\\*)("?)()', at)
		if quote == '"' then
			word = (word or "") .. ("\\"):rep (#slashes // 2)
			if #slashes % 2 == 1 then
				word = word .. '"'
			else
				inside = not inside
			end
			at = behind
		elseif slashes ~= "" then
			word, at = (word or "") .. slashes, at + #slashes
		else
			local sign = line:sub (at, at)
			if not inside and sign:find ("%s") then
				words[#words + 1], word = word, nil
			else
				word = (word or "") .. sign
			end
			at = at + 1
		end
	end
	words[#words + 1] = word
	return words
end

local function quoted (word)
	return "'" .. word:gsub ("'", "'\\''") .. "'"
end

function M.file_exists (world, path)
	local file = not world.programs[path] and io.open (path, "rb")
	-- A folder opens, but cannot be read.
	local readable = world.programs[path] or file and file:read (0) ~= nil or false
	if file then file:close () end
	return readable and true
end

function M.run (world, line, timeout_ms)
	local words = world.os:find ("^Win") and windows_words (line) or posix_words (line)
	table.insert (world.called, words)
	local program = table.remove (words, 1)
	local real = world.programs[program] or { program }
	if not real[1]:find ("/", 1, true) or not M.file_exists (world, real[1]) then
		return nil
	end
	local parts = { "timeout", ("%.3f"):format (timeout_ms / 1000 / world.haste) }
	table.move (real, 1, #real, #parts + 1, parts)
	table.move (words, 1, #words, #parts + 1, parts)
	for place, word in ipairs (parts) do
		parts[place] = quoted (word)
	end
	local pipe = io.popen (table.concat (parts, " ") .. "; echo \"$?\"", "r")
	local text, status = pipe:read ("a"):match ("^(.-)(%d+)\n$")
	pipe:close ()
	if status == "124" then
		world.clock = world.clock + timeout_ms / 1000
		return world.late
	end
	return status .. "\n" .. text
end

return M
