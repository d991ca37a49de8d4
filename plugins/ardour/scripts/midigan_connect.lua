ardour {
	["type"] = "EditorAction",
	name = "midigan: connect midigan live",
	author = "midigan",
	license = "MIT",
	description = [[Connects the port of a running 'midigan live --virtual' to a MIDI track for each of midigan's voices, which then records that voice's channel, and sends Ardour's MIDI clock to midigan where it listens to one. Tracks of these names are used again.]]
}

function factory () return function ()
	local home = ARDOUR.user_config_directory (-1)
	local common = assert (loadfile (ARDOUR.LuaAPI.build_filename (home, "midigan", "common.lua"))) ()

	-- Ardour's own MIDI ports by name, and the one of its clock.
	local engine = Session:engine ()
	local function own_ports ()
		local _, found = engine:get_ports (ARDOUR.DataType ("midi"), ARDOUR.PortList ())
		local own, clock = {}, nil
		for port in found[2]:iter () do
			own[port:name ()] = true
			if port:sends_output () and port:name ():find ("Clock", 1, true) then
				clock = port
			end
		end
		return own, clock
	end

	-- Names of other programs' MIDI ports in which "midigan" occurs.
	local function ports (direction, own)
		local _, found = engine:get_backend_ports ("", ARDOUR.DataType ("midi"), direction, C.StringVector ())
		local named = {}
		for name in found[4]:iter () do
			if name:lower ():find ("midigan", 1, true) and not own[name:match (":(.*)$")] then
				named[#named + 1] = name
			end
		end
		return named
	end

	common.act (function ()
		local own, clock = own_ports ()
		local sources = ports (ARDOUR.PortFlags.IsOutput, own)
		if #sources == 0 then
			return ("There is no port of midigan's. Start 'midigan live --virtual%s' in a terminal, then "
				.. "again."):format (engine:current_backend_name () == "JACK" and " --backend jack" or "")
		end
		-- Which tracks there are and on which channels, a clip tells.
		local answer, trouble = common.generate (common.choices (Session), { "--bars", 1 })
		if not answer then
			return trouble
		end
		local tracks, told = common.recording_tracks (Session, answer)
		for _, track in ipairs (tracks) do
			for _, source in ipairs (sources) do
				track:input ():midi (0):connect (source)
			end
		end
		local clocked = {}
		for _, target in ipairs (clock and ports (ARDOUR.PortFlags.IsInput, own) or {}) do
			if clock:connect (target) == 0 then
				clocked[#clocked + 1] = target
			end
		end
		if #clocked > 0 then
			ARDOUR.config ():set_send_midi_clock (true)
		end
		return ("These tracks are armed to record from %s:\n%s\n\n%s"):format (table.concat (sources, ", "),
			told,
			#clocked > 0 and "Ardour sends its MIDI clock to " .. table.concat (clocked, ", ") .. "."
			or "midigan keeps its own time (midigan live --sync midi follows Ardour's clock).")
	end)
end end

function icon (params) return function (ctx, width, height, fg)
	local txt = Cairo.PangoLayout (ctx, "ArdourMono " .. math.ceil (height / 3) .. "px")
	txt:set_text ("mg\n~")
	local tw, th = txt:get_pixel_size ()
	ctx:set_source_rgba (ARDOUR.LuaAPI.color_to_rgba (fg))
	ctx:move_to (.5 * (width - tw), .5 * (height - th))
	txt:show_in_cairo_context (ctx)
end end
