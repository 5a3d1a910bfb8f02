"""Count who and what lies within a walk of a place, along the streets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crow_areas import Counts, Walk, count_by_crow, over, spots_in
from geo.crs import to_metric, to_system
from geo.errors import InputError
from geo.grids import PopulationGrid
from geo.residents import COVERED_MIN_SHARE
from geo.snapping import equally_near

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geo.reach import Streets
    from geo.street_ground import StreetGround

DISTANCES_M = (400.0, 800.0)
"""Five and ten minutes on foot."""

FARTHEST_M = 20_000.0
"""Nobody walks farther."""

SNAP_M = 250.0
"""From a spot to the street that it is taken to be on, at most."""

MAINLAND_M = 100.0
"""A spot on or beside an island of streets is taken to be on one of the others so near."""


def service_areas(
    places: gpd.GeoDataFrame,
    ground: StreetGround,
    *,
    distances_m: Sequence[float] = DISTANCES_M,
    snap_m: float = SNAP_M,
    threads: int | None = None,
) -> pd.DataFrame:
    """
    Count who and what lies within a walk of each place.

    Parameters
    ----------
    places
        Points, streets, areas or whole sets of candidates in any declared CRS; null where not
        known.
    ground
        Streets and what is along them, from `geo.street_ground.lay_ground`.
    distances_m
        Lengths of the walk.
    snap_m
        From a spot to the street that it is taken to be on, at most.
    threads
        How many to count on; None for one a core.

    Returns
    -------
    counts
        Indexed like ``places``: for each layer and distance a column such as
        ``residents_400m``; ``snap_m``, the mean distance from the place's spots to their
        streets, null as the crow flies; ``method``, how the row was counted, and why not where
        a count is null.

    Raises
    ------
    CrsError
        If the places declare no CRS.
    InputError
        If a distance is not above zero, or longer than anybody walks.

    Notes
    -----
    One definition for every class of place, as in `geo.residents`: the mean, over the spots
    that the place may be (`geo.spots.spots_of`), of what lies within the distance of a spot.

    Each spot is moved to the nearest point of the nearest street, at no cost, and walks both
    ways from there; of streets equally near that do not meet there, such as one drawn over
    another, each is tried, and their mean counts. A street on an island
    (`geo.street_ground.ISLAND_M`) is passed over for one of the mainland within `MAINLAND_M`.
    People are spread evenly along the edge they were placed on, so an edge reached in part
    counts in part; a station or shop counts when the spot of the street that is nearest to it
    is reached. Spots farther than ``snap_m`` from any street do not count. A place with no
    other spots, and every place where there are no streets, is counted as the crow flies, and
    its method says so: more lies within the same distance then.
    """
    if not len(distances_m) or not 0 < min(distances_m) <= max(distances_m) <= FARTHEST_M:
        msg = (
            f"`distances_m` must be above 0 and at most {FARTHEST_M:,.0f} m; "
            f"got {list(distances_m)}."
        )
        raise InputError(msg)
    shapes = places.geometry.reset_index(drop=True)
    out = Counts.blank(len(places), len(ground.layers), len(distances_m))
    rows = np.flatnonzero((shapes.notna() & ~shapes.is_empty).to_numpy())
    walk = Walk(ground, tuple(map(float, distances_m)), snap_m, threads)
    why = "no streets are known"
    if ground.streets is not None and len(rows):
        rows = _by_streets(out, shapes, rows, walk)
        why = f"no street lies within {snap_m:g} m"
    count_by_crow(out, shapes, rows, walk, why)
    names = columns_of(ground.layers, distances_m)
    flat = out.counts.reshape(len(places), len(names))
    frame = pd.DataFrame(flat, index=places.index, columns=names)
    frame["snap_m"] = out.snap_m
    frame["method"] = pd.Series(out.method, index=places.index, dtype="str")
    return frame


def columns_of(layers: Iterable[str], distances_m: Sequence[float]) -> list[str]:
    """
    Return the columns of counts, in order.

    Examples
    --------
    >>> columns_of(["residents", "jobs"], [400, 800])
    ['residents_400m', 'residents_800m', 'jobs_400m', 'jobs_800m']
    """
    return [f"{layer}_{distance:g}m" for layer in layers for distance in distances_m]


class _Snapped(NamedTuple):
    """
    Spots on streets.

    Attributes
    ----------
    spot, away_m
        Which spots are near a street, and how far from it.
    of
        Of each way in, which of those it is of: a spot has several where streets are equally
        near that do not meet there.
    edge, place
        Of each way in, the edge, and how many ticks along it.
    """

    spot: NDArray[np.intp]
    away_m: NDArray[np.float64]
    of: NDArray[np.intp]
    edge: NDArray[np.intp]
    place: NDArray[np.int64]


def _by_streets(
    out: Counts, shapes: gpd.GeoSeries, rows: NDArray[np.intp], walk: Walk
) -> NDArray[np.intp]:
    """Count along the streets; return the rows that no street is near."""
    metric = to_metric(shapes, crs=str(walk.ground.crs)).to_numpy()[rows]
    spots, owner = spots_in(metric)
    found = _snap(spots, walk)
    on = owner[found.spot]
    many, every = (np.bincount(which, minlength=len(rows)) for which in (on, owner))
    met = np.flatnonzero(many)
    ways_in = np.bincount(found.of, minlength=len(on))
    each = (_mean(part, found.of, ways_in) for part in _count(found, walk))
    spread, points = (_mean(part, on, many) for part in each)
    values, notes = _judge(spread, points, walk)
    out.counts[rows[met]] = values[met]
    out.snap_m[rows[met]] = (np.bincount(on, found.away_m, len(rows))[met]) / many[met]
    ends, means = _ends(spots, owner, len(rows), walk), over(metric)
    for i in met:
        left_out = _left_out(int(many[i]), int(every[i]), walk.snap_m)
        out.method[rows[i]] = f"along the streets, {means[i]}{left_out}{ends[i]}{notes[i]}"
    unmet: NDArray[np.intp] = rows[many == 0]
    return unmet


def _snap(spots: NDArray[np.object_], walk: Walk) -> _Snapped:
    """Return the ways in to the streets nearest to each spot, whatever the order of rows."""
    ground, streets = walk.ground, _streets(walk)
    away, spot, edge = _nearest(ground, spots)
    near = away <= walk.snap_m
    spot, edge = spot[near[spot]], edge[near[spot]]
    share = shapely.line_locate_point(ground.lines[edge], spots[spot], normalized=True)
    place = np.rint(np.nan_to_num(share) * streets.lengths[edge]).astype(np.int64)
    once = _ways_in(spot, edge, place, streets)
    of = (np.cumsum(near) - 1)[spot[once]]
    return _Snapped(np.flatnonzero(near), away[near], of, edge[once], place[once])


def _ways_in(
    spot: NDArray[np.intp],
    edge: NDArray[np.intp],
    place: NDArray[np.int64],
    streets: Streets,
) -> NDArray[np.intp]:
    """Return rows, by spot: one of those that begin at the same node, and all others."""
    length, (start, end) = streets.lengths[edge], streets.ends[edge].T.astype(np.int64)
    node = np.select([place == 0, place == length], [start, end], -1)
    way_in = np.where(node >= 0, node, len(streets.starts) + edge)
    order = np.lexsort((start + end, length, way_in, spot))
    new = np.diff(spot[order], prepend=-1) + abs(np.diff(way_in[order], prepend=-1)) > 0
    once: NDArray[np.intp] = order[new]
    return once


def _nearest(
    ground: StreetGround, spots: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Return how far streets are from spots, and pairs of a spot and an edge so near."""
    if ground.mainland is None:
        return equally_near(ground.tree, spots)
    rows, tree = ground.mainland
    away, spot, edge = equally_near(tree, spots)
    left = np.flatnonzero(away > MAINLAND_M)
    if not len(left):
        return away, spot, rows[edge]
    kept = away[spot] <= MAINLAND_M
    away[left], some, more = equally_near(ground.tree, spots[left])
    return (
        away,
        np.concatenate([spot[kept], left[some]]),
        np.concatenate([rows[edge[kept]], more]),
    )


