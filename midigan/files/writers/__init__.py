"""Songs and corpora as files: MIDI, MusicXML, audio."""
