"""Read the answers of a Nominatim as named features, as precise as they truly are."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import STORED, to_system
from geo.features import COLUMNS, Features, gather_streets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.questions import Question

WIDEST_RANK = 5
"""Ranks below it are countries, seas and continents: no place to stand."""

AREA_RANK = 16
"""Rank of a city or borough (Nominatim, address-levels.json); wider places rank lower."""

DISTRICT_RANK = 25
STREET_RANK = 27
SPOT_RANK = 30

TOWNS = {"city", "town", "village", "municipality", "hamlet"}
STATIONS = {
    "station", "halt", "tram_stop", "train_station", "bus_station", "ferry_terminal",
}  # fmt: skip
STATION_CATEGORIES = {"railway", "public_transport", "aerialway"}
JUNCTIONS = {"junction", "motorway_junction"}
SERVICES = {"services", "rest_area"}
POSTCODES = {"postcode", "postal_code"}

MARGINS_M = {"street": 30.0, "venue": 60.0, "station": 200.0, "junction": 40.0}
"""How far beyond its shape a spot "at" a feature may lie; districts and areas hold theirs."""

EDGE_DEG = (0.005, 0.003)
"""Degrees of longitude and latitude, some 300 m: pieces of one street lie no farther apart."""

OTHER_NAMES = (
    "name:", "alt_name", "official_name", "old_name", "short_name", "loc_name", "reg_name",
    "nat_name", "int_name",
)  # fmt: skip
NO_NAMES = (
    "name:etymology", "name:prefix", "name:left", "name:right", "name:signed", "name:source",
    "name:wikidata", "name:word_stress",
)  # fmt: skip


@dataclass(frozen=True)
class _Read:
    """What a feature is, read from the rank and the tags of an answer."""

    kind: str
    precision: str


def answers_as_features(
    answers: Sequence[Mapping[str, object]],
    question: Question,
    *,
    source: str = "Nominatim",
    cut: bool = False,
) -> Features:
    """
    Read a geocoder's answers as named features.

    Parameters
    ----------
    answers
        The rows of one answer in Nominatim's "jsonv2", with ``namedetails`` and ``geojson``
        (EPSG:4326). They come from elsewhere: a row that makes no sense is left out.
    question
        What was asked. Rows in another country are left out, and rows outside the viewbox
        of a bounded question.
    source
        Where the answers come from, as readers are told.
    cut
        Whether the server had more to answer than was asked for.

    Returns
    -------
    features
        One row per feature, in the order of the answers, with the columns of
        `geo.features.Features`. A street has one row per piece of it; `gathered` joins them.
        A piece is not ``whole`` where more of the street may lie beyond it: the answers are
        cut, or it comes near the edge of a bounded question's viewbox. The extent is None: a
        name that is not among the answers proves nothing.

    Notes
    -----
    What a feature is follows its ``place_rank`` first: to 16 a city, a borough or wider; to
    25 a suburb, a neighbourhood, a postcode, a park; 26 and 27 a way with a name; from 28 a
    house or a point of interest. Class ``area`` is only what has an administrative boundary
    of its own. The name is the feature's own: Nominatim also answers with what merely has
    the asked name in its address, as shops have their street's, and it is for the search to
    tell these apart. Stops, platforms, entrances and signals bear the names of streets they
    stand in, and waterways have no width that could hold a spot: both are left out.

    Examples
    --------
    >>> from geo.questions import Question
    >>> row = {
    ...     "osm_type": "way", "osm_id": 7, "category": "highway", "type": "residential",
    ...     "place_rank": 26, "namedetails": {"name": "Lexington Street"},
    ...     "geojson": {"type": "LineString", "coordinates": [[-0.13, 51.51], [-0.13, 51.52]]},
    ... }
    >>> found = answers_as_features([row, {"place_rank": "?"}], Question("Lexington Street"))
    >>> found.frame[["name", "kind", "precision", "ref", "margin_m"]].values.tolist()
    [['Lexington Street', 'street', 'street', 'way/7', 30.0]]
    """
    found = [_feature(row, question, source) for row in answers if isinstance(row, dict)]
    rows = {(row["ref"] or number, row["kind"]): row for number, row in enumerate(found) if row}
    features = Features(_framed(list(rows.values())))
    features.frame["whole"] &= (features.frame["kind"] != "street") | (not cut)
    return features


def gathered(*features: Features, crs: str) -> Features:
    """
    Pool answers, each feature once, and join the pieces of streets.

    Parameters
    ----------
    features
        From `answers_as_features`; several questions may have brought the same.
    crs
        The grid to measure in, in metres.

    Returns
    -------
    pooled
        Those that are no streets, then the streets. What lies where the grid has no
        coordinates is left out.

    Examples
    --------
    >>> len(gathered(no_features(), crs="EPSG:27700").frame)
    0
    """
    every = pd.concat([one.frame for one in features], ignore_index=True)
    again = every.duplicated(["kind", "name", "ref"]) & every["ref"].ne("")
    frame = gpd.GeoDataFrame(every[~again], crs=STORED)
    bounds = to_system(frame.geometry, crs).bounds.to_numpy()
    frame = frame[np.isfinite(bounds).all(axis=1)]
    is_street = frame["kind"] == "street"
    streets = gather_streets(frame[is_street], crs=crs)
    if not len(streets):
        return Features(frame.reset_index(drop=True))
    both = pd.concat([frame[~is_street], streets.astype(frame.dtypes)], ignore_index=True)
    return Features(gpd.GeoDataFrame(both, crs=STORED))


def no_features() -> Features:
    """
    Return features of which there are none.

    Examples
    --------
    >>> len(no_features().frame)
    0
    """
    return Features(_framed([]))


def _framed(rows: Sequence[Mapping[str, object]]) -> gpd.GeoDataFrame:
    columns = {name: [row[name] for row in rows] for name in COLUMNS}
    geometry = gpd.GeoSeries(columns.pop("geometry"), crs=STORED)
    frame = gpd.GeoDataFrame(columns, geometry=geometry)
    text = [name for name in columns if name not in {"margin_m", "whole"}]
    types = {**dict.fromkeys(text, "str"), "margin_m": "float64", "whole": "bool"}
    return frame.astype(types)[list(COLUMNS)]


def _feature(
    row: Mapping[str, object], question: Question, source: str
) -> dict[str, object] | None:
    """Read one answer, or None where it is none for this question."""
    if _country(row) not in {None, question.country}:
        return None
    read, name = _reading(row), _name(row)
    shape = None if read is None else _shape(row, read)
    if read is None or not name or shape is None:
        return None
    if question.bounded and question.viewbox and not shape.intersects(_box(question.viewbox)):
        return None
    # A polygon only is a boundary; a district's middle with a box around it is none.
    precision = "district" if read.precision == "area" and _is_a_box(row) else read.precision
    return {
        "name": name,
        "other_names": "|".join(_other_names(row, name)),
        "kind": read.kind,
        "precision": precision,
        "ref": _ref(row),
        "source": source,
        "margin_m": MARGINS_M.get(read.kind, 0.0),
        "whole": read.kind != "street" or not _near_edge(shape, question),
        "geometry": shape,
    }


# What it is ------------------------------------------------------------------------------


def _reading(row: Mapping[str, object]) -> _Read | None:
    rank = _number(row.get("place_rank"))
    category, kind = _tags(row)
    if rank is None or not WIDEST_RANK <= rank <= SPOT_RANK:
        return None
    if kind in POSTCODES or _text(row.get("addresstype")) in POSTCODES:
        return _Read("postcode", "district")
    if rank <= DISTRICT_RANK:
        return _wide(row, rank)
    if rank <= STREET_RANK:
        return _Read("street", "street") if category == "highway" else None
    return _spot(category, kind)


def _wide(row: Mapping[str, object], rank: float) -> _Read | None:
    """Read what has an extent: a town, a district, a square."""
    category, kind = _tags(row)
    if category in {"waterway", "mountain_pass"}:
        return None
    if kind == "square":  # ranked with neighbourhoods, but a place to stand
        return _Read("venue", "site")
    called = _text(row.get("addresstype")) or kind
    town = called in TOWNS or kind in TOWNS
    if rank > AREA_RANK:
        return _Read("town" if town else "district", "district")
    ruled = category == "boundary" and kind == "administrative"
    return _Read("town" if town else "area", "area" if ruled else "district")


def _spot(category: str, kind: str) -> _Read | None:
    """Read a point of interest; bus stops and the like bear their streets' names."""
    if category == "junction" or (category == "highway" and kind in JUNCTIONS):
        return _Read("junction", "site")
    if kind in STATIONS:
        return _Read("station", "site")
    if category in STATION_CATEGORIES or (category == "highway" and kind not in SERVICES):
        return None
    return _Read("venue", "site")


