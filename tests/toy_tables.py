"""Every table of one small run: three deployments, one place each, one rejected row."""

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point, Polygon

from data.schemas import TABLES
from data.tables import as_table
from geo.rate_table import tabulate_rates
from geo.vagueness import index_vagueness

SCHEMAS = {table.name: table for table in TABLES}
SHA = "a" * 64
DOCUMENT = {"source_document": "toy.csv", "source_sha256": SHA, "source_page": 1}
FORCE = "Toy Police"

ERAS = pd.DataFrame(
    {"force": [FORCE], "era": ["toy"], "first_date": ["2024-01-01"], "last_date": [None]}
)

CAMDEN = Polygon([(-0.2, 51.5), (-0.1, 51.5), (-0.1, 51.6), (-0.2, 51.6)])


def _deployment(row, place, faces, **columns):
    return {
        "deployment_id": f"toy-2024-10-0{row}-1",
        "force": FORCE,
        "date": f"2024-10-0{row}",
        "date_precision": "day",
        "date_published": f"0{row}/10/24",
        "place_published": place,
        "duration_h": 5.0,
        "faces_seen": faces,
        "alerts": 3,
        "arrests": 0,
        "status": "reported",
        **DOCUMENT,
        "source_row": row,
        **columns,
    }


CORE = (
    _deployment(1, "Camden", 1000),
    _deployment(2, "=cmd()", 2000),
    _deployment(3, "Nowhere", None),
)

LOCATED = {
    "Camden": {
        "place_read": "Camden",
        "area_name": "Camden",
        "area_code": "E09000007",
        "precision": "area",
        "lon": -0.15,
        "lat": 51.55,
        "uncertainty_m": 6500.5,
        "located_by": "boroughs",
    },
    "=cmd()": {
        "place_read": "spot",
        "area_name": "Camden",
        "area_code": "E09000007",
        "precision": "site",
        "lon": -0.1234568,
        "lat": 51.5012343,
        "uncertainty_m": 100.0,
        "located_by": "stations",
    },
    "Nowhere": {"precision": "unknown", "located_by": "nothing"},
}

_INTERVAL = {
    "faces_expected": 1500.0,
    "faces_expected_lo80": 800.0,
    "faces_expected_hi80": 2800.0,
    "faces_expected_lo90": 600.0,
    "faces_expected_hi90": 3700.0,
}


def _out(core):
    faces = core["faces_seen"]
    if faces is None:
        exposure = (1500.0, 800.0, 2800.0, "modelled")
    else:
        exposure = (float(faces), float(faces), float(faces), "reported")
    names = ("exposure", "exposure_lo80", "exposure_hi80", "exposure_source")
    return {
        **core,
        **LOCATED[core["place_published"]],
        **_INTERVAL,
        **dict(zip(names, exposure, strict=True)),
    }


def _place(core):
    name = core["place_published"]
    return {
        **LOCATED[name],
        "force": FORCE,
        "place_published": name,
        "reason": "made up",
        "deployments": 1,
        "deployments_elsewhere": 0,
        "duration_h": 5.0,
        "faces_seen": core["faces_seen"],
        "arrests": 0,
    }


def _cells(core):
    texts = {
        "place_published": core["place_published"],
        "faces_seen": "N/A" if core["faces_seen"] is None else str(core["faces_seen"]),
        "alerts": "3",
        "arrests": "0",
    }
    return [
        {
            **DOCUMENT,
            "source_row": core["source_row"],
            "column_index": index,
            "header": name,
            "column": name,
            "text": text,
        }
        for index, (name, text) in enumerate(texts.items(), start=1)
    ]


def _rates(rows):
    """Rate the toy deployments by era: 9 alerts in 15 hours, no arrests, on three days."""
    frame = as_table(list(rows), SCHEMAS["core_deployments"])
    frame = frame.assign(area_code=None, area_name=None)
    table = tabulate_rates(frame, ERAS, by=["era"], events=["arrests", "alerts"])
    return table.to_dict("records")


_ROWS = {
    "raw_cells": [
        *(cell for core in CORE for cell in _cells(core)),
        {**DOCUMENT, "source_row": 4, "column_index": 1, "header": "Place", "text": "?"},
    ],
    "core_sources": [
        {
            **DOCUMENT,
            "kind": "csv",
            "rows_in": 4,
            "rows_core": 3,
            "rows_rejected": 1,
        }
    ],
    "core_deployments": list(CORE),
    "core_flags": [
        {"deployment_id": CORE[0]["deployment_id"], "flag": "odd", "detail": "Odd."}
    ],
    "core_corrections": [],
    "rejected_rows": [{**DOCUMENT, "source_row": 4, "reason": "No date.", "row_text": "?"}],
    "out_deployments": [_out(core) for core in CORE],
    "out_places": [_place(core) for core in CORE],
    "out_vagueness": index_vagueness(pd.DataFrame([_out(core) for core in CORE])).to_dict(
        "records"
    ),
    "out_scorecard": [
        {
            "split": "Each count from all others",
            "name": "Level of the day",
            "rows": 2,
            "mape": 0.5,
            "median_ape": 0.4,
            "log_bias": -0.1,
            "crps": 0.3,
            "coverage80_share": 1.0,
            "coverage90_share": 1.0,
        }
    ],
    "out_rates": _rates(CORE),
    "out_events": [
        {
            "deployment_id": CORE[0]["deployment_id"],
            "event": "Home v Away",
            "kind": "football",
            "first_date": CORE[0]["date"],
            "last_date": CORE[0]["date"],
            "place": "The Ground",
            "answer": "may be near",
            "distance_m": 1234.0,
            "within_reach_share": 0.25,
            "source": "The Gazette",
        }
    ],
    "out_eras": [
        {
            "force": "Metropolitan Police",
            "era": "met-2024-09",
            "first_date": "2024-09-01",
            "label": "since September 2024",
            "note": "made up",
            "deployments": 3,
            "deployments_counted": 1,
            "deployments_rated": 1,
            "faces_per_h_median": 200.0,
        }
    ],
    "out_ratios": [
        {
            "force": "Metropolitan Police",
            "era": "met-2024-09",
            "place_read": "Camden",
            "deployments": 1,
            "note": "too few counts to tell their spread",
        }
    ],
    "out_plausible": [
        {
            "deployment_id": "met-2024-10-01-1",
            "place_read": "Camden",
            "street": "Ash Road",
            "length_m": 120.0,
            "prior_share": 0.5,
            "plausible_share": 0.9,
            "streets": 2,
            "gained_bits": 0.5,
        }
    ],
    "out_areas": [
        {
            "area_code": "E09000007",
            "area_name": "Camden",
            "deployments": 2,
            "first_date": "2024-10-01",
            "last_date": "2024-10-02",
        }
    ],
}

SHAPES = [CAMDEN, Point(-0.1234568, 51.5012343), None]


def make_tables() -> dict[str, pd.DataFrame]:
    """Return all tables, sound in every check."""
    tables = {name: as_table(rows, SCHEMAS[name]) for name, rows in _ROWS.items()}
    for name in ("out_deployments", "out_places"):
        tables[name] = gpd.GeoDataFrame(tables[name], geometry=SHAPES, crs="EPSG:4326")
    return tables
