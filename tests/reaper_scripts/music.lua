-- The time map, tracks, items and MIDI of the REAPER stand-in: each function as
-- https://www.reaper.fm/sdk/reascript/reascripthelp.html describes the one of its name.

local PPQ = 960

return function (world)
	local M = {}
	local project = function () return world.project end

	-- The tempo that counts at a place, by one of its fields.
	local function tempo_at (field, place)
		local found = world.tempos[1]
		for _, tempo in ipairs (world.tempos) do
			if tempo[field] <= place then found = tempo end
		end
		return found
	end

	local function time_of (qn)
		local tempo = tempo_at ("qn", qn)
		return tempo.time + (qn - tempo.qn) * 60 / tempo.bpm
	end

	-- From {qn, bpm, num, denom}: seconds at which each begins, from the first at 0.
	for number, tempo in ipairs (world.tempos) do
		local before = world.tempos[number - 1]
		tempo.time = before and before.time + (tempo.qn - before.qn) * 60 / before.bpm or 0
	end

	-- "converts project time position to QN position"
	M.TimeMap2_timeToQN = { "proj num", function (_, time)
		local tempo = tempo_at ("time", time)
		return tempo.qn + (time - tempo.time) * tempo.bpm / 60
	end }
	-- "converts project QN position to time"
	M.TimeMap2_QNToTime = { "proj num", function (_, qn) return time_of (qn) end }
	-- "Find which measure the given QN position falls in."
	M.TimeMap_QNToMeasures = { "proj num", function (_, qn)
		local tempo = tempo_at ("qn", qn)
		local length = tempo.num * 4 / tempo.denom
		local before = (qn - tempo.qn) // length
		local begin = tempo.qn + before * length
		return math.floor (tempo.measure + before), begin, begin + length
	end }
	M.GetCursorPosition = { "", function () return time_of (world.cursor_qn) end }

	M.CountTracks = { "proj", function () return #project ().tracks end }
	M.GetTrack = { "proj int", function (_, number) return project ().tracks[number + 1] end }
	-- "inserts a track at idx, of course this will be clamped to 0..GetNumTracks()"
	M.InsertTrackAtIndex = { "int bool", function (number)
		world.changing ("InsertTrackAtIndex")
		local tracks = project ().tracks
		number = math.max (0, math.min (number, #tracks))
		table.insert (tracks, number + 1, { kind = "track", strings = { P_NAME = "" }, values = {} })
	end }
	local function strings (thing, name, value, set)
		if set then
			world.changing (name)
			thing.strings[name] = value
			return true, value
		end
		local found = thing.strings[name]
		return found ~= nil and found ~= "", found or ""
	end
	M.GetSetMediaTrackInfo_String = { "track str str bool", strings }
	M.GetSetMediaItemTakeInfo_String = { "take str str bool", strings }
	M.SetMediaTrackInfo_Value = { "track str num", function (track, name, value)
		world.changing (name)
		track.values[name] = value
		return true
	end }

	-- "Create a new MIDI media item, containing no MIDI events. Time is in seconds unless qn is set."
	M.CreateNewMIDIItemInProj = { "track num num ?bool", function (track, begin, ending, in_qn)
		assert (in_qn, "in quarter notes")
		world.changing ("CreateNewMIDIItemInProj")
		local take = { kind = "take", strings = {}, notes = {}, ccs = {}, source_qn = begin }
		local item = { kind = "item", track = track, begin = begin, ending = ending, take = take,
			selected = false }
		table.insert (project ().items, item)
		return item
	end }
	M.GetActiveTake = { "item", function (item) return item.take end }
	M.TakeIsMIDI = { "take", function (take) return take.notes ~= nil end }
	M.SelectAllMediaItems = { "proj bool", function (_, selected)
		for _, item in ipairs (project ().items) do item.selected = selected end
	end }
	M.SetMediaItemSelected = { "item bool", function (item, selected) item.selected = selected end }
	local function selected_items ()
		local found = {}
		for _, item in ipairs (project ().items) do
			if item.selected then found[#found + 1] = item end
		end
		return found
	end
	M.CountSelectedMediaItems = { "proj", function () return #selected_items () end }
	M.GetSelectedMediaItem = { "proj int", function (_, number) return selected_items ()[number + 1] end }

	-- Ticks and quarter notes of the project, through where the take's source begins.
	M.MIDI_GetPPQPosFromProjQN = { "take num", function (take, qn)
		return (qn - take.source_qn) * PPQ
	end }
	M.MIDI_GetProjQNFromPPQPos = { "take num", function (take, tick)
		return take.source_qn + tick / PPQ
	end }
	-- "Set noSort if inserting multiple events, then call MIDI_Sort when done."
	M.MIDI_InsertNote = { "take bool bool num num int int int ?bool",
		function (take, selected, muted, begin, ending, channel, pitch, velocity, unsorted)
			world.changing ("MIDI_InsertNote")
			assert (ending > begin and channel <= 15 and pitch <= 127 and velocity <= 127)
			take.unsorted = take.unsorted or unsorted
			table.insert (take.notes, { begin, ending, channel, pitch, velocity })
			return true
		end }
	M.MIDI_InsertCC = { "take bool bool num int int int int",
		function (take, selected, muted, tick, message, channel, first, second)
			world.changing ("MIDI_InsertCC")
			table.insert (take.ccs, { tick, message, channel, first, second })
			return true
		end }
	M.MIDI_Sort = { "take", function (take)
		table.sort (take.notes, function (a, b) return a[1] < b[1] end)
		take.unsorted = false
	end }
	M.MIDI_CountEvts = { "take", function (take)
		assert (not take.unsorted, "MIDI_Sort first")
		return #take.notes + #take.ccs, #take.notes, #take.ccs, 0
	end }
	M.MIDI_DeleteNote = { "take int", function (take, number)
		world.changing ("MIDI_DeleteNote")
		assert (not take.unsorted, "MIDI_Sort first")
		return table.remove (take.notes, number + 1) ~= nil
	end }

	M.GetNumMIDIInputs = { "", function () return #world.midi_inputs end }
	-- "returns true if device present"
	M.GetMIDIInputName = { "int str", function (number)
		local name = world.midi_inputs[number + 1]
		return name ~= nil and name ~= "", name or ""
	end }
	return M
end
