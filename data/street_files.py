"""The network around some places out of a file of streets, made once and kept."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from data.kept_frames import digest_of
from data.osm_forms import form_of
from data.street_cache import cached_frame, cached_network

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd
    import shapely

    from geo.street_network import StreetNetwork
    from geo.ways import Ways

POIS_FORMAT = 1
"""Raise it when points of interest change, by what is read or how they are told apart."""

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
        `data.street_cache.area_key` of the ground, for what is worked out from the network
        and the points of interest.
    points
        Returns the points of interest of the source, on the ground and beyond; see `pois`.
    """

    network: StreetNetwork
    ground: shapely.Geometry
    date: str | None
    digest: str
    points: Callable[[], gpd.GeoDataFrame] = field(repr=False, compare=False)

    @cached_property
    def pois(self) -> gpd.GeoDataFrame:
        """
        Points of interest on the ground, as `geo.pois.pois_of` returns them.

        None in a source of streets alone. Read when first asked for, which of a region takes
        as long as its streets, and kept beside the network.

        Raises
        ------
        SourceError
            If the source has gone or is broken, or the folder cannot be written to.
        """
        import shapely

        pois = self.points()
        shapely.prepare(self.ground)
        near = shapely.intersects(self.ground, pois.geometry.to_numpy())
        return pois[near].reset_index(drop=True)


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

    def points() -> gpd.GeoDataFrame:
        from data.pois import read_pois
        from geo.pois import POI_COLUMNS

        kept = f"pois-{POIS_FORMAT}"
        return cached_frame(
            kept, [digest], lambda: read_pois(path).pois, folder=folder, columns=POI_COLUMNS
        )

    return _found(network, date_of(path), digest, points)


def network_of_ways(ways: Ways, *, pois: gpd.GeoDataFrame, date: str | None) -> Found | None:
    """
    Return the network of ways that came from no file.

    Parameters
    ----------
    ways
        With their extent.
    pois
        Points of interest of the same source (`geo.pois.pois_of`).
    date
        The day of the map.

    Returns
    -------
    found
        None if one cannot walk along anything there.
    """
    if not len(ways.way_ids):
        return None
    digest = _digest_of(ways, pois)
    return _found(_network(ways, None), date, digest, lambda: pois)


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


def _found(
    network: StreetNetwork,
    date: str | None,
    digest: str,
    points: Callable[[], gpd.GeoDataFrame],
) -> Found | None:
    import shapely

    if network.edges.empty:
        return None
    ground = network.extent
    if ground is None:
        ground = shapely.convex_hull(
            shapely.union_all(shapely.envelope(network.edges.geometry))
        )
    return Found(network, ground, date, digest, points)


def _digest_of(ways: Ways, pois: gpd.GeoDataFrame) -> str:
    import pandas as pd

    digest = hashlib.sha256()
    for array in (ways.way_ids, ways.starts, ways.node_ids, ways.lon, ways.lat):
        digest.update(np.ascontiguousarray(array).tobytes())
    told = pd.DataFrame(pois.drop(columns="geometry"))
    told["wkb"] = pois.geometry.to_wkb(hex=True)
    for frame in (ways.tags, told):
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()
