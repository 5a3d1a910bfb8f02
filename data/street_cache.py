"""Networks of streets, and what is worked out from them, kept as GeoParquet."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import shapely

from data.drawn_ways import UNITS_PER_DEGREE
from data.kept_frames import keep, read_kept
from geo.street_network import EDGE_COLUMNS, NODE_COLUMNS, StreetNetwork

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

FORMAT = 1
"""Raise it when networks change, by what is read or how it is simplified: what was kept before
is then left."""

_EXTENT = "extent_wkb"


def cached_network(
    digest: str,
    make: Callable[[], StreetNetwork],
    *,
    folder: Path,
    area: shapely.Geometry | None = None,
) -> StreetNetwork:
    """
    Return a network that was kept, or make it and keep it.

    Parameters
    ----------
    digest
        The sha256 of the source's bytes, in hexadecimal; see `data.kept_frames.digest_of`.
    make
        What makes the network, called only if it is not kept, or is broken.
    folder
        Where networks are kept; it is made if it is not there.
    area
        The part of the source that it is made of, in EPSG:4326; None for all of it.

    Returns
    -------
    network
        As it was made.

    Raises
    ------
    SourceError
        If the folder cannot be written to; also what ``make`` raises.
    """
    base = f"streets-{FORMAT}-{area_key(area)}-{digest}"
    edges, nodes = folder / f"{base}.edges.parquet", folder / f"{base}.nodes.parquet"
    network = _kept(edges, nodes)
    if network is None:
        network = make()
        frame = network.edges.copy()
        frame.attrs[_EXTENT] = "" if network.extent is None else network.extent.wkb_hex
        keep(network.nodes, nodes)
        keep(frame, edges)  # last: where there are edges, there are nodes
    return network


def cached_frame(
    what: str,
    digests: Sequence[str],
    make: Callable[[], pd.DataFrame],
    *,
    folder: Path,
    columns: Sequence[str],
) -> pd.DataFrame | gpd.GeoDataFrame:
    """
    Return something worked out from networks that was kept, or make it and keep it.

    Parameters
    ----------
    what
        A short name of it, such as "walk-flow-1", of letters, digits and hyphens; raise its
        number when what is worked out changes.
    digests
        All that it depends on, as text: sources' sha256, parameters, areas (`area_key`).
    make
        What makes it, called only if it is not kept, or is broken.
    folder
        Where it is kept.
    columns
        The columns that it has, in order.

    Returns
    -------
    frame
        As it was made, rows numbered anew.

    Raises
    ------
    SourceError
        If the folder cannot be written to; also what ``make`` raises.
    """
    joined = "\n".join(f"{len(text)}:{text}" for text in digests)
    path = folder / f"{what}-{hashlib.sha256(joined.encode()).hexdigest()}.parquet"
    frame = read_kept(path)
    if frame is None or list(frame.columns) != list(columns):
        frame = make().reset_index(drop=True)
        keep(frame, path)
    return frame


def area_key(area: shapely.Geometry | None) -> str:
    """
    Return a short name for an area, the same however its corners are listed.

    Examples
    --------
    >>> area_key(shapely.box(0, 51, 1, 52)) == area_key(shapely.box(0, 51, 1, 52).reverse())
    True
    >>> area_key(None)
    'all'
    """
    if area is None:
        return "all"
    rounded = shapely.set_precision(area, 1 / UNITS_PER_DEGREE, mode="pointwise")
    return hashlib.sha256(shapely.normalize(rounded).wkb).hexdigest()[:12]


def _kept(edges_path: Path, nodes_path: Path) -> StreetNetwork | None:
    edges, nodes = read_kept(edges_path), read_kept(nodes_path)
    if edges is None or nodes is None or not _fit(edges, nodes):
        return None
    try:
        wkb = edges.attrs.pop(_EXTENT)
        extent = shapely.from_wkb(wkb) if wkb else None
    except (LookupError, TypeError, shapely.GEOSException):
        return None
    return StreetNetwork(nodes, edges, extent)


def _fit(edges: pd.DataFrame, nodes: pd.DataFrame) -> bool:
    if tuple(edges.columns) != EDGE_COLUMNS or tuple(nodes.columns) != NODE_COLUMNS:
        return False
    ends = edges[["start_node", "end_node"]]
    return edges.empty or bool(
        (ends >= 0).all(axis=None) and (ends < len(nodes)).all(axis=None)
    )
