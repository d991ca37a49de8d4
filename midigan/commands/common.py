"""What commands share: tables, progress bars and a few options."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

#: Columns of text, as wide as a terminal is at least.
_WIDTH = 80

layout_option = click.option(
    "--layout",
    "layout_name",
    metavar="NAME|FILE.toml",
    help="Which tracks a phrase has: a layout that ships (satb, band, ...) or a TOML file.",
)
lowest_pitch_option = click.option(
    "--lowest-pitch",
    type=click.IntRange(0, 127),
    metavar="PITCH",
    help="MIDI pitch of pitch index 0 (24 unless the layout says otherwise; 0 in the book's code).",
)
seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Same seed, same music. Drawn if not given."
)


def console(*, stderr: bool = False) -> Console:
    """A console that writes no colours to a file and wraps at the terminal's width."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print a small table; columns whose header ends in `#` are right-aligned numbers."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for name in columns:
        number = name.endswith("#")
        table.add_column(name.removesuffix("#"), justify="right" if number else "left")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console().print(table)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print facts, one a line: a label, and a value that is wrapped beside it."""
    lines = [(label, str(value)) for label, value in facts]
    indent = max((len(label) for label, _ in lines), default=0) + 2
    for label, value in lines:
        print_wrapped(f"{label:{indent}}{value}", indent)


def print_wrapped(text: str, indent: int = 2) -> None:
    """Print a line of text, or several that fit 80 columns, all but the first indented.

    A word that is longer, such as a path, stays whole, so that it can be copied.
    """
    head = text[:indent]
    click.echo(
        textwrap.fill(
            text[indent:],
            _WIDTH,
            initial_indent=head,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        or head.rstrip()
    )


def duration(seconds: float) -> str:
    """Minutes and seconds, with hours where there are any: 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Progress]:
    """A progress bar on standard error, which vanishes when done; silent if not a terminal."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    where = console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=where,
        transient=True,
        disable=quiet or not where.is_terminal,
    ) as progress:
        yield progress


def drawn_seed(seed: int | None) -> int:
    """The seed that was given, or one drawn: short enough to type again."""
    import secrets

    return secrets.randbelow(1_000_000) if seed is None else seed


def with_way_for_meters(line: str, way: str = "--meter pad") -> str:
    """A line, and if it says that songs are in another meter, the way to take them."""
    from midigan.files.aligning.meters import OTHER_METER

    return f"{line} ({way} takes them)" if OTHER_METER in line else line
