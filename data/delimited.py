"""Read the records in a delimited text file: CSV, TSV and their kin."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from data.documents import RawDocument
from data.errors import SourceError
from data.grids import Record, as_cells, require_few, tidy
from data.sheets import Line, find_table

if TYPE_CHECKING:
    from collections.abc import Sequence

DELIMITERS = (",", ";", "\t", "|")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NUL_SHARE = 0.3  # of every second byte: UTF-16 without its mark
_SAMPLE = 65_536  # bytes or letters looked at to guess
_ALLOWED = frozenset("\t\n\r\f\x1a")  # the last ended files under DOS


def read(content: bytes, *, name: str) -> RawDocument:
    """
    Read the records in a delimited text file.

    Parameters
    ----------
    content
        The document's bytes, in UTF-8, UTF-16 or Windows-1252, parted by commas,
        semicolons, tabs or bars.
    name
        Its name.

    Returns
    -------
    document
        Its records as cells; `source_row` is the row number a spreadsheet would show.

    Raises
    ------
    SourceError
        If it is no text table, a quote is never closed, a row has more cells than the
        header, or there are no records.
    """
    text = decode(content, name=name)
    lines = _split(text, _delimiter(text, name), name)
    table = find_table(lines, settle=True)
    if table is None or not table.records:
        msg = (
            f"{name} has no records: {len(lines)} rows, none of them below a header. "
            "Check that it is the right file, and whole."
        )
        raise SourceError(msg)
    for line in table.records:
        _require_width(line, table.headers, name)
    records = [Record(1, line.number, table.headers, line.cells) for line in table.records]
    digest = hashlib.sha256(content).hexdigest()
    return RawDocument(name, digest, "csv", table.title, as_cells(records))


def decode(content: bytes, *, name: str) -> str:
    """
    Return the text of a file whose encoding nobody told.

    Parameters
    ----------
    content
        Its bytes.
    name
        Its name, for the message.

    Returns
    -------
    text
        The text: by its byte order mark, else strictly UTF-8, else Windows-1252.

    Raises
    ------
    SourceError
        If it is no text.

    Examples
    --------
    >>> decode("Café".encode("cp1252"), name="a.csv")
    'Café'
    """
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(map(_is_written, text[:_SAMPLE])) and "\x00" not in text:
            return text.removeprefix("\ufeff")
        break
    msg = (
        f"{name} is not a text table: it holds bytes that are no text. If it is a "
        "workbook or a "
        "PDF, its download may be damaged; fetch it again."
    )
    raise SourceError(msg)


def _is_written(letter: str) -> bool:
    """Tell letters, and marks between them that nobody sees, from bytes of another kind."""
    if letter.isprintable() or letter.isspace() or letter in _ALLOWED:
        return True
    return unicodedata.category(letter) == "Cf"


def _encodings(content: bytes) -> Sequence[str]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return (encoding,)
    sample = content[:_SAMPLE]
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > _NUL_SHARE * half and not sample[::2].count(0):
        return ("utf-16-le",)
    if sample[::2].count(0) > _NUL_SHARE * half and not sample[1::2].count(0):
        return ("utf-16-be",)
    return ("utf-8", "cp1252")


def _delimiter(text: str, name: str) -> str:
    declared = text[:5].lower()
    if declared.startswith("sep=") and declared[4:] in DELIMITERS:
        return declared[4:]
    scores = {mark: _score(text[:_SAMPLE], mark) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: scores[mark])
    if not scores[best]:
        msg = (
            f"{name} is not a text table: no commas, semicolons, tabs or bars part its "
            "lines into "
            "columns. Save the table as CSV."
        )
        raise SourceError(msg)
    return best


def _score(text: str, delimiter: str) -> int:
    """Return the number of cells in the rows that agree on how many they have."""
    try:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        return 0
    return max((width * count for width, count in widths.items() if width > 1), default=0)


def _split(text: str, delimiter: str, name: str) -> list[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    try:
        for number, row in enumerate(reader, start=1):
            require_few(number, name=name)
            lines.append(Line(number, tuple(map(tidy, row))))
    except csv.Error as error:
        msg = (
            f"{name}, row {len(lines) + 1} (line {reader.line_num}): the quotes do not match "
            f"({error}). Close the quote, or double those inside a cell."
        )
        raise SourceError(msg) from error
    if lines and (lines[0].cells[:1] or ("",))[0] in {f"sep={delimiter}", "sep="}:
        return lines[1:]
    return lines


def _require_width(line: Line, headers: Sequence[str], name: str) -> None:
    named = sum(not header.startswith("column ") and header != "" for header in headers)
    if line.filled > named:
        msg = (
            f"{name}, row {line.number} has {line.filled} cells under {named} headers. "
            "Quote the "
            "cell that holds the delimiter, or name the column."
        )
        raise SourceError(msg)
