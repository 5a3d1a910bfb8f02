"""Named features with shapes of their own: streets, stations, venues, as a map holds them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.checks import require_columns
from geo.crs import require_metric_crs, to_stored, to_system
from geo.errors import CrsError
from geo.labels import distinct_names, joined_refs, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

COLUMNS = (
    "name",
    "other_names",
    "kind",
    "precision",
    "ref",
    "source",
    "margin_m",
    "whole",
    "geometry",
)
"""Columns of `Features.frame`, in order."""

KINDS = ("street", "junction", "station", "venue", "district", "town", "area", "postcode")
"""What a feature may be."""

GAP_M = 300.0
"""Pieces of one name nearer than this are one street: a square or a big junction may lie
between them. Namesakes in neighbouring towns are farther apart."""

STREET_MARGIN_M = 30.0
"""From a street's middle line to its building line: half a broad street, and its pavement."""

JUNCTION_REACH_M = 40.0
"""Two streets this near meet: a dual carriageway or a roundabout lies between their lines."""

_LINES = (1, 2, 5)
_OUTLINES = (3, 6)


@dataclass(frozen=True)
class Features:
    """
    Named features from one source, and the ground within which it names everything.

    Attributes
    ----------
    frame
        One row per feature, in EPSG:4326: ``name``; ``other_names`` (joined by "|", may be
        empty); ``kind`` (see `KINDS`); ``precision``, the class a place gets that is read as
        it (site, street, district or area); ``ref``, its identifiers at the source
        ("way/4082681", joined by ";"); ``source``, as readers are told; ``margin_m``, how far
        beyond the shape a spot "at" the feature may lie; ``whole``, whether the shape is all
        of it (no when it may run on beyond the source's edge); ``geometry``.
    extent
        The ground the source covers, in EPSG:4326; None where it answers only what it was
        asked, so that a name it lacks proves nothing.
    """

    frame: gpd.GeoDataFrame
    extent: shapely.Geometry | None = None


def gather_streets(
    lines: gpd.GeoDataFrame, *, crs: str, gap_m: float = GAP_M
) -> gpd.GeoDataFrame:
    """
    Make one street of the pieces of one name that lie near one another.

    Parameters
    ----------
    lines
        Pieces of streets in any declared CRS: ``name``; ``other_names`` (joined by "|", may be
        empty or null); ``ref`` (joined by ";"); and perhaps ``source``, and ``clipped``, or
        ``whole`` for its contrary. Of polygons, the outlines are taken. Pieces without a name
        or a shape are left out.
    crs
        The metric system to measure in.
    gap_m
        Pieces of one name within this of one another, in metres, are one street.

    Returns
    -------
    streets
        In EPSG:4326 with `COLUMNS`, sorted by name and then from west to east: each a
        MultiLineString under the spelling borne by most of its length, with at most
        `geo.labels.REFS_SHOWN` refs. ``whole`` is no where any piece is clipped.

    Raises
    ------
    MissingColumnError
        If ``lines`` lacks a column.
    CrsError
        If the pieces declare no CRS, or ``crs`` is not in metres or does not reach them.

    Notes
    -----
    Gathering is settled: streets gathered again stay as they are. The order of rows is
    irrelevant. Names are the same when `geo.place.name_key` says so.

    Examples
    --------
    >>> pieces = gpd.GeoDataFrame(
    ...     {"name": ["High St"] * 3, "other_names": "", "ref": ["a", "b", "c"]},
    ...     geometry=shapely.linestrings([[[x, 0], [x + 90, 0]] for x in (0, 90, 5000)]),
    ...     crs="EPSG:27700",
    ... )
    >>> gather_streets(pieces, crs="EPSG:27700")["ref"].tolist()
    ['a;b', 'c']
    """
    require_columns(lines, {"name", "other_names", "ref"}, name="lines")
    pieces = to_stored(_pieces(lines))
    metric = measured(pieces.geometry, crs, name="lines")
    keys = keys_of(pieces["name"])
    pieces["street"] = _numbers(keys, metric.to_numpy(), gap_m)
    pieces["length_m"] = metric.length.to_numpy()
    pieces["key"] = keys
    return _streets(pieces)


