"""The streets that counts at vague places speak for, as the map draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from maps.encode import encode_lines

if TYPE_CHECKING:
    import geopandas as gpd

MOST_DRAWN = 2000
"""Streets drawn, those whose counts speak for them most first; the table lists all."""

TOLERANCE_DEGREES = 0.00003
"""About 3 m."""

STEPS = 4
"""How many shades tell one likelihood from another."""


def streets_drawn(plausible: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    """
    Return the streets to draw, each once, and how strongly.

    Parameters
    ----------
    plausible
        Streets with ``plausible_share``, ``prior_share`` and line ``geometry``; or None.

    Returns
    -------
    streets
        ``lines``, delta-coded, and ``shade`` from 1 to `STEPS`: by how many times the counts of
        its place made the street likelier, on average, up to four times or more. A street
        that they made no likelier is not drawn.
    """
    if plausible is None or plausible.empty:
        return []
    times = plausible["plausible_share"] / plausible["prior_share"]
    shapes = plausible.geometry.to_wkb()
    means = times.groupby(shapes, sort=True).mean()
    kept = means[means > 1].sort_values(ascending=False, kind="stable")[:MOST_DRAWN]
    return [
        {
            "lines": encode_lines(shapely.simplify(shapely.from_wkb(shape), TOLERANCE_DEGREES)),
            "shade": min(int(mean), STEPS),
        }
        for shape, mean in kept.items()
    ]
