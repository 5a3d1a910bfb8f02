"""Ask Overpass for streets and points of interest, politely, in time, and seldom twice."""

from __future__ import annotations

import math
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import shapely

from data.addresses import require_sendable
from data.deadlines import done_within
from data.errors import GeocoderError, SourceError
from data.fetch import user_agent
from data.http_json import (
    PassingError,
    Request,
    backoff_s,
    client_for,
    get_json,
    host_of,
    insist,
)
from data.overpass_answers import KeptAnswer, keep_answer, path_for, read_answer_kept
from data.overpass_tiles import TILES_PER_DEGREE, box_of, query_for, tiles_of
from data.poi_found import points_of
from data.poi_overpass import things_in
from data.street_overpass import streets_in, ways_of
from data.turns import alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from data.overpass_tiles import Tile
    from data.poi_found import Tagged
    from data.street_overpass import Street
    from geo.ways import Ways

PUBLIC = "https://overpass-api.de/api"
"""The main public server; its policy: few requests, one at a time, a name, answers kept."""

TILES_MAX = 40
"""More ground than this is what extracts are for."""

MAX_BYTES = 48_000_000
"""Largest answer taken, unpacked: three times the largest expected, and half a gigabyte as
Python's own objects."""

LOOKUP_S = 5.0
PAUSE_S = 1.0


@dataclass(frozen=True)
class Overpass:
    """
    An Overpass server to ask, and how.

    Attributes
    ----------
    url
        Address of its API, without "/interpreter", or "public".
    folder
        Where its answers are kept.
    deadline_s
        Seconds for all the asking of one run.
    request_s
        Seconds for one request.
    age_days
        Days for which a kept answer is as good as a new one.
    pause_s
        Seconds between two requests.
    offline
        Whether only kept answers count, however old, and no connection is made.
    probe_s
        Seconds in which the server must give a first sign of life; None waits for answers.
    """

    url: str
    folder: Path
    deadline_s: float = 180.0
    request_s: float = 90.0
    age_days: float = 30.0
    pause_s: float = PAUSE_S
    offline: bool = False
    probe_s: float | None = None

    @property
    def server(self) -> str:
        """Address without a slash at its end, under which answers are kept."""
        return PUBLIC if self.url == "public" else self.url.rstrip("/")

    @property
    def host(self) -> str:
        """The server's name, as messages give it."""
        return host_of(self.server) or self.server


@dataclass(frozen=True)
class OverpassStreets:
    """
    What came of asking for the streets and points of interest of some ground.

    Attributes
    ----------
    ways
        Streets of the ground answered for, each way once; none where there is no answer. Its
        extent is that ground.
    pois
        What people on foot go to there, each once, as `geo.pois.pois_of` returns it; also what
        reaches into that ground from beyond.
    date
        The day of the oldest map among the answers, or None.
    fetched, kept, missing
        Squares asked for just now, answered by what was kept, and left without answer.
    notes
        What to tell the user.
    failed
        Whether the server failed, so that a later run may bring more.
    reached
        Whether it could be reached as far as is known; see `Overpass.probe_s`.
    """

    ways: Ways
    pois: gpd.GeoDataFrame
    date: str | None
    fetched: int
    kept: int
    missing: int
    notes: tuple[str, ...]
    failed: bool
    reached: bool


def ask_streets(ground: shapely.Geometry, overpass: Overpass) -> OverpassStreets:
    """
    Ask for streets and points of interest; it ends within its deadline and never fails.

    Parameters
    ----------
    ground
        In EPSG:4326.
    overpass
        Whom to ask, and within what time.

    Returns
    -------
    streets
        What there is, and notes on what could not be had. Where the server is down, an answer
        that is too old counts after all, and a note says how old it is.

    Raises
    ------
    SourceError
        If the ground is more than `TILES_MAX` squares, or the address is none to be asked.

    Notes
    -----
    OSMnx asks by itself, but not within a time: on 429 and 504 it sleeps 55 s and begins again
    without end, and while the server is busy it sleeps as its status page says. It also puts a
    function of its own in place of ``socket.getaddrinfo`` for the rest of the process, reads
    settings that are global, and its walk filter drops ways that our own rules of access are
    to judge (`geo.walkable`). So the query, which is short, is written here and sent as other
    questions are (`data.http_json`); what is kept is the answer as Overpass sent it.
    """
    tiles = tiles_of(ground)
    if len(tiles) > TILES_MAX:
        msg = (
            f"The ground asked for is {len(tiles)} squares of {1 / TILES_PER_DEGREE:g} "
            f"degrees; a public server is asked for {TILES_MAX} at most. Give an extract "
            "instead, for example from download.geofabrik.de."
        )
        raise SourceError(msg)
    run = _Run(overpass)
    for tile in tiles:
        run.take(tile)
    return run.found()


