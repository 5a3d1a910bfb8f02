"""What the method page says of faces beside people walking past, and of streets told apart."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from geo.scenarios import CAUTION, scenario_lines
from maps import words
from maps.rows import Row, as_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from maps.tables import SiteTables

THOUSAND = 1000.0
"""Faces that the scenarios are told of: no count of the record, so that none becomes people."""


def beside_of(tables: SiteTables) -> dict[str, Any] | None:
    """
    Return what to say of faces beside passages, or None where there is nothing.

    Parameters
    ----------
    tables
        The tables of the site.

    Returns
    -------
    said
        ``eras``, each with its ``label``, ``places``, the ``middle`` ratio and how far its
        interval goes (``factor``) and that of two places beside each other (``apart``);
        ``scenarios`` and ``caution``; ``told_apart``, whether counts tell streets apart; and
        ``drawn``, how many streets are.
    """
    ratios = [] if tables.ratios is None else as_rows(tables.ratios)
    told = [row for row in ratios if row["ratio"]]
    if not told and not tables.told_apart:
        return None
    return {
        "eras": _eras(told, as_rows(tables.eras)),
        "scenarios": scenario_lines(THOUSAND, what="1,000 faces") if told else [],
        "caution": CAUTION,
        "told_apart": tables.told_apart,
        "drawn": _drawn(tables.plausible),
    }


def _eras(told: Sequence[Row], eras: Sequence[Row]) -> list[dict[str, str]]:
    """Sum up the ratios of each era, in order of time."""
    lines = []
    for era in eras:
        own = [r for r in told if (r["force"], r["era"]) == (era["force"], era["era"])]
        if not own:
            continue
        apart = [
            r["ratio_to_median_hi80"] / r["ratio_to_median"]
            for r in own
            if r["ratio_to_median"]
        ]
        lines.append(
            {
                "label": words.clean(era["label"] or era["era"]),
                "force": words.short_force(era["force"]),
                "places": words.count(len(own)),
                "middle": words.rough(median(row["ratio"] for row in own)),
                "factor": words.rough(median(row["ratio_hi80"] / row["ratio"] for row in own)),
                "apart": words.rough(median(apart)) if apart else words.NONE,
            }
        )
    return lines


def _drawn(plausible: pd.DataFrame | None) -> str:
    if plausible is None:
        return ""
    counts = plausible["deployment_id"].nunique()
    streets = words.plural(plausible["street"].nunique(), "street")
    return f"{streets} of {words.plural(counts, 'deployment')} at vague places"
