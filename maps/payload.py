"""Everything the page's script needs, as one small value."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs import to_metric
from maps import cards, style, words
from maps.encode import DEGREE_STEPS, encode_lines, encode_polygons, simplify_together
from maps.era_changes import median_line
from maps.events import events_by_id, same_day_lines
from maps.headline import counting_forces
from maps.marks import Mark, build_marks
from maps.notes import SHORT_FLAGS, era_letters, flag_name, rates_by_era
from maps.plausible import streets_drawn
from maps.rows import Row, as_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from maps.tables import SiteTables

FINE_TOLERANCE_DEGREES = 0.0006
"""About 50 m: borders that are looked at closely, round the marks."""

COARSE_TOLERANCE_DEGREES = 0.012
"""About a kilometre: borders that only give bearings."""

VIEW_MARGIN_DEGREES = 0.005

METRES_PER_DEGREE = 111_320.0
"""Of latitude; of longitude at the equator."""

MOST_SHARED = 0.5
"""Share of deployments above which a flag tells nothing of any one of them."""

_M2_PER_KM2 = 1e6
_SOURCES = {"reported": 0, "modelled": 1, "borrowed": 2}


def build_payload(tables: SiteTables) -> dict[str, Any]:
    """
    Return what the page's script draws from.

    Parameters
    ----------
    tables
        The tables of the site.

    Returns
    -------
    payload
        A value of plain lists, numbers and texts, ready for JSON.
    """
    rows = as_rows(tables.deployments)
    marks = build_marks(tables.deployments, rows)
    land = _land(tables.boroughs, marks)
    forces = list(dict.fromkeys(row["force"] for row in rows))
    eras = [era for era in as_rows(tables.eras) if era["force"] in forces]
    areas = sorted({row["area_name"] for row in rows if row["area_name"]})
    places, place_of = _places(tables, rows)
    counting = set(counting_forces(rows))
    return {
        "forces": [
            {"name": words.clean(f), "short": words.short_force(f), "counts": f in counting}
            for f in forces
        ],
        "areas": [words.clean(area) for area in areas],
        "eras": _eras(rows, eras, forces),
        "places": places,
        "marks": [_mark(mark, land) for mark in marks],
        "rows": _columns(tables, rows, marks, forces, areas, eras, place_of),
        "land": [
            {"name": name, "at": spot, "shape": shape, "near": near}
            for name, spot, shape, near in zip(
                land["names"], land["spots"], land["shapes"], land["near"], strict=True
            )
        ],
        "relief": _relief(tables.relief),
        "stations": _stations(tables.stations),
        "plausible": streets_drawn(tables.plausible),
        "views": build_views(rows, marks, tables.boroughs),
        "scale": 1 / DEGREE_STEPS,
        "words": {
            "language": words.LANGUAGE,
            "months": words.MONTHS,
            "numerals": words.NUMERALS,
            "kinds": words.PRECISION_NAMES,
        },
        "sizes": {
            "least": style.MARK_SMALLEST_PX,
            "most": style.MARK_LARGEST_PX,
            "hours": style.PX_PER_ROOT_HOUR,
            "faces": style.PX_PER_ROOT_FACE,
        },
    }


def _land(boroughs: gpd.GeoDataFrame | None, marks: Sequence[Mark]) -> dict[str, list[Any]]:
    """Simplify the base map: finely near the marks, coarsely elsewhere."""
    empty: dict[str, list[Any]] = {
        "codes": [],
        "names": [],
        "spots": [],
        "shapes": [],
        "near": [],
    }
    if boroughs is None or boroughs.empty:
        return empty
    codes = boroughs["area_code"].astype(str).tolist()
    spots = shapely.points([(mark.lon, mark.lat) for mark in marks]) if marks else np.array([])
    shapes = boroughs.geometry.to_numpy()
    near = _near(shapes, codes, marks, spots)
    fine = simplify_together(shapes, tolerance=FINE_TOLERANCE_DEGREES)
    coarse = simplify_together(shapes, tolerance=COARSE_TOLERANCE_DEGREES)
    drawn = [fine[i] if near[i] else coarse[i] for i in range(len(shapes))]
    middles = [
        shapely.maximum_inscribed_circle(shape, tolerance=0.005).coords[0] for shape in drawn
    ]
    return {
        "codes": codes,
        "names": [words.clean(name) for name in boroughs["area_name"].tolist()],
        "spots": [[round(x, 4), round(y, 4)] for x, y in middles],
        "shapes": [encode_polygons(shape) for shape in drawn],
        "near": [int(flag) for flag in near],
    }


def _near(
    shapes: np.ndarray, codes: list[str], marks: Sequence[Mark], spots: np.ndarray
) -> list[bool]:
    """Say which areas hold a mark, or are named by one, or lie among such areas."""
    named = {mark.area_code for mark in marks}
    tree = shapely.STRtree(shapes)
    held = set(tree.query(spots, predicate="within")[1].tolist()) if len(spots) else set()
    held |= {index for index, code in enumerate(codes) if code in named}
    london = any(codes[index].startswith("E09") for index in held)
    return [
        index in held or (london and code.startswith("E09")) for index, code in enumerate(codes)
    ]


def _eras(rows: Sequence[Row], eras: Sequence[Row], forces: list[str]) -> list[dict[str, Any]]:
    """Return the eras with the letters and medians that the page calls them by."""
    rates = {(era["force"], era["era"]): known for era, known in rates_by_era(rows, eras)}
    letters = era_letters(eras)
    coded = []
    for era in eras:
        key = (era["force"], era["era"])
        level = median(rates[key]) if key in rates else None
        coded.append(
            {
                "force": forces.index(era["force"]),
                "letter": letters[key],
                "label": words.clean(era["label"] or era["era"]),
                "first": era["first_date"],
                "last": era["last_date"],
                "median": median_line(era, level),
            }
        )
    return coded


def _places(
    tables: SiteTables, rows: Sequence[Row]
) -> tuple[list[dict[str, str]], dict[tuple[Any, ...], int]]:
    """Return each distinct place once, and where each row finds its own."""
    reasons = {
        _place_key(place): words.clean(place["reason"] or "")
        for place in as_rows(tables.places)
    }
    sizes = _sizes_km2(tables.boroughs)
    places: list[dict[str, str]] = []
    place_of: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = _place_key(row)
        if key not in place_of:
            place_of[key] = len(places)
            places.append(
                {
                    "name": words.clean(row["place_published"]),
                    "precision": row["precision"],
                    "sure": words.how_sure(row, area_km2=sizes.get(row["area_code"])),
                    "why": reasons.get(key, ""),
                    "by": words.clean(row["located_by"]),
                }
            )
    return places, place_of


def _place_key(row: Row) -> tuple[Any, ...]:
    return (
        row["force"],
        row["place_published"],
        row["area_code"],
        row["place_read"],
        row["precision"],
        row["lon"],
        row["lat"],
    )


def _sizes_km2(boroughs: gpd.GeoDataFrame | None) -> dict[str, float]:
    if boroughs is None or boroughs.empty:
        return {}
    sizes = to_metric(boroughs.geometry).area / _M2_PER_KM2
    return dict(zip(boroughs["area_code"].tolist(), sizes.tolist(), strict=True))


def _mark(mark: Mark, land: dict[str, list[Any]]) -> dict[str, Any]:
    coded: dict[str, Any] = {
        "precision": mark.precision,
        "at": [round(mark.lon, 5), round(mark.lat, 5)],
        "radius": round(mark.radius_m),
        "name": words.clean(mark.name, longest=80),
    }
    if mark.precision == "street" and mark.geometry is not None:
        coded["line"] = encode_lines(mark.geometry)
    if mark.precision == "area":
        if mark.area_code in land["codes"]:
            coded["land"] = land["codes"].index(mark.area_code)
            coded["at"] = land["spots"][coded["land"]]
        elif mark.geometry is not None:
            coded["shape"] = encode_polygons(
                shapely.simplify(mark.geometry, FINE_TOLERANCE_DEGREES)
            )
    return coded


def _by_id(frame: pd.DataFrame) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in as_rows(frame):
        grouped[row["deployment_id"]].append(row)
    return grouped


def _telling(flags: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Leave out flags that most deployments share: the method page says those once."""
    shares = flags.groupby("flag")["deployment_id"].transform("nunique") / max(rows, 1)
    return flags[shares <= MOST_SHARED]


