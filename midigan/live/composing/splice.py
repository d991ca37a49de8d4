"""Two versions of a phrase in one: what was being played, and from a bar line on what is to be."""

from __future__ import annotations

from midigan.live.processes.composer_messages import Phrase


def spliced(before: Phrase, after: Phrase, line: int, early: int) -> Phrase:
    """`before` up to a bar line, and `after` from there on.

    line: in ticks from the phrase's beginning. early: notes of the bar begin at most so many ticks
    before it, as feel has them. What sounds over the line goes on if it does in both, else it ends
    there, and what sounds over it in `after` alone begins there.
    """
    begun = [note for note in before.notes if note.start < line - early]
    over = {
        (note.track, note.pitch): note
        for note in after.notes
        if note.start < line - early and note.start + note.length > line
    }
    kept = []
    for note in begun:
        end = note.start + note.length
        if end > line:
            same = over.pop((note.track, note.pitch), None)
            end = same.start + same.length if same else line
        kept.append(note._replace(length=end - note.start))
    late = [
        note._replace(start=line, length=note.start + note.length - line, tied=False)
        for note in over.values()
    ]
    new = [note for note in after.notes if note.start >= line - early]
    return Phrase(before.number, [*kept, *late, *new])
