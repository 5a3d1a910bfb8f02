"""Which of many points lie near one another, anywhere on earth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from geo.crs import FLATTENING, SEMI_MAJOR_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of WGS 84."""


def metres_per_degree(
    lat: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Return how long a degree of longitude and one of latitude are, where they are.

    Parameters
    ----------
    lat
        Latitude in degrees (WGS 84).

    Returns
    -------
    east_m, north_m
        By the ellipsoid's radii of curvature, shaped like ``lat``.

    Examples
    --------
    >>> east_m, north_m = metres_per_degree(np.array([0.0, 51.5]))
    >>> east_m.round().tolist(), north_m.round().tolist()
    ([111319.0, 69441.0], [110574.0, 111258.0])
    """
    turn = np.radians(lat)
    squashed = FLATTENING * (2 - FLATTENING)
    swell = 1 - squashed * np.sin(turn) ** 2
    across = SEMI_MAJOR_M / np.sqrt(swell)
    along = across * (1 - squashed) / swell
    return across * np.cos(turn) * np.radians(1), along * np.radians(1)


def on_sphere(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return points in metres from the middle of the earth, so that distances need no grid.

    Parameters
    ----------
    lonlat
        Longitude and latitude in degrees, shape (points, 2).

    Returns
    -------
    xyz
        Shape (points, 3) [m]. Straight lines between points within a kilometre are their
        distances over ground to one part in a million, and to 0.5 % for a globe taken as a
        ball.

    Examples
    --------
    >>> a, b = on_sphere(np.array([[179.999, 0.0], [-179.999, 0.0]]))
    >>> round(float(np.linalg.norm(a - b)), 1)
    222.4
    """
    lon, lat = np.radians(lonlat).T
    unit = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return EARTH_RADIUS_M * unit


def gathered(
    lonlat: NDArray[np.float64], keys: NDArray[np.object_], reach_m: float
) -> NDArray[np.bool_]:
    """
    Mark points that are others again: of the same key within reach, or without one.

    Parameters
    ----------
    lonlat
        Longitude and latitude in degrees, shape (points, 2), best first.
    keys
        What each is called; nothing where it has no name.
    reach_m
        Points this near are one; a chain of them is too.

    Returns
    -------
    again
        True for all but the first of each that are one, and for those without a name within
        reach of one that has a name.

    Examples
    --------
    >>> spots = np.array([[0.0, 51.0], [0.0, 51.001], [0.0, 51.001], [0.0, 52.0]])
    >>> gathered(spots, np.array(["a", "a", "", ""], dtype=object), 200.0).tolist()
    [False, True, True, False]
    """
    again = np.zeros(len(lonlat), dtype=bool)
    if not len(lonlat):
        return again
    pairs = KDTree(on_sphere(lonlat)).query_pairs(reach_m, output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    same = keys[first] == keys[second]
    links = (np.ones(same.sum(), dtype=bool), (first[same], second[same]))
    graph = coo_array(links, shape=(len(lonlat),) * 2)
    groups = connected_components(graph, directed=False)[1]
    again[:] = True
    again[np.unique(groups, return_index=True)[1]] = False
    named = keys != ""
    for one, other in ((first, second), (second, first)):
        again[one[~named[one] & named[other]]] = True
    return again


def near_any(
    lonlat: NDArray[np.float64],
    keys: NDArray[np.object_],
    others: NDArray[np.float64],
    other_keys: NDArray[np.object_],
    *,
    reach_m: float,
) -> NDArray[np.bool_]:
    """
    Mark points that have another of their key, or without one, within reach.

    Parameters
    ----------
    lonlat, others
        Longitude and latitude in degrees, shapes (points, 2) and (others, 2).
    keys, other_keys
        What each is called; nothing where it has no name, which agrees with any.
    reach_m
        How near is near.

    Returns
    -------
    near
        Shape (points,).

    Examples
    --------
    >>> here = np.array([[0.0, 51.0], [0.0, 51.0]])
    >>> names = np.array(["a", "b"], dtype=object)
    >>> near_any(here, names, here[:1], names[:1], reach_m=1.0).tolist()
    [True, False]
    """
    near = np.zeros(len(lonlat), dtype=bool)
    if not len(lonlat) or not len(others):
        return near
    trees = KDTree(on_sphere(lonlat)), KDTree(on_sphere(others))
    found = trees[0].sparse_distance_matrix(trees[1], reach_m, output_type="coo_matrix")
    one, other = found.row, found.col
    agree = (keys[one] == other_keys[other]) | (keys[one] == "") | (other_keys[other] == "")
    near[one[agree]] = True
    return near
