ardour {
	["type"] = "EditorAction",
	name = "midigan: re-roll the selected regions",
	author = "midigan",
	license = "MIT",
	description = [[Writes regions that midigan inserted anew, in the same place and as long. One selected region gets a new line over the same harmony; several of the same music get new music together. Undo brings the notes back.]]
}

function action_params ()
	return {
		["midigan"] = { title = "The midigan command, or its full path", default = "midigan" },
		["generator"] = { title = "Generator (a name or .onnx file; empty: midigan's own)", default = "", optional = true },
		["key"] = { title = "Key, such as D or 'B minor' (empty: the generator's)", default = "", optional = true },
	}
end

function factory (params) return function ()
	local home = ARDOUR.user_config_directory (-1)
	local common = assert (loadfile (ARDOUR.LuaAPI.build_filename (home, "midigan", "common.lua"))) ()

	local function say (text)
		LuaDialog.Message ("midigan", text, LuaDialog.MessageType.Warning, LuaDialog.ButtonType.Close):run ()
	end

	-- The selected regions that midigan made, by the music that they belong to.
	local musics, found = {}, 0
	for region in Editor:get_selection ().regions:regionlist ():iter () do
		local track, seed, roll, bars = common.parse_region_name (region:name ())
		local midi = region:to_midiregion ()
		if track and not midi:isnil () then
			local name = seed .. "-" .. roll .. "-" .. bars
			musics[name] = musics[name] or { seed = seed, roll = roll, bars = bars, voices = {} }
			table.insert (musics[name].voices, { track = track, region = region, midi = midi })
			found = found + 1
		end
	end
	if found == 0 then
		say ("Select a region that midigan inserted: its name says so.")
		return
	end

	local function replace_notes (midi, notes, channel)
		local model = midi:midi_source (0):model ()
		local change = model:new_note_diff_command ("midigan re-roll")
		for note in ARDOUR.LuaAPI.note_list (model):iter () do
			change:remove (note)
		end
		for _, note in ipairs (notes) do
			change:add (ARDOUR.LuaAPI.new_noteptr (channel, Temporal.Beats.from_double (note[1]),
				Temporal.Beats.from_double (note[2]), math.floor (note[3]), math.floor (note[4])))
		end
		model:apply_command (Session, change)
	end

	local folder = common.clip_folder (Session)
	for _, music in pairs (musics) do
		local options = common.options_of (params)
		local together = #music.voices > 1
		local more = { "--bars", music.bars }
		if not together then
			more = { "--bars", music.bars, "--seed", music.seed, "--reroll",
				music.voices[1].track .. "=" .. music.roll + 1 }
		end
		table.move (more, 1, #more, #options + 1, options)
		local answer, trouble = common.generate (params["midigan"], options, folder)
		if not answer then
			say (trouble)
			return
		end
		local roll = together and 0 or music.roll + 1
		for _, voice in ipairs (music.voices) do
			for _, track in ipairs (answer.clips[1].tracks) do
				if track.name == voice.track then
					replace_notes (voice.midi, track.notes, track.channel)
					voice.region:set_name (common.region_name (track.name, answer.seed, roll, answer.bars))
				end
			end
		end
	end
	collectgarbage ()
end end

function icon (params) return function (ctx, width, height, fg)
	local txt = Cairo.PangoLayout (ctx, "ArdourMono " .. math.ceil (height / 3) .. "px")
	txt:set_text ("mg\n?")
	local tw, th = txt:get_pixel_size ()
	ctx:set_source_rgba (ARDOUR.LuaAPI.color_to_rgba (fg))
	ctx:move_to (.5 * (width - tw), .5 * (height - th))
	txt:show_in_cairo_context (ctx)
end end
