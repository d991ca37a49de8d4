-- Ardour's engine without its face: sends MIDI clock, and does what it is told.
--   ardour7-lua clock.lua SESSION_FOLDER NAME_OF_SESSION
-- Says "ready", then takes a line each: roll, stop, jump FRAME, loop, end.

local UI = ARDOUR.TransportRequestSource.TRS_UI

assert (AudioEngine:set_backend ("JACK", "ardour", ""), "no backend")
local session = load_session (arg[1], arg[2])
assert (session, "no session")
ARDOUR.config ().send_midi_clock = true
ARDOUR.LuaAPI.usleep (500000)
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
	elseif word == "end" then
		break
	end
	print ("did " .. line)
	io.stdout:flush ()
end
close_session ()
quit ()
