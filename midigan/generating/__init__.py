"""Phrases from a generator: walks, candidates and joins, single lines, and attributes to turn."""