def _tags(row: Mapping[str, object]) -> tuple[str, str]:
    return _text(row.get("category") or row.get("class")), _text(row.get("type"))


def _country(row: Mapping[str, object]) -> str | None:
    return _text(_mapping(row.get("address")).get("country_code")).lower() or None


# What it is called -----------------------------------------------------------------------


def _name(row: Mapping[str, object]) -> str:
    """Return the feature's own name, or the number and street of a nameless house."""
    own = _plain(_mapping(row.get("namedetails")).get("name")) or _plain(row.get("name"))
    category, kind = _tags(row)
    if own or category not in {"building", "place"} or kind == "houses":
        return own
    address = _mapping(row.get("address"))
    number, road = _plain(address.get("house_number")), _plain(address.get("road"))
    return f"{number} {road}" if number and road else ""


def _other_names(row: Mapping[str, object], name: str) -> list[str]:
    """Return its names in other languages, of other times and in other words, sorted by key."""
    details = _mapping(row.get("namedetails"))
    said = [
        _plain(part)
        for key in sorted(key for key in details if isinstance(key, str))
        if key.startswith(OTHER_NAMES) and not key.startswith(NO_NAMES)
        for part in _text(details[key]).split(";")
        if not key.endswith("pronunciation")
    ]
    return [other for other in dict.fromkeys(said) if other and other != name]


