"""What the columns of one document mean, and how their cells are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from data.cell import one_line
from data.dates import only_month_first
from data.errors import HeaderError
from data.headers import map_headers, quoted, rename_of, same_header
from data.times import unsettled_hours
from data.vocabulary import Hints, known_column, load_vocabulary, read_hints

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

Signature = frozenset[tuple[int, str]]


@dataclass(frozen=True)
class Columns:
    """
    Columns of one set of headers.

    Attributes
    ----------
    known
        Known column by position, or None where it is set aside.
    hints
        What the headers, or the document's own figures, say about how cells are written.
    headers
        Header by known column.
    """

    known: Mapping[int, str | None]
    hints: Mapping[str, Hints]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class RawRecord:
    """
    One record, verbatim.

    Attributes
    ----------
    page, number
        Where it stands.
    cells
        Position, header and text of each cell.
    """

    page: int
    number: int
    cells: tuple[tuple[int, str, str | None], ...]

    @cached_property
    def signature(self) -> Signature:
        """Positions and headers of its cells."""
        return frozenset((index, header) for index, header, _ in self.cells)


def map_columns(
    records: Sequence[RawRecord],
    *,
    document: str,
    renames: Mapping[str, str],
    missing: Collection[str],
) -> dict[Signature, Columns]:
    """
    Map the columns of a document, and settle how its dates and hours are written.

    Parameters
    ----------
    records
        All its records.
    document
        Its name, for messages.
    renames, missing
        What ``--map`` and ``--missing`` say.

    Returns
    -------
    columns
        Columns of each set of headers, since a document may change its headers half way.

    Raises
    ------
    HeaderError
        If a header cannot be mapped, or dates or hours can be read two ways.
    """
    columns = _map_each(records, document, renames, missing)
    _refuse_month_first(document, records, columns)
    return _settle_hours(document, records, columns)


def _map_each(
    records: Sequence[RawRecord],
    document: str,
    renames: Mapping[str, str],
    missing: Collection[str],
) -> dict[Signature, Columns]:
    # A short row of a ragged file belongs to the fuller set that holds its headers.
    filled = {(i, h) for raw in records for i, h, text in raw.cells if h or text}
    sets = {raw.signature: None for raw in records}
    fullest = {some: max((s for s in sets if some <= s), key=len) for some in sets}
    mapped = {}
    for headers in dict.fromkeys(fullest.values()):
        used = [
            (index, header) for index, header in sorted(headers) if (index, header) in filled
        ]
        names = map_headers(
            [header for _, header in used], renames=renames, document=document, missing=missing
        )
        mapped[headers] = Columns(
            known={index: names[header] for index, header in used},
            hints={
                column: read_hints(header, rename_of(header, renames) or "")
                for header, column in names.items()
                if column
            },
            headers={column: header for header, column in names.items() if column},
        )
    return {some: mapped[full] for some, full in fullest.items()}


def _cells_of(
    column: str, records: Sequence[RawRecord], columns: Mapping[Signature, Columns]
) -> Iterator[tuple[str, str | None, Hints]]:
    """Yield header, text and hints of every cell of a known column."""
    for raw in records:
        under = columns[raw.signature]
        for index, header, text in raw.cells:
            if under.known.get(index) == column:
                yield header, text, under.hints[column]


def _refuse_month_first(
    document: str, records: Sequence[RawRecord], columns: Mapping[Signature, Columns]
) -> None:
    # Read day first, half the dates of such a document would be rejected, the rest be wrong.
    dates = [
        (header, text)
        for header, text, hints in _cells_of("date", records, columns)
        if not hints.month_first
    ]
    if telling := only_month_first(text for _, text in dates):
        msg = (
            f"{document}: {len(telling)} of its dates, such as '{telling[0]}', only make "
            "sense with the month first, and none needs the day first. Say so with "
            f'--map "{quoted(dates[0][0])}=date:month-first".'
        )
        raise HeaderError(msg)


def _settle_hours(
    document: str, records: Sequence[RawRecord], columns: dict[Signature, Columns]
) -> dict[Signature, Columns]:
    # Under "Hours", 5.25 is 5 h 15 min to one clerk and 5 h 25 min to another.
    hours = [
        (header, text)
        for header, text, hints in _cells_of("duration_h", records, columns)
        if hints.unit not in {"decimal", "clock", "minutes"}
    ]
    decimal, telling = unsettled_hours(text for _, text in hours)
    if telling:
        name = quoted(hours[0][0])
        msg = (
            f"{document}: {len(telling)} of its durations, such as '{telling[0]}', read two "
            f'ways. Say which with --map "{name}=duration_h:clock" if 4.30 is 4 hours 30 '
            f'minutes, or --map "{name}=duration_h:decimal" if it is 4.3 hours.'
        )
        raise HeaderError(msg)
    if not decimal:
        return columns
    return {signature: _with_decimal_hours(under) for signature, under in columns.items()}


def _with_decimal_hours(columns: Columns) -> Columns:
    hints = columns.hints.get("duration_h", Hints())
    # A header that does not say hours still leaves open what a bare figure counts.
    if hints.unit != "hours":
        return columns
    decimal = replace(hints, unit="decimal")
    return replace(columns, hints={**columns.hints, "duration_h": decimal})


def refuse_idle_options(
    held: Iterable[Sequence[RawRecord]], renames: Mapping[str, str], missing: Collection[str]
) -> None:
    """
    Raise where an option fits nothing, which a slip in it would hide.

    Parameters
    ----------
    held
        Records of each document.
    renames, missing
        What ``--map`` and ``--missing`` say.

    Raises
    ------
    HeaderError
        If a renamed header is in no document, or a missing column is not known.
    """
    headers = {header for records in held for raw in records for _, header, _ in raw.cells}
    for name, target in renames.items():
        if not any(same_header(name, header) for header in headers):
            shown = ", ".join(sorted(f"'{one_line(header)}'" for header in headers if header))
            msg = f'--map "{name}={target}" fits no header. The headers are: {shown}.'
            raise HeaderError(msg)
    for column in missing:
        if known_column(column) is None:
            known = ", ".join(load_vocabulary().columns)
            msg = f"--missing {column} names no known column. Known: {known}."
            raise HeaderError(msg)
