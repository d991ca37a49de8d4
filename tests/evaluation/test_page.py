"""The report as a page: whole, of itself alone, and with nothing in it that HTML would misread."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from by_hand import REST, layout_of, phrase
from test_report import own_music

from midigan.evaluation.neighbours import Nearest
from midigan.evaluation.page import page, write_page
from midigan.evaluation.page_charts import bar, density_chart, fixed
from midigan.evaluation.page_rolls import roll_pair
from midigan.evaluation.pairs import closest_rows, median_row, place_of
from midigan.evaluation.report import evaluate
from midigan.generator import Generator

ALONE = {"meta", "line", "rect", "polyline", "polygon", "br"}


class Checked(HTMLParser):
    """Fails at a tag that is closed and was not open."""

    def __init__(self):
        super().__init__()
        self.open, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def checked(html):
    parser = Checked()
    parser.feed(html)
    assert parser.open == []
    return parser.tags


@pytest.fixture(scope="module")
def found(tiny_generator):
    generator = Generator.load(tiny_generator)
    known, other = (own_music(generator, 40, seed, songs=8) for seed in (0, 5))
    return evaluate(generator, other, training=known, n=40)


def test_the_page_is_whole_and_needs_nothing_else(found):
    html = page(found, "mine <& yours>")
    tags = checked(html)
    assert "mine &lt;&amp; yours&gt;" in html
    assert "script" not in tags
    assert not re.search(r"(src|href)=|url\(|@import", html)
    assert "nan" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL).lower().split()
    for name in found.generated.headline.metrics:
        assert f"<td>{name}</td>" in html
    # As many charts as measures, one of similarity, and two rolls for each of seven pairs.
    charts = len(found.generated.headline.metrics) + len(found.generated.field.metrics) + 1
    assert tags.count("svg") == charts + 14
    assert "It copies more than chance explains" in html


def test_without_training_music_there_are_no_pairs(tiny_generator, tmp_path):
    generator = Generator.load(tiny_generator)
    found = evaluate(generator, own_music(generator), n=10)
    write_page(found, tmp_path / "r.html", "mine")
    html = (tmp_path / "r.html").read_text("utf-8")
    checked(html)
    assert "Copies" not in html


def test_a_density_is_drawn_where_values_are():
    chart = density_chart((np.zeros(9), np.linspace(-1, 1, 9), np.full(3, np.nan)), "x")
    assert chart.count("<polyline") == 2
    points = re.search(r'polyline class="own" points="([^"]*)"', chart)[1].split()
    x, y = np.array([point.split(",") for point in points], float).T
    assert x[y.argmin()] == pytest.approx(130, abs=3)
    assert y.max() <= 80


def test_what_never_varies_is_said_in_words():
    assert "always 0.5" in density_chart((np.full(4, 0.5),) * 3, "x")
    assert "undefined" in density_chart((np.full(4, np.nan),) * 3, "x")


def test_bars_and_figures():
    assert "width:50.0%" in bar(0.5, 0.75)
    assert "left:75.0%" in bar(0.5, 0.75)
    assert "<i" not in bar(0.5, None)
    assert (fixed(-0.25), fixed(float("nan"))) == ("\u22120.250", "\u2013")


def test_rolls_show_what_two_phrases_share():
    one, two = phrase([60, 60, 62, 62], [40, 40, 40, 40]), phrase([60, 60, 64, 64], [40] * 4)
    rolls = roll_pair(one[0], two[0], layout_of(one))
    for roll in rolls:
        assert roll.count('class="track t0"') == roll.count('class="track t1"') == 1
        assert roll.count('class="track t0 differs"') == 1
    assert re.search(r'viewBox="[^"]*"', rolls[0])[0] == re.search(r'viewBox="[^"]*"', rolls[1])[0]
    silent = np.zeros_like(one[0])
    checked(roll_pair(silent, silent, layout_of(one))[0])


def test_drums_have_rows_of_their_own_below_the_pitches():
    cells = phrase([60, 60, 60, 60], [60, REST, 40, REST])
    roll, _ = roll_pair(cells[0], cells[0], layout_of(cells, drums=(1,)))
    tops = [float(y) for y in re.findall(r'class="track[^>]* y="([0-9.]+)"', roll)]
    # 60 with two rows above and below it, a free one, and two rows of drums: highest first.
    assert tops == pytest.approx([10.3, 30.3, 35.3])
    assert 'viewBox="-1 0 50.0 40.0"' in roll


def test_pairs_are_the_most_similar_with_a_neighbour_each():
    phrases = np.concatenate([phrase(line) for line in ([60] * 4, [60, 61, 62, 63], [60] * 4)])
    near = Nearest(np.array([1.0, 1.0, 0.5]), np.array([3, 4, 4]), np.zeros(3, int))
    assert closest_rows(phrases, near, 3) == [1, 0]
    assert median_row(near) == 0


def test_places_are_counted_from_one(tiny_generator):
    music = own_music(Generator.load(tiny_generator), 8, songs=2)
    assert [place_of(music, n) for n in (0, 1, 4)] == ["0, bar 1", "0, bar 3", "1, bar 1"]
