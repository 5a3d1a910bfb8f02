"""Place the people of a grid on the streets inside its cells, losing and inventing nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.checks import require_columns
from geo.crs import measuring_system, to_metric, to_stored, to_system
from geo.errors import InputError
from geo.grids import PopulationGrid
from geo.line_cells import cut_by_cells, steps_m
from geo.people_cells import PeopleCells, boxes_of, cells_near
from geo.snapping import equally_near

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.street_network import StreetNetwork

REACH_M = 250.0
"""From a cell, or a building, without a street to the one its people are placed on: as far as
a wide block or a long drive reaches. Whoever lives farther from any is not placed."""

CLASS_WEIGHTS = {
    "service": 0.3, "track": 0.3, "path": 0.2, "footway": 0.2, "steps": 0.2, "cycleway": 0.2,
    "bridleway": 0.2, "corridor": 0.2, "platform": 0.2, "trunk": 0.5, "trunk_link": 0.5,
}  # fmt: skip
"""People per metre of a class of street against those of a street of homes, where nothing is
known of addresses. An assumption: doors open on streets with names, seldom on paths through
parks or on service roads. Classes that are not here weigh 1."""

COLUMNS = ("persons", "middle_share", "covered_share", "known_share")


@dataclass(frozen=True)
class PlacedPeople:
    """
    People of a grid, placed on streets as far as there are any.

    Attributes
    ----------
    edges
        Indexed like the network's edges: ``persons``, null where no grid covers the edge;
        ``middle_share``, how far along the edge they live on average, from 0 at its start to
        1 at its end; ``covered_share`` and ``known_share``, the parts of its length that lie
        on the grid, and in cells that hold data.
    unplaced
        Persons of the grid who live farther than the reach from any street, or beyond the
        ground that the network covers.
    """

    edges: pd.DataFrame
    unplaced: float


def people_on_edges(
    network: StreetNetwork,
    grid: PopulationGrid | Sequence[PopulationGrid],
    *,
    weights: gpd.GeoDataFrame | None = None,
    reach_m: float = REACH_M,
) -> pd.DataFrame:
    """
    Place the people of a grid on the edges of a network; see `place_people`.

    Parameters
    ----------
    network
        Streets.
    grid
        Persons per cell.
    weights
        Where in the cells people are.
    reach_m
        From a cell without streets to the street its people are placed on.

    Returns
    -------
    edges
        The ``edges`` of `place_people`.
    """
    return place_people(network, grid, weights=weights, reach_m=reach_m).edges


def place_people(
    network: StreetNetwork,
    grid: PopulationGrid | Sequence[PopulationGrid],
    *,
    weights: gpd.GeoDataFrame | None = None,
    reach_m: float = REACH_M,
    class_weights: Mapping[str, float] = CLASS_WEIGHTS,
) -> PlacedPeople:
    """
    Place the people of a grid on the edges of a network.

    Parameters
    ----------
    network
        Streets, of which ``geometry``, ``class`` and ``extent`` are read.
    grid
        Persons per cell, in any CRS; of several, the first that has a spot counts it.
    weights
        Where in the cells people are, in any declared CRS: addresses, postcodes or buildings,
        with a column ``weight`` (dwellings, floor area); without it each weighs 1, or its
        area if it has one.
    reach_m
        From a cell without streets, or from a spot of ``weights``, to the street that its
        people are placed on, at most.
    class_weights
        People per metre of a class of street, 1 where it is not here; above zero.

    Returns
    -------
    placed
        Who was placed where, and how many were not.

    Raises
    ------
    CrsError
        If ``weights`` declare no CRS.
    InputError
        If a weight is below zero or no number, or that of a class is not above zero.

    Notes
    -----
    Dasymetric mapping [1]_: the persons of each cell are shared among the spots of ``weights``
    inside it in proportion to their weight, each spot on its nearest street; in a cell without
    any, among the stretches of street inside it in proportion to length times the class's
    weight; in a cell without a street, the nearest street within reach takes them all, or
    those equally near share them. Persons of a cell that lies partly beyond ``network.extent``
    are placed in proportion to the part within. ``edges["persons"].sum() + unplaced`` is the
    grid's total; the order of rows does not matter.

    References
    ----------
    .. [1] J. Mennis, "Generating Surface Models of Population Using Dasymetric Mapping", The
       Professional Geographer 55 (2003), 31-42.
    """
    edges = network.edges
    streets = _Streets(
        edges.geometry,
        *_measured(edges.geometry),
        _class_weights(edges, class_weights),
        reach_m,
    )
    grids = [grid] if isinstance(grid, PopulationGrid) else list(grid)
    spots = None if weights is None else _spots(weights, streets)
    sums = np.zeros((4, len(edges)))
    unplaced = 0.0
    for i, one in enumerate(grids):
        cells = cells_near(network, one, earlier=grids[:i], reach_m=reach_m)
        unplaced += _place(streets, cells, spots, sums) + cells.beyond
    return PlacedPeople(_frame(edges.index, sums), unplaced)


def people_on_nodes(network: StreetNetwork, edges: pd.DataFrame) -> pd.Series:
    """
    Share the people on edges between the edges' ends.

    Parameters
    ----------
    network
        The network that they were placed on.
    edges
        As `people_on_edges` gives them, with ``persons`` and, if known, ``middle_share``.

    Returns
    -------
    persons
        Indexed like the network's nodes: of each edge, the ends take the more the nearer they
        are to its people; half each without ``middle_share``. The total stays the same.
    """
    require_columns(edges, {"persons"}, name="edges")
    persons = edges["persons"].fillna(0.0).to_numpy(np.float64)
    middle = np.full(len(edges), 0.5)
    if "middle_share" in edges:
        middle = edges["middle_share"].fillna(0.5).to_numpy(np.float64)
    count = len(network.nodes)
    ends = (network.edges[name].to_numpy(np.int64) for name in ("start_node", "end_node"))
    shares = (persons * (1 - middle), persons * middle)
    total = sum(np.bincount(end, part, count) for end, part in zip(ends, shares, strict=True))
    return pd.Series(total, index=network.nodes.index, name="persons", dtype="float64")


@dataclass(frozen=True)
class _Streets:
    """The edges as drawn, and in metres, what each weighs, and how far they reach."""

    drawn: gpd.GeoSeries
    metric: gpd.GeoSeries
    tree: shapely.STRtree
    weight: NDArray[np.float64]
    reach_m: float

    def nearest(self, shapes: NDArray[np.object_]) -> tuple[NDArray[np.intp], ...]:
        """Return which shapes are within reach of which edges, those nearest, with ties."""
        _, shape, edge = equally_near(self.tree, shapes, reach_m=self.reach_m)
        return shape, edge


@dataclass(frozen=True)
class _Claims:
    """What lays claim to the people of cells: edges, how strongly, and where along them."""

    cell: NDArray[np.int64]
    edge: NDArray[np.intp]
    weight: NDArray[np.float64]
    middle: NDArray[np.float64]

    def but(self, keep: NDArray[np.bool_]) -> _Claims:
        """Return some of the claims."""
        return _Claims(self.cell[keep], self.edge[keep], self.weight[keep], self.middle[keep])

    def beside(self, other: _Claims) -> _Claims:
        """Return these and others."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__annotations__)
        return _Claims(*(np.concatenate(pair) for pair in pairs))


