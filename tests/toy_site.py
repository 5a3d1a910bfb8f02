"""
A small site to draw: two boroughs side by side, five places, two forces.

    0.0      0.1      0.2
     +--------+--------+ 51.6
     | Ash    | Beech  |       Ash High St: a line     Ash: the whole of it, twice
     |  o  =  |   O    |       o Ash Cross: a spot     O Beech Green: a district
     +--------+--------+ 51.5  "Nowhere Lane": unknown; the other force: no counts
"""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, box

from data.schemas import (
    CORE_CORRECTIONS,
    CORE_FLAGS,
    CORE_SOURCES,
    OUT_AREAS,
    OUT_DEPLOYMENTS,
    OUT_PLACES,
    REJECTED_ROWS,
)
from maps.tables import SiteTables

ASH, BEECH = box(0.0, 51.5, 0.1, 51.6), box(0.1, 51.5, 0.2, 51.6)
MET, OTHER = "Metropolitan Police", "Essex Police"
GRID, PRESS = "grid.pdf", "press.csv"

# place_published, place_read, area_name, area_code, precision, lon, lat, radius, geometry
PLACES = {
    "cross": (
        "Ash Cross Stn",
        "Ash Cross station",
        "Ash",
        "E09000001",
        "site",
        0.03,
        51.55,
        150.0,
        Point(0.03, 51.55),
    ),
    "street": (
        "High St, Ash",
        "High Street, Ash",
        "Ash",
        "E09000001",
        "street",
        0.06,
        51.55,
        400.0,
        LineString([(0.055, 51.55), (0.065, 51.552)]),
    ),
    "green": (
        "Beech Green",
        "Beech Green",
        "Beech",
        "E09000002",
        "district",
        0.15,
        51.55,
        900.0,
        Point(0.15, 51.55).buffer(0.008),
    ),
    "ash": ("Ash", "Ash", "Ash", "E09000001", "area", 0.05, 51.55, 6500.0, ASH),
    "nowhere": ("Nowhere Lane", None, None, None, "unknown", None, None, None, None),
}

# id, force, date, place, hours, faces, arrests, era, source document, row
DEPLOYMENTS = (
    ("met-2023-04-06-1", MET, "2023-04-06", "ash", 5.05, 28220, 3, "early", GRID, 1),
    ("met-2023-05-06-1", MET, "2023-05-06", "cross", 4.5, 9000, 1, "early", GRID, 2),
    ("met-2023-05-06-2", MET, "2023-05-06", "cross", 6.0, 8100, 0, "early", GRID, 3),
    ("met-2024-01-10-1", MET, "2024-01-10", "street", 8.15, 2000, 2, "late", GRID, 4),
    ("met-2024-02-11-1", MET, "2024-02-11", "green", None, 1500, None, "late", GRID, 5),
    ("met-2024-03-12-1", MET, "2024-03-12", "ash", 3.0, 900, 1, "late", GRID, 6),
    ("met-2024-03-12-2", MET, "2024-03-12", "nowhere", 2.0, None, None, "late", GRID, 7),
    ("essex-2023-08-1", OTHER, "2023-08", "green", None, None, None, None, PRESS, 1),
    ("essex-2023-1", OTHER, "2023", "green", None, None, 2, None, PRESS, 2),
)

SHA = {GRID: "a" * 64, PRESS: "b" * 64}


def _deployment(row):
    name, force, date, place, hours, faces, arrests, era, document, number = row
    published, read, area, code, precision, lon, lat, radius, shape = PLACES[place]
    expected = None if precision == "unknown" else 1800.0 * (hours or 5.0)
    source = "reported" if faces is not None else "borrowed" if force == OTHER else "modelled"
    cells = dict.fromkeys((*OUT_DEPLOYMENTS.names, "geometry"))
    cells.update(
        deployment_id=name,
        force=force,
        date=date,
        date_precision={4: "year", 7: "month"}.get(len(date), "day"),
        place_published=published,
        place_read=read,
        area_name=area,
        area_code=code,
        precision=precision,
        lon=lon,
        lat=lat,
        uncertainty_m=radius,
        located_by="toy table",
        duration_h=hours,
        watchlist_size=9034,
        threshold=0.6,
        faces_seen=faces,
        alerts=2,
        true_alerts_confirmed=1,
        false_alerts_confirmed=1,
        arrests=arrests,
        counting_era=era,
        exposure=faces or expected,
        exposure_source=source,
        residents_800m=23456.0,
        residents_method="toy grid",
        source_document=document,
        source_sha256=SHA[document],
        source_page=1,
        source_row=number,
        geometry=shape,
    )
    for ending, share in (
        ("", 1.0),
        ("_lo80", 0.6),
        ("_hi80", 1.6),
        ("_lo90", 0.5),
        ("_hi90", 1.9),
    ):
        cells[f"faces_expected{ending}"] = expected and expected * share
    return cells


