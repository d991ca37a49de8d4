"""Phrase sets: songs of grid notes in columns, in memory, in a file, or mapped from disk."""
