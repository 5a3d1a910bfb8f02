"""Rates of arrests and alerts as the method page tells them: one line for each era."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.rate_terms import FEWEST_DAYS, FEWEST_EVENTS, figure_name
from maps import words
from maps.rows import as_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.rows import Row
    from maps.tables import SiteTables

SHOWN = tuple((event, per) for per in ("hour", "faces") for event in ("arrests", "alerts"))
"""The rates shown, in order; the others are in the file."""


def rates_of(tables: SiteTables) -> dict[str, object] | None:
    """
    Return what the page says of rates, or None where no force states figures for any.

    Parameters
    ----------
    tables
        The tables of the site.

    Returns
    -------
    told
        ``names`` of the rates, ``lines`` of a force's era with a cell for each, the floor
        below which none is shown as ``fewest_events`` and ``fewest_days``, and whether rates
        are ``without`` deployments that lack a figure.
    """
    if tables.rates is None:
        return None
    rows = [row for row in as_rows(tables.rates) if row["by"] == "era" and row["deployments"]]
    if not rows:
        return None
    labels = {(era["force"], era["era"]): era["label"] for era in as_rows(tables.eras)}
    begins = {(era["force"], era["era"]): era["first_date"] for era in as_rows(tables.eras)}
    keys = dict.fromkeys((row["force"], row["era"]) for row in rows)
    return {
        "names": [_capital(figure_name(*shown)) for shown in SHOWN],
        "lines": [
            {
                "era": words.clean(labels.get(key) or key[1] or "all records"),
                "force": words.short_force(key[0]),
                "cells": _cells([row for row in rows if (row["force"], row["era"]) == key]),
            }
            for key in sorted(keys, key=lambda key: (key[0], begins.get(key) or ""))
        ],
        "fewest_events": words.spelt(FEWEST_EVENTS),
        "fewest_days": words.spelt(FEWEST_DAYS),
        "without": any(row["deployments_without"] for row in rows),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cells(rows: Sequence[Row]) -> list[str]:
    known = {(row["event"], row["per"]): row for row in rows}
    return [rate_text(known.get(shown)) for shown in SHOWN]


def rate_text(row: Row | None) -> str:
    """
    Write a rate with its interval, or why there is none.

    Examples
    --------
    >>> rate_text({"rate": 0.5782, "lo90": 0.506, "hi90": 0.6608, "note": None})
    '0.58 (0.51 to 0.66)'
    >>> rate_text({"rate": None, "note": "too few: under 5 arrests"})
    'too few'
    >>> rate_text(None) == words.NONE
    True
    """
    if row is None:
        return words.NONE
    if row["rate"] is None:
        return words.clean(row["note"]).partition(":")[0]
    middle, low, high = (words.rough(row[name]) for name in ("rate", "lo90", "hi90"))
    return f"{middle} ({low} to {high})"
