-- Opens a session and says every note in it, as a line of
--   TRACK <tab> REGION <tab> REGION'S BEGINNING IN BEATS <tab> START <tab> LENGTH <tab> PITCH
--   <tab> VELOCITY <tab> CHANNEL
-- in beats from the region's own beginning, and exports each region to FOLDER/TRACK.mid.
--   ardour7-lua notes.lua SESSION_FOLDER FOLDER
local name = arg[1]:match ("([^/]+)$")
assert (AudioEngine:set_backend ("None (Dummy)", "", ""), "no backend")
local session = load_session (arg[1], name)
assert (session, "no session")
-- Ardour 7.3 gives a time in beats no other way out than its text, BEATS:TICKS.
local function beats_of (time)
	local beats, ticks = tostring (time):match ("^(%-?%d+):(%d+)$")
	return beats + ticks / Temporal.ticks_per_beat
end
for route in session:get_tracks ():iter () do
	local track = route:to_track ()
	for region in track:playlist ():region_list ():iter () do
		local midi = region:to_midiregion ()
		for note in ARDOUR.LuaAPI.note_list (midi:midi_source (0):model ()):iter () do
			print (table.concat ({ "note", route:name (), region:name (),
				region:position ():ticks () / Temporal.ticks_per_beat, beats_of (note:time ()),
				beats_of (note:length ()), note:note (), note:velocity (), note:channel () }, "\t"))
		end
		midi:do_export (arg[2] .. "/" .. route:name () .. ".mid")
	end
end
print ("done")
close_session ()
quit ()
