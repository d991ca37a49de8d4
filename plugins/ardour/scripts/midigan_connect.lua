ardour {
	["type"] = "EditorAction",
	name = "midigan: connect midigan live",
	author = "midigan",
	license = "MIT",
	description = [[Connects the port of a running 'midigan live --virtual' to every selected MIDI track, or to all of them if none is selected, and Ardour's MIDI clock to midigan where it listens to one.]]
}

function factory () return function ()
	local function say (text)
		LuaDialog.Message ("midigan", text, LuaDialog.MessageType.Info, LuaDialog.ButtonType.Close):run ()
	end

	-- Names of other programs' MIDI ports in which "midigan" occurs.
	local function ports (direction)
		local _, found = AudioEngine:get_backend_ports ("", ARDOUR.DataType ("midi"), direction, C.StringVector ())
		local named = {}
		for name in found[4]:iter () do
			if name:lower ():find ("midigan", 1, true) and not name:find ("^ardour:") then
				named[#named + 1] = name
			end
		end
		return named
	end

	local sources = ports (ARDOUR.PortFlags.IsOutput)
	if #sources == 0 then
		say ("There is no port of midigan's. Start 'midigan live --virtual' in a terminal, then again.")
		return
	end

	local tracks, of_all = {}, {}
	local selected = Editor:get_selection ().tracks:routelist ()
	for route in (selected:size () > 0 and selected or Session:get_tracks ()):iter () do
		local track = route:to_track ()
		if not track:isnil () and not track:to_midi_track ():isnil () then
			tracks[#tracks + 1] = track
		end
	end
	for _, track in ipairs (tracks) do
		for _, source in ipairs (sources) do
			track:input ():midi (0):connect (source)
		end
		of_all[#of_all + 1] = track:name ()
	end
	local clocked = {}
	for _, target in ipairs (ports (ARDOUR.PortFlags.IsInput)) do
		if AudioEngine:connect ("ardour:MIDI Clock out", target) == 0 then
			clocked[#clocked + 1] = target
		end
	end
	say (("%s now plays into: %s.\n%s"):format (table.concat (sources, ", "),
		#of_all > 0 and table.concat (of_all, ", ") or "no MIDI track; make one, then again",
		#clocked > 0 and "Ardour's MIDI clock goes to " .. table.concat (clocked, ", ") .. "."
		or "midigan keeps its own time (midigan live --sync midi follows Ardour's clock)."))
end end

function icon (params) return function (ctx, width, height, fg)
	local txt = Cairo.PangoLayout (ctx, "ArdourMono " .. math.ceil (height / 3) .. "px")
	txt:set_text ("mg\n~")
	local tw, th = txt:get_pixel_size ()
	ctx:set_source_rgba (ARDOUR.LuaAPI.color_to_rgba (fg))
	ctx:move_to (.5 * (width - tw), .5 * (height - th))
	txt:show_in_cairo_context (ctx)
end end
