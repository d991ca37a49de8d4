ardour {
	["type"] = "EditorAction",
	name = "midigan: settings",
	author = "midigan",
	license = "MIT",
	description = [[What midigan's other actions play in this session: how many bars, by which generator, in which key, and what else that generator lets you choose.]]
}

function factory () return function ()
	local home = ARDOUR.user_config_directory (-1)
	local common = assert (loadfile (ARDOUR.LuaAPI.build_filename (home, "midigan", "common.lua"))) ()

	common.act (function ()
		local known = common.choices (Session)
		local given = LuaDialog.Dialog ("midigan: settings", {
			{ type = "number", key = "bars", title = "Bars", min = 1, max = 999, step = 1, digits = 0,
				default = tonumber (known.bars) or 8 },
			{ type = "entry", key = "generator", title = "Generator, a name or a file (empty: midigan's own)",
				default = known.generator or "" },
			{ type = "entry", key = "key", title = "Key, such as D or B minor (empty: the generator's)",
				default = known.key or "" },
		}):run ()
		if not given then
			return
		end
		local chosen = common.texts (given)
		local answer, trouble = common.generate (chosen, { "--bars", 1 })
		if not answer then
			return trouble
		end
		local genres, attributes, about = common.answer.choices (answer)
		if genres or #attributes > 0 then
			local rows = { { type = "heading", title = about } }
			if genres then
				rows[2] = { type = "entry", key = "genre", title = "Genre (empty: by chance)",
					default = known.genre or "" }
			end
			for _, name in ipairs (attributes) do
				rows[#rows + 1] = { type = "number", key = name, title = name, min = -1, max = 1, step = 0.1,
					digits = 2, default = tonumber (known[name]) or 0 }
			end
			given = LuaDialog.Dialog ("midigan: settings", rows):run ()
			if not given then
				return
			end
			for name, text in pairs (common.texts (given)) do
				chosen[name] = text
			end
			answer, trouble = common.generate (chosen, { "--bars", 1 })
			if not answer then
				return trouble
			end
		end
		common.choose (Session, chosen)
	end)
end end

function icon (params) return function (ctx, width, height, fg)
	local txt = Cairo.PangoLayout (ctx, "ArdourMono " .. math.ceil (height / 3) .. "px")
	txt:set_text ("mg\n=")
	local tw, th = txt:get_pixel_size ()
	ctx:set_source_rgba (ARDOUR.LuaAPI.color_to_rgba (fg))
	ctx:move_to (.5 * (width - tw), .5 * (height - th))
	txt:show_in_cairo_context (ctx)
end end
