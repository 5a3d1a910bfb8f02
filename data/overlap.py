"""
Keep a deployment once when two documents hold it, as overlapping editions do.

Rows agree when force, date, place, duration and faces do. The n-th such row of a later
document is the n-th such row of the earlier ones; more of them are more vans. Rows that
differ in duration or faces are both kept: `data.lint` flags those as told differently.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from data.cell import clean_cell
from data.record import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.row import Row

_FIGURES = ("watchlist_size", "threshold", *OUTCOMES)


def place_key(place: str) -> str:
    r"""
    Return a place's words, so that breaks, stops and case do not part it from itself.

    Examples
    --------
    >>> place_key("Croydon, North End") == place_key("Croydon North\nEnd")
    True
    """
    return " ".join(re.findall(r"\w+", clean_cell(place).casefold()))


def drop_retold(rows: Sequence[Row]) -> tuple[list[Row], dict[int, str]]:
    """
    Exclude rows that an earlier document holds already.

    Parameters
    ----------
    rows
        Rows of all documents, in order.

    Returns
    -------
    rows
        The same rows, those held already with the reason in ``excluded``.
    remarks
        By position of the row kept: how the later document's figures differ, if they do.
    """
    kept: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    used: Counter[tuple[str, tuple[Any, ...]]] = Counter()
    remarks: dict[int, str] = {}
    out = list(rows)
    for position, row in enumerate(rows):
        if not row.kept:
            continue
        key = _key(row)
        sha = row.document.sha256
        earlier = [i for i in kept[key] if rows[i].document.sha256 != sha]
        n = used[sha, key]
        used[sha, key] += 1
        if n >= len(earlier):
            kept[key].append(position)
            continue
        first = rows[earlier[n]]
        different = _differences(first, row)
        out[position] = replace(row, excluded=_reason(first, different))
        if different:
            remarks[earlier[n]] = f"{row.where} tells it differently: {different}."
    return out, remarks


def _key(row: Row) -> tuple[Any, ...]:
    values = row.record.fields
    duration = values.get("duration_h")
    return (
        row.force.code,
        values["date"],
        place_key(values["place_published"]),
        None if duration is None else round(duration, 4),
        values.get("faces_seen"),
    )


def _differences(first: Row, later: Row) -> str:
    pairs = [
        (column, first.record.fields.get(column), later.record.fields.get(column))
        for column in _FIGURES
    ]
    return ", ".join(
        f"{column} {other}, not {one}"
        for column, one, other in pairs
        if one is not None and other is not None and one != other
    )


def _reason(first: Row, different: str) -> str:
    but = f", where it differs: here {different}" if different else ""
    return f"The same record as {first.where}, which is kept{but}."
