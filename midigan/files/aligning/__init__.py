"""Bars, beats and the grid: where the music's lie, and where the steps are."""
