-- Stands before a script: takes down in the file TOLD what its windows say, and when it begins and
-- ends; answers its questions from `answers`, a table for each window, and cancels when there is
-- none.
local told = TOLD
local windows = real_windows or LuaDialog
real_windows = windows
answers = {}

local function tell (text)
	local file = assert (io.open (told, "a"))
	file:write (text, "\n")
	file:close ()
end

LuaDialog = {
	MessageType = windows.MessageType,
	ButtonType = windows.ButtonType,
	Message = function (_, text)
		tell (text)
		return { run = function () end }
	end,
	Dialog = function (_, rows)
		for _, row in ipairs (rows) do
			tell (("%s: %s"):format (row.key or row.type, row.title))
		end
		return { run = function () return table.remove (answers, 1) end }
	end,
}

function act (action)
	tell ("begun")
	local ok, trouble = pcall (action)
	tell (ok and "ended" or tostring (trouble) .. "\nended")
end
