"""Coverage-guided fuzzing of everything that reads a file, with atheris (libFuzzer).

    python tests/fuzz.py midi -max_total_time=1800 [FOLDER_OF_SEEDS]

Whatever the bytes, a reader returns sound music or raises a MidiganError, within seconds and
within memory. The first input that does anything else is kept as crash-HASH, slow-HASH or
oom-HASH, and the exit status is not 0. libFuzzer's options follow the target's name.
"""

from __future__ import annotations

import contextlib
import io
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import atheris
import numpy as np
from midi_bytes import meta, meter, midi, name, notes, off, on, program, tempo

# What counts as covered is midigan's own code.
with atheris.instrument_imports(include=["midigan"]):
    from midigan.errors import MidiganError
    from midigan.files.dense import load_dense
    from midigan.files.encoding.encode import encode
    from midigan.files.writers.write import write_midi
    from midigan.generator_info import GeneratorInfo
    from midigan.layout import load_layout
    from midigan.live.processes.composer_messages import Ask, Note, Phrase
    from midigan.live.processes.wire import pack, unpack
    from midigan.sets.phrase_set import PhraseSet
    from midigan.song import NOTE, Song

BAND, SATB = load_layout("band"), load_layout("satb")

#: Where inputs become files. libFuzzer ends without cleaning up: with TMPDIR=/dev/shm they
#: stay in memory, and go with it.
SCRATCH = Path(tempfile.mkdtemp(prefix="midigan-fuzz-"))


def midi_file(data: bytes) -> None:
    """Encode bytes as a MIDI file; what comes out is sound, and comes back from a file."""
    phrases = encode([_file("song.mid", data)], BAND, meter="pad", pedal=True)[0]
    song = next(phrases.songs())
    ends = song.notes["start"] + song.notes["length"]
    assert song.notes["length"].min() > 0
    assert ends.max() <= song.bars * BAND.steps
    assert np.all(np.diff(song.notes["start"]) >= 0)
    if len(song.notes) < 200 and song.bars < 200 and _bars_are_whole_steps(song):
        again = SCRATCH / "again.mid"
        write_midi(song, BAND, again)
        back = next(encode([again], BAND, meter="pad", align="file")[0].songs())
        assert np.array_equal(_sounding(back), _sounding(song)), "the notes changed on their way"


def printed_score(data: bytes) -> None:
    """Encode text as a printed score; its first byte says in which notation.

    music21 takes for ever over some texts; midigan gives up a file that takes too long.
    """
    suffix = ("abc", "krn", "musicxml", "mxl")[data[0] % 4] if data else "abc"
    file = _file(f"score.{suffix}", data[1:])
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(2)
    try:
        encode([file], SATB, meter="pad")
    finally:
        signal.alarm(0)


def jsb_arrays(data: bytes) -> None:
    """Encode bytes as an `.npz` of JSB chorales."""
    encode([_file("jsb.npz", data)], SATB, meter="pad")


def phrase_set(data: bytes) -> None:
    """Load bytes as a phrase set, and render it."""
    PhraseSet.load(_file("set.npz", data)).phrases(slice(0, 4))


def dense_array(data: bytes) -> None:
    """Load bytes as a dense array."""
    load_dense(_file("dense.npy", data))


def layout_file(data: bytes) -> None:
    """Load bytes as a layout of one's own."""
    load_layout(str(_file("own.toml", data)))


def metadata(data: bytes) -> None:
    """Read text as a generator's description of itself."""
    GeneratorInfo.from_json(data.decode("utf-8", "replace"))


def message(data: bytes) -> None:
    """Read a line as a message between the processes of a live session."""
    unpack(data)


def _give_up(*_: object) -> None:
    raise MidiganError("it takes too long")


def _file(name: str, data: bytes) -> Path:
    path = SCRATCH / name
    path.write_bytes(data)
    return path


def _bars_are_whole_steps(song: Song) -> bool:
    """Whether a file can say where each bar begins: 3/32 ends inside a step of 1/16."""
    meters = song.meters
    return bool(np.all(16 * meters["numerator"].astype(int) % meters["denominator"] == 0))


def _sounding(song: Song) -> np.ndarray:
    """All columns of a song's notes, to compare."""
    return song.notes[["start", "length", "track", "pitch", "velocity"]]