def _count(found: _Snapped, walk: Walk) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each spot reaches of all that is spread along streets, and of all points."""
    from geo.reach import BUCKET_BITS, NARROW_BITS  # noqa: PLC0415 - imports numba

    for bits in (BUCKET_BITS, NARROW_BITS):
        counted = _count_in_threads(found, walk, bits)
        if counted is not None:
            return counted
    msg = "The network has too many edges without length to be walked along. Simplify it."
    raise InputError(msg)


def _count_in_threads(
    found: _Snapped, walk: Walk, bits: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the counts, or None where buckets are too wide for the network."""
    import numba  # noqa: PLC0415 - slow to import

    from geo.reach import Spots, Sums, count_around, room_for  # noqa: PLC0415 - imports numba

    streets, ticks = _streets(walk), walk.ticks()
    order = np.argsort(-ticks, kind="stable")
    far, count = ticks[order], len(found.edge)
    shape = count, len(far)
    spread = np.zeros((*shape, streets.density.shape[1]))
    points = np.zeros((*shape, streets.point_weights.shape[1]))

    def work(part: NDArray[np.intp]) -> bool:
        spots = Spots(found.edge[part].astype(np.uint32), found.place[part])
        sums = Sums(np.zeros_like(spread[part]), np.zeros_like(points[part]))
        room = room_for(streets, far, bits=bits)
        done = count_around(streets, spots, bits, room, sums)
        spread[part], points[part] = sums
        return done

    threads = max(min(walk.threads or numba.get_num_threads(), count), 1)
    # neighbours one after the other, as they share streets, and every so many to a thread: they
    # cost alike, so that all end together
    turns = np.argsort(streets.ends[found.edge, 0], kind="stable")
    with ThreadPoolExecutor(threads) as pool:
        done = all(pool.map(work, [turns[i::threads] for i in range(threads)]))
    back = np.argsort(order)
    return (spread[:, back], points[:, back]) if done else None


