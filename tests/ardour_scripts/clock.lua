-- Ardour's engine without its face: sends MIDI clock or follows it, and does what it is told.
--   ardour7-lua clock.lua SESSION_FOLDER NAME_OF_SESSION
-- Says "ready", then takes a line each: roll, stop, jump FRAME, loop, follow BPM, where, end.
-- To "where" it says the FRAME at which its transport is.

local UI = ARDOUR.TransportRequestSource.TRS_UI

assert (AudioEngine:set_backend ("JACK", "ardour", ""), "no backend")
local session = load_session (arg[1], arg[2])
assert (session, "no session")
ARDOUR.config ().send_midi_clock = true
ARDOUR.LuaAPI.usleep (500000)
assert (AudioEngine:running (), "no longer connected")
print ("ready")
io.stdout:flush ()

for line in io.lines () do
	local word, value = line:match ("(%S+) ?(.*)")
	if word == "roll" then
		session:request_roll (UI)
	elseif word == "stop" then
		session:request_stop (false, false, UI)
	elseif word == "jump" then
		session:request_locate (
			tonumber (value), false, ARDOUR.LocateTransportDisposition.MustRoll, UI)
	elseif word == "loop" then
		session:request_play_loop (true, false)
	elseif word == "follow" then
		-- Ardour 7.3 takes a clock's tempo over with a wrong note value, unless its own changes.
		local map = Temporal.TempoMap.write_copy ()
		for _, frame in ipairs ({ 0, 3600 * 48000 }) do
			local tempo = Temporal.Tempo (tonumber (value), tonumber (value), 4)
			map:set_tempo (tempo, Temporal.timepos_t (frame))
		end
		Temporal.TempoMap.update (map)
		session:cfg ().external_sync = true
	elseif word == "where" then
		print (session:transport_sample ())
	elseif word == "end" then
		break
	end
	print ("did " .. line)
	io.stdout:flush ()
end
close_session ()
quit ()