def _columns(  # noqa: PLR0913, PLR0917 - the parts a row points into
    tables: SiteTables,
    rows: Sequence[Row],
    marks: Sequence[Mark],
    forces: list[str],
    areas: list[str],
    eras: list[Row],
    place_of: dict[tuple[Any, ...], int],
) -> dict[str, list[Any]]:
    """Return the deployments column by column, which takes half the bytes of row by row."""
    mark_of = {index: number for number, mark in enumerate(marks) for index in mark.rows}
    era_of = {(era["force"], era["era"]): number for number, era in enumerate(eras)}
    area_of = {name: number for number, name in enumerate(areas)}
    return {
        "id": [row["deployment_id"] for row in rows],
        "force": [forces.index(row["force"]) for row in rows],
        "date": [row["date"] for row in rows],
        "place": [place_of[_place_key(row)] for row in rows],
        "mark": [mark_of.get(index) for index in range(len(rows))],
        "area": [area_of.get(row["area_name"]) for row in rows],
        "era": [era_of.get((row["force"], row["counting_era"])) for row in rows],
        "hours": [_rounded(row["duration_h"], 4) for row in rows],
        "faces": [row["faces_seen"] for row in rows],
        "arrests": [row["arrests"] for row in rows],
        "source": [_SOURCES.get(row["exposure_source"]) for row in rows],
        "expected": [_expected(row) for row in rows],
        "remark": _remarks(tables.flags, rows),
        "said": _said(tables, rows),
    }


