"""Where the streets of a run come from: a file, what is kept, an extract, a server, or none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.download_bar import download_bar
from data.drawn_ways import CREDIT
from data.errors import SourceError, UnreachableError
from data.extract_download import download, noted
from data.extract_offers import Limits, look
from data.extracts import BASE, Extract, extract_for, load_extracts
from data.kept_frames import digest_of
from data.overpass import TILES_MAX, Overpass, ask_streets
from data.overpass_tiles import box_of, tiles_of
from data.street_files import network_of_file, network_of_ways
from geo.crs import to_stored

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import geopandas as gpd
    from numpy.typing import NDArray

    from data.street_files import Found

METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class StreetSources:
    """
    Where streets may come from.

    Attributes
    ----------
    state
        Folder of what is kept between runs; extracts, answers and networks get folders in it.
    streets
        "auto", "none", "overpass", or the path of a file; see `streets_for`.
    offline
        Whether every connection is forbidden.
    reach_m
        How far around each place streets are wanted: at least the longest walk counted.
    overpass
        Address of an Overpass API, or "public".
    publisher
        Address of Geofabrik, or of a mirror with the same paths.
    few_squares
        Most squares (`data.overpass.tiles_of`) for which "auto" asks Overpass.
    age_days
        Days for which an answer of Overpass is as good as new.
    probe_s
        Seconds within which "auto" decides whether there is a network.
    deadline_s
        Seconds for all asking of Overpass.
    limits
        What a download may take.
    tell
        Told what is about to be done, in a sentence.
    bar
        Shows how far a download is.
    """

    state: Path
    streets: str = "auto"
    offline: bool = False
    reach_m: float = 1600.0
    overpass: str = "public"
    publisher: str = BASE
    few_squares: int = 12
    age_days: float = 30.0
    probe_s: float = 4.0
    deadline_s: float = 180.0
    limits: Limits = field(default_factory=Limits)
    tell: Callable[[str], None] = lambda _: None
    bar: Callable[[str], AbstractContextManager[Callable[[int, int], None]]] = download_bar

    @property
    def extracts(self) -> Path:
        """Folder of downloaded extracts."""
        return self.state / "extracts"

    @property
    def networks(self) -> Path:
        """Folder of networks once made."""
        return self.state / "streets"


@dataclass(frozen=True)
class Streets:
    """
    The streets of a run, and where they come from.

    Attributes
    ----------
    found
        The network, the ground it covers, the points of interest on it, its date and the key
        of what is derived from it; None where there are no streets.
    kind
        "file", "extract", "overpass" or "none".
    sentence
        What a reader is told of it, such as "Streets: OpenStreetMap extract of Greater London
        of 2026-11-01."
    notes
        What the user is to be told.
    failed
        Whether a source that was asked for could not be reached, so that a later run may bring
        more. Never so with "auto", which asks for none.
    path
        The file or extract that they came from; None where they came from no file.
    credit
        What readers are told of the licence; empty where there are no streets.
    """

    found: Found | None
    kind: str
    sentence: str
    notes: tuple[str, ...] = ()
    failed: bool = False
    path: Path | None = None

    @property
    def credit(self) -> str:
        """Return the credit owed."""
        return CREDIT if self.found else ""


def streets_for(places: gpd.GeoSeries, sources: StreetSources) -> Streets:
    """
    Return the streets around some places, from the best source at hand.

    Parameters
    ----------
    places
        Where they are, in any CRS; those without a shape are passed over.
    sources
        Where streets may come from.

    Returns
    -------
    streets
        With "none": none. With a path: of that file. With "overpass": as the server answers,
        or ever answered. With "auto": of a kept extract that holds all places; else, for few
        squares, of Overpass; else of the extract that holds most places, downloaded once; and
        where no network is, of whatever is kept, or none.

    Raises
    ------
    SourceError
        If the file given is no source of streets, or the ground is too much for Overpass when
        that was asked for.
    """
    spots = _spots(places)
    ground = ground_of(spots, reach_m=sources.reach_m)
    if sources.streets == "none":
        return _none("not asked for")
    if ground.is_empty:
        return _none("no place is known")
    run = _Decision(sources, shapely.point_on_surface(spots), ground)
    if sources.streets == "overpass":
        return run.overpass()
    return run.auto() if sources.streets == "auto" else run.file(Path(sources.streets))


def ground_of(spots: NDArray[np.object_], *, reach_m: float) -> shapely.Geometry:
    """
    Return the ground around places: the box of each, wider by some metres.

    Parameters
    ----------
    spots
        Shapes in EPSG:4326.
    reach_m
        By how much.

    Returns
    -------
    ground
        In EPSG:4326; empty if there are no places.

    Examples
    --------
    >>> camden = np.array([shapely.Point(-0.1426, 51.539)])
    >>> [round(side, 3) for side in ground_of(camden, reach_m=1000).bounds]
    [-0.157, 51.53, -0.128, 51.548]
    """
    west, south, east, north = shapely.bounds(spots).reshape(-1, 4).T
    far = np.minimum(np.maximum(np.abs(south), np.abs(north)), 89.0)
    up = reach_m / METRES_PER_DEGREE
    aside = up / np.cos(np.radians(far))
    return shapely.union_all(shapely.box(west - aside, south - up, east + aside, north + up))


def _spots(places: gpd.GeoSeries) -> NDArray[np.object_]:
    known = places[~(places.isna() | places.is_empty)]
    shapes: NDArray[np.object_] = to_stored(known).to_numpy()
    return shapely.force_2d(shapes)  # type: ignore[no-any-return]


def _none(why: str, notes: tuple[str, ...] = (), *, failed: bool = False) -> Streets:
    said = f"No streets: {why}; straight-line distances."
    return Streets(None, "none", said, notes, failed)


@dataclass(frozen=True)
class _Decision:
    """What one run decides on: where its places are, and the ground around them."""

    sources: StreetSources
    spots: NDArray[np.object_]
    ground: shapely.Geometry

    @property
    def area(self) -> shapely.Geometry:
        """The ground in whole squares, so that a place more seldom means another network."""
        return shapely.union_all([box_of(tile) for tile in tiles_of(self.ground)])

    # A file ------------------------------------------------------------------------------

    def file(self, path: Path) -> Streets:
        """Take the streets of a file."""
        return self.of_file(path, "file", f"OpenStreetMap ({path.name})")

    def extract(self, extract: Extract) -> Streets:
        """Take the streets of an extract that is there, if it is still what it was."""
        path = self.path_of(extract)
        said = noted(path)
        if said is None or said.sha256 != digest_of(path):
            path.unlink(missing_ok=True)
            msg = (
                f"{path} was not what was downloaded, and is removed. Run again to get it anew."
            )
            raise SourceError(msg)
        return self.of_file(path, "extract", f"OpenStreetMap extract of {extract.name}")

    def of_file(self, path: Path, kind: str, called: str) -> Streets:
        """Make the network of a file's streets around the places, or take the one kept."""
        found = network_of_file(path, area=self.area, folder=self.sources.networks)
        if found is None:
            note = f"{path.name} holds no street near the places of this run."
            return _none(f"{path.name} has none near the places", (note,))
        notes = self.outside(found, path.name)
        return Streets(found, kind, _sentence(called, found), notes, path=path)

    def outside(self, found: Found, name: str) -> tuple[str, ...]:
        """Tell how many places lie where a source has no streets."""
        out = int((~shapely.covers(found.ground, self.spots)).sum())
        if not out:
            return ()
        lie = "1 place lies" if out == 1 else f"{out} places lie"
        return (f"{lie} where {name} has no streets; distances there are straight lines.",)

    # Overpass ----------------------------------------------------------------------------

    def overpass(self, *, probe_s: float | None = None, offline: bool = False) -> Streets:
        """Take the streets that a server answers with, or answered with before."""
        sources = self.sources
        server = Overpass(
            sources.overpass, sources.state / "overpass", deadline_s=sources.deadline_s,
            age_days=sources.age_days, offline=sources.offline or offline, probe_s=probe_s,
        )  # fmt: skip
        asked = ask_streets(self.ground, server)
        found = network_of_ways(asked.ways, pois=asked.pois, date=asked.date)
        if found is None:
            why = f"{server.host} gave none" if asked.reached else "no network"
            why = "offline, and none are kept" if server.offline else why
            return _none(why, asked.notes, failed=asked.failed)
        said = _sentence(f"OpenStreetMap through {server.host}", found)
        notes = (*asked.notes, *self.outside(found, server.host))
        return Streets(found, "overpass", said, notes, asked.failed)

    # Whatever is best --------------------------------------------------------------------

    def auto(self) -> Streets:
        """Take what is kept, else what a short look at the network promises."""
        kept = extract_for(list(self.spots), among=self.kept())
        streets = _none("offline, and none are kept")
        if kept and kept[1] == len(self.spots):
            streets = self.tried(lambda: self.extract(kept[0]))
        if not streets.found and not self.sources.offline:
            streets = self.tried(self.fetched)
        return streets if streets.found else self.of_what_is_kept(kept, streets)

    def fetched(self) -> Streets:
        """Ask Overpass for little ground, else download the extract that holds most places."""
        squares, best = len(tiles_of(self.ground)), extract_for(list(self.spots))
        if squares > self.sources.few_squares and best and best[1] * 2 >= len(self.spots):
            return self.downloaded(best[0])
        if squares <= TILES_MAX:
            return self.overpass(probe_s=self.sources.probe_s)
        return self.downloaded(best[0]) if best else _none("no extract is known of the places")

    def tried(self, take: Callable[[], Streets]) -> Streets:
        """Take streets, or say why not: "auto" asked for none in particular."""
        try:
            return replace(take(), failed=False)
        except UnreachableError as error:
            return _none("no network", (str(error),))
        except SourceError as error:
            return _none("none could be had", (str(error),))

    def of_what_is_kept(self, kept: tuple[Extract, int] | None, instead: Streets) -> Streets:
        """Take what is kept of some of the places, or nothing, for the reason there is."""
        streets = self.tried(lambda: self.extract(kept[0])) if kept else instead
        if not streets.found and len(tiles_of(self.ground)) <= TILES_MAX:
            streets = self.tried(lambda: self.overpass(offline=True))
        if not streets.found:
            return instead
        notes = dict.fromkeys((*instead.notes, *streets.notes))
        return replace(streets, notes=tuple(notes))

    def kept(self) -> list[Extract]:
        """Return the extracts that an earlier run downloaded."""
        return [extract for extract in load_extracts() if noted(self.path_of(extract))]

    def path_of(self, extract: Extract) -> Path:
        """Return where an extract is kept."""
        return self.sources.extracts / f"{extract.extract_id}.osm.pbf"

    def downloaded(self, extract: Extract) -> Streets:
        """Download an extract, unless it is there, and take its streets."""
        path, sources = self.path_of(extract), self.sources
        if noted(path) is None:
            limits = replace(sources.limits, probe_s=sources.probe_s)
            offer = look(extract.url(sources.publisher), limits=limits)
            sources.tell(
                f"Downloading the OpenStreetMap extract of {extract.name}, "
                f"{offer.size / 1e6:,.0f} MB, once, to {path}; `--streets none` does without."
            )
            with sources.bar(extract.name) as progress:
                download(offer, path, limits=limits, progress=progress)
        return self.extract(extract)


def _sentence(called: str, found: Found) -> str:
    of = f" of {found.date}" if found.date else ""
    return f"Streets: {called}{of}."
