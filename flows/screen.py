"""Tables and text on the screen, or in a file that the screen was sent to, and progress."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

FILE_WIDTH = 140
"""Characters a line of a table may have where no terminal sets it."""

TEXT_WIDTH, LONGEST_LINE = 80, 100
"""Characters a line of text has where no terminal sets it, and at most: longer reads badly."""

LONG_WORK = 500
"""Items from which progress is told even where the errors go to a file."""


def print_table(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[object]], *, whole: int = 1
) -> None:
    """
    Print a table on the standard output.

    Parameters
    ----------
    title
        Line above it.
    headers
        Names of its columns; underscores become spaces.
    rows
        Their values; null prints as nothing.
    whole
        How many columns, from the left, are never broken over lines.
    """
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console.width = FILE_WIDTH
    table = Table(title=escape(title), title_justify="left", box=box.SIMPLE_HEAD)
    for position, header in enumerate(headers):
        table.add_column(header.replace("_", " "), overflow="fold", no_wrap=position < whole)
    for row in rows:
        table.add_row(*(escape(shown(value)) for value in row))
    console.print(table)


def shown(value: object, *, digits: int = 2) -> str:
    """
    Return a value as it is printed.

    Parameters
    ----------
    value
        Text, number or null.
    digits
        Decimals of a number that is not whole.

    Returns
    -------
    text
        Empty for null.

    Examples
    --------
    >>> shown(None), shown(5.0), shown(1 / 3), shown("Camden")
    ('', '5', '0.33', 'Camden')
    """
    if value is None or str(value) in {"nan", "<NA>"}:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.{digits}f}"
    return str(value)


def text_width() -> int:
    """Return how many characters a line of text may have on the standard output."""
    from rich.console import Console

    console = Console()
    return min(console.width, LONGEST_LINE) if console.is_terminal else TEXT_WIDTH


def print_lines(lines: Iterable[tuple[str, str]]) -> None:
    """
    Print lines as they are, in a style where the output is a terminal.

    Parameters
    ----------
    lines
        Texts, none of which is broken or taken for markup, and rich's style of each. A
        terminal without colour, or ``NO_COLOR``, loses nothing but the style.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for text, style in lines:
        console.print(Text(text, style=style), soft_wrap=True)


@contextlib.contextmanager
def progress(what: str, *, total: int) -> Iterator[Callable[[int], None]]:
    """
    Show a progress bar on the standard error for as long as the block lasts.

    Parameters
    ----------
    what
        What is being done.
    total
        Items to do. Where the standard error is no terminal, nothing is said of fewer than
        `LONG_WORK`, and only the end is told of more.

    Yields
    ------
    advance
        Call it with how many items are done.
    """
    if not sys.stderr.isatty() and total < LONG_WORK:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