def _measured(drawn: gpd.GeoSeries) -> tuple[gpd.GeoSeries, shapely.STRtree]:
    west, south, east, north = to_stored(drawn).total_bounds if len(drawn) else np.zeros(4)
    system = measuring_system((west + east) / 2, (south + north) / 2)
    metric = to_metric(drawn, crs=system)
    return metric, shapely.STRtree(metric.to_numpy())


def _class_weights(
    edges: gpd.GeoDataFrame, weights: Mapping[str, float]
) -> NDArray[np.float64]:
    wrong = {name: weight for name, weight in weights.items() if not weight > 0}
    if wrong:
        msg = f"`class_weights` must be above 0; got {wrong}. Few people have a small weight."
        raise InputError(msg)
    mapped = edges["class"].map(dict(weights)).fillna(1.0)
    return np.asarray(mapped, dtype=np.float64)


def _spots(weights: gpd.GeoDataFrame, streets: _Streets) -> gpd.GeoDataFrame:
    """Return the spots within reach of a street: ``edge``, ``weight``, ``middle``, a point."""
    metric = to_metric(weights.geometry, crs=streets.metric.crs)
    there = (metric.notna() & ~metric.is_empty).to_numpy()
    size = _weights_of(weights, metric)
    points = shapely.centroid(metric.to_numpy()[there])
    spot, edge = streets.nearest(points)
    shared = size[there][spot] / np.bincount(spot, minlength=len(points))[spot]
    middle = _place_along(streets.metric.to_numpy()[edge], points[spot])
    columns = {"edge": edge, "weight": shared, "middle": middle}
    return gpd.GeoDataFrame(columns, geometry=points[spot], crs=metric.crs)


