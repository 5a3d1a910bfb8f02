"""The network of streets that one can walk along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely

NODE_COLUMNS = ("node_id", "lon", "lat")
"""Columns of `StreetNetwork.nodes`, in order."""

EDGE_COLUMNS = ("start_node", "end_node", "name", "class", "length_m", "way_id", "geometry")
"""Columns of `StreetNetwork.edges`, in order."""


@dataclass(frozen=True)
class StreetNetwork:
    """
    Junctions and ends of streets, and the stretches between them.

    Attributes
    ----------
    nodes
        One row per node, index 0, 1, 2 ...: ``node_id``, its identifier at the source; ``lon``,
        ``lat`` in EPSG:4326.
    edges
        One row per stretch, index 0, 1, 2 ..., in EPSG:4326: ``start_node`` and ``end_node``,
        rows of ``nodes``; ``name``, that of most of its length, or null; ``class``, the value
        of ``highway`` that most of its length has; ``length_m`` along the line;
        ``way_id`` of the way that most of its length belongs to; ``geometry``, a LineString
        from start to end. Stretches may be walked both ways; two may join the same nodes, and
        one may end where it begins.
    extent
        The ground the source covers, in EPSG:4326; None where it does not say.
    """

    nodes: pd.DataFrame
    edges: gpd.GeoDataFrame
    extent: shapely.Geometry | None = None
