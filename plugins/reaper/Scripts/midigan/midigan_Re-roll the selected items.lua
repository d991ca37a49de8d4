-- @description midigan: re-roll the selected items
-- @version 0.1
-- @author midigan
-- @about
--   Writes items that midigan inserted anew, in the same place and as long. One selected item
--   gets a new line over the same harmony; several of the same music get new music together.

local folder = select (2, reaper.get_action_context ()):match ("^.*[/\\]")
local common = assert (loadfile (folder .. "common.lua")) (folder)

-- The selected items that midigan made.
local function selected_parts ()
	local parts = {}
	for number = 0, reaper.CountSelectedMediaItems (0) - 1 do
		local take = reaper.GetActiveTake (reaper.GetSelectedMediaItem (0, number))
		local part = take and reaper.TakeIsMIDI (take) and common.kept (take)
		if part then
			part.take = take
			parts[#parts + 1] = part
		end
	end
	return parts
end

local function remove_notes (take)
	local _, count = reaper.MIDI_CountEvts (take)
	for number = count - 1, 0, -1 do
		reaper.MIDI_DeleteNote (take, number)
	end
end

common.act (function ()
	local parts = selected_parts ()
	if #parts == 0 then
		return "Select an item that midigan inserted: its name says so."
	end
	local command, trouble = common.command ()
	if not command then
		return trouble
	end
	-- Every answer first: if one is wrong, nothing is changed.
	local musics = common.answer.musics (parts)
	for _, music in ipairs (musics) do
		local answer, wrong = common.generate (command, music.chosen, music.more)
		wrong = wrong or common.answer.settle (music, answer)
		if wrong then
			return wrong
		end
	end
	return common.change ("midigan: re-roll items", function ()
		for _, part in ipairs (parts) do
			remove_notes (part.take)
			common.add_notes (part.take, part.voice.notes, part.voice.channel)
			common.keep (part.take, part)
		end
	end)
end)
