"""How far a workbook's sheets reach, told from their XML without loading them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

MAX_CELLS = 2_000_000
"""A sheet is held whole, empty cells too; more of them is no list of deployments."""

_PIECE = 1 << 20
_LONGEST_TAG = 4096
_XLSX_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_XLSX = re.compile(rb"<(?:\w+:)?(?P<kind>row|c)\b(?P<rest>[^<>]*)>")
_ODS = re.compile(
    rb"<table:(?P<kind>table-row|(?:covered-)?table-cell|table(?=[\s>]))(?P<rest>[^<>]*)>"
)
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{0,3})([0-9]{1,7})[\"']")
_REPEATED = re.compile(rb"table:number-(?:rows|columns)-repeated=[\"']([0-9]{1,9})[\"']")


def extents(packed: zipfile.ZipFile) -> Iterator[tuple[str, tuple[int, int]]]:
    """
    Yield the rows and columns that each sheet reaches with a cell that is not empty.

    Parameters
    ----------
    packed
        An XLSX or ODS workbook.

    Yields
    ------
    extent
        Name of the part, and the numbers of rows and of columns.
    """
    for name in packed.namelist():
        if _XLSX_SHEET.fullmatch(name):
            yield name.rpartition("/")[2], _xlsx_extent(_tags(packed, name, _XLSX))
        elif name == "content.xml":
            yield "its largest sheet", _ods_extent(_tags(packed, name, _ODS))


def _tags(
    packed: zipfile.ZipFile, name: str, form: re.Pattern[bytes]
) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and attributes of the tags of interest, a piece of the part at a time."""
    rest = b""
    with packed.open(name) as part:
        while piece := part.read(_PIECE):
            held = rest + piece
            end = 0
            for match in form.finditer(held):
                yield match["kind"], match["rest"]
                end = match.end()
            rest = held[max(end, len(held) - _LONGEST_TAG) :]


def _xlsx_extent(tags: Iterator[tuple[bytes, bytes]]) -> tuple[int, int]:
    rows = columns = row = column = 0
    for kind, attributes in tags:
        said = _REFERENCE.search(attributes)
        if kind == b"row":
            row, column = int(said[2]) if said else row + 1, 0
        elif said and said[1]:
            row, column = int(said[2]), _column(said[1])
        else:
            column += 1
        if kind == b"c" and not attributes.endswith(b"/"):
            rows, columns = max(rows, row), max(columns, column)
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _ods_extent(tags: Iterator[tuple[bytes, bytes]]) -> tuple[int, int]:
    most = rows = columns = row = column = repeated = 0
    largest = (0, 0)
    for kind, attributes in tags:
        said = _REPEATED.search(attributes)
        times = int(said[1]) if said else 1
        if kind == b"table":
            rows = columns = row = repeated = 0
        elif kind == b"table-row":
            row, column, repeated = row + repeated, 0, times
        else:
            column += times
            if not attributes.endswith(b"/"):
                rows, columns = max(rows, row + repeated), max(columns, column)
        if rows * columns > most:
            most, largest = rows * columns, (rows, columns)
    return largest
