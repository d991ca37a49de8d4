"""Files in and out: MIDI, corpora, arrays, audio."""
