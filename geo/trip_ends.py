"""Where walks begin and end: weights of the nodes of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.checks import require_columns
from geo.crs import to_stored
from geo.errors import InputError
from geo.poi_classes import POI_CLASSES
from geo.snapping import snap
from geo.trip_rates import TripRates

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.snapping import Snapped
    from geo.street_network import StreetNetwork

REACH_M = 200.0
"""A point of interest farther than this from any street is on none that is mapped. The point of
a school or a department store, inside its outline, is often 100 m from the street."""

DRAWS = ("shop", "food", "office", "school", "service", "leisure")
"""Classes that walks are made to. A map of streets alone may hold bus stops, and no more."""

FROM_PEOPLE = "residents placed on streets"
FROM_BUILDINGS = "no population at hand: residents by the floor area of buildings"
FROM_POINTS = "no population at hand: walks begin at stations, stops, offices and shops alone"
"""Where the walks begin that begin at home."""


@dataclass(frozen=True)
class People:
    """
    Who lives and works on the streets, as far as it is known.

    Attributes
    ----------
    residents, jobs
        Persons on edges, as `geo.dasymetric.people_on_edges` places them: indexed by rows of
        the network's edges (those absent are unknown), ``persons``, null where unknown, and
        ``middle_share``, how far along the edge they are on average, a half where absent or
        null. None where no population is at hand.
    buildings
        Buildings (`geo.footprints.buildings_of`), read only where residents are unknown.
    """

    residents: pd.DataFrame | None = None
    jobs: pd.DataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class TripEnds:
    """
    Walks a day that begin and end at each node.

    Attributes
    ----------
    nodes
        Indexed as the network's nodes: ``origins``, ``destinations`` [walks per day, before
        the level is calibrated].
    tally
        One row for each class of thing (``residents``, ``jobs``, ``buildings``, the classes of
        `geo.poi_classes.POI_CLASSES`): ``counted`` (persons, m2 of floor, points), ``unplaced``
        (of those, on no street within reach), ``unknown`` (edges without a count).
    method
        How homes were found: `FROM_PEOPLE`, `FROM_BUILDINGS` or `FROM_POINTS`.
    """

    nodes: pd.DataFrame
    tally: pd.DataFrame
    method: str


@dataclass(frozen=True)
class _Part:
    """Walks of one kind: the nodes they are put on, what was counted, what was not placed."""

    kind: str
    node: NDArray[np.intp]
    origins: NDArray[np.float64]
    destinations: NDArray[np.float64]
    counted: float
    unplaced: float = 0.0
    unknown: int = 0


@dataclass(frozen=True)
class _Load:
    """Points of one kind: what is counted of each, and the walks that begin and end there."""

    kind: str
    sizes: NDArray[np.float64]
    origins: NDArray[np.float64]
    destinations: NDArray[np.float64]


def trip_ends(
    network: StreetNetwork,
    people: People,
    pois: gpd.GeoDataFrame,
    *,
    rates: TripRates | None = None,
) -> TripEnds:
    """
    Weigh the nodes of a network by the walks that begin and end there.

    Parameters
    ----------
    network
        The streets.
    people
        Who lives and works there; `People()` where nothing is known.
    pois
        Points of interest (`geo.pois.pois_of`): ``poi_class`` and a point, in any declared CRS.
        A column ``walks_per_day`` overrides the rate of a class where it is not null, for
        instance a station's known entries.
    rates
        Walks a day per person and place; the published and assumed ones unless refitted.

    Returns
    -------
    ends
        Persons on an edge are shared between its ends by nearness along it, and so is a point
        between the ends of the nearest edge; one farther than `REACH_M` from any is not placed.
        Totals are conserved: what is placed and what is not add up to what was counted, times
        its rate. Where jobs are given, offices are left out, so that nobody is counted twice.

    Raises
    ------
    MissingColumnError
        If ``pois`` lack ``poi_class``, or people on edges ``persons``.
    CrsError
        If ``pois`` or buildings declare no CRS.
    InputError
        If a number of persons is negative or infinite, an edge is not the network's, or a class
        is unknown.

    Notes
    -----
    A singly constrained gravity model takes the origins as given and shares each among the
    destinations in reach. The row order of all inputs is irrelevant.
    """
    rates = TripRates() if rates is None else rates
    homes, method = _homes(network, people, rates)
    jobs = _persons(network, people.jobs, "jobs", (rates.job, rates.job))
    offices = jobs is None
    parts = [*homes, *([] if jobs is None else [jobs])]
    parts += _points(network, pois, rates, offices=offices)
    nodes = {
        column: _summed(len(network.nodes), [(p.node, getattr(p, column)) for p in parts])
        for column in ("origins", "destinations")
    }
    return TripEnds(pd.DataFrame(nodes, index=network.nodes.index), _tally(parts), method)


def tells_walks(pois: gpd.GeoDataFrame) -> bool:
    """
    Tell whether points of interest are enough to tell where people walk.

    Parameters
    ----------
    pois
        ``poi_class`` of each.

    Returns
    -------
    tells
        Whether any of them draws walks. Of a map that holds streets alone nothing can be told:
        that nobody has mapped a shop does not mean that there is none.

    Raises
    ------
    MissingColumnError
        If there is no ``poi_class``.

    Examples
    --------
    >>> tells_walks(pd.DataFrame({"poi_class": ["transit_stop"]}))
    False
    """
    require_columns(pois, {"poi_class"}, name="pois")
    return bool(pois["poi_class"].isin(DRAWS).any())


# Homes -----------------------------------------------------------------------------------


def _homes(network: StreetNetwork, people: People, rates: TripRates) -> tuple[list[_Part], str]:
    residents = _persons(network, people.residents, "residents", (rates.resident, 0.0))
    if residents is not None:
        return [residents], FROM_PEOPLE
    if people.buildings is not None and len(people.buildings):
        return [_floors(network, people.buildings, rates)], FROM_BUILDINGS
    return [], FROM_POINTS


def _persons(
    network: StreetNetwork,
    placed: pd.DataFrame | None,
    kind: str,
    rates: tuple[float, float],
) -> _Part | None:
    """Put the persons on each edge on its two ends; None where nobody was counted anywhere."""
    if placed is None:
        return None
    require_columns(placed, {"persons"}, name=kind)
    if placed["persons"].isna().all():
        return None
    persons, along = _on_edges(network, placed, kind)
    known = ~np.isnan(persons)
    shares = np.concatenate([1 - along[known], along[known]])
    each = shares * np.tile(persons[known], 2)
    ends = network.edges.loc[:, ["start_node", "end_node"]].to_numpy()[known]
    return _Part(
        kind=kind,
        node=ends.T.ravel(),
        origins=each * rates[0],
        destinations=each * rates[1],
        counted=float(np.sort(persons[known]).sum()),
        unknown=int((~known).sum()),
    )


def _on_edges(
    network: StreetNetwork, placed: pd.DataFrame, kind: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the persons on each edge, NaN where unknown, and how far along it they are."""
    edges = network.edges.index
    strange = [*placed.index.difference(edges), *placed.index[placed.index.duplicated()]]
    if strange:
        msg = (
            f"`{kind}` must have one row for each edge at most; {strange[:3]} are not edges of "
            "the network, or come twice. Place people on this network's own edges."
        )
        raise InputError(msg)
    numbers = placed.reindex(index=edges, columns=["persons", "middle_share"])
    persons, along = numbers.astype("float64").fillna({"middle_share": 0.5}).to_numpy().T
    wrong = (persons < 0) | np.isinf(persons)
    if wrong.any():
        msg = (
            f"`{kind}` must be finite numbers of persons of at least 0, or null; "
            f"{int(wrong.sum())} are not, the first on edge {edges[wrong][0]}."
        )
        raise InputError(msg)
    if ((along < 0) | (along > 1)).any():
        msg = f"`middle_share` of `{kind}` must be in 0..1, or null."
        raise InputError(msg)
    return persons, along


