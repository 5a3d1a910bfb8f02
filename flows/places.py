"""Answer where a published place is: one on the screen, or a file of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.batch import read_rows, write_rows

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

LOCATED = (
    "force",
    "place_published",
    "place_read",
    "area_name",
    "area_code",
    "precision",
    "lon",
    "lat",
    "uncertainty_m",
    "located_by",
    "reason",
)
"""Columns of the answers, named as in deployments.csv; ``reason`` says why."""


def locate_rows(rows: pd.DataFrame, *, force: str | None) -> gpd.GeoDataFrame:
    """
    Locate the places of a batch.

    Parameters
    ----------
    rows
        Columns ``place``, ``force`` and, perhaps, ``area``.
    force
        Force of rows that name none.

    Returns
    -------
    located
        Indexed like ``rows``, with the columns `LOCATED`.
    """
    import pandas as pd

    from data.forces import force_named
    from data.gazetteer import load_gazetteer
    from geo.locate import locate_places

    named = [
        force_named(own if isinstance(own, str) else force).name
        if isinstance(own, str) or force
        else None
        for own in rows["force"]
    ]
    area = rows["area"] if "area" in rows else pd.Series(None, index=rows.index, dtype="str")
    places = pd.DataFrame(
        {
            "force": pd.Series(named, index=rows.index, dtype="str"),
            "place_published": rows["place"],
            "area_published": area,
        }
    )
    return locate_places(places, load_gazetteer())


def locate_file(path: Path, *, force: str | None, csv: Path) -> int:
    """
    Locate every place of a CSV file and write one row per row.

    Parameters
    ----------
    path
        CSV with a column ``place``; optional ``force`` and ``area``.
    force
        Force of rows that name none.
    csv
        File to write.

    Returns
    -------
    code
        0.
    """
    rows = read_rows(path, required=["place"], optional=["force", "area"])
    located = locate_rows(rows, force=force)
    write_rows(located[list(LOCATED)], csv)
    known = int((located["precision"] != "unknown").sum())
    print(f"{len(rows)} rows in, {known} located, {len(rows) - known} unknown")
    return 0


def show_candidates(place: str, *, force: str | None) -> int:
    """
    Print the ways to read one place, best first.

    Parameters
    ----------
    place
        The place as published.
    force
        Force whose area bounds the search.

    Returns
    -------
    code
        0.
    """
    from data.forces import force_named
    from data.gazetteer import load_gazetteer
    from flows.screen import print_table, shown
    from geo.locate import candidates_for

    name = force_named(force).name if force else None
    found = candidates_for(place, load_gazetteer(), force=name)
    rows = [
        (
            row["name"],
            row["precision"],
            row["area_name"],
            shown(row["lon"], digits=5),
            shown(row["lat"], digits=5),
            row["uncertainty_m"],
            row["score"],
            f"{row['reason']} ({row['located_by']})",
        )
        for row in found.to_dict("records")
    ]
    headers = ("place", "precision", "area", "lon", "lat", "radius m", "score", "why")
    print_table(f"{place}, {name or 'any force'}", headers, rows, whole=2)
    best = found.iloc[0]
    many = "1 candidate" if len(found) == 1 else f"{len(found)} candidates"
    print(f"{many}; best: {shown(best['name']) or place}, {best['precision']}")
    return 0