def toy_site(**changes) -> SiteTables:
    """Return the toy tables, with whole tables replaced on request."""
    deployments = gpd.GeoDataFrame(
        pd.DataFrame(
            [_deployment(row) for row in DEPLOYMENTS],
            columns=[*OUT_DEPLOYMENTS.names, "geometry"],
        ),
        geometry="geometry",
        crs="EPSG:4326",
    )
    keep = [name for name in OUT_PLACES.names if name in deployments]
    places = deployments.drop_duplicates(["force", "place_published"])[[*keep, "geometry"]]
    places = places.assign(area_published=None, reason="because the toy says so", deployments=1)
    places = places.assign(telling=None, place_told=None, told_by=None, deployments_elsewhere=0)
    places = places.assign(place_corrected=None, question=None)
    places = places.assign(walk_past_method="the toy does not say")
    sources = [
        (GRID, SHA[GRID], "pdf", MET, "LFR grid", "https://police.example/grid.pdf", 7, 7, 0),
        (PRESS, SHA[PRESS], "csv", None, None, None, 3, 2, 1),
    ]
    eras = [
        (MET, "early", "2023-01-01", "2023-11-30", "2023", "high counts"),
        (MET, "late", "2023-12-01", None, "since December 2023", "low counts"),
    ]
    tables = SiteTables(
        deployments=deployments,
        places=places[[*OUT_PLACES.names, "geometry"]],
        areas=pd.DataFrame(columns=OUT_AREAS.names),
        sources=pd.DataFrame(sources, columns=CORE_SOURCES.names),
        corrections=pd.DataFrame(
            [
                (
                    "met-2024-02-11-1",
                    "date",
                    "2023-02-11",
                    "2024-02-11",
                    "a 2024 watchlist",
                    "its place in the table",
                )
            ],
            columns=CORE_CORRECTIONS.names,
        ),
        rejected=pd.DataFrame(
            [
                (
                    PRESS,
                    SHA[PRESS],
                    1,
                    3,
                    "date",
                    "32/13/2023",
                    "no such date",
                    "32/13/2023 | Ash",
                )
            ],
            columns=REJECTED_ROWS.names,
        ),
        flags=pd.DataFrame(
            [("met-2023-05-06-2", "alerts_do_not_add_up", "2 alerts, but 1 true and 0 false")],
            columns=CORE_FLAGS.names,
        ),
        eras=pd.DataFrame(
            eras, columns=["force", "era", "first_date", "last_date", "label", "note"]
        ),
        scorecard=pd.DataFrame(
            [
                (
                    "Each month from the months before",
                    "Level of the day, as on the map",
                    *(6, 0.62, 0.38, 0.02, 0.31, 0.81, 0.91),
                )
            ],
            columns=[
                "split",
                "name",
                "rows",
                "mape",
                "median_ape",
                "log_bias",
                "crps",
                "coverage80_share",
                "coverage90_share",
            ],
        ),
        credits=[
            {
                "title": "Toy city",
                "licence": "none",
                "credit": "© the toymaker",
                "vintage": "2024",
            }
        ],
        boroughs=gpd.GeoDataFrame(
            {"area_code": ["E09000001", "E09000002"], "area_name": ["Ash", "Beech"]},
            geometry=[ASH, BEECH],
            crs="EPSG:4326",
        ),
        relief=gpd.GeoDataFrame(
            {"level": [1]}, geometry=[box(0.02, 51.52, 0.12, 51.58)], crs="EPSG:4326"
        ),
        stations=gpd.GeoDataFrame(
            {"name": ["Ash Cross"]}, geometry=[Point(0.03, 51.55)], crs="EPSG:4326"
        ),
        version="0.1.0",
    )
    return replace(tables, **changes)


def with_places(names) -> SiteTables:
    """Return the toy tables with other published place names, one per deployment."""
    tables = toy_site()
    deployments = tables.deployments.copy()
    deployments["place_published"] = [names[i % len(names)] for i in range(len(deployments))]
    deployments["place_read"] = deployments["place_published"]
    return replace(tables, deployments=deployments)
