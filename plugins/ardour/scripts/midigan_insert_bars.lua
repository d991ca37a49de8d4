ardour {
	["type"] = "EditorAction",
	name = "midigan: insert bars at the playhead",
	author = "midigan",
	license = "MIT",
	description = [[Lets midigan write some bars, and puts them on a MIDI track for each of its voices, from the beginning of the bar in which the playhead is. Tracks of these names are used again.]]
}

function factory () return function ()
	local home = ARDOUR.user_config_directory (-1)
	local common = assert (loadfile (ARDOUR.LuaAPI.build_filename (home, "midigan", "common.lua"))) ()

	-- A file's music as a region on a track; the region, or nil.
	local function import (file, track, at_tick)
		local before = {}
		for region in track:playlist ():region_list ():iter () do
			before[region:to_stateful ():id ():to_s ()] = true
		end
		local files = C.StringVector ()
		files:push_back (file)
		-- One file after the other is the only way that goes to the track that is named: distinct
		-- files go to the one that is selected.
		Editor:do_import (files, Editing.ImportSerializeFiles, Editing.ImportToTrack,
			ARDOUR.SrcQuality.SrcBest, ARDOUR.MidiTrackNameSource.SMFTrackName,
			ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore, Temporal.timepos_t.from_ticks (at_tick),
			ARDOUR.PluginInfo (), track, false)
		for region in track:playlist ():region_list ():iter () do
			if not before[region:to_stateful ():id ():to_s ()] then
				return region
			end
		end
	end

	-- The beginning of the playhead's bar, in ticks.
	local function bar_at_playhead ()
		local playhead = Temporal.timepos_t (Session:transport_sample ())
		local map = Temporal.TempoMap.read ()
		local bbt = map:bbt_at (playhead)
		local of_beat = Temporal.ticks_per_beat * 4 / map:meter_at (playhead):note_value ()
		local into_bar = (bbt.beats - 1) * of_beat + bbt.ticks
		return math.floor (playhead:ticks () - into_bar + 0.5)
	end

	common.act (function ()
		local at_tick = bar_at_playhead ()
		local chosen = common.choices (Session)
		local bars = chosen.bars or "8"
		chosen.bars = nil
		local answer, trouble = common.generate (chosen, { "--separate", "--bars", bars })
		if not answer then
			return trouble
		end

		for _, voice in ipairs (answer.clips[1].tracks) do
			-- A voice that is silent has no file.
			if voice.file then
				local region = import (voice.file, common.track_named (Session, voice.name), at_tick)
				if not region then
					return voice.name .. " could not be imported. Undo takes back what was before it."
				end
				region:set_name (common.answer.name_of { track = voice.name, seed = answer.seed,
					roll = 0, bars = answer.bars, chosen = chosen })
			end
		end
	end)
end end

function icon (params) return function (ctx, width, height, fg)
	local txt = Cairo.PangoLayout (ctx, "ArdourMono " .. math.ceil (height / 3) .. "px")
	txt:set_text ("mg\n+")
	local tw, th = txt:get_pixel_size ()
	ctx:set_source_rgba (ARDOUR.LuaAPI.color_to_rgba (fg))
	ctx:move_to (.5 * (width - tw), .5 * (height - th))
	txt:show_in_cairo_context (ctx)
end end
