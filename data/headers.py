"""
Map the headers of published tables to known columns by what they mean, never by position.

A header either means one known column or stops the read, with the option that would mend it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from data.cell import clean_cell
from data.errors import HeaderError
from data.vocabulary import (
    known_column,
    load_vocabulary,
    meaning_of,
    nearest_columns,
    read_words,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

SET_ASIDE = "-"
"""Target of ``--map "Header=-"``: kept verbatim among the raw cells, used for nothing."""

REQUIRED = ("place", "date")
_GRID_SIGNS = frozenset(
    {"watchlist_size", "alerts", "true_alerts", "true_alerts_confirmed", "false_alerts"}
)
_MEANING = {
    "place": "where a deployment was",
    "date": "when it was",
    "faces_seen": "how many faces were seen, though it has columns of watchlists or alerts",
}
_SHOWN = 4  # headers named in one message
_ALIKE = 65  # below it, out of 100, a likeness is an accident


def same_header(one: str, other: str) -> bool:
    r"""
    Return whether two headers have the same words, whatever the case, breaks and stops.

    Examples
    --------
    >>> same_header("Faces\nseen (Estimate )", "faces seen (estimate)")
    True
    """
    first, second = (
        re.findall(r"\w+|%|#", clean_cell(text).casefold()) for text in (one, other)
    )
    return first == second


def rename_of(header: str, renames: Mapping[str, str]) -> str | None:
    r"""
    Return the target that ``--map`` gives a header, or None.

    Examples
    --------
    >>> rename_of("Weather\ntoday", {"weather today": "-"})
    '-'
    """
    if header in renames:
        return renames[header]
    return next((to for name, to in renames.items() if same_header(name, header)), None)


def map_headers(
    headers: Sequence[str],
    *,
    renames: Mapping[str, str],
    document: str,
    missing: Collection[str] = (),
) -> dict[str, str | None]:
    """
    Map a table's headers to known columns by what they mean.

    Parameters
    ----------
    headers
        Headers as published, in any order; it never matters.
    renames
        What ``--map "Header=column"`` says; ``-`` sets a header aside.
    document
        Name of the document, for messages.
    missing
        Columns the document truly lacks, as ``--missing`` says.

    Returns
    -------
    columns
        Known column of each header; None where it is set aside.

    Raises
    ------
    HeaderError
        If a header means no known column, two mean the same, or a needed column is missing.

    Examples
    --------
    >>> map_headers(["Borough", "Date (DD/MM/YY)"], renames={}, document="grid.csv")
    {'Borough': 'place', 'Date (DD/MM/YY)': 'date'}
    """
    targets = {header: rename_of(header, renames) for header in headers}
    _refuse_unknown_targets(targets, document)
    title = _shared_title(headers)
    mapped: dict[str, str | None] = {
        header: known_column(target) if target else meaning_of(header.removeprefix(title))
        for header, target in targets.items()
        if target != SET_ASIDE
    }
    mapped = _promote_area(_yield_weak(mapped, targets))
    lacking = _lacking({column for column in mapped.values() if column}, missing)
    if None in mapped.values():
        raise HeaderError(_say_unmapped(mapped, lacking, document))
    _refuse_doubles(headers, mapped, document)
    if lacking:
        raise HeaderError(_say_missing(headers, lacking, document))
    return {header: mapped.get(header) for header in targets}


def _yield_weak(
    mapped: dict[str, str | None], targets: Mapping[str, str | None]
) -> dict[str, str | None]:
    vocabulary = load_vocabulary()
    weak = {
        header
        for header, column in mapped.items()
        if not targets[header] and vocabulary.weak.get(read_words(header)) == column
    }
    strong = {column for header, column in mapped.items() if header not in weak}
    return {
        header: vocabulary.otherwise.get(column, column)
        if column and column in strong and header in weak
        else column
        for header, column in mapped.items()
    }


def _promote_area(mapped: dict[str, str | None]) -> dict[str, str | None]:
    # Where the borough is all a record says of the place, it is the place.
    areas = [header for header, column in mapped.items() if column == "area_published"]
    if len(areas) == 1 and "place" not in mapped.values() and None not in mapped.values():
        return mapped | {areas[0]: "place"}
    return mapped


def _refuse_unknown_targets(targets: Mapping[str, str | None], document: str) -> None:
    for header, target in targets.items():
        if target and target != SET_ASIDE and known_column(target) is None:
            known = ", ".join(load_vocabulary().columns)
            msg = (
                f'--map "{quoted(header)}={target}" names no known column, for {document}. '
                f"Known: {known}; or - to set the header aside."
            )
            raise HeaderError(msg)


def _refuse_doubles(
    headers: Iterable[str], mapped: Mapping[str, str | None], document: str
) -> None:
    used = Counter(column for h in headers if (column := mapped.get(h)))
    for column, times in used.items():
        if times > 1 and column != "reference":
            rivals = [header for header in headers if mapped.get(header) == column]
            remedies = " or ".join(f'--map "{quoted(h)}=-"' for h in dict.fromkeys(rivals))
            names = " and ".join(f"'{quoted(header)}'" for header in rivals)
            msg = (
                f"{document}: the headers {names} all mean {column}. Set aside those that do "
                f"not, with {remedies}, or name another column after the '='."
            )
            raise HeaderError(msg)


def _lacking(found: set[str], missing: Collection[str]) -> list[str]:
    needed = [column for column in REQUIRED if column not in found]
    if found & _GRID_SIGNS and not {"faces_seen"} & {*found, *missing}:
        needed.append("faces_seen")
    return needed


def _say_missing(headers: Iterable[str], lacking: Sequence[str], document: str) -> str:
    shown = ", ".join(f"'{quoted(header)}'" for header in dict.fromkeys(headers))
    says = ", and none ".join(f"says {_MEANING[column]} ({column})" for column in lacking)
    remedies = " ".join(f'--map "HEADER={column}"' for column in lacking)
    remedy = f"If one of them holds it under another name, say which with {remedies}"
    if "faces_seen" in lacking:
        remedy += "; if it truly has no such figure, say so with --missing faces_seen"
    return f"{document}: no column {says}. Its headers: {shown}. {remedy}."


def quoted(header: str) -> str:
    r"""
    Return a header as it can be typed between double quotes in any shell.

    `same_header` looks past the marks that are left out.

    Examples
    --------
    >>> quoted('Faces\n"seen" ($)')
    'Faces seen ()'
    """
    plain = " ".join(re.sub(r"[\"$`\\!]", "", header).split())
    return plain if re.search(r"\w|%|#", plain) else " ".join(header.split())


def _say_unmapped(
    mapped: Mapping[str, str | None], lacking: Sequence[str], document: str
) -> str:
    taken = {column for column in mapped.values() if column}
    unmapped = [header for header, column in mapped.items() if column is None]
    said = [_say_one(header, taken) for header in unmapped[:_SHOWN]]
    more = len(unmapped) - _SHOWN
    rest = f"; and {more} more" if more > 0 else ""
    count = "a header has" if len(unmapped) == 1 else f"{len(unmapped)} headers have"
    also = f" No other column says {_MEANING[lacking[0]]} ({lacking[0]})." if lacking else ""
    return f"{document}: {count} no known meaning: {'; '.join(said)}{rest}.{also}"


def _say_one(header: str, taken: Collection[str]) -> str:
    name, near = quoted(header), nearest_columns(header, taken=taken)
    columns = ", ".join(column for column, _ in near)
    mapping, aside = f'--map "{name}={near[0][0]}"', f'--map "{name}=-"'
    if near[0][1] < _ALIKE:
        return f"'{name}' (nearest: {columns}): set it aside with {aside}, or use {mapping}"
    return f"'{name}' (nearest: {columns}): use {mapping}, or set it aside with {aside}"


def _shared_title(headers: Sequence[str]) -> str:
    # A title merged across the whole table reads as the upper level of every header.
    first = {header.partition(" / ")[0] for header in headers if " / " in header}
    shared = len(first) == 1 and all(" / " in header for header in headers)
    return f"{first.pop()} / " if shared and len(set(headers)) > 1 else ""
