-- JSON (RFC 8259) to Lua values; null becomes nil. Raises an error for anything else.
return function (text)
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