def _floors(network: StreetNetwork, buildings: gpd.GeoDataFrame, rates: TripRates) -> _Part:
    """Put residents into buildings by floor area, except where the map says that none live."""
    require_columns(buildings, {"dwelling", "floor_area_m2"}, name="buildings")
    lived = buildings["dwelling"].astype("boolean").fillna(value=True).to_numpy(dtype=bool)
    lived &= buildings["floor_area_m2"].notna().to_numpy()
    some = buildings[lived]
    floor_m2 = some["floor_area_m2"].to_numpy(dtype="float64")
    begun = floor_m2 / 100 * rates.residents_per_100m2 * rates.resident
    snapped = snap(network, _spots(some), reach_m=REACH_M)
    return _placed(network, snapped, _Load("buildings", floor_m2, begun, 0 * begun))


# Points ----------------------------------------------------------------------------------


def _points(
    network: StreetNetwork,
    pois: gpd.GeoDataFrame,
    rates: TripRates,
    *,
    offices: bool,
) -> list[_Part]:
    """Put each class of points on the network."""
    require_columns(pois, {"poi_class"}, name="pois")
    unknown = sorted({*pois["poi_class"].dropna().astype(str)} - {*POI_CLASSES})
    if unknown:
        msg = f"`pois` have the classes {unknown[:3]}; known are {list(POI_CLASSES)}."
        raise InputError(msg)
    snapped = snap(network, _spots(pois), reach_m=REACH_M)
    classes, walks = pois["poi_class"].to_numpy(dtype=object), _walks_to(pois, rates)
    parts = []
    for name in POI_CLASSES:
        if name == "office" and not offices:
            continue
        rows = np.flatnonzero(classes == name)
        ended = walks[rows]
        load = _Load(name, np.ones(len(rows)), ended * rates.from_share(name), ended)
        parts.append(_placed(network, snapped.of(rows), load))
    return parts


