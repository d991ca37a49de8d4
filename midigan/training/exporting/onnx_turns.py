"""The turns of a level as ONNX nodes: one track's choice after the other."""

from __future__ import annotations

from midigan.training.exporting.onnx_level import LevelWriter, numbers
from midigan.training.exporting.onnx_motion import Motion


def write_level(
    level: LevelWriter, begun: str, near: str | None, heights: str, due: str | None
) -> tuple[str, str]:
    """Write the nodes by which a level's tracks choose.

    begun: `(n, length, context)`; near: symbols of the neighbours `(n * length, 4 * turns)`, None
    on the first level; heights: `(n * length, turns)`; due: 1 where silence is no choice, like
    heights, None if it is one anywhere. Returns the logits, silence first,
    `(n * length, turns * columns)`, and the symbols `(n * length, turns)`.
    """
    own, motion = level.hear(begun, near), None
    tables = level.biases(heights) if near is None and due is None else None
    if near is not None:
        rows, asked = level.table_rows(), []
        if len(level.level.motions):
            motion = Motion(level)
            asked = motion.asked()
        found = numbers(level.graph, near, [*rows, *asked])
        tables = level.tables(found[: len(rows)])
        if motion is not None:
            motion.begin(*found[len(rows) :])
    if due is not None:
        tables = level.insist(due, tables)
    assert tables is not None
    if level.level.together:
        return level.choose_together(own, tables, heights)
    return choose_in_turn(level, motion, own, tables, heights)


def choose_in_turn(
    level: LevelWriter, motion: Motion | None, own: str, tables: str, heights: str
) -> tuple[str, str]:
    """What `write_level` returns, where each track hears those before it.

    own and tables: what all turns hear and what tables say to them, before any has chosen.
    """
    graph, turns = level.graph, level.tracks
    each_heard = graph.split(own, [level.own] * turns, axis=1)
    each_said = graph.split(tables, [level.columns] * turns, axis=1)
    each_height = graph.split(heights, [1] * turns, axis=1)
    # Of the later turns all is in a row, so that they are told of a choice at once.
    rows = [part for pair in zip(each_heard, each_said, strict=True) for part in pair]
    (heard, said), left = rows[:2], graph.concat(rows[2:], axis=1) if turns > 1 else ""
    logits: list[str] = []
    symbols: list[str] = []
    for turn, height in enumerate(each_height):
        if turn:
            told = graph.add("GatherND", level.told(turn - 1), symbols[-1])
            after = (turns - turn - 1) * (level.own + level.columns)
            sizes = [level.own, level.columns, *[after] * bool(after)]
            heard, said, *rest = graph.split(graph.add("Add", left, told), sizes, axis=1)
            left = rest[0] if rest else ""
        if turn and motion is not None:
            said = motion.move(turn, symbols[-1], said)
        logits.append(level.logits(turn, level.leaky(heard), said))
        symbols.append(level.pick(logits[-1], height))
    return graph.concat(logits, axis=1), graph.concat(symbols, axis=1)
