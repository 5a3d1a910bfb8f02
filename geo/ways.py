"""Ways of a map as arrays: what networks are made of, whatever file they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import shapely
    from numpy.typing import NDArray

WAY_KEYS = (
    "highway",
    "name",
    "access",
    "foot",
    "sidewalk",
    "sidewalk:both",
    "sidewalk:left",
    "sidewalk:right",
    "service",
    "area",
    "footway",
    "motorroad",
    "indoor",
    "tunnel",
    "public_transport",
    "railway",
)
"""Tags of a way that decide whether one may walk along it, and what it is called."""


@dataclass(frozen=True)
class Ways:
    """
    Ways as they are drawn and tagged, in the order of their source.

    Attributes
    ----------
    way_ids
        Identifier of each way at its source, shape (ways,); its row where there is none.
    starts
        Way ``w`` runs over the nodes ``starts[w]:starts[w + 1]``; shape (ways + 1,).
    node_ids
        Identifier of each node of each way, way after way, shape (nodes of ways,). Ways meet
        where they share one. A source without identifiers has one for each distinct position
        (to 1e-7 degrees).
    lon, lat
        Position of those nodes in EPSG:4326; NaN where the source lacks the node, as clipped
        extracts do.
    tags
        One row per way, columns `WAY_KEYS`, null where untagged.
    extent
        The ground the source covers, in EPSG:4326; None where it does not say.
    """

    way_ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    node_ids: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    tags: pd.DataFrame
    extent: shapely.Geometry | None = None
