-- Records what comes in on a MIDI track, in Ardour's engine without its face.
--   ardour7-lua record.lua NEW_SESSION_FOLDER
-- Says "port NAME" and "rolling", then records until it is sent a line, saves and ends.

local folder = arg[1]
local RATE = 48000

assert (AudioEngine:set_backend ("JACK", "ardour", ""), "no backend")
local session = create_session (folder, "take", RATE)
assert (session, "no session")

local one = ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1)
local tracks = session:new_midi_track (
	one, one, true, ARDOUR.PluginInfo (), nil, nil, 1, "midigan",
	ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
local track = tracks:front ()
track:rec_enable_control ():set_value (1, PBD.GroupControlDisposition.NoGroup)
session:maybe_enable_record ()
ARDOUR.LuaAPI.usleep (500000)
session:request_roll (ARDOUR.TransportRequestSource.TRS_UI)
while not session:transport_rolling () do ARDOUR.LuaAPI.usleep (20000) end
print ("port ardour:" .. track:input ():midi (0):name ())
print ("rolling")
io.stdout:flush ()

io.read ()
session:request_stop (false, false, ARDOUR.TransportRequestSource.TRS_UI)
while session:transport_rolling () do ARDOUR.LuaAPI.usleep (20000) end
-- The butler still writes the take.
ARDOUR.LuaAPI.usleep (1000000)
assert (session:save_state ("") == 0, "not saved")
print ("saved")
close_session ()
quit ()