def junction_of(
    street: shapely.Geometry, cross: shapely.Geometry, *, reach_m: float = JUNCTION_REACH_M
) -> shapely.Geometry | None:
    """
    Return where two streets meet.

    Parameters
    ----------
    street, cross
        Their lines, in one metric system.
    reach_m
        Lines this near, in metres, meet.

    Returns
    -------
    spots
        Where the lines cross, and between their nearest points where they come within reach
        without crossing; the stretch itself where they run side by side for longer than four
        times the reach. None where they do not meet.

    Examples
    --------
    >>> high = shapely.LineString([(0, 0), (500, 0)])
    >>> love = shapely.LineString([(100, 10), (100, 90)])
    >>> junction_of(high, love).wkt, junction_of(love, shapely.Point(900, 0))
    ('POINT (100 5)', None)
    """
    if street.distance(cross) > reach_m:
        return None
    near = street.intersection(cross.buffer(reach_m * (1 + 1e-9)))
    stretches = shapely.get_parts(shapely.line_merge(near) if near.length else near)
    spots = [_meeting(stretch, cross, 4 * reach_m) for stretch in stretches]
    return shapely.normalize(shapely.union_all(spots)) if spots else None


def _meeting(
    stretch: shapely.Geometry, cross: shapely.Geometry, long_m: float
) -> shapely.Geometry:
    crossing = stretch.intersection(cross)
    if not crossing.is_empty:
        return crossing
    if stretch.length > long_m:
        return stretch
    return shapely.shortest_line(stretch, cross).interpolate(0.5, normalized=True)


# Pieces ----------------------------------------------------------------------------------


