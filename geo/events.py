"""Which public events of its day a deployment may belong to: at, near, or in the same area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.checks import require_columns
from geo.crs import STORED, measuring_systems, to_metric
from geo.spots import spots_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

REACH_M = 1500.0
"""From the edge of an event's ground: some twenty minutes on foot. Chosen, not measured."""

COLUMNS = ("deployment", "event", "answer", "distance_m", "within_reach_share")
"""Columns of `match_events`."""

_EVENT = {"event", "first_date", "last_date", "place", "lon", "lat", "radius_m", "area_code"}
_DAY = len("2023-05-06")


@dataclass(frozen=True)
class _Meeting:
    """A deployment and an event of its day; a distance per spot, none where unknown."""

    deployment: Hashable
    event: Hashable
    distances_m: NDArray[np.float64]
    ground_m: float
    same_area: bool

    def within(self, reach_m: float) -> NDArray[np.bool_]:
        """Tell which spots lie so near the edge of the event's ground."""
        return self.distances_m <= self.ground_m + reach_m


def match_events(
    deployments: pd.DataFrame,
    places: gpd.GeoDataFrame,
    events: pd.DataFrame,
    *,
    reach_m: float = REACH_M,
) -> pd.DataFrame:
    """
    Match deployments with the public events of their day at, near or around their place.

    Parameters
    ----------
    deployments
        One row per deployment, uniquely indexed, with the ISO ``date``. A date known only to
        the month or the year matches nothing.
    places
        The place of each, under the same labels: ``area_code``, ``uncertainty_m`` [m], the
        radius within which a point may lie, null where unknown, and a geometry in any
        declared CRS, null where the place is not known.
    events
        Uniquely indexed: ``event``, ``first_date``, ``last_date``, ``place``, ``lon`` and
        ``lat`` [degree] and ``radius_m`` of the venue, null where only ``area_code`` says
        where it was.
    reach_m
        How far from the edge of the event's ground is still near.

    Returns
    -------
    matches
        One row per deployment and event, in the order of ``deployments``, the nearest event
        first: the label ``deployment``, the label ``event`` of its row in ``events``, the
        ``answer`` ("at", "near", "may be near", "same area"), ``distance_m``, the median
        from the venue's middle over the spots that the place may be, and
        ``within_reach_share``, the share of those spots in reach; both null where the venue
        or the place has no position.

    Raises
    ------
    MissingColumnError
        If a frame lacks a column.
    CrsError
        If the places have no declared CRS.
    ValueError
        If ``reach_m`` is negative or not a number.

    Notes
    -----
    A place is every spot it may be (`geo.spots`), each as likely as another; a point may lie
    anywhere within its uncertainty. "At" and "near" need every spot, so a borough is "near"
    an event only if all of it is. That two things happened on one day in one part of a town
    is no sign that one was the cause of the other, and is all that is said here.

    Examples
    --------
    >>> import geopandas as gpd
    >>> place = gpd.GeoDataFrame(
    ...     {"area_code": ["E09000014"], "uncertainty_m": [100.0]},
    ...     geometry=gpd.points_from_xy([-0.0676], [51.6087]), crs="EPSG:4326",
    ... )
    >>> match = pd.DataFrame({
    ...     "event": ["Home v Away"], "first_date": "2023-11-06", "last_date": "2023-11-06",
    ...     "place": "The Ground", "lon": -0.0676, "lat": 51.6042, "radius_m": 300.0,
    ...     "area_code": "E09000014",
    ... })
    >>> found = match_events(pd.DataFrame({"date": ["2023-11-06"]}), place, match)
    >>> found.round({"distance_m": -2}).to_dict("records")[0]["distance_m"]
    500.0
    >>> found["answer"].tolist()
    ['near']
    """
    rows = []
    for meeting in _meetings(deployments, places, events, reach_m):
        answer = _answer(meeting, reach_m)
        if answer:
            known = len(meeting.distances_m) > 0
            distance = float(np.median(meeting.distances_m)) if known else np.nan
            share = float(meeting.within(reach_m).mean()) if known else np.nan
            rows.append((meeting.deployment, meeting.event, answer, distance, share))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    measures = dict.fromkeys(("distance_m", "within_reach_share"), "float64")
    frame = frame.astype({"answer": "str", **measures})
    return _nearest_first(frame, deployments.index, events)