def _streets(walk: Walk) -> Streets:
    streets = walk.ground.streets
    if streets is None:
        msg = "There are no streets to walk along."
        raise InputError(msg)
    return streets


def _mean(
    values: NDArray[np.float64], owner: NDArray[np.intp], many: NDArray[np.intp]
) -> NDArray[np.float64]:
    total = np.zeros((len(many), *values.shape[1:]))
    np.add.at(total, owner, values)
    mean: NDArray[np.float64] = total / np.maximum(many, 1)[:, None, None]
    return mean


def _judge(
    spread: NDArray[np.float64], points: NDArray[np.float64], walk: Walk
) -> tuple[NDArray[np.float64], list[str]]:
    """Return the counts by layer, null where a grid does not know enough, and why."""
    ground, places = walk.ground, len(spread)
    values = np.full((places, len(ground.layers), len(walk.distances_m)), np.nan)
    notes = [""] * places
    for i, (name, layer) in enumerate(ground.layers.items()):
        if name in ground.kinds:
            values[:, i] = points[:, :, ground.kinds[name]]
            continue
        persons, ground_known = ground.spreads[name]
        values[:, i] = spread[:, :, persons]
        label = _label(name, layer, ground)
        if ground_known is None:
            notes = [note + label for note in notes]
            continue
        length, covered, known = np.moveaxis(
            spread[:, :, ground_known : ground_known + 3], 2, 0
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.stack([covered / length, known / length])
        unsure = (shares[0] < COVERED_MIN_SHARE) | (shares[1] <= 0)
        values[:, i][unsure] = np.nan
        worst = shares.min(axis=2)
        for place in range(places):
            notes[place] += _note(name, label, *worst[:, place])
    return values, notes


def _label(name: str, layer: object, ground: StreetGround) -> str:
    """Name the grids that persons are from: of several, those that have some of the streets."""
    grids = [layer] if isinstance(layer, PopulationGrid) else list(layer)  # type: ignore[call-overload]
    if len(grids) > 1:
        around = gpd.GeoSeries(
            [shapely.box(*shapely.total_bounds(ground.lines))], crs=ground.crs
        )
        grids = [
            grid
            for grid in grids
            if to_system(around, grid.crs).intersects(shapely.box(*grid.bounds)).any()
        ]
    told = dict.fromkeys(f"{grid.name}, {grid.vintage}" for grid in grids)
    return f"; {name} from {' and '.join(told)}" if told else ""


def _note(name: str, label: str, covered: float, known: float) -> str:
    """Say how much of the streets a grid covers and knows, where it is not all."""
    if covered <= 0:
        return f"; {name}: no population grid covers this place"
    if covered < COVERED_MIN_SHARE:
        return f"; {name}: the population grid covers only {covered:.0%} of the streets"
    if known <= 0:
        return f"; {name}: the population grid holds no data here"
    if known < COVERED_MIN_SHARE * covered:
        return f"{label}; {1 - known:.0%} of the streets have no data and count as empty"
    return label


def _left_out(many: int, every: int, snap_m: float) -> str:
    if many == every:
        return ""
    return f"; {every - many} of {every} spots lie over {snap_m:g} m from any street"


def _ends(
    spots: NDArray[np.object_], owner: NDArray[np.intp], places: int, walk: Walk
) -> list[str]:
    """Say where the ground that streets are known of ends within the walk."""
    extent, far = walk.ground.extent, max(walk.distances_m)
    if extent is None:
        return [""] * places
    shapely.prepare(extent)
    rim = shapely.distance(extent.boundary, spots)
    ends = (rim < far) | ~shapely.intersects(extent, spots)
    said = f"; the streets known end within {far:g} m, so it may be more"
    return [said if end else "" for end in np.bincount(owner, ends, places) > 0]