def _ref(row: Mapping[str, object]) -> str:
    element, number = _text(row.get("osm_type")), _number(row.get("osm_id"))
    known = element in {"node", "way", "relation"} and number is not None
    return f"{element}/{number:.0f}" if known else ""


# Where it lies ---------------------------------------------------------------------------


def _shape(row: Mapping[str, object], read: _Read) -> shapely.Geometry | None:
    """Return a shape that can hold the feature: for districts a polygon, else what there is."""
    drawn = _drawn(row.get("geojson"))
    if read.precision in {"district", "area"}:
        return drawn if _is_polygon(drawn) else _bounds(row)
    return drawn or _spot_of(row) or _bounds(row)


def _is_a_box(row: Mapping[str, object]) -> bool:
    return not _is_polygon(_drawn(row.get("geojson")))


def _is_polygon(shape: shapely.Geometry | None) -> bool:
    return shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"}


def _drawn(geojson: object) -> shapely.Geometry | None:
    """Read a GeoJSON geometry that may be anything."""
    if not isinstance(geojson, dict):
        return None
    try:
        text = json.dumps(geojson, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    shape = shapely.from_geojson(text, on_invalid="ignore")
    if shape is None or shape.is_empty or not _on_earth(shape.bounds):
        return None
    flat = shapely.force_2d(shape)
    if not _is_polygon(flat):
        return flat if flat.geom_type != "GeometryCollection" else None
    whole = shapely.make_valid(flat, method="structure", keep_collapsed=False)
    return whole if _is_polygon(whole) and not whole.is_empty else None


def _spot_of(row: Mapping[str, object]) -> shapely.Point | None:
    lon, lat = _number(row.get("lon")), _number(row.get("lat"))
    if lon is None or lat is None or not _on_earth((lon, lat, lon, lat)):
        return None
    return shapely.Point(lon, lat)


def _bounds(row: Mapping[str, object]) -> shapely.Polygon | None:
    """Return the bounding box, which Nominatim gives as south, north, west, east."""
    given = row.get("boundingbox")
    sides = [_number(side) for side in given] if isinstance(given, list) else []
    known = [side for side in sides if side is not None]
    if len(sides) != 4 or len(known) != 4:  # noqa: PLR2004 - a box has four sides
        return None
    south, north, west, east = known
    if not _on_earth((west, south, east, north)) or west >= east or south >= north:
        return None
    return shapely.box(west, south, east, north)


def _near_edge(shape: shapely.Geometry, question: Question) -> bool:
    """Tell whether a street may run on beyond a viewbox outside which nothing was answered."""
    if not question.bounded or question.viewbox is None:
        return False
    west, south, east, north = question.viewbox
    lon, lat = EDGE_DEG
    if west + lon >= east - lon or south + lat >= north - lat:
        return True
    return not shape.within(shapely.box(west + lon, south + lat, east - lon, north - lat))


def _box(viewbox: tuple[float, float, float, float]) -> shapely.Polygon:
    return shapely.box(*viewbox)


def _on_earth(bounds: Iterable[float]) -> bool:
    west, south, east, north = bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90  # noqa: PLR2004 - degrees


# What may be anything --------------------------------------------------------------------


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _plain(value: object) -> str:
    """Return text on one line, without halves of characters or the mark between names."""
    whole = _text(value).replace("|", " ").encode("utf-8", "ignore").decode("utf-8")
    return " ".join("".join(c if c.isprintable() else " " for c in whole).split())


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float | None:
    """Return a finite number, also one written as text, as Nominatim does; None otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
