-- @description midigan: settings
-- @version 0.1
-- @author midigan
-- @about
--   Adds midigan's other actions to the list of actions, and asks for what they need: bars,
--   key, generator, what else that generator lets the user choose, and where midigan is.

local folder = select (2, reaper.get_action_context ()):match ("^.*[/\\]")
local common = assert (loadfile (folder .. "common.lua")) (folder)

local ACTIONS = {
	"midigan_Insert bars at the edit cursor.lua",
	"midigan_Re-roll the selected items.lua",
	"midigan_Connect midigan live.lua",
}

-- Asks for some texts in one window; nil if the user cancels it. What is empty is not there.
--   fields: a name and a caption each
local function ask (title, fields, known)
	local captions, values = {}, {}
	for place, field in ipairs (fields) do
		captions[place] = field[2] .. ":"
		values[place] = known[field[1]] or ""
	end
	local ok, given = reaper.GetUserInputs (title, #fields,
		table.concat (captions, ",") .. ",extrawidth=300,separator=\n", table.concat (values, "\n"))
	if not ok then
		return nil
	end
	local found, place = {}, 0
	for line in (given .. "\n"):gmatch ("([^\n]*)\n") do
		place = place + 1
		local text = line:match ("^%s*(.-)%s*$")
		found[fields[place][1]] = text ~= "" and text or nil
	end
	return found
end

common.act (function ()
	for number, name in ipairs (ACTIONS) do
		-- Adding again what is in the list changes nothing; the last one is written down.
		reaper.AddRemoveReaScript (true, 0, folder .. name, number == #ACTIONS)
	end
	local trouble, cancelled = common.ask_command ()
	if trouble or cancelled then
		return trouble
	end
	local command, missing = common.command ()
	if not command then
		return missing
	end
	local known = common.choices ()
	known.bars = known.bars or "8"
	-- The generator last: what REAPER takes for a quotation mark in it then disturbs no other field.
	local chosen = ask ("midigan (empty: its own choice)",
		{ { "bars", "Bars" }, { "key", "Key" }, { "generator", "Generator" } }, known)
	if not chosen then
		return
	end
	local bars = math.tointeger (tonumber (chosen.bars))
	if not bars or bars < 1 then
		return "Bars are a whole number from 1 on. Nothing was changed."
	end
	chosen.bars = bars
	-- What else there is to choose, a clip tells.
	local answer, wrong = common.generate (command, chosen, { "--bars", 1 })
	if not answer then
		return wrong
	end
	local genres, attributes, about = common.answer.choices (answer)
	local fields = genres and { { "genre", "Genre" } } or {}
	for _, name in ipairs (attributes) do
		fields[#fields + 1] = { name, name }
	end
	if #fields > 0 then
		local more = ask (about, fields, known)
		if not more then
			return
		end
		for name, text in pairs (more) do
			chosen[name] = text
		end
		answer, wrong = common.generate (command, chosen, { "--bars", 1 })
		if not answer then
			return wrong
		end
	end
	common.choose (chosen)
end)