def _midi_seeds() -> list[bytes]:
    conductor = name("song") + tempo(500_000) + meter(3, 4) + tempo(400_000, after=960)
    running = on(60) + b"\x78\x3c\x00" + b"\x00\x40\x50\x78\x40\x00"
    pedal = b"\x00\xb0\x40\x7f" + notes(3) + b"\x00\xb0\x40\x00"
    drums = program(5, channel=9) + notes(4, first=36, channel=9)
    sysex = b"\x00\xf0\x0a\x41\x10\x42\x12\x40\x11\x15\x02\x18\xf7" + notes(4, channel=1)
    hanging = on(60) + off(61) + on(62, after=2**27)
    sound = midi(conductor, name("Bass") + program(33, channel=1) + notes(8, channel=1), drums)
    return [
        sound,
        b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + sound,
        midi(running + meta(0x58, b"\x06\x03\x18\x08") + pedal, kind=0, ppq=96),
        midi(sysex, hanging, kind=1, ppq=1),
        sound[:-20],
    ]


def _printed_seeds() -> list[bytes]:
    abc = b"\0X:1\nT:tune\nM:4/4\nL:1/8\nK:D\n|:DFAd fdAF|G2B2 z4:|\n"
    kern = b"\x01**kern\t**kern\n*M4/4\t*M4/4\n=1\t=1\n4c\t4e\n4d\t4f\n2.e\t2g\n==\t==\n*-\t*-\n"
    xml = (
        b"\x02<?xml version='1.0'?><score-partwise><part-list><score-part id='P1'><part-name>A"
        b"</part-name></score-part></part-list><part id='P1'><measure number='1'><attributes>"
        b"<divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"
        b"</attributes><note><pitch><step>C</step><octave>4</octave></pitch><duration>4"
        b"</duration></note></measure></part></score-partwise>"
    )
    drums = (
        b"\x02<score-partwise><part-list><score-part id='K'><part-name>Kit</part-name>"
        b"<midi-instrument id='I'><midi-unpitched>37</midi-unpitched></midi-instrument>"
        b"</score-part></part-list><part id='K'><measure number='1'><attributes><divisions>1"
        b"</divisions></attributes><note><unpitched><display-step>F</display-step>"
        b"<display-octave>4</display-octave></unpitched><duration>4</duration>"
        b"<instrument id='I'/></note></measure></part></score-partwise>"
    )
    return [abc, kern, xml, drums]


def _layout_seeds() -> list[bytes]:
    folder = Path(load_layout.__code__.co_filename).parent / "layouts"
    return [file.read_bytes() for file in sorted(folder.glob("*.toml"))]


def _songs_of_objects() -> np.ndarray:
    songs = np.empty(2, object)
    songs[:] = [np.full((32, 4), pitch) for pitch in (60.0, 62.0)]
    return songs


def _npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _saved(save: Callable[[PhraseSet, Path], None]) -> bytes:
    rows = np.array([(0, 4, 0, 60, 80), (16, 8, 3, 40, 70)], NOTE)
    song = Song("song", rows, np.full(2, SATB.steps, np.uint16))
    path = SCRATCH / "seed.npz"
    save(PhraseSet.from_songs([song], SATB), path)
    return path.read_bytes()


#: Each reader, and inputs to begin with.
TARGETS: dict[str, tuple[Callable[[bytes], None], Callable[[], list[bytes]]]] = {
    "midi": (midi_file, _midi_seeds),
    "score": (printed_score, _printed_seeds),
    "jsb": (jsb_arrays, lambda: [_npz(train=_songs_of_objects())]),
    "set": (phrase_set, lambda: [_saved(PhraseSet.save)]),
    "dense": (dense_array, lambda: [_npy(np.ones((1, 4, 2, 16, 84), np.int8))]),
    "layout": (layout_file, _layout_seeds),
    "metadata": (metadata, lambda: [GeneratorInfo(SATB).to_json().encode()]),
    "message": (message, lambda: [pack(Ask(1)), pack(Phrase(1, [Note(0, 1, 2, 60, 80)]))]),
}


def main() -> None:
    """Fuzz the target that is named until libFuzzer's options say stop."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: python tests/fuzz.py {'|'.join(TARGETS)} [libFuzzer options] [seeds]")
    target, seeds = TARGETS[sys.argv[1]]
    warnings.simplefilter("ignore")
    corpus = SCRATCH / "seeds"
    corpus.mkdir()
    for number, seed in enumerate(seeds()):
        (corpus / str(number)).write_bytes(seed)

    def one_input(data: bytes) -> None:
        with contextlib.suppress(MidiganError):
            target(data)

    # Far above what any reader needs, even on a busy machine. What atheris itself keeps grows
    # by a tenth of a megabyte an input; without it memory stays as it is.
    limits = ["-timeout=10", "-rss_limit_mb=8000", "-print_final_stats=1"]
    # With a file that was kept, libFuzzer runs that alone.
    alone = any(Path(argument).is_file() for argument in sys.argv[2:])
    own = [] if alone else [str(corpus)]
    atheris.Setup([sys.argv[0], *limits, *sys.argv[2:], *own], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
