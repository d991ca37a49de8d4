-- @description midigan: insert bars at the edit cursor
-- @version 0.1
-- @author midigan
-- @about
--   Lets midigan write some bars, and puts them on a track for each of its voices, from the
--   beginning of the bar in which the edit cursor is. Tracks of these names are used again.

local folder = select (2, reaper.get_action_context ()):match ("^.*[/\\]")
local common = assert (loadfile (folder .. "common.lua")) (folder)

-- The beginning of the edit cursor's bar, in quarter notes from the project's beginning.
local function bar_at_cursor ()
	local cursor = reaper.TimeMap2_timeToQN (0, reaper.GetCursorPosition ())
	-- A cursor on a bar line is a hair before it as often as behind it.
	local _, begin = reaper.TimeMap_QNToMeasures (0, cursor + 1e-4)
	return begin
end

-- Quarter notes a minute, in the range that midigan takes; the notes do not depend on it.
local function tempo_at (beat)
	local seconds = reaper.TimeMap2_QNToTime (0, beat + 1) - reaper.TimeMap2_QNToTime (0, beat)
	return ("%.3f"):format (math.min (math.max (60 / seconds, 20), 400))
end

common.act (function ()
	local command, trouble = common.command ()
	if not command then
		return trouble
	end
	local chosen = common.choices ()
	local bars = chosen.bars or "8"
	chosen.bars = nil
	local begin = bar_at_cursor ()
	local answer, wrong = common.generate (command, chosen,
		{ "--bars", bars, "--tempo", tempo_at (begin) })
	if not answer then
		return wrong
	end
	return common.change ("midigan: insert bars", function ()
		reaper.SelectAllMediaItems (0, false)
		for _, voice in ipairs (answer.clips[1].tracks) do
			local track = common.track_named (voice.name)
			local item = reaper.CreateNewMIDIItemInProj (track, begin, begin + answer.beats, true)
			local take = reaper.GetActiveTake (item)
			-- A program change: https://midi.org/midi-1-0-core-specifications
			reaper.MIDI_InsertCC (take, false, false, 0, 0xC0, voice.channel, voice.program, 0)
			common.add_notes (take, voice.notes, voice.channel)
			common.keep (take, { track = voice.name, seed = answer.seed, roll = 0, bars = answer.bars,
				chosen = chosen })
			reaper.SetMediaItemSelected (item, true)
		end
	end)
end)