def _remarks(flags: pd.DataFrame, rows: Sequence[Row]) -> list[str | None]:
    """Return what the list says of a deployment beside its date, mostly nothing."""
    kept = [flag for flag in as_rows(flags) if flag["flag"] in SHORT_FLAGS]
    names = {flag["deployment_id"]: flag_name(flag["flag"]) for flag in kept}
    return [names.get(row["deployment_id"]) for row in rows]


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _expected(row: Row) -> list[int] | None:
    ends = [row[f"faces_expected{end}"] for end in ("", "_lo80", "_hi80")]
    return None if any(end is None for end in ends) else [round(end) for end in ends]


def _said(tables: SiteTables, rows: Sequence[Row]) -> list[list[Any]]:
    """Return the sentences of each popup in the script's order; most lack the last, events."""
    events = events_by_id(tables)
    flags, fixes = _by_id(_telling(tables.flags, len(rows))), _by_id(tables.corrections)
    sources = {
        (source["source_sha256"], source["source_document"]): source
        for source in as_rows(tables.sources)
    }
    said = []
    for row in rows:
        source = sources.get((row["source_sha256"], row["source_document"]))
        said.append(
            [
                cards.reported_line(row),
                cards.settings_line(row),
                cards.expected_line(row),
                cards.walk_past_line(row),
                cards.nearby_line(row),
                cards.record_line(row, source),
                cards.safe_link((source or {}).get("url"))
                or cards.safe_link(row["source_document"]),
                cards.flag_lines(
                    flags.get(row["deployment_id"], []), fixes.get(row["deployment_id"], [])
                ),
                *same_day_lines(events.get(row["deployment_id"])),
            ]
        )
    return said


def _relief(relief: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    if relief is None:
        return []
    return [
        {"level": int(level), "shape": encode_polygons(shape)}
        for level, shape in zip(relief["level"], relief.geometry, strict=True)
    ]


def _stations(stations: gpd.GeoDataFrame | None) -> list[list[Any]]:
    if stations is None:
        return []
    named = zip(stations["name"], stations.geometry, strict=True)
    return [[words.clean(n, longest=60), round(s.x, 4), round(s.y, 4)] for n, s in named]


def build_views(
    rows: Sequence[Row], marks: Sequence[Mark], boroughs: gpd.GeoDataFrame | None
) -> list[dict[str, Any]]:
    """
    Return one view per part of the country, the one with most deployments first.

    Parameters
    ----------
    rows
        Deployments.
    marks
        Their marks.
    boroughs
        Areas of the base map, whose outlines stand for whole areas.

    Returns
    -------
    views
        Each with a ``name`` and ``bounds`` as south, west and north, east.
    """
    codes = [] if boroughs is None else boroughs["area_code"].tolist()
    boxes = (
        {} if boroughs is None else dict(zip(codes, boroughs.bounds.to_numpy(), strict=True))
    )
    held: dict[str, list[np.ndarray]] = defaultdict(list)
    weight: dict[str, int] = defaultdict(int)
    for mark in marks:
        name = words.region(rows[mark.rows[0]]["force"])
        held[name].append(_extent(mark, boxes))
        weight[name] += len(mark.rows)
    regions = sorted(held, key=lambda name: (-weight[name], name))
    views = [{"name": name, "bounds": _bounds(held[name])} for name in regions]
    if len(views) > 1:
        views.append(
            {"name": "All", "bounds": _bounds([box for name in regions for box in held[name]])}
        )
    return views


def _extent(mark: Mark, boxes: dict[str, np.ndarray]) -> np.ndarray:
    """Return west, south, east and north of what a mark draws."""
    if mark.precision == "area" and mark.area_code in boxes:
        return boxes[mark.area_code]
    tall = mark.radius_m / METRES_PER_DEGREE
    wide = tall / math.cos(math.radians(mark.lat))
    return np.array([mark.lon - wide, mark.lat - tall, mark.lon + wide, mark.lat + tall])


def _bounds(boxes: list[np.ndarray]) -> list[list[float]]:
    together = np.array(boxes)
    west, south = (together[:, :2].min(axis=0) - VIEW_MARGIN_DEGREES).round(4).tolist()
    east, north = (together[:, 2:].max(axis=0) + VIEW_MARGIN_DEGREES).round(4).tolist()
    return [[south, west], [north, east]]
