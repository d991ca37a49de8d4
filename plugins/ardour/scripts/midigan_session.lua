ardour {
	["type"] = "SessionInit",
	name = "midigan: a track for each voice",
	description = [[A MIDI track for each of midigan's voices, armed, which records that voice's channel alone. 'midigan: connect midigan live' then connects them.]],
	master_bus = 2
}

function factory () return function ()
	local home = ARDOUR.user_config_directory (-1)
	local common = assert (loadfile (ARDOUR.LuaAPI.build_filename (home, "midigan", "common.lua"))) ()

	common.act (function ()
		local given = LuaDialog.Dialog ("midigan", {
			{ type = "entry", key = "generator", title = "Generator, a name or a file (empty: midigan's own)",
				default = "" },
		}):run ()
		if not given then
			return
		end
		local chosen = common.texts (given)
		local answer, trouble = common.generate (chosen, { "--bars", 1 })
		if not answer then
			return trouble
		end
		common.recording_tracks (Session, answer)
		common.choose (Session, chosen)
		Session:save_state ("")
	end)
end end
