-- Makes a session with MIDI tracks of these names: ardour7-lua new_session.lua FOLDER [NAME ...]
local name = arg[1]:match ("([^/]+)$")
assert (AudioEngine:set_backend ("JACK", "ardour", ""), "no backend")
local session = create_session (arg[1], name, 48000)
assert (session, "no session")
local one = ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1)
for number = 2, #arg do
	session:new_midi_track (one, one, true, ARDOUR.PluginInfo (), nil, nil, 1, arg[number],
		ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
end
assert (session:save_state ("") == 0)
close_session ()
quit ()