def _weights_of(weights: gpd.GeoDataFrame, metric: gpd.GeoSeries) -> NDArray[np.float64]:
    if "weight" not in weights:
        area = metric.area.to_numpy()
        return np.where(area > 0, area, 1.0)
    size: NDArray[np.float64] = weights["weight"].to_numpy(np.float64, na_value=np.nan)
    wrong = ~(np.isfinite(size) & (size >= 0))
    if wrong.any():
        place = weights.index[int(wrong.argmax())]
        msg = (
            f"`weights` has `weight` {size[wrong][0]:g} at {place!r}; a weight is a number "
            "from 0 up, and none is null."
        )
        raise InputError(msg)
    return size


def _place_along(
    lines: NDArray[np.object_], points: NDArray[np.object_]
) -> NDArray[np.float64]:
    share = shapely.line_locate_point(lines, points, normalized=True)
    return np.nan_to_num(np.asarray(share, dtype=np.float64), nan=0.5)


def _place(
    streets: _Streets,
    cells: PeopleCells,
    spots: gpd.GeoDataFrame | None,
    sums: NDArray[np.float64],
) -> float:
    """Add a grid's people to the sums by edge; return how many of them stay unplaced."""
    persons, count = cells.persons.ravel(), cells.persons.size
    stretches = _stretches(streets, cells, sums)
    if spots is not None:
        claims = _spot_claims(spots, cells)
        claimed = np.bincount(claims.cell, claims.weight, count) > 0
        stretches = claims.beside(stretches.but(~claimed[stretches.cell]))
    held = np.bincount(stretches.cell, stretches.weight, count) > 0
    without = np.flatnonzero((persons > 0) & ~held)
    near = _nearest_claims(streets, cells, without)
    claims = stretches.beside(near)
    total = np.bincount(claims.cell, claims.weight, count)
    claims = claims.but(total[claims.cell] > 0)
    given = persons[claims.cell] * claims.weight / total[claims.cell]
    sums[0] += np.bincount(claims.edge, given, sums.shape[1])
    sums[1] += np.bincount(claims.edge, given * claims.middle, sums.shape[1])
    return float(persons[total <= 0].sum())


def _stretches(streets: _Streets, cells: PeopleCells, sums: NDArray[np.float64]) -> _Claims:
    """Return the claims of stretches of street, and add up how much of each edge is known."""
    drawn = to_system(streets.drawn, cells.grid.crs).to_numpy()
    pieces = cut_by_cells(drawn, cells.grid.transform, steps_m(streets.metric.to_numpy()))
    rows, columns = cells.persons.shape
    there = (pieces.row >= 0) & (pieces.row < rows)
    there &= (pieces.column >= 0) & (pieces.column < columns)
    cell = np.where(there, pieces.row * columns + pieces.column, 0)
    for i, mask in ((2, cells.covered), (3, cells.known)):
        share = np.where(there & mask.ravel()[cell], pieces.share, 0.0)
        sums[i] += np.bincount(pieces.line, share, sums.shape[1])
    length = streets.metric.length.to_numpy()[pieces.line] * pieces.share
    weight = length * streets.weight[pieces.line]
    return _Claims(cell, pieces.line, weight, pieces.middle).but(there)


def _spot_claims(spots: gpd.GeoDataFrame, cells: PeopleCells) -> _Claims:
    """Return the claims of addresses or buildings to the people of the cell they stand in."""
    t, (rows, columns) = ~cells.grid.transform, cells.persons.shape
    placed = to_system(spots.geometry, cells.grid.crs)
    column = np.floor(t.a * placed.x + t.c).to_numpy()
    row = np.floor(t.e * placed.y + t.f).to_numpy()
    there = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    cell = np.where(there, row * columns + column, 0).astype(np.int64)
    named = (spots[name].to_numpy() for name in ("edge", "weight", "middle"))
    return _Claims(cell, *named).but(there)


def _nearest_claims(
    streets: _Streets, cells: PeopleCells, without: NDArray[np.intp]
) -> _Claims:
    """Return the claims of the nearest streets to the people of cells without any."""
    rows, columns = np.divmod(without, cells.persons.shape[1])
    boxes = to_metric(boxes_of(cells.grid, rows, columns), crs=streets.metric.crs).to_numpy()
    cell, edge = streets.nearest(boxes)
    middles = _place_along(streets.metric.to_numpy()[edge], shapely.centroid(boxes[cell]))
    return _Claims(without[cell], edge, np.ones(len(cell)), middles)


def _frame(index: pd.Index, sums: NDArray[np.float64]) -> pd.DataFrame:
    persons, moment, covered, known = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(persons > 0, moment / persons, np.nan)
    somewhere = (persons > 0) | (covered > 0)
    columns = (
        np.where(somewhere, persons, np.nan), middle,
        np.minimum(covered, 1.0), np.minimum(known, 1.0),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)), index=index)
