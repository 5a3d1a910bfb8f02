"""Find the deployments whose place another disclosure tells too."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.records import told_elsewhere
from data.tables import as_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

TOLD = ("place_told", "told_by", "postcode_told")
"""What another disclosure adds to a place: its words, who it is, and a postcode."""


@cache
def _by_deployment() -> dict[tuple[str, ...], dict[str, str]]:
    return {
        (told["force"], told["date"], told["place_in_grid"], told["faces_seen"]): told
        for told in told_elsewhere()
    }


def telling_of(row: Mapping[str, Any]) -> Mapping[str, str] | None:
    """
    Return how another disclosure tells the place of a deployment.

    Parameters
    ----------
    row
        ``force``, ``date``, ``place_published`` and ``faces_seen``. The figure tells two
        deployments of one day apart.

    Returns
    -------
    telling
        As from `data.records.told_elsewhere`, or None.

    Examples
    --------
    >>> row = {"force": "Metropolitan Police", "date": "2023-08-11"}
    >>> telling_of({**row, "place_published": "Westminster", "faces_seen": 28220})["place_told"]
    'Wardour St, W1'
    >>> telling_of({**row, "place_published": "Westminster", "faces_seen": 1}) is None
    True
    """
    key = (row["force"], row["date"], row["place_published"], str(row["faces_seen"]))
    return _by_deployment().get(key)


def with_tellings(core: pd.DataFrame) -> pd.DataFrame:
    """
    Put beside every deployment how another disclosure tells its place.

    Parameters
    ----------
    core
        The table ``core_deployments``, corrected, and ``correction`` where a correction says
        where the place is, or null.

    Returns
    -------
    told
        The same rows with the columns `TOLD`, null where nobody else tells the place, and
        where a correction does or a position is given, which are better than any words.
    """
    found: dict[str, list[str | None]] = {name: [] for name in TOLD}
    for row in as_rows(core):
        placed = row["lon"] is not None or row.get("correction") is not None
        told = None if placed else telling_of(row)
        for name, key in zip(TOLD, ("place_told", "source", "postcode_told"), strict=True):
            found[name].append((told[key] or None) if told else None)
    columns = {
        name: pd.Series(values, index=core.index, dtype="str") for name, values in found.items()
    }
    return core.assign(**columns)
