"""Small MIDI files as bytes, sound ones and damaged ones, for tests of reading."""


def number(value):
    """A variable-length quantity."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def on(pitch, *, after=0, channel=0, velocity=80):
    return number(after) + bytes([0x90 | channel, pitch, velocity])


def off(pitch, *, after=240, channel=0):
    return number(after) + bytes([0x80 | channel, pitch, 0])


def notes(count, *, first=60, ticks=240, channel=0):
    """Notes one after another, a semitone apart."""
    pitches = [first + i % 12 for i in range(count)]
    return b"".join(on(p, channel=channel) + off(p, after=ticks, channel=channel) for p in pitches)


def meta(kind, payload, *, after=0):
    return number(after) + bytes([0xFF, kind]) + number(len(payload)) + payload


def name(text):
    return meta(3, text.encode())


def program(number_, *, channel=0):
    return bytes([0, 0xC0 | channel, number_])


def tempo(mspq, *, after=0):
    return meta(0x51, mspq.to_bytes(3, "big"), after=after)


def meter(numerator, denominator, *, after=0):
    return meta(0x58, bytes([numerator, denominator.bit_length() - 1, 24, 8]), after=after)


END = b"\x00\xff\x2f\x00"


def chunk(events, *, length=None):
    events += END
    length = len(events) if length is None else length
    return b"MTrk" + length.to_bytes(4, "big") + events


def header(kind=1, tracks=1, ppq=480):
    return b"MThd\0\0\0\6" + b"".join(n.to_bytes(2, "big") for n in (kind, tracks, ppq))


def midi(*tracks, kind=1, ppq=480):
    """A file of tracks, each the bytes of its events without the end."""
    return header(kind, len(tracks), ppq) + b"".join(chunk(events) for events in tracks)