class _Told(NamedTuple):
    """What an answer tells of a square."""

    streets: dict[int, Street]
    things: dict[str, Tagged]

    @classmethod
    def by(cls, answer: Mapping[str, Any], *, name: str) -> _Told:
        """Read an answer, or raise `SourceError` if it is none or was cut short."""
        return cls(streets_in(answer, name=name), things_in(answer, name=name))


@dataclass
class _Run:
    """The asking of one run: how much time is left, and what has gone wrong."""

    to: Overpass
    notes: list[str] = field(default_factory=list)
    streets: dict[int, Street] = field(default_factory=dict)
    things: dict[str, Tagged] = field(default_factory=dict)
    answered: list[Tile] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    too_old_days: list[float] = field(default_factory=list)
    fetched: int = 0
    missing: int = 0
    failed: bool = False
    reached: bool = True
    keeping: bool = True
    checked: bool = False
    began: float = field(default_factory=time.monotonic)
    last: float = -math.inf

    def note(self, sentence: str) -> None:
        """Tell the user something, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def left_s(self) -> float:
        """Return the seconds left for asking."""
        return self.began + self.to.deadline_s - time.monotonic()

    # Squares -----------------------------------------------------------------------------

    def take(self, tile: Tile) -> None:
        """Take a square from what is kept, from the server, or from what is old."""
        path = path_for(self.to.server, query_for(tile), folder=self.to.folder)
        kept = self.read(path)
        if kept and (self.to.offline or kept[0].age_days() <= self.to.age_days):
            self.add(tile, *kept)
        elif self.to.offline or self.failed or not self.fetch(tile, path):
            if kept:
                self.too_old_days.append(kept[0].age_days())
                self.add(tile, *kept)
            else:
                self.missing += 1

    def read(self, path: Path) -> tuple[KeptAnswer, _Told] | None:
        """Return what is kept of a square, or None if it is nothing sound."""
        kept = read_answer_kept(path)
        try:
            return (kept, _Told.by(kept.answer, name=path.name)) if kept else None
        except SourceError:
            return None

    def add(self, tile: Tile, kept: KeptAnswer, told: _Told) -> None:
        """Add what is told of a square."""
        self.answered.append(tile)
        self.dates.append(kept.dated())
        self.streets |= told.streets
        self.things |= told.things

    def fetch(self, tile: Tile, path: Path) -> bool:
        """Ask for a square and keep the answer; tell whether there is one."""
        try:
            answer, told = self.ask(query_for(tile))
        except GeocoderError as error:
            self.failed, self.reached = True, self.checked
            self.note(str(error))
            return False
        self.fetched += 1
        self.add(tile, self.keep(answer, path), told)
        return True

    def keep(self, answer: Mapping[str, Any], path: Path) -> KeptAnswer:
        """Keep an answer, if the folder can be written to."""
        if self.keeping:
            try:
                return keep_answer(answer, path, server=self.to.server)
            except SourceError as error:
                self.keeping = False
                self.note(f"{error} Answers are not kept meanwhile.")
        return KeptAnswer(answer, datetime.now(UTC))

    def found(self) -> OverpassStreets:
        """Put together what was answered."""
        if self.too_old_days:
            count, days = len(self.too_old_days), max(self.too_old_days)
            said = "1 square is" if count == 1 else f"{count} squares are"
            self.note(f"Streets of {said} as {self.to.host} told {days:.0f} days ago.")
        if self.missing:
            lacking = "1 square" if self.missing == 1 else f"{self.missing} squares"
            why = "this run is offline" if self.to.offline else "run again to ask"
            self.note(f"Streets of {lacking} are missing: {why}.")
        extent = shapely.union_all([box_of(tile) for tile in self.answered])
        kept = len(self.answered) - self.fetched
        return OverpassStreets(
            replace(ways_of(self.streets), extent=extent),
            points_of(self.things.values(), buildings=False).pois,
            min(self.dates, default=None), self.fetched, kept, self.missing,
            tuple(self.notes), self.failed, self.reached,
        )  # fmt: skip

    # One question ------------------------------------------------------------------------

    def ask(self, query: str) -> tuple[Mapping[str, Any], _Told]:
        """Ask until there is an answer, the tries are used up or the time is over."""
        return insist(
            lambda: self.ask_once(query), left_s=self.left_s, deadline_s=self.to.deadline_s,
            wait_s=lambda attempt: backoff_s(attempt + 3),
        )  # fmt: skip

    def ask_once(self, query: str) -> tuple[Mapping[str, Any], _Told]:
        """Wait for our turn and ask once."""
        self.check_address()
        url = f"{self.to.server}/interpreter"
        request = Request(url, {"data": query}, user_agent(), "Overpass", MAX_BYTES, post=True)
        with self.our_turn(), client_for(request) as client:
            wait_s = self.last + self.to.pause_s - time.monotonic()
            if max(wait_s, 0.0) >= self.left_s():
                msg = f"The {self.to.deadline_s:.0f} s for asking {self.to.host} are over."
                raise GeocoderError(msg)
            time.sleep(max(wait_s, 0.0))
            try:
                _, value = get_json(
                    request, client, within_s=min(self.to.request_s, self.left_s())
                )
            finally:
                self.last = time.monotonic()
        return self.understood(value)

    @contextmanager
    def our_turn(self) -> Iterator[None]:
        """Wait until no other run that keeps answers in the same folder is asking."""
        with ExitStack() as held:
            try:
                lock = self.to.folder / "asking.lock"
                held.enter_context(alone(lock, within_s=max(self.left_s(), 0.0)))
            except TimeoutError as error:
                msg = f"Another run kept asking {self.to.host} until the time was over."
                raise GeocoderError(msg) from error
            except OSError:  # nothing can be kept there, which is told when it is tried
                pass
            yield

    def understood(self, value: object) -> tuple[Mapping[str, Any], _Told]:
        """Read an answer; one that the server cut short may be whole another time."""
        if not isinstance(value, dict):
            msg = f"{self.to.host} answered with JSON that is no map: no Overpass is there."
            raise GeocoderError(msg)
        try:
            return value, _Told.by(value, name=f"The answer of {self.to.host}")
        except SourceError as error:
            if "remark" in value:
                raise PassingError(str(error)) from error
            raise GeocoderError(str(error)) from error

    def check_address(self) -> None:
        """Look at where the address leads, and whether anybody is there, once."""
        if self.checked:
            return
        within_s = min(self.to.probe_s or LOOKUP_S, self.left_s())
        try:
            done_within(within_s, lambda _: self.reach(within_s))
        except TimeoutError as error:
            msg = f"{self.to.host} cannot be reached: no sign of life within {within_s:.3g} s."
            raise GeocoderError(msg) from error
        self.checked = True

    def reach(self, within_s: float) -> None:
        """Look the server up; where there is a probe, any answer at all will do."""
        import httpx

        require_sendable(self.to.server)
        if self.to.probe_s is None:
            return
        request = Request(f"{self.to.server}/status", {}, user_agent(), "Overpass")
        try:
            with (
                client_for(request) as client,
                client.stream("GET", request.url, timeout=within_s),
            ):
                return
        except httpx.HTTPError as error:
            said = error or type(error).__name__
            msg = f"{self.to.host} cannot be reached ({said})."
            raise GeocoderError(msg) from error
