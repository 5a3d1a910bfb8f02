"""Streets that one can walk along, out of any OpenStreetMap extract at hand."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from data.errors import SourceError
from data.osm_forms import form_of

if TYPE_CHECKING:
    from pathlib import Path

    from geo.street_network import StreetNetwork
    from geo.ways import Ways

_EXTRACT = ("data.street_pbf", "read_ways")
_READERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    form: (*_EXTRACT, {"form": form}) for form in ("pbf", "osm", "osm.gz", "osm.bz2", "o5m")
} | {
    "graphml": ("data.street_graphml", "read_street_graphml", {}),
    "overpass": ("data.street_overpass", "read_street_overpass", {}),
    "table": ("data.street_tables", "read_street_table", {"parquet": False}),
    "parquet": ("data.street_tables", "read_street_table", {"parquet": True}),
}
"""Which function of which module reads a form, and its options. Imported when asked for."""


def load_network(
    path: Path, *, rules: Literal["strict", "osmnx"] = "strict", drop_rings: bool = False
) -> StreetNetwork:
    """
    Read the network that one can walk along out of a file.

    Parameters
    ----------
    path
        An OpenStreetMap extract as PBF, XML (also gzipped or bzipped) or O5M, a network saved
        by OSMnx as GraphML, an answer of Overpass in JSON, or a GeoPackage, GeoJSON or
        GeoParquet file with tags as columns. Content decides which, not the ending.
    rules
        Which ways may be walked along; see `geo.walkable.walkable`.
    drop_rings
        Whether to leave out rings that touch no other way.

    Returns
    -------
    network
        Named, simplified and measured; see `geo.simplify.build_network`.

    Raises
    ------
    SourceError
        If the file is missing, broken or of no known kind, or holds no way to walk along.
    """
    from geo.simplify import build_network
    from geo.walkable import walkable

    ways = read_ways(path)
    network = build_network(ways, keep=walkable(ways.tags, rules=rules), drop_rings=drop_rings)
    if network.edges.empty:
        msg = (
            f"{path.name} holds {len(ways.way_ids):,} ways tagged `highway`, and none whose "
            "nodes are there and that one may walk along. Give an extract with streets, such "
            "as one of a city or a region from download.geofabrik.de."
        )
        raise SourceError(msg)
    return network


def read_ways(path: Path) -> Ways:
    """
    Read the ways of a file that are tagged ``highway``, walkable or not.

    Parameters
    ----------
    path
        As in `load_network`.

    Returns
    -------
    ways
        In the order of the file.

    Raises
    ------
    SourceError
        If the file is missing, broken or of no known kind.
    """
    module, function, options = _READERS[form_of(path)]
    ways: Ways = getattr(import_module(module), function)(path, **options)
    return ways
