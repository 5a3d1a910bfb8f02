"""What the method page says of how well places are found, measured on known spots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from maps import words
from maps.rows import as_rows
from maps.words import is_given

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from maps.rows import Row

EVERY = "all"
"""A ``kind`` or ``covered_by`` that stands for all of its part together."""

NOTHING = "nothing"
"""What covers a spot that got no answer; shares and radii are of those that got one."""

HELD_OUT = "holdout"
"""The part whose spots were not looked at while the reading of places was built."""

PARTS = {HELD_OUT: " not used in building", "tune": " used in building"}

COVERS = {
    EVERY: "All",
    "extract": "map extract",
    "curated": "curated table",
    "station": "station",
    "tables": "other tables",
    "borough": "borough alone",
    NOTHING: "no answer",
}
"""What an answer may rest on, as a reader may know it; any other is its own name."""

_IN_OURS = " held"
_LONGEST_NOTE = 1500


def calibration_of(frame: pd.DataFrame | None) -> list[dict[str, Any]]:
    """
    Return what to say of each set of known spots, those not used in building first.

    Parameters
    ----------
    frame
        ``place_calibration``, one row for each kind of place and what covers it, or None.

    Returns
    -------
    parts
        Of each set its ``lines``, ``name``, and the rows of its tables: ``sums``, where
        either the kinds or the covers are taken together, and ``rest``.
    """
    sets: dict[tuple[str, str], list[Row]] = {}
    for row in as_rows(frame) if frame is not None else []:
        sets.setdefault((_text(row["part"]), _text(row["date"])), []).append(row)
    ordered = sorted(sets, key=lambda key: (key[0] != HELD_OUT, key))
    return [_part(key, sets[key]) for key in ordered]


def _part(key: tuple[str, str], rows: Sequence[Row]) -> dict[str, Any]:
    part, date = key
    sums = [row for row in rows if EVERY in {row["kind"], row["covered_by"]}]
    when = words.date(date) if date[:4].isdecimal() else date
    return {
        "lines": [
            line
            for line in (published_line(rows), calibration_line(rows), _covers_line(rows))
            if line
        ],
        "name": f"known spots{_whence(part)}",
        "date": when,
        "sums": [_cells(row) for row in sums or rows],
        "rest": [_cells(row) for row in rows if row not in sums] if sums else [],
    }


def published_line(rows: Sequence[Row]) -> str:
    """
    Say how well places as a force published them were found, where those were held out.

    Parameters
    ----------
    rows
        Rows of one part.

    Examples
    --------
    >>> row = {"kind": "published", "covered_by": "all", "spots": 50, "part": "holdout"}
    >>> row |= {"right_area_share": 0.98, "inside_share": 0.96, "radius_median_m": 800.0}
    >>> published_line([row])
    'Of 50 places as the force published them, not seen while the reading was built, 50 got an \
answer: 98.0 % of those are in the right borough, 96.0 % of the known spots lie inside the \
stated radius, and the median radius is 800 m.'
    """
    mine = [row for row in rows if row["kind"] == "published"]
    every = [row for row in mine if row["covered_by"] == EVERY]
    if not every or not is_given(every[0]["inside_share"]):
        return ""
    whole = every[0]
    lost = sum(int(row["spots"]) for row in mine if row["covered_by"] == NOTHING)
    spots = int(whole["spots"])
    right, inside = _percent(whole["right_area_share"]), _percent(whole["inside_share"])
    between = _interval(whole)
    return (
        f"Of {words.plural(spots, 'place')} as the force published them, not seen while the "
        f"reading was built, {words.count(spots - lost)} got an answer: {right} of those are "
        f"in the right borough, {inside} of the known spots lie inside the stated radius"
        f"{f' (95 % interval {between})' if between else ''}, and the median radius is "
        f"{words.distance(whole['radius_median_m'])}."
    )


def calibration_line(rows: Sequence[Row]) -> str:
    """
    Say how many of one set of known spots lie inside their radius, and how large that is.

    Parameters
    ----------
    rows
        Rows of one part. Where one stands for all of them it is told; otherwise the share
        is of all spots, and of radii, whose middles do not add up, the range is told.

    Examples
    --------
    >>> row = {"kind": "all", "covered_by": "all", "part": "holdout", "spots": 200}
    >>> none = {**row, "covered_by": "nothing", "spots": 10}
    >>> row |= {"inside_share": 0.97, "radius_median_m": 300.0}
    >>> calibration_line([row, none])
    'Of 200 known spots not used in building, 190 got an answer; 97.0 % of those lie inside \
the stated radius; the median radius is 300 m.'
    """
    told, spots, answered = _counted(rows)
    if not answered:
        return "No known spots were measured."
    weights = [1] if len(told) == 1 else [int(row["spots"]) for row in told]
    shares = [row["inside_share"] for row in told]
    inside = math.fsum(a * b for a, b in zip(shares, weights, strict=True)) / sum(weights)
    between = _interval(told[0]) if len(told) == 1 else ""
    line = f"Of {words.plural(spots, 'known spot')}{_whence(_text(told[0]['part']))}, "
    if answered < spots:
        line += f"{words.count(answered)} got an answer; {_percent(inside)} of those "
    else:
        line += f"{_percent(inside)} "
    line += f"{'lies' if answered == 1 else 'lie'} inside the stated radius"
    return f"{line}{f' (95 % interval {between})' if between else ''}{_radii(told)}."


def _counted(rows: Sequence[Row]) -> tuple[list[Row], int, int]:
    """Return the rows to tell of, their spots, and how many of these got an answer."""
    every = [row for row in rows if row["kind"] == row["covered_by"] == EVERY][:1]
    if every:
        spots = int(every[0]["spots"] or 0)
        lost = [r for r in rows if r["kind"] == EVERY and r["covered_by"] == NOTHING]
        answered = spots - sum(int(row["spots"] or 0) for row in lost)
        return every, spots, answered if is_given(every[0]["inside_share"]) else 0
    known = [row for row in rows if is_given(row["inside_share"]) and row["spots"]]
    own = [row for row in rows if EVERY not in {row["kind"], row["covered_by"]}]
    told = [row for row in known if row in own] or known
    lost = [row for row in own if row["covered_by"] == NOTHING]
    answered = sum(int(row["spots"]) for row in told)
    return told, answered + sum(int(row["spots"] or 0) for row in lost), answered


def _covers_line(rows: Sequence[Row]) -> str:
    """Say how the radius depends on what the answer rests on."""
    covers = [
        row
        for row in rows
        if row["kind"] == EVERY != row["covered_by"] and is_given(row["radius_median_m"])
    ]
    if not covers:
        return ""
    ordered = sorted(covers, key=lambda row: row["radius_median_m"])
    parts = [
        f"{_cover(row)} {words.distance(row['radius_median_m'])} "
        f"({words.plural(row['spots'], 'spot')}, {_percent(row['inside_share'])} inside)"
        for row in ordered
    ]
    return f"Median radius by what the answer rests on: {words.listing(parts)}."


def _whence(part: str) -> str:
    return PARTS.get(part, f" ({part})" if part else "")


def _interval(row: Row) -> str:
    low, high = row.get("inside_lo95_share"), row.get("inside_hi95_share")
    if not (is_given(low) and is_given(high)):
        return ""
    return f"{_percent(float(low)).removesuffix(' %')} to {_percent(float(high))}"


def _radii(rows: Sequence[Row]) -> str:
    radii = [row["radius_median_m"] for row in rows if is_given(row["radius_median_m"])]
    if not radii:
        return ""
    low, high = words.distance(min(radii)), words.distance(max(radii))
    if low == high:
        return f"; the median radius is {low}"
    return f"; the median radius is {low} to {high}, by kind"


def _cells(row: Row) -> dict[str, str]:
    return {
        "kind": _kind(row),
        "covered": _cover(row),
        "spots": _given(row["spots"], words.count),
        "area": _given(row["right_area_share"], _percent),
        "inside": _given(row["inside_share"], _percent),
        "between": _interval(row) or words.NONE,
        "median": _given(row["radius_median_m"], words.distance),
        "p90": _given(row["radius_p90_m"], words.distance),
        "truth": _text(row["truth"]) if _tells_truth(row) else "",
    }


def _tells_truth(row: Row) -> bool:
    """Whether a row is the one of its kind to say how truth was established."""
    return row["covered_by"] in {EVERY, None}


def _kind(row: Row) -> str:
    kind = _text(row["kind"])
    if kind == EVERY:
        return "All"
    name = kind.removesuffix(_IN_OURS)
    name = words.PRECISION_NAMES.get(name, name[:1].upper() + name[1:]) or words.NONE
    return f"{name}, in our tables too" if kind.endswith(_IN_OURS) else name


def _cover(row: Row) -> str:
    cover = _text(row["covered_by"])
    return COVERS.get(cover, cover) or words.NONE


def _given(value: Any, write: Callable[[float], str]) -> str:  # noqa: ANN401 - a cell
    return write(float(value)) if is_given(value) else words.NONE


def _percent(share: float) -> str:
    return words.percent(share, digits=1)


def _text(value: object) -> str:
    return words.clean(value, longest=_LONGEST_NOTE) if is_given(value) else ""
