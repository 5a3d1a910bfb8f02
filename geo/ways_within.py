"""Ways of some ground alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.ways import Ways

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ways_within(ways: Ways, area: shapely.Geometry) -> Ways:
    """
    Return the ways that have a node on some ground, whole.

    Parameters
    ----------
    ways
        Ways of a map.
    area
        The ground, in EPSG:4326; make it wider than what is asked about by the longest stretch
        without a node.

    Returns
    -------
    within
        Those ways in their order. The extent is the ground that the source covers of the area:
        of a source that does not say what it covers, the convex hull of its nodes.

    Examples
    --------
    >>> import pandas as pd
    >>> lon, lat = np.array([0.0, 0.5, 5.0, 6.0]), np.array([51.0, 51.0, 51.0, 51.0])
    >>> tags = pd.DataFrame({"highway": ["path", "steps"]})
    >>> ways = Ways(np.array([7, 8]), np.array([0, 2, 4]), np.arange(4), lon, lat, tags)
    >>> ways_within(ways, shapely.box(0.4, 50, 1, 52)).way_ids.tolist()
    [7]
    """
    shapely.prepare(area)
    sizes = np.diff(ways.starts)
    way = np.repeat(np.arange(len(sizes)), sizes)
    kept = np.zeros(len(sizes), dtype=bool)
    kept[way[shapely.contains_xy(area, ways.lon, ways.lat)]] = True
    of_kept = kept[way]
    return Ways(
        ways.way_ids[kept],
        np.concatenate([[0], np.cumsum(sizes[kept])]).astype(np.int64),
        ways.node_ids[of_kept],
        ways.lon[of_kept],
        ways.lat[of_kept],
        ways.tags[kept].reset_index(drop=True),
        shapely.intersection(_covered(ways), area),
    )


def _covered(ways: Ways) -> shapely.Geometry:
    if ways.extent is not None:
        return ways.extent
    placed: NDArray[np.bool_] = np.isfinite(ways.lon) & np.isfinite(ways.lat)
    spots = np.column_stack([ways.lon[placed], ways.lat[placed]])
    return shapely.convex_hull(shapely.multipoints(spots))
