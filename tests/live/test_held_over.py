"""What agenda and keys make of tied notes, whatever becomes of phrases, beside a plain account."""

from collections import defaultdict
from itertools import count

from hypothesis import example, given, settings
from hypothesis import strategies as st

from midigan.live.agenda import Agenda, Placed
from midigan.live.sounding import Sounding

PHRASE, PHRASES = 8, 4
SONG = PHRASE * PHRASES

#: (start and length within the phrase, track, pitch, tied). Tracks 0 and 1 share a channel.
NOTES = st.lists(
    st.tuples(
        st.integers(0, PHRASE - 1),
        st.sampled_from([1, 3, PHRASE]),
        st.integers(0, 2),
        st.sampled_from([60, 61]),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda note: note[2:],
)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, PHRASES - 1), NOTES),
        st.tuples(st.just("go"), st.integers(1, PHRASE + 1)),
        st.tuples(st.just("move"), st.integers(0, SONG)),
        st.tuples(st.just("drop"), st.integers(0, PHRASES - 1)),
        st.tuples(st.just("lift")),
    ),
    max_size=20,
)


def placed(number, notes):
    """Notes of a phrase in the song, none beyond its end; ties of those that begin soon."""
    begin = number * PHRASE
    return [
        Placed(
            begin + start,
            begin + min(start + length, PHRASE),
            track,
            track // 2,
            pitch,
            80,
            begin if tied and start < 3 else None,
        )
        for start, length, track, pitch, tied in notes
    ]


class Player:
    """Agenda and keys as the player uses them."""

    def __init__(self):
        self.sent, self.now = defaultdict(list), 0
        self.agenda, self.keys = Agenda(), Sounding(self._send)

    def _send(self, track, status, data, _):
        if track >= 0:
            self.sent[status & 0x0F, data].append((self.now, status & 0xF0, track))

    def put(self, number, notes):
        self.agenda.put(number, placed(number, notes))

    def go(self, ticks):
        for tick in range(self.now, self.now + ticks):
            self.now = tick
            self.keys.play(self.keys.foresee(self.agenda.take(tick)))
        self.now += 1

    def move(self, tick):
        self.keys.lift_all()
        self.agenda.move(tick)
        self.now = tick

    def drop(self, number):
        self.agenda.keep(lambda kept: kept != number)

    def lift(self):
        self.keys.lift_all()


class Account:
    """The same, tick by tick, from what phrases say alone."""

    def __init__(self):
        self.sent, self.now = defaultdict(list), 0
        self.pages, self.since = {}, {}
        self.down = {}  # by channel and pitch: who, track, end
        self.who = count(1)

    def _off(self, key):
        self.sent[key].append((self.now, 0x80, self.down.pop(key)[1]))

    def put(self, number, notes):
        before = self.pages.get(number, [])
        same = {note[2:5]: who for who, note in before if note.tied_tick is not None}
        self.pages[number] = [
            (same.get(note[2:5], own) if note.tied_tick is not None else own, note)
            for own, note in zip(self.who, placed(number, notes), strict=False)
        ]
        self.since[number] = self.now

    def go(self, ticks):
        for tick in range(self.now, self.now + ticks):
            self.now = tick
            played = sorted(
                (who, note)
                for number, page in self.pages.items()
                for who, note in page
                if self.since[number] <= tick
            )
            for who, note in played:
                key = note.channel, note.pitch
                if note.tied_tick == tick and self.down.get(key, ())[1:] == (note.track, tick):
                    self.down[key] = who, note.track, note.end_tick
            for key in [key for key, (_, _, end) in self.down.items() if end == tick]:
                self._off(key)
            for who, note in played:
                key = note.channel, note.pitch
                if note.start_tick == tick and self.down.get(key, (0,))[0] != who:
                    if key in self.down:
                        self._off(key)
                    self.down[key] = who, note.track, note.end_tick
                    self.sent[key].append((tick, 0x90, note.track))
        self.now += 1

    def move(self, tick):
        self.lift()
        self.since = dict.fromkeys(self.pages, tick)
        self.now = tick

    def drop(self, number):
        self.pages.pop(number, None)

    def lift(self):
        for key in list(self.down):
            self._off(key)


def tied_over(*phrases):
    """One long note a phrase, each tied to the one before."""
    return [("put", number, [(late, PHRASE, 2, 60, True)]) for number, late in enumerate(phrases)]


@settings(max_examples=300, deadline=None)
@given(DEEDS)
@example([*tied_over(0, 0, 0, 0), ("go", SONG)])
@example([*tied_over(0, 2, 0, 1), ("go", SONG), ("move", PHRASE), ("go", SONG)])
@example([("put", 0, [(0, PHRASE, 0, 60, False)]), ("put", 1, [(0, 3, 1, 60, True)]), ("go", SONG)])
@example([*tied_over(0, 0), ("go", 4), ("lift",), ("go", SONG)])
@example([*tied_over(0, 2), ("go", 9), ("put", 1, [(2, 3, 2, 60, True)]), ("go", SONG)])
@example([*tied_over(0, 2), ("go", 9), ("put", 1, []), ("go", SONG)])
@example([*tied_over(0, 2), ("go", 9), ("drop", 1), ("go", SONG)])
def test_what_is_sent_is_what_the_phrases_say_and_every_note_ends(deeds):
    player, account = Player(), Account()
    for name, *of in [*deeds, ("go", PHRASE + 1), ("lift",)]:
        for one in (player, account):
            getattr(one, name)(*of)
    assert player.sent == account.sent
    for messages in player.sent.values():
        kinds = [status for _, status, _ in messages]
        assert kinds == [0x90, 0x80] * (len(kinds) // 2)
    assert len(player.keys) == 0
