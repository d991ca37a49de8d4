"""Hands on the music: controllers, keys that are held, OSC."""
