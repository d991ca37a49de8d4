-- Makes a session with MIDI tracks of these names: ardour7-lua new_session.lua FOLDER [NAME ...]
-- In the environment, TEMPO="BEATS BPM COUNT VALUE" changes tempo and meter after so many beats, and
-- BACKEND is where its audio goes: a session that is opened elsewhere later asks about it.
local name = arg[1]:match ("([^/]+)$")
assert (AudioEngine:set_backend (os.getenv ("BACKEND"), "ardour", ""), "no backend")
local session = create_session (arg[1], name, 48000)
assert (session, "no session")
local one = ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1)
for number = 2, #arg do
	session:new_midi_track (one, one, true, ARDOUR.PluginInfo (), nil, nil, 1, arg[number],
		ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
end
local beats, bpm, count, value = (os.getenv ("TEMPO") or ""):match ("^(%d+) (%d+) (%d+) (%d+)$")
if beats then
	local map = Temporal.TempoMap.write_copy ()
	local at = Temporal.timepos_t.from_ticks (math.tointeger (beats) * Temporal.ticks_per_beat)
	map:set_meter (Temporal.Meter (tonumber (count), tonumber (value)), at)
	map:set_tempo (Temporal.Tempo (tonumber (bpm), tonumber (bpm), 4), at)
	Temporal.TempoMap.update (map)
end
assert (session:save_state ("") == 0)
close_session ()
quit ()
