"""midigan: MuseGAN beside a DAW. Encode MIDI, train, and play generated bars live."""

__version__ = "0.1.0"
