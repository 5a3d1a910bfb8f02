"""Read the records in a workbook: XLSX, XLS or ODS."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Literal

from data.documents import RawDocument
from data.errors import SourceError
from data.grids import Record, as_cells, require_few, tidy
from data.sheet_extent import MAX_CELLS, extents
from data.sheets import Line, SheetTable, find_table

if TYPE_CHECKING:
    from collections.abc import Iterator

WorkbookKind = Literal["xlsx", "xls", "ods"]

MAX_UNPACKED_BYTES = 200_000_000
"""A workbook that unpacks to more is no list of deployments; it may be made to fill memory."""

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_EPOCH_YEAR = 1901  # earlier dates are Excel's way to keep a time without a date
_SIGNIFICANT = 15  # digits a spreadsheet keeps; later ones are noise of binary fractions


def read(content: bytes, *, name: str) -> RawDocument:
    """
    Read the records in every visible sheet of a workbook.

    Parameters
    ----------
    content
        The document's bytes.
    name
        Its name.

    Returns
    -------
    document
        Its records as cells; `source_page` is the sheet's position, `source_row` the row
        number the application shows. The title is the text above the headers.

    Raises
    ------
    SourceError
        If it is locked, broken, unpacks to too much, or no sheet holds records.

    Notes
    -----
    A workbook keeps values, not their look. Dates come out as ``2024-07-11`` (with
    ``10:30`` when there is a time of day), times and durations as ``5:03`` or ``5:03:20``,
    whole numbers without a point, others in up to 15 digits. Percentages come as kept
    (5 % is ``0.05``). A cell merged over several records is repeated in each.
    """
    kind = _kind(content, name)
    found = list(_tables(content, name))
    if not found:
        msg = (
            f"{name} has no sheet with a header over rows of dates or figures. Check that "
            "it is "
            "the right workbook, and that its sheets are not hidden."
        )
        raise SourceError(msg)
    require_few(sum(len(table.records) for _, table in found), name=name)
    records = [
        Record(page, line.number, table.headers, line.cells)
        for page, table in found
        for line in table.records
    ]
    title = "\n".join(table.title for _, table in found if table.title) or None
    return RawDocument(
        name, hashlib.sha256(content).hexdigest(), kind, title, as_cells(records)
    )


def _kind(content: bytes, name: str) -> WorkbookKind:
    locked = (
        f"{name} is locked with a password. Open it with the password, save it without, "
        "and read that."
    )
    if not content.startswith(b"PK"):
        if _ENCRYPTED in content:
            raise SourceError(locked)
        return "xls"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            sizes = {entry.filename: entry.file_size for entry in packed.infolist()}
            manifest = "META-INF/manifest.xml"
            if sizes.get(manifest, MAX_UNPACKED_BYTES) < MAX_UNPACKED_BYTES and (
                b"encryption-data" in packed.read(manifest)
            ):
                raise SourceError(locked)
            _require_small(packed, name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        raise _broken(name, error) from error
    return "ods" if "content.xml" in sizes else "xlsx"


def _require_small(packed: zipfile.ZipFile, name: str) -> None:
    """Refuse what would fill memory before the engine asks for all of it at once."""
    size = sum(entry.file_size for entry in packed.infolist())
    if size > MAX_UNPACKED_BYTES:
        msg = (
            f"{name} would unpack to {size:,} bytes; at most {MAX_UNPACKED_BYTES:,} are read. "
            "Save the sheet with the records as CSV."
        )
        raise SourceError(msg)
    for sheet, (rows, columns) in extents(packed):
        if rows * columns > MAX_CELLS:
            msg = (
                f"{name}, {sheet}, spans {rows:,} rows and {columns:,} columns; at most "
                f"{MAX_CELLS:,} cells are read. Delete what stands far from the table, or save "
                "the table as CSV."
            )
            raise SourceError(msg)


def _broken(name: str, error: Exception) -> SourceError:
    said = " ".join(str(error).split()) or type(error).__name__
    msg = (
        f"{name} cannot be read as a workbook; it is broken ({said[:200]}). Download it again, "
        "or open it in a spreadsheet program and save a new copy."
    )
    return SourceError(msg)


def _tables(content: bytes, name: str) -> Iterator[tuple[int, SheetTable]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for position, about in enumerate(book.sheets_metadata):
            if about.visible is SheetVisibleEnum.Visible and (
                table := _table(
                    book.get_sheet_by_index(position), f"{name}, sheet {about.name!r}"
                )
            ):
                yield position + 1, table
    except PasswordError as error:
        msg = f"{name} is locked with a password. Save it without one, and read that."
        raise SourceError(msg) from error
    except SourceError:
        raise
    except (CalamineError, OSError, ValueError) as error:
        raise _broken(name, error) from error


def _table(sheet: Any, where: str) -> SheetTable | None:  # noqa: ANN401 - sheets come untyped
    rows = sheet.to_python(skip_empty_area=False)
    lines = [Line(i, tuple(map(cell_text, row))) for i, row in enumerate(rows, start=1)]
    try:
        return find_table(lines, merged=_merged(sheet))
    except SourceError as error:
        msg = f"{where}, {error}"
        raise SourceError(msg) from error


def _merged(sheet: Any) -> list[tuple[int, int, int, int]] | None:  # noqa: ANN401 - as above
    ranges = getattr(sheet, "merged_cell_ranges", None)
    if ranges is None:
        return None
    return [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in ranges]


def cell_text(value: object) -> str | None:
    """
    Return a workbook's value as the text that the parsers of values read.

    Parameters
    ----------
    value
        What the cell keeps.

    Returns
    -------
    text
        The text, or None for an empty cell.

    Examples
    --------
    >>> cell_text(5460.0), cell_text(0.6), cell_text(dt.date(2024, 7, 11)), cell_text("")
    ('5460', '0.6', '2024-07-11', None)
    >>> cell_text(dt.time(5, 3)), cell_text(dt.timedelta(hours=29, minutes=15))
    ('5:03', '29:15')
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        whole = value == int(value) if abs(value) < 10**_SIGNIFICANT else False
        return str(int(value)) if whole else f"{value:.{_SIGNIFICANT}g}"
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return _moment_text(value)
    return tidy(str(value))


def _moment_text(value: dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.timedelta):
        return _clock(round(value.total_seconds()))
    if isinstance(value, dt.time):
        return _clock(value.hour * 3600 + value.minute * 60 + value.second)
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    if value.year < _EPOCH_YEAR:
        # XLSX counts such days from 31 December 1899, ODS from the day before.
        days = max(0, (value.date() - dt.date(1899, 12, 31)).days)
        return _clock(days * 86_400 + value.hour * 3600 + value.minute * 60 + value.second)
    if value.time() == dt.time():
        return value.date().isoformat()
    return f"{value.date().isoformat()} {value:%H:%M}"


def _clock(seconds: int) -> str:
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if seconds < 0 else ""
    return f"{sign}{hours}:{minutes:02d}" + (f":{rest:02d}" if rest else "")
