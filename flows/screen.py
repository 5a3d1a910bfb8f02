"""Tables on the screen, or in a file that the screen was sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FILE_WIDTH = 140
"""Characters a line may have where no terminal sets it."""


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
