"""What a popup says of one deployment, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps import words
from maps.notes import for_readers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from maps.rows import Row

ROW_NOUNS = {
    "pdf": ("page", "row"),
    "xlsx": ("sheet", "row"),
    "xls": ("sheet", "row"),
    "ods": ("sheet", "row"),
}


def safe_link(url: object) -> str | None:
    """
    Return an address a reader may follow, or None.

    Examples
    --------
    >>> safe_link("https://www.met.police.uk/grid.pdf")
    'https://www.met.police.uk/grid.pdf'
    >>> safe_link("javascript:alert(1)") is None
    True
    """
    text = str(url) if words.is_given(url) else ""
    plain = text.isprintable() and " " not in text
    return text if plain and text.lower().startswith(("https://", "http://")) else None


def _sum(row: Row, *names: str) -> float | None:
    stated = [row[name] for name in names if row.get(name) is not None]
    return sum(stated) if stated else None


def _alerts(row: Row) -> str | None:
    right = _sum(row, "true_alerts_confirmed", "true_alerts_unconfirmed")
    wrong = _sum(row, "false_alerts_confirmed", "false_alerts_unconfirmed")
    split = [
        f"{words.count(number)} {noun}"
        for number, noun in ((right, "true"), (wrong, "false"))
        if number is not None
    ]
    if row["alerts"] is None:
        return f"alerts: {', '.join(split)}" if split else None
    inside = f" ({', '.join(split)})" if split and row["alerts"] else ""
    return words.plural(row["alerts"], "alert") + inside


def reported_line(row: Row) -> str:
    """
    Say what the force reported, exactly.

    Examples
    --------
    >>> row = dict.fromkeys(("faces_seen", "alerts", "arrests"))
    >>> reported_line(row)
    'No figures published'
    >>> reported_line({**row, "faces_seen": 28220, "alerts": 1, "arrests": 0})
    '28,220 faces seen · 1 alert · no arrests'
    """
    parts = []
    if row["faces_seen"] is not None:
        parts.append(words.plural(row["faces_seen"], "face") + " seen")
    alerts = _alerts(row)
    if alerts:
        parts.append(alerts)
    if row["arrests"] is not None:
        parts.append(
            "no arrests" if row["arrests"] == 0 else words.plural(row["arrests"], "arrest")
        )
    return " · ".join(parts) or "No figures published"


def settings_line(row: Row) -> str:
    """
    Say what the system was set to.

    Examples
    --------
    >>> settings_line({"watchlist_size": 9034, "threshold": 0.64, "use_case": None})
    'Watchlist 9,034 · threshold 0.64'
    >>> settings_line({"watchlist_size": None, "threshold": None, "use_case": "1, 2"})
    'Use case 1, 2'
    """
    parts = []
    if row["watchlist_size"] is not None:
        parts.append(f"watchlist {words.count(row['watchlist_size'])}")
    if row["threshold"] is not None:
        parts.append(f"threshold {row['threshold']:g}")
    if row["use_case"] is not None:
        use = words.clean(row["use_case"], longest=40)
        parts.append(use if any(map(str.isalpha, use)) else f"use case {use}")
    line = " · ".join(parts)
    return line[:1].upper() + line[1:]


def expected_line(row: Row) -> str:
    """
    Say what the estimate, made without this row's own count, would have been.

    Examples
    --------
    >>> expected_line({"faces_expected": 9431.0, "faces_expected_lo80": 5790.0,
    ...     "faces_expected_hi80": 15020.0, "exposure_source": "reported"})
    'about 9,400 faces, likely 5,800 to 15,000'
    """
    values = [row[f"faces_expected{end}"] for end in ("", "_lo80", "_hi80")]
    if any(value is None for value in values):
        return ""
    borrowed = row["exposure_source"] == "borrowed"
    note = f"; another force{words.APOSTROPHE}s counts, in no total" if borrowed else ""
    return words.likely(*values, noun="faces") + note


def walk_past_line(row: Row) -> str:
    """
    Say roughly how often somebody walks past, where anything tells it.

    The figure counts passages: whoever passes twice counts twice.

    Examples
    --------
    >>> walk_past_line({"walk_past_per_h": None})
    ''
    >>> ends = {"walk_past_per_h_lo80": 863.0, "walk_past_per_h_hi80": 40000.0}
    >>> walk_past_line({"walk_past_per_h": 7803.0, **ends})
    'very roughly 7,800 passages on foot an hour by day, likely 860 to 40,000'
    """
    values = [row.get(f"walk_past_per_h{end}") for end in ("", "_lo80", "_hi80")]
    if None in values:
        return ""
    said = words.likely(*values, noun="passages on foot an hour by day")
    return said.replace("about", "very roughly", 1)


def nearby_line(row: Row) -> str:
    """
    Say how many live near, as context.

    Examples
    --------
    >>> nearby_line({"residents_800m": 23456.0})
    'about 23,000 residents within 800 m'
    """
    near = row.get("residents_800m")
    if near is None:
        return ""
    return f"about {words.rough(near)} residents within 800 m"


def document_label(source: Mapping[str, object]) -> str:
    """
    Return a short name for a document: its file name without folders or query.

    Examples
    --------
    >>> document_label({"source_document": "https://met.police.uk/x/lfr-grid-2023.pdf?v=2"})
    'lfr-grid-2023.pdf'
    """
    name = str(source["source_document"]).split("?", maxsplit=1)[0].rstrip("/")
    return words.clean(name.rsplit("/", maxsplit=1)[-1], longest=60)


def record_line(row: Row, source: Mapping[str, object] | None) -> str:
    """
    Say where the record stands.

    Examples
    --------
    >>> record_line({"source_document": "grid.pdf", "source_page": 1, "source_row": 3},
    ...             {"source_document": "grid.pdf", "kind": "pdf"})
    'grid.pdf, page 1, row 3'
    """
    label = document_label(source or row)
    page, line = ROW_NOUNS.get(str((source or {}).get("kind")), (None, "row"))
    where = f"{page} {row['source_page']}, " if page else ""
    return f"{label}, {where}{line} {row['source_row']}"


def flag_lines(flags: Iterable[Row], corrections: Iterable[Row]) -> list[str]:
    """
    Say what was corrected, then what lint noticed, in a line each: a popup has twelve.

    Examples
    --------
    >>> flag_lines([], [{"column": "date", "value_from": "2023-07-11",
    ...     "value_to": "2024-07-11", "reason": "a 2024 watchlist"}])
    ['Corrected: date 11 July 2023 to 11 July 2024 (a 2024 watchlist)']
    >>> flag_lines([{"detail": "late"}, {"detail": "odd"}], [])
    ['Flag: late (and 1 more: see the table)']
    """
    fixed = [_correction(fix) for fix in corrections]
    noticed = [
        f"Flag: {words.clean(for_readers(flag['detail']), longest=500)}" for flag in flags
    ]
    return [_first_of(lines) for lines in (fixed, noticed) if lines]


def _first_of(lines: list[str]) -> str:
    """Return the first line, and say how many more the table has."""
    rest = f" (and {words.count(len(lines) - 1)} more: see the table)" if len(lines) > 1 else ""
    return lines[0] + rest


def _correction(fix: Row) -> str:
    before, after = (_value(fix["column"], fix[end]) for end in ("value_from", "value_to"))
    noun = words.clean(fix["column"]).replace("_", " ")
    told = f"{noun} {before} to {after}"
    if fix["column"] == "place_read":
        told = f"'{before}' is read as '{after}'"
    return f"Corrected: {told} ({words.clean(fix['reason'], longest=160)})"


def _value(column: str, value: object) -> str:
    text = words.clean(value, longest=60)
    try:
        return words.date(text) if column == "date" else text
    except (ValueError, IndexError):
        return text