def _spots(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return longitude and latitude of points; NaN where there is none."""
    points = np.array(to_stored(frame.geometry).to_numpy(), dtype=object)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)]).astype(np.float64)


def _walks_to(pois: gpd.GeoDataFrame, rates: TripRates) -> NDArray[np.float64]:
    """Return the walks that end at each point: its own where known, else its class's."""
    walks = pois["poi_class"].map(dict(rates.walks_to())).astype("float64")
    if "walks_per_day" in pois.columns:
        own = pois["walks_per_day"].astype("float64")
        if ((own < 0) | np.isinf(own)).any():
            msg = "`walks_per_day` must be finite numbers of at least 0, or null."
            raise InputError(msg)
        walks = own.fillna(walks)
    each: NDArray[np.float64] = walks.to_numpy(dtype="float64")
    return each


def _placed(network: StreetNetwork, snapped: Snapped, load: _Load) -> _Part:
    """Share each point between the ends of the nearest edge, the nearer end having more."""
    found = snapped.edge >= 0
    ends = network.edges.loc[:, ["start_node", "end_node"]].to_numpy()[snapped.edge[found]]
    along = snapped.along_share[found]
    shares = np.concatenate([1 - along, along])
    return _Part(
        kind=load.kind,
        node=ends.T.ravel(),
        origins=shares * np.tile(load.origins[found], 2),
        destinations=shares * np.tile(load.destinations[found], 2),
        counted=float(np.sort(load.sizes).sum()),
        unplaced=float(np.sort(load.sizes[~found]).sum()),
    )


# Sums ------------------------------------------------------------------------------------


def _summed(
    nodes: int, parts: list[tuple[NDArray[np.intp], NDArray[np.float64]]]
) -> NDArray[np.float64]:
    """Add up what lies on each node, smallest first: the order of rows is irrelevant."""
    node = np.concatenate([part[0] for part in parts] or [np.zeros(0, dtype=np.intp)])
    value = np.concatenate([part[1] for part in parts] or [np.zeros(0)])
    order = np.lexsort((value, node))
    return np.bincount(node[order], value[order], minlength=nodes).astype(np.float64)


def _tally(parts: list[_Part]) -> pd.DataFrame:
    columns = ("counted", "unplaced", "unknown")
    rows = {part.kind: [getattr(part, column) for column in columns] for part in parts}
    made = pd.DataFrame.from_dict(rows, orient="index", columns=list(columns))
    return made.rename_axis("kind").astype(
        {"counted": float, "unplaced": float, "unknown": int}
    )
