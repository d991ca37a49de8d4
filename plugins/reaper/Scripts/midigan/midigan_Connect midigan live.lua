-- @description midigan: connect midigan live
-- @version 0.1
-- @author midigan
-- @about
--   Lets a track for each of midigan's voices record that voice's channel of the MIDI input to
--   which 'midigan live' plays. Tracks of these names are used again.

local folder = select (2, reaper.get_action_context ()):match ("^.*[/\\]")
local common = assert (loadfile (folder .. "common.lua")) (folder)

-- REAPER's MIDI inputs whose names hold a text: number by name, and all names.
local function inputs (text)
	local found, names = {}, {}
	for number = 0, reaper.GetNumMIDIInputs () - 1 do
		local present, name = reaper.GetMIDIInputName (number, "")
		if present then
			names[#names + 1] = name
			if name:lower ():find (text:lower (), 1, true) then
				found[#found + 1] = { number = number, name = name }
			end
		end
	end
	return found, names
end

-- The input to which midigan plays: one called so, or the one that the user names.
local function input ()
	local found = inputs ("midigan")
	if found[1] then
		return found[1]
	end
	local _, names = inputs ("")
	local ok, name = reaper.GetUserInputs ("midigan", 1,
		"MIDI input that midigan plays to:,extrawidth=200,separator=\n", common.setting ("input"))
	found = ok and name ~= "" and inputs (name) or {}
	if found[1] then
		common.set ("input", name)
		return found[1]
	end
	return nil, "There is no such MIDI input, and nothing was changed. Start 'midigan live', then "
		.. "enable the port to which it plays in Preferences > Audio > MIDI Inputs (in older versions "
		.. "MIDI Devices). There are: " .. (names[1] and table.concat (names, ", ") or "none") .. "."
end

common.act (function ()
	local source, missing = input ()
	if not source then
		return missing
	end
	local command, trouble = common.command ()
	if not command then
		return trouble
	end
	-- Which tracks there are and on which channels, a clip tells.
	local answer, wrong = common.generate (command, common.choices (), { "--bars", 1 })
	if not answer then
		return wrong
	end
	local told = {}
	local failed = common.change ("midigan: connect live", function ()
		for _, voice in ipairs (answer.clips[1].tracks) do
			local track = common.track_named (voice.name)
			-- 4096 says MIDI; the device from bit 5 on, below it the channel, counted from 1.
			reaper.SetMediaTrackInfo_Value (track, "I_RECINPUT",
				4096 | source.number << 5 | voice.channel + 1)
			reaper.SetMediaTrackInfo_Value (track, "I_RECMODE", 0)
			reaper.SetMediaTrackInfo_Value (track, "I_RECMON", 1)
			reaper.SetMediaTrackInfo_Value (track, "I_RECARM", 1)
			told[#told + 1] = ("%s: channel %d"):format (voice.name, voice.channel + 1)
		end
	end)
	return failed or ("These tracks are armed to record from %s:\n%s\n\nTo play in REAPER's time, start "
		.. "'midigan live --sync midi' and let REAPER send its clock there: Preferences > Audio > MIDI "
		.. "Outputs (in older versions MIDI Devices), double-click the port, tick 'Send clock/SPP to "
		.. "this device'."):format (
		source.name, table.concat (told, "\n"))
end)
