"""The errors that midigan raises on purpose: one plain line each, for people.

A message says what was found, what is legal, and what to do about it. The command
line prints it and exits with 1; anything else that escapes is a defect.
"""


class MidiganError(Exception):
    """Something a user can understand and mend. Its text is one plain line."""


class SourceError(MidiganError):
    """A file that was given as music cannot be used; other files may be fine."""


class NotMusicError(SourceError):
    """A file holds no music that midigan reads: it is of another kind."""


class FormatError(MidiganError):
    """A file of midigan's own (phrase set, layout, generator, run) is not what it should be."""


class PortError(MidiganError):
    """A MIDI port, or the system's MIDI service, is not there or went away."""