def _pieces(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the pieces with a name and a line, under the columns that gathering needs."""
    shapes = np.array(lines.geometry.to_numpy(), dtype=object)
    kinds = shapely.get_type_id(shapes)
    outlined = np.isin(kinds, _OUTLINES)
    shapes[outlined] = shapely.boundary(shapes[outlined])
    frame = pd.DataFrame({"name": lines["name"].to_numpy()})
    frame["name"] = frame["name"].fillna("").astype(str)
    for column in ("other_names", "ref", "source"):
        frame[column] = lines[column].to_numpy() if column in lines.columns else ""
        frame[column] = frame[column].fillna("").astype(str)
    frame["whole"] = _whole(lines)
    keep = np.isin(kinds, (*_LINES, *_OUTLINES)) & ~shapely.is_empty(shapes)
    keep &= keys_of(frame["name"]).to_numpy() != ""
    shaped = gpd.GeoDataFrame(frame, geometry=shapes, crs=lines.crs)
    return shaped[keep].reset_index(drop=True)


def _whole(lines: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    whole = np.ones(len(lines), dtype=bool)
    if "whole" in lines.columns:
        whole &= lines["whole"].to_numpy(dtype=bool)
    if "clipped" in lines.columns:
        whole &= ~lines["clipped"].to_numpy(dtype=bool)
    return whole


def measured(shapes: gpd.GeoSeries, crs: str, *, name: str) -> gpd.GeoSeries:
    """
    Return shapes in a metric system, once sure that it is one and that it reaches them.

    Parameters
    ----------
    shapes
        Geometries in any declared CRS.
    crs
        The system wanted.
    name
        What the caller calls the shapes, for messages.

    Returns
    -------
    metric
        The same rows in metres.

    Raises
    ------
    CrsError
        If the shapes declare no CRS, or ``crs`` is not in metres or does not reach them.
    """
    metric = to_system(shapes, crs)
    require_metric_crs(metric, name=name)
    if len(metric) and not np.isfinite(metric.total_bounds).all():
        msg = (
            f"`{name}` lie where {crs} has no coordinates. Measure in a metric system made for "
            "their part of the world, such as its UTM zone."
        )
        raise CrsError(msg)
    return metric


def _numbers(keys: pd.Series, shapes: NDArray[np.object_], gap_m: float) -> NDArray[np.int32]:
    """Give each piece its street's number: pieces of one key, near one another, share it."""
    if not len(shapes):
        return np.zeros(0, dtype=np.int32)
    codes = pd.factorize(keys)[0]
    apart = _set_apart(shapes, codes, gap_m)
    tree = shapely.STRtree(apart)
    first, second = tree.query(apart, predicate="dwithin", distance=gap_m)
    once = first < second
    pairs = (first[once], second[once])
    graph = coo_array((np.ones(once.sum(), dtype=bool), pairs), shape=(len(shapes),) * 2)
    return connected_components(graph, directed=False)[1]  # type: ignore[no-any-return]


def _set_apart(
    shapes: NDArray[np.object_], codes: NDArray[np.intp], gap_m: float
) -> NDArray[np.object_]:
    """
    Lay the pieces of each name on a sheet of their own, the sheets side by side.

    So that a search for neighbours meets no other name's pieces: in a dense city hundreds lie
    within the gap of any one.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    side = math.ceil(math.sqrt(codes.max() + 1))
    steps = np.array([east - west, north - south]) + 2 * gap_m + 1
    sheets = np.column_stack([codes % side, codes // side]) * steps - [west, south]
    counts = shapely.get_num_coordinates(shapes)
    moves = np.repeat(sheets, counts, axis=0)
    moved: NDArray[np.object_] = shapely.transform(shapes, lambda spots: spots + moves)
    return moved


# Streets ---------------------------------------------------------------------------------


def _streets(pieces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw each street once, from its pieces."""
    by_street = pieces.groupby("street", sort=True)
    names = _main_spellings(pieces)
    frame = pd.DataFrame(
        {
            "name": names,
            "other_names": _other_names(pieces, names),
            "kind": "street",
            "precision": "street",
            "ref": _refs(pieces),
            "source": by_street["source"].min(),
            "margin_m": STREET_MARGIN_M,
            "whole": by_street["whole"].all(),
        }
    )
    streets = gpd.GeoDataFrame(frame, geometry=_shapes(pieces), crs=pieces.crs)
    order = streets.bounds.assign(key=by_street["key"].first(), ref=streets["ref"])
    order = order.sort_values(["key", "minx", "miny", "maxx", "maxy", "ref"], kind="stable")
    return streets.loc[order.index, list(COLUMNS)].reset_index(drop=True)


def _main_spellings(pieces: gpd.GeoDataFrame) -> pd.Series:
    """Return the spelling that most of each street's length bears."""
    lengths = pieces.groupby(["street", "name"])["length_m"].sum().round(3).reset_index()
    lengths = lengths.sort_values(["street", "length_m", "name"], ascending=[True, False, True])
    names: pd.Series = lengths.drop_duplicates("street").set_index("street")["name"]
    return names


def _other_names(pieces: gpd.GeoDataFrame, names: pd.Series) -> pd.Series:
    """Return the names that pieces bear besides, sorted, each key once."""
    said = pieces.loc[pieces["other_names"] != "", ["street", "other_names"]].drop_duplicates()
    joined = said.groupby("street")["other_names"].agg("|".join)
    made = {
        street: "|".join(distinct_names(text.split("|"), besides=names[street]))
        for street, text in joined.items()
    }
    return pd.Series(made, dtype=object).reindex(names.index, fill_value="").astype(str)


def _refs(pieces: gpd.GeoDataFrame) -> list[str]:
    """List the identifiers of each street, lowest first, and count those left out."""
    texts = pieces.sort_values("street", kind="stable")["ref"].to_numpy(dtype=object)
    return [joined_refs(texts[rows]) for rows in _runs(pieces)]


def _runs(pieces: gpd.GeoDataFrame) -> Iterator[slice]:
    """Yield where each street's pieces lie, once sorted by street."""
    ends = np.cumsum(np.bincount(pieces["street"]))
    starts = np.r_[0, ends[:-1]] if len(ends) else ends
    yield from map(slice, starts.tolist(), ends.tolist())


def _shapes(pieces: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Join the lines of each street, each once: a two-way street may be drawn both ways."""
    lines, rows = shapely.get_parts(pieces.geometry.to_numpy(), return_index=True)
    lines = shapely.normalize(lines)
    drawn = pd.DataFrame({"street": pieces["street"].to_numpy()[rows]})
    drawn["wkb"] = shapely.to_wkb(lines)
    once = ~drawn.duplicated().to_numpy()
    drawn, lines = drawn[once], lines[once]
    order = drawn.sort_values(["street", "wkb"]).index
    streets = drawn.loc[order, "street"].to_numpy()
    ordered = lines[np.flatnonzero(once).searchsorted(order)]
    return _merged(shapely.multilinestrings(ordered, indices=streets))


def _merged(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Join lines end to end where no third meets them; a multiline they stay."""
    merged = shapely.normalize(shapely.line_merge(shapes))
    # Of a street whose every piece begins where it ends, merging leaves nothing.
    merged = np.where(shapely.is_empty(merged), shapes, merged)
    parts, rows = shapely.get_parts(merged, return_index=True)
    many: NDArray[np.object_] = shapely.multilinestrings(parts, indices=rows)
    return many
