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
"""The ``kind`` and ``covered_by`` of a row that stands for all of its part together."""

HELD_OUT = frozenset({"held-out", "held out", "holdout", "unseen"})
"""Parts whose spots were not looked at while the reading of places was built."""

_NAMES = {**words.PRECISION_NAMES, EVERY: "All"}
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
        Of each set its ``line``, ``truth``, ``date`` and the cells of its table.
    """
    sets: dict[tuple[str, ...], list[Row]] = {}
    for row in as_rows(frame) if frame is not None else []:
        sets.setdefault(tuple(_text(row[n]) for n in ("part", "truth", "date")), []).append(row)
    ordered = sorted(sets, key=lambda key: (key[0].lower() not in HELD_OUT, key))
    return [_part(key, sets[key]) for key in ordered]


def _part(key: tuple[str, ...], rows: Sequence[Row]) -> dict[str, Any]:
    part, truth, date = key
    line = calibration_line(rows)
    return {
        "line": line,
        "part": part,
        "truth": truth.rstrip("."),
        "date": words.date(date) if date[:4].isdecimal() else date,
        "rows": [_cells(row) for row in rows],
    }


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
    >>> row = {"kind": "site", "covered_by": "stations", "part": "held-out", "spots": 200}
    >>> row |= {"inside_share": 0.97, "radius_median_m": 300.0}
    >>> calibration_line([row])
    'Of 200 known spots not used in building, 97 % lie inside the stated radius; the median \
radius is 300 m.'
    """
    whole = [row for row in rows if _is_whole(row)]
    told = whole[:1] or [row for row in rows if is_given(row["spots"])]
    spots = sum(int(row["spots"] or 0) for row in told)
    known = [row for row in told if is_given(row["inside_share"]) and row["spots"]]
    if not spots or not known:
        return "No known spots were measured."
    counted = sum(int(row["spots"]) for row in known)
    inside = math.fsum(row["inside_share"] * row["spots"] for row in known) / counted
    between = _interval(told[0]) if len(told) == 1 else ""
    line = (
        f"Of {words.plural(counted, 'known spot')}{_whence(told[0])}, {_percent(inside)} "
        f"{'lies' if counted == 1 else 'lie'} inside the stated radius"
    )
    return f"{line}{f' (95 % interval {between})' if between else ''}{_radii(told)}."


def _is_whole(row: Row) -> bool:
    return all(_text(row.get(name)).lower() in {EVERY, ""} for name in ("kind", "covered_by"))


def _whence(row: Row) -> str:
    part = _text(row.get("part"))
    if part.lower() in HELD_OUT:
        return " not used in building"
    return f" ({part})" if part else ""


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
    kind, covered = _text(row["kind"]), _text(row["covered_by"])
    return {
        "kind": _NAMES.get(kind, kind) or words.NONE,
        "covered": _NAMES.get(covered, covered) or words.NONE,
        "spots": _given(row["spots"], words.count),
        "area": _given(row["right_area_share"], _percent),
        "inside": _given(row["inside_share"], _percent),
        "between": _interval(row) or words.NONE,
        "median": _given(row["radius_median_m"], words.distance),
        "p90": _given(row["radius_p90_m"], words.distance),
    }


def _given(value: Any, write: Callable[[float], str]) -> str:  # noqa: ANN401 - a cell
    return write(float(value)) if is_given(value) else words.NONE


def _percent(share: float) -> str:
    return words.percent(share, digits=1)


def _text(value: object) -> str:
    return words.clean(value, longest=_LONGEST_NOTE) if is_given(value) else ""
