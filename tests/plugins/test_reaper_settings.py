"""The settings of the plug-in for REAPER, in a stand-in of the ReaScript functions it calls."""

import pytest
from reaper import INSERT, REROLL, SETTINGS, answers, run_reaper

SELECT_ONE = "for number, item in ipairs (world.project.items) do item.selected = number == 1 end "


def inputs(*texts):
    """The stand-in's user types these into its windows, one after the other."""
    typed = ", ".join("false" if text is None else f'"{text}"' for text in texts)
    return f"world.inputs = {{ {typed} }}"


def words(tmp_path):
    """What midigan was called with last."""
    return (tmp_path / "words").read_text().splitlines()


def test_settings_add_the_actions_and_are_kept(resources, midigan, tiny_generator, tmp_path):
    state = inputs(midigan, f"4\\nB minor\\n{tiny_generator}")
    settings, _ = run_reaper(resources, SETTINGS + INSERT, state=state)
    assert settings["asked"] == ["", "8\n\n"]
    assert len(settings["listed"]) == 3
    assert settings["said"] == settings["undo"] == []
    *_, answer = answers(tmp_path)
    assert answer["bars"] == 4
    assert "--key=B minor" in words(tmp_path)
    assert words(tmp_path)[-1] == str(tiny_generator)


def test_a_genre_is_asked_for_where_the_generator_has_some(
    resources, midigan, tiny_genres, tiny_generator, tmp_path
):
    state = inputs(
        *(midigan, f"2\\n\\n{tiny_genres}", "Bright=2,Deep=1"),
        *(midigan, f"2\\n\\n{tiny_generator}"),
    )
    scenario = SETTINGS + INSERT + SELECT_ONE + SETTINGS + REROLL
    asked, inserted, again, rolled = run_reaper(resources, scenario, state=state)
    assert asked["titles"][2] == "Genres: Bright, Deep, or several, like Bright=2,Deep=1."
    assert len(asked["asked"]) == 3
    # The other generator has none, and what was chosen of this one is gone.
    assert len(again["asked"]) == 5
    assert again["state"] == {
        **asked["state"],
        "midigan/choices": again["state"]["midigan/choices"],
    }
    assert "genre" not in again["state"]["midigan/choices"]
    told = answers(tmp_path)
    assert told[2]["genre"] == {"Deep": pytest.approx(1 / 3), "Bright": pytest.approx(2 / 3)}
    # An item is rolled anew as it was made, whatever was set since.
    assert told[-1]["genre"] == told[2]["genre"]
    assert told[-1]["seed"] == told[2]["seed"]
    assert inserted["said"] == rolled["said"] == []


def test_attributes_are_asked_for_where_the_generator_has_some(resources, midigan, tmp_path):
    state = inputs(midigan, "2\\n\\n", "0.5\\n-1")
    asked, _ = run_reaper(resources, SETTINGS + INSERT, state=state)
    first, second, *others = answers(tmp_path)[0]["attributes"]
    assert asked["titles"][2] == "Attributes: from -1, less than usual, to 1, more."
    assert asked["asked"][2] == "\n" * (1 + len(others))
    turned = [word for word in words(tmp_path) if word.startswith("--attribute")]
    assert sorted(turned) == sorted([f"--attribute={first}=0.5", f"--attribute={second}=-1"])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["many\\n\\n"], "Bars are a whole number from 1 on. Nothing was changed."),
        (["2\\nH\\n"], "midigan says: "),
        (["2\\n\\nnobody"], "midigan says: no generator 'nobody'"),
        (["2\\n\\n{genres}", "Loud"], "midigan says: "),
        ([None], None),
        (["2\\n\\n{genres}", None], None),
    ],
)
def test_settings_that_cannot_be_are_not_kept(typed, said, resources, midigan, tiny_genres):
    texts = [text and text.format(genres=tiny_genres) for text in typed]
    (shown,) = run_reaper(resources, SETTINGS, state=inputs(midigan, *texts))
    assert "midigan/choices" not in shown["state"]
    assert len(shown["said"]) == (said is not None)
    assert all(text.startswith(said) and "othing was changed" in text for text in shown["said"])
