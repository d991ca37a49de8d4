ardour {
	["type"] = "EditorAction",
	name = "midigan: insert bars at the playhead",
	author = "midigan",
	license = "MIT",
	description = [[Lets midigan write some bars, and puts them on a MIDI track for each of its voices, from the beginning of the bar in which the playhead is. Tracks of these names are used again.]]
}

function action_params ()
	return {
		["midigan"] = { title = "Full path of midigan (empty: the one that installed this)", default = "", optional = true },
		["bars"] = { title = "Bars", default = "8" },
		["generator"] = { title = "Generator (a name or .onnx file; empty: midigan's own)", default = "", optional = true },
		["key"] = { title = "Key, such as D or 'B minor' (empty: the generator's)", default = "", optional = true },
	}
end

function factory (params) return function ()
	local home = ARDOUR.user_config_directory (-1)
	local common = assert (loadfile (ARDOUR.LuaAPI.build_filename (home, "midigan", "common.lua"))) ()

	-- A file's music as a region on a track; the region, or nil.
	local function import (file, track, position)
		local before = {}
		for region in track:playlist ():region_list ():iter () do
			before[region:to_stateful ():id ():to_s ()] = true
		end
		local files = C.StringVector ()
		files:push_back (file)
		Editor:do_import (files, Editing.ImportDistinctFiles, Editing.ImportToTrack,
			ARDOUR.SrcQuality.SrcBest, ARDOUR.MidiTrackNameSource.SMFTrackName,
			ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore, position, ARDOUR.PluginInfo (), track, false)
		for region in track:playlist ():region_list ():iter () do
			if not before[region:to_stateful ():id ():to_s ()] then
				return region
			end
		end
	end

	common.act (function ()
		local folder = common.clip_folder (Session)
		local playhead = Temporal.timepos_t (Session:transport_sample ())
		local map = Temporal.TempoMap.read ()
		local answer, trouble = common.generate (params, { "--separate", "--bars", params["bars"],
			"--tempo", map:quarters_per_minute_at (playhead) }, folder)
		if not answer then
			return trouble
		end

		-- Back from the playhead to the beginning of its bar.
		local bbt = map:bbt_at (playhead)
		local of_beat = Temporal.ticks_per_beat * 4 / map:meter_at (playhead):note_value ()
		local into_bar = (bbt.beats - 1) * of_beat + bbt.ticks
		local begin = playhead:ticks () - into_bar
		local position = Temporal.timepos_t.from_ticks (math.floor (begin + 0.5))
		local missing
		for _, voice in ipairs (answer.clips[1].tracks) do
			if voice.file then
				local region = import (voice.file, common.track_named (Session, voice.name), position)
				if region then
					region:set_name (common.answer.name_of { track = voice.name, seed = answer.seed,
						roll = 0, bars = answer.bars })
				else
					missing = voice.file .. " could not be imported"
				end
			end
		end
		return missing
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
