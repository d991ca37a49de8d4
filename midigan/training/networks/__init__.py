"""Generators and critics: the published MuseGAN's, and midigan's own."""
