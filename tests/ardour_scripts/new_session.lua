-- Makes an empty session: ardour7-lua new_session.lua NEW_SESSION_FOLDER
local name = arg[1]:match ("([^/]+)$")
assert (AudioEngine:set_backend ("JACK", "ardour", ""), "no backend")
local session = create_session (arg[1], name, 48000)
assert (session and session:save_state ("") == 0)
close_session ()
quit ()
