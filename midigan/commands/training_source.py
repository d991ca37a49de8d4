"""What train and finetune learn from: a folder or a phrase set, and what of it was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from midigan.commands.common import console, progress_bar, with_way_for_meters
from midigan.errors import MidiganError

if TYPE_CHECKING:
    from midigan.layout import Layout
    from midigan.sets.phrase_set import PhraseSet

#: What takes songs in other meters.
_WAY = "midigan encode --meter pad"


def open_source(
    source: str, layout: Layout | None, *, fixed: bool = False, hint: str = ""
) -> PhraseSet:
    """Encode a folder, or load a phrase set, saying what was used and what was left out.

    fixed: whether bars must be the layout's; else they are longer or shorter where no song is
        in its meter. hint: what to do if notes have no track in the layout.
    Raises MidiganError if there is nothing to train on.
    """
    from midigan.files.aligning.meters import AUTO, ONLY
    from midigan.files.encoding.encode import open_phrases
    from midigan.files.opening.limits import usable_cores
    from midigan.files.placing.place_songs import UNPLACED

    with progress_bar() as bar:
        task = bar.add_task("encoding", total=None)
        try:
            phrases, report = open_phrases(
                source,
                layout,
                meter=ONLY if fixed else AUTO,
                jobs=usable_cores(),
                mapped=True,
                progress=lambda done, all_: bar.update(task, completed=done, total=all_),
            )
        except MidiganError as error:
            if hint and UNPLACED in str(error):
                raise MidiganError(f"{error}; {hint}") from error
            way = f"midigan train, or {_WAY}," if fixed else _WAY
            raise MidiganError(with_way_for_meters(str(error), way)) from error
    if report is not None:
        where = console(stderr=True)
        where.print(
            f"{source}: {report.used_files} of {len(report.files)} files, {report.phrases} phrases"
            f" of layout {report.layout}"
        )
        for reason, count in report.reasons.most_common(3):
            where.print(f"  skipped {count}: {with_way_for_meters(reason, _WAY)}", markup=False)
        left_out = report.total("left_out")
        if left_out:
            drums = report.total("drums_left_out")
            where.print(f"  notes without a track of this layout: {left_out} ({drums} of drums)")
            if hint:
                where.print(f"  {hint}", markup=False)
    if len(phrases) == 0:
        raise MidiganError(f"{source} holds no phrase to train on: every bar is silent")
    return phrases
