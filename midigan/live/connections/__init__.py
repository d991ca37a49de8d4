"""MIDI ports: which there are, and connections to them that survive what happens to ports."""
