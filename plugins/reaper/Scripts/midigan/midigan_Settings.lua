-- @description midigan: settings
-- @version 0.1
-- @author midigan
-- @about
--   Adds midigan's other actions to the list of actions, and asks for what they need: bars,
--   key, generator, and where midigan is.

local folder = select (2, reaper.get_action_context ()):match ("^.*[/\\]")
local common = assert (loadfile (folder .. "common.lua")) (folder)

local ACTIONS = {
	"midigan_Insert bars at the edit cursor.lua",
	"midigan_Re-roll the selected items.lua",
	"midigan_Connect midigan live.lua",
}

common.act (function ()
	for number, name in ipairs (ACTIONS) do
		-- Adding again what is in the list changes nothing; the last one is written down.
		reaper.AddRemoveReaScript (true, 0, folder .. name, number == #ACTIONS)
	end
	-- The generator last: what REAPER takes for a quotation mark in it then disturbs no other field.
	local bars = common.setting ("bars")
	local known = { bars ~= "" and bars or "8", common.setting ("key"), common.setting ("generator") }
	local ok, given = reaper.GetUserInputs ("midigan (empty: its own choice)", 3,
		"Bars:,Key:,Generator:,extrawidth=300,separator=\n", table.concat (known, "\n"))
	if not ok then
		return
	end
	local wanted, key, generator = given:match ("^%s*(.-)%s*\n%s*(.-)%s*\n%s*(.-)%s*$")
	wanted = math.tointeger (tonumber (wanted))
	if not wanted or wanted < 1 then
		return "Bars are a whole number from 1 on. Nothing was changed."
	end
	common.set ("bars", wanted)
	common.set ("key", key)
	common.set ("generator", generator)
	return common.ask_command ()
end)
