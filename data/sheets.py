"""Find the header and the records in plain rows of cells, as in spreadsheets and CSVs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.errors import SourceError
from data.grids import LEVELS, is_amount, is_data_row, repeats_header
from data.vocabulary import meaning_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_LEVELS = 3
_LEAF_SHARE = 0.6  # of a record's cells that a header must stand over

Cells = tuple[str | None, ...]


@dataclass(frozen=True)
class Line:
    """A row of a sheet: its number as the application shows it, and its cells."""

    number: int
    cells: Cells

    @property
    def filled(self) -> int:
        """Number of cells that hold text."""
        return sum(cell is not None for cell in self.cells)


@dataclass(frozen=True)
class SheetTable:
    """
    What a sheet holds.

    Attributes
    ----------
    title
        Words above the header, or None.
    headers
        One per column, ``"column 3"`` where a column of texts has none, ``""`` where it is
        empty altogether.
    records
        Rows below the header, padded to its width; empty rows and repeated headers left out.
    """

    title: str | None
    headers: tuple[str, ...]
    records: tuple[Line, ...]


def find_table(
    lines: Sequence[Line],
    *,
    merged: Sequence[tuple[int, int, int, int]] | None = None,
    settle: bool = False,
) -> SheetTable | None:
    """
    Find the header and the records of a sheet.

    The header is the run of up to three rows right above the first row of data that stands
    over most of its cells; what is above that is title.

    Parameters
    ----------
    lines
        The sheet's rows in order.
    merged
        Merged cells as first row number, first column, last row number, last column
        (columns from 0); None where the document cannot say.
    settle
        Take the first row of two cells or more for the header when no row looks like data.

    Returns
    -------
    table
        The table, or None when there is none.

    Raises
    ------
    SourceError
        If one merged cell gives a figure for several records; the message names the rows.

    Examples
    --------
    >>> rows = [("Deployments",), ("Place", "Date"), ("Camden", "06/04/23")]
    >>> table = find_table([Line(i, cells) for i, cells in enumerate(rows, start=1)])
    >>> table.title, table.headers, table.records[0].number
    ('Deployments', ('Place', 'Date'), 3)
    """
    held = [line for line in lines if line.filled]
    found = _header_rows(held)
    if found is None and settle:
        wide = next((i for i, line in enumerate(held) if line.filled > 1), None)
        found = None if wide is None else (wide, wide + 1)
    if found is None:
        return None
    top, start = found
    width = max(_width(line) for line in held[top:])
    labels = [_padded(line, width) for line in held[top:start]]
    bare = _flatten(labels, merged)
    body = [_padded(line, width) for line in _filled_down(held[start:], merged)]
    records = tuple(line for line in body if not repeats_header(line.cells, bare))
    headers = tuple(
        header or (f"column {i + 1}" if any(line.cells[i] for line in records) else "")
        for i, header in enumerate(bare)
    )
    title = "\n".join(" ".join(c for c in line.cells if c) for line in held[:top]) or None
    return SheetTable(title, headers, records)


def _width(line: Line) -> int:
    return max(i for i, cell in enumerate(line.cells, start=1) if cell is not None)


def _padded(line: Line, width: int) -> Line:
    return Line(line.number, (*line.cells[:width], *[None] * (width - len(line.cells))))


def _header_rows(lines: Sequence[Line]) -> tuple[int, int] | None:
    """Return where the header starts and where the records do."""
    for start, line in enumerate(lines):
        if start == 0 or not is_data_row(line.cells) or is_data_row(lines[start - 1].cells):
            continue
        top = start
        while (
            top and start - top < _MAX_LEVELS and _adds_level(lines[top - 1], lines[top], line)
        ):
            top -= 1
        first = _first_record(lines, top, start)
        covered = {
            i for above in lines[top:first] for i, cell in enumerate(above.cells) if cell
        }
        if len(covered) >= max(2, _LEAF_SHARE * line.filled):
            return top, first
    return None


def _first_record(lines: Sequence[Line], top: int, start: int) -> int:
    """Return where records start, should the first of them not look like data."""
    for i in range(top, start - 1):
        if any(map(_under_header, lines[i].cells, lines[i + 1].cells)):
            return i + 1
    return start


def _under_header(header: str | None, below: str | None) -> bool:
    """Tell a value under "Place" or "Date" from a second line of it, such as "(DD/MM/YY)"."""
    return bool(
        header
        and below
        and meaning_of(header) in {"place", "date"}
        and meaning_of(f"{header}{LEVELS}{below}") is None
        and meaning_of(below) is None
    )


def _adds_level(above: Line, below: Line, record: Line) -> bool:
    """Tell a row of headings from a title, which stands alone in the first column."""
    if is_data_row(above.cells) or above.number != below.number - 1:
        return below is record and not is_data_row(above.cells) and above.filled > 1
    return above.filled > 1 or (above.cells[0] is None and below is not record)


def _flatten(
    labels: Sequence[Line], merged: Sequence[tuple[int, int, int, int]] | None
) -> list[str]:
    levels = [list(line.cells) for line in labels]
    for depth, line in enumerate(labels):
        if merged is not None:
            _spread_merged(levels[depth], line.number, merged)
        elif depth < len(labels) - 1:
            _spread(levels[depth], labels[depth + 1].cells)
    columns = zip(*levels, strict=True)
    return [
        LEVELS.join(" ".join(part.split()) for part in column if part) for column in columns
    ]


def _spread_merged(
    cells: list[str | None], number: int, merged: Sequence[tuple[int, int, int, int]]
) -> None:
    for first_row, first, _, last in merged:
        if first_row == number and last > first:
            cells[first : last + 1] = [cells[first]] * (min(last + 1, len(cells)) - first)


def _spread(cells: list[str | None], below: Cells) -> None:
    """Carry a group label over the blanks to its right that have labels of their own below."""
    group: str | None = None
    leaves: list[str | None] = []
    earlier: list[str | None] = []
    for i, cell in enumerate(cells):
        if cell is not None:
            earlier, leaves = leaves, []
            group = cell if below[i] else None
        elif not below[i] or (earlier and leaves == earlier):
            # Blank below too, or the labels of the group before have all come again.
            group = None
        cells[i] = cell or group
        if group is not None:
            leaves.append(below[i])


def _own(text: str | None, first: int, last: int) -> str | None:
    if is_amount(text):
        msg = (
            f"rows {first} to {last}: one merged cell says {text!r} for several records, which "
            "does not tell each one's share. Unmerge it and put a figure, or nothing, in "
            "each row."
        )
        raise SourceError(msg)
    return text


def _filled_down(
    lines: Sequence[Line], merged: Sequence[tuple[int, int, int, int]] | None
) -> list[Line]:
    """Repeat what a cell merged over several records says in each of them."""
    by_number = {line.number: list(line.cells) for line in lines}
    for first_row, first, last_row, _ in merged or ():
        source = by_number.get(first_row)
        if source is None or first >= len(source) or source[first] is None:
            continue
        for number in range(first_row + 1, last_row + 1):
            if number in by_number:
                cells = by_number[number]
                cells.extend([None] * (first + 1 - len(cells)))
                cells[first] = _own(source[first], first_row, last_row)
    return [Line(line.number, tuple(by_number[line.number])) for line in lines]
