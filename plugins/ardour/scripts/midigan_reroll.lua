ardour {
	["type"] = "EditorAction",
	name = "midigan: re-roll the selected regions",
	author = "midigan",
	license = "MIT",
	description = [[Writes regions that midigan inserted anew, in the same place and as long. One selected region gets a new line over the same harmony; several of the same music get new music together. Undo brings the notes back, region by region.]]
}

function factory () return function ()
	local home = ARDOUR.user_config_directory (-1)
	local common = assert (loadfile (ARDOUR.LuaAPI.build_filename (home, "midigan", "common.lua"))) ()

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

	common.act (function ()
		-- The selected regions that midigan made.
		local parts = {}
		for region in Editor:get_selection ().regions:regionlist ():iter () do
			local part = common.answer.parse_name (region:name ())
			local midi = region:to_midiregion ()
			if part and not midi:isnil () then
				part.region, part.midi = region, midi
				parts[#parts + 1] = part
			end
		end
		if #parts == 0 then
			return "Select a region that midigan inserted: its name says so."
		end

		-- Every answer first: if one is wrong, nothing is changed.
		local musics = common.answer.musics (parts)
		for _, music in ipairs (musics) do
			local answer, trouble = common.generate (music.chosen, music.more)
			trouble = trouble or common.answer.settle (music, answer)
			if trouble then
				return trouble
			end
		end
		-- A step of undo each: Ardour 7.3 forgets changes of notes that are put into one.
		for _, part in ipairs (parts) do
			replace_notes (part.midi, part.voice.notes, part.voice.channel)
			part.region:set_name (common.answer.name_of (part))
		end
	end)
end end

function icon (params) return function (ctx, width, height, fg)
	local txt = Cairo.PangoLayout (ctx, "ArdourMono " .. math.ceil (height / 3) .. "px")
	txt:set_text ("mg\n?")
	local tw, th = txt:get_pixel_size ()
	ctx:set_source_rgba (ARDOUR.LuaAPI.color_to_rgba (fg))
	ctx:move_to (.5 * (width - tw), .5 * (height - th))
	txt:show_in_cairo_context (ctx)
end end
