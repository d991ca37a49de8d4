"""Piano-roll pictures: notes as rounded bars, one colour a track."""

from midigan.pictures.looks import COLOURS
from midigan.pictures.sheets import draw_phrases, draw_roll, save_picture

__all__ = ["COLOURS", "draw_phrases", "draw_roll", "save_picture"]
