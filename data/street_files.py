"""The network around some places out of a file of streets, made once and kept."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.kept_frames import digest_of
from data.osm_forms import form_of
from data.street_cache import cached_network

if TYPE_CHECKING:
    from pathlib import Path

    import shapely

    from geo.street_network import StreetNetwork
    from geo.ways import Ways

_XML_FORMS = frozenset({"pbf", "osm", "osm.gz", "osm.bz2", "o5m"})
_HEAD = 4096
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_BASE = re.compile(rb'"timestamp_osm_base"\s*:\s*"(\d{4}-\d\d-\d\d)')


@dataclass(frozen=True)
class Found:
    """
    A network, and what it is of.

    Attributes
    ----------
    network
        The streets that one can walk along.
    ground
        The ground for which they are known, in EPSG:4326.
    date
        The day of the map, or None where the source does not say.
    digest
        The sha256 of the source: what `data.street_cache.cached_frame` takes, together with
        `data.street_cache.area_key` of the ground, for what is worked out from the network.
    """

    network: StreetNetwork
    ground: shapely.Geometry
    date: str | None
    digest: str


def network_of_file(path: Path, *, area: shapely.Geometry | None, folder: Path) -> Found | None:
    """
    Return the network of a file's streets on some ground, made once.

    Parameters
    ----------
    path
        A file of streets; see `data.street_ways.load_network`.
    area
        The ground, in EPSG:4326; None for all of the file.
    folder
        Where networks are kept.

    Returns
    -------
    found
        None if one cannot walk along anything there.

    Raises
    ------
    SourceError
        If the file is no source of streets, or the folder cannot be written to.
    """
    form_of(path)
    digest = digest_of(path)

    def make() -> StreetNetwork:
        from data.street_ways import read_ways

        return _network(read_ways(path), area)

    network = cached_network(digest, make, folder=folder, area=area)
    return _found(network, date_of(path), digest)


def network_of_ways(ways: Ways, *, date: str | None) -> Found | None:
    """
    Return the network of ways that came from no file.

    Parameters
    ----------
    ways
        With their extent.
    date
        The day of the map.

    Returns
    -------
    found
        None if one cannot walk along anything there.
    """
    if not len(ways.way_ids):
        return None
    return _found(_network(ways, None), date, _digest_of_ways(ways))


def date_of(path: Path) -> str | None:
    """
    Return the day of the map that a file is of, if the file says it.

    Parameters
    ----------
    path
        An extract, whose header says when it was cut from the database, or an answer of
        Overpass. Other files do not say.

    Returns
    -------
    date
        Such as "2026-11-01".

    Raises
    ------
    SourceError
        If the file is of no known kind.
    """
    form = form_of(path)
    if form == "overpass":
        with path.open("rb") as opened:
            match = _BASE.search(opened.read(_HEAD))
        return match[1].decode() if match else None
    if form not in _XML_FORMS:
        return None
    from data.osm_files import header_of, whole

    with whole(path, form=form):
        header = header_of(path, form=form)
        stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    found = _DAY.match(stamp)
    return found[0] if found else None


def _network(ways: Ways, area: shapely.Geometry | None) -> StreetNetwork:
    from geo.simplify import build_network
    from geo.walkable import walkable
    from geo.ways_within import ways_within

    near = ways if area is None else ways_within(ways, area)
    return build_network(near, keep=walkable(near.tags))


def _found(network: StreetNetwork, date: str | None, digest: str) -> Found | None:
    import shapely

    if network.edges.empty:
        return None
    ground = network.extent
    if ground is None:
        ground = shapely.convex_hull(
            shapely.union_all(shapely.envelope(network.edges.geometry))
        )
    return Found(network, ground, date, digest)


def _digest_of_ways(ways: Ways) -> str:
    import pandas as pd

    digest = hashlib.sha256()
    for array in (ways.way_ids, ways.starts, ways.node_ids, ways.lon, ways.lat):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(pd.util.hash_pandas_object(ways.tags, index=False).to_numpy().tobytes())
    return digest.hexdigest()