def event_indicator(
    deployments: pd.DataFrame,
    places: gpd.GeoDataFrame,
    events: pd.DataFrame,
    *,
    reach_m: float = REACH_M,
) -> pd.Series[float]:
    """
    Return how much of a deployment's place lies in reach of a listed event of its day.

    Parameters
    ----------
    deployments, places, events, reach_m
        As for `match_events`.

    Returns
    -------
    indicator
        Indexed like ``deployments``: the share, in 0..1, of the spots that the place may be
        which lie in reach of any event of the day; 0 where no event of the list does, and
        where a date or a place is not known. A list is never complete, so 0 does not say
        that nothing was on.

    Raises
    ------
    MissingColumnError, CrsError, ValueError
        As for `match_events`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> street = gpd.GeoDataFrame(
    ...     {"area_code": ["E1"], "uncertainty_m": [100.0]},
    ...     geometry=[shapely.LineString([(0.0, 51.5), (0.1, 51.5)])], crs="EPSG:4326",
    ... )
    >>> fair = pd.DataFrame({
    ...     "event": ["Fair"], "first_date": "2024-05-04", "last_date": "2024-05-06",
    ...     "place": "The Green", "lon": 0.0, "lat": 51.5, "radius_m": 234.0,
    ...     "area_code": "E1",
    ... })
    >>> event_indicator(pd.DataFrame({"date": ["2024-05-05"]}), street, fair).round(2).tolist()
    [0.25]
    """
    inside: dict[Hashable, NDArray[np.bool_]] = {}
    for meeting in _meetings(deployments, places, events, reach_m):
        within = meeting.within(reach_m)
        if len(within):
            inside[meeting.deployment] = within | inside.get(meeting.deployment, False)
    shares = [
        float(inside[label].mean()) if label in inside else 0.0 for label in deployments.index
    ]
    return pd.Series(shares, index=deployments.index, name="event_share", dtype="float64")


def _answer(meeting: _Meeting, reach_m: float) -> str:
    """Say how a place stands to an event: nothing where they are apart."""
    if len(meeting.distances_m):
        if meeting.within(0.0).all():
            return "at"
        near = meeting.within(reach_m)
        if near.any():
            return "near" if near.all() else "may be near"
    return "same area" if meeting.same_area else ""


def _meetings(
    deployments: pd.DataFrame,
    places: gpd.GeoDataFrame,
    events: pd.DataFrame,
    reach_m: float,
) -> Iterator[_Meeting]:
    """Yield each deployment with each event of its day."""
    require_columns(deployments, {"date"}, name="deployments")
    require_columns(places, {"area_code", "uncertainty_m"}, name="places")
    require_columns(events, _EVENT, name="events")
    if not reach_m >= 0:
        msg = f"`reach_m` must be 0 or more; got {reach_m}."
        raise ValueError(msg)
    on_the_day = _of_the_day(deployments["date"], events)
    told = places.reindex(deployments.index)[on_the_day.any(axis=1)]
    labels = dict(zip(deployments.index, on_the_day, strict=True))
    systems = measuring_systems(told.geometry)
    for label, system in zip(told.index, systems, strict=True):
        chosen = events[labels[label]]
        shape = told.geometry.loc[[label]]
        distances = _distances_m(shape, told.loc[label, "uncertainty_m"], chosen, system)
        same = chosen["area_code"].eq(told.loc[label, "area_code"]).fillna(value=False)
        rows = zip(chosen.index, chosen["radius_m"], distances, same, strict=True)
        for event, ground_m, of_spots, same_area in rows:
            yield _Meeting(label, event, of_spots, float(ground_m), bool(same_area))


def _of_the_day(dates: pd.Series[str], events: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell, deployment by event, which were on one day."""
    told = np.asarray(dates.fillna("").tolist(), dtype=np.str_)[:, None]
    first, last = (
        np.asarray(events[name].tolist(), dtype=np.str_)[None, :]
        for name in ("first_date", "last_date")
    )
    whole: NDArray[np.bool_] = (
        (np.char.str_len(told) == _DAY) & (told >= first) & (told <= last)
    )
    return whole


def _distances_m(
    shape: gpd.GeoSeries, uncertainty_m: float, events: pd.DataFrame, system: str | None
) -> list[NDArray[np.float64]]:
    """Return, for each event, its distance from every spot; none where either is unknown."""
    nothing = np.empty(0)
    if system is None or shape.isna().all() or shape.is_empty.all():
        return [nothing] * len(events)
    spots = shapely.get_coordinates(_spots(to_metric(shape, crs=system).iloc[0], uncertainty_m))
    venues = shape.__class__(
        shapely.points(events[["lon", "lat"]].fillna(0.0).to_numpy(np.float64)), crs=STORED
    )
    middles = shapely.get_coordinates(to_metric(venues, crs=system).to_numpy())
    known = events["lon"].notna().to_numpy()
    return [
        np.hypot(spots[:, 0] - x, spots[:, 1] - y) if is_known else nothing
        for (x, y), is_known in zip(middles, known, strict=True)
    ]


def _spots(shape: shapely.Geometry, uncertainty_m: float) -> NDArray[np.object_]:
    if shape.geom_type == "Point" and uncertainty_m > 0:
        return spots_of(shape.buffer(uncertainty_m))
    return spots_of(shape)


def _nearest_first(
    matches: pd.DataFrame, order: pd.Index[str], events: pd.DataFrame
) -> pd.DataFrame:
    """Sort matches by deployment, then distance, then the event's own words."""
    told = events.loc[matches["event"], ["event", "place", "first_date"]].to_numpy()
    keys = pd.DataFrame(told, columns=["name", "place", "day"])
    keys["deployment"] = order.get_indexer(pd.Index(matches["deployment"]))
    keys["distance_m"] = matches["distance_m"]
    sorted_keys = keys.sort_values(
        ["deployment", "distance_m", "name", "place", "day"], kind="stable", na_position="last"
    )
    return matches.loc[sorted_keys.index].reset_index(drop=True)
