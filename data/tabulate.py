"""Put what the stages found together into the tables that readers see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from data.area_columns import OUT_AREAS
from data.event_schema import OUT_EVENTS
from data.schemas import CORE_DEPLOYMENTS, OUT_DEPLOYMENTS, OUT_PLACES
from geo.checks import require_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.schema import Table

PLACE_KEY = [
    "force", "place_published", "area_published", "place_corrected", "place_told", "told_by",
    "postcode_told", "lon", "lat",
]  # fmt: skip
"""
What tells one published place from another.

Position only where the record or a correction gives one; the words of a correction or of
another disclosure only where there are any, see `data.readings`.
"""

PUBLISHED_SPOT_M = 100.0
"""Radius for a position that the record itself gives: vans move a little, and clerks round."""

_DTYPES = {"VARCHAR": "str", "BIGINT": "Int64", "DOUBLE": "float64", "BOOLEAN": "boolean"}
_SPOT = ["lon", "lat"]
_TOTALS = ["duration_h", "faces_seen", "arrests"]
_FOUND_KEY = [*PLACE_KEY[:-2], "published_lon", "published_lat"]
_ALONE = ("record", "elsewhere")


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """
    Give a frame the columns of a table, in order and with its types.

    Parameters
    ----------
    frame
        Any frame; columns it lacks become null.
    table
        The table it is to become.

    Returns
    -------
    conformed
        A plain frame with exactly the table's columns and a fresh index.

    Examples
    --------
    >>> frame = pd.DataFrame({"flag": ["late"], "deployment_id": ["met-2023-05-06-1"]})
    >>> from data.schemas import CORE_FLAGS
    >>> conform(frame, CORE_FLAGS).columns.tolist()
    ['deployment_id', 'flag', 'detail']
    """
    plain = pd.DataFrame(frame).reindex(columns=list(table.names)).reset_index(drop=True)
    return plain.astype({column.name: _DTYPES[column.dtype] for column in table.columns})


def distinct_places(core: pd.DataFrame) -> pd.DataFrame:
    """
    List the published places, each once, in the order they first appear.

    Parameters
    ----------
    core
        Rows with the columns `PLACE_KEY` and ``correction``: why a place was corrected.

    Returns
    -------
    places
        Those columns, with a fresh index; reasons that differ follow one another.
    """
    require_columns(core, [*PLACE_KEY, "correction"], name="core")
    places = pd.DataFrame(core[PLACE_KEY].drop_duplicates(ignore_index=True))
    reasons: list[dict[str, None]] = [{} for _ in range(len(places))]
    numbers = core.groupby(PLACE_KEY, dropna=False, sort=False).ngroup()
    for number, reason in zip(numbers, core["correction"], strict=True):
        if isinstance(reason, str):
            reasons[number][reason] = None
    said = [" ".join(of) or None for of in reasons]
    return places.assign(correction=pd.Series(said, index=places.index, dtype="str"))


def with_published_spots(
    located: gpd.GeoDataFrame, places: pd.DataFrame, areas: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """
    Prefer the position a record itself gives over any reading of its words.

    Parameters
    ----------
    located
        Places as `geo.locate.locate_places` found them, indexed like ``places``.
    places
        Places from `distinct_places`, with the record's own ``lon`` and ``lat`` [degree].
    areas
        ``area_code``, ``area_name`` and polygons in EPSG:4326 that tell which area holds them.

    Returns
    -------
    located
        The same rows; those with a published position are of precision ``site``.
    """
    given = places["lon"].notna() & places["lat"].notna()
    if not given.any():
        return located
    out = located.copy()
    spots = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(places.loc[given, "lon"], places.loc[given, "lat"]),
        index=places.index[given],
        crs="EPSG:4326",
    )
    held = gpd.sjoin(spots, areas[["area_code", "area_name", "geometry"]], predicate="within")
    held = held[~held.index.duplicated()].reindex(spots.index)
    out.loc[given, _SPOT] = places.loc[given, _SPOT]
    out.loc[given, "geometry"] = spots.geometry
    for name in ("area_code", "area_name"):
        out.loc[given, name] = held[name].fillna(out.loc[given, name])
    out.loc[given, "precision"] = "site"
    out.loc[given, "uncertainty_m"] = PUBLISHED_SPOT_M
    out.loc[given, "located_by"] = "the record"
    out.loc[given, "reason"] = "The record itself gives the position."
    if "question" in out.columns:
        out.loc[given, "question"] = None
    return out


def join_places(core: pd.DataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Put beside every deployment the place that is shown for it.

    Parameters
    ----------
    core, places
        As for `tabulate_deployments`.

    Returns
    -------
    joined
        The rows of ``core`` in their order with a fresh index, and the columns of ``places``;
        a position that the record or a correction gives is ``published_lon``,
        ``published_lat``.
    """
    kept = core.rename(columns={"lon": "published_lon", "lat": "published_lat"})
    found = pd.DataFrame(places[~places["telling"].isin(_ALONE)])
    return kept.merge(found, on=_FOUND_KEY, how="left", validate="m:1")


def tabulate_deployments(
    core: pd.DataFrame, places: gpd.GeoDataFrame, exposure: pd.DataFrame
) -> gpd.GeoDataFrame:
    """
    Join every deployment to its place and its estimate.

    Parameters
    ----------
    core
        The table ``core_deployments`` from `data.readings.with_readings`.
    places
        One row per distinct place, from `distinct_places`, located and with residents; its
        own key columns are ``published_lon`` and ``published_lat`` beside the found ones.
        Where ``telling`` is ``both``, rows ``record`` and ``elsewhere`` follow for the places
        by themselves, which no deployment is drawn at.
    exposure
        Estimates indexed like ``core``.

    Returns
    -------
    deployments
        The columns of ``out_deployments`` and ``geometry``, by date, force and order in the
        record.
    """
    kept = core.drop(columns=["faces_expected"], errors="ignore").join(exposure)
    joined = join_places(kept, places)
    joined = joined.sort_values(["date", "force"], kind="stable", ignore_index=True)
    return gpd.GeoDataFrame(
        conform(joined, OUT_DEPLOYMENTS), geometry=list(joined["geometry"]), crs="EPSG:4326"
    )


def tabulate_places(core: pd.DataFrame, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Sum up the deployments of every published place.

    Parameters
    ----------
    core, places
        As for `tabulate_deployments`.

    Returns
    -------
    places
        The columns of ``out_places`` and ``geometry``, by force and place. A sum of which
        no part is known stays null; estimates enter none. A deployment told to be at two
        places counts once, in the row of the record's own.
    """
    totals = _totals(core, PLACE_KEY).rename(
        columns={"lon": "published_lon", "lat": "published_lat"}
    )
    listed = places[places["telling"].isna() | (places["telling"] != "both")]
    joined = listed.merge(totals, on=_FOUND_KEY, how="left", validate="m:1")
    other = joined["telling"] == "elsewhere"
    joined["deployments_elsewhere"] = joined["deployments"].where(other, 0)
    joined["deployments"] = joined["deployments"].mask(other, 0)
    joined[_TOTALS] = joined[_TOTALS].mask(other)
    joined = joined.sort_values(_FOUND_KEY, kind="stable", ignore_index=True)
    return gpd.GeoDataFrame(
        conform(joined, OUT_PLACES), geometry=list(joined["geometry"]), crs="EPSG:4326"
    )


def in_areas(core: pd.DataFrame, deployments: pd.DataFrame) -> pd.DataFrame:
    """
    Put beside every deployment the area it was located in.

    Parameters
    ----------
    core
        The table ``core_deployments``.
    deployments
        The table ``out_deployments`` of the same deployments.

    Returns
    -------
    core
        The same rows with ``area_code`` and ``area_name``, null where they lie in none.
    """
    areas = pd.DataFrame(deployments[["deployment_id", "area_code", "area_name"]])
    return core.merge(areas, on="deployment_id", how="left", validate="1:1")


def tabulate_areas(
    deployments: pd.DataFrame, residents: pd.DataFrame, *, modelled: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    Sum up the deployments located in every borough or local authority.

    Parameters
    ----------
    deployments
        The table ``out_deployments``.
    residents
        ``area_code``, ``residents`` and ``residents_method`` of areas.
    modelled
        What is modelled beside the counts, from `geo.joint_totals.sum_by_area`; nothing by
        default.

    Returns
    -------
    areas
        The table ``out_areas``, by code. A sum of which no part is known stays null;
        estimates enter none of what is reported.
    """
    placed = deployments[deployments["area_code"].notna()]
    totals = _totals(placed, ["area_code", "area_name"])
    dates = placed.groupby("area_code", sort=True)["date"].agg(["min", "max"])
    dates = dates.rename(columns={"min": "first_date", "max": "last_date"}).reset_index()
    joined = totals.merge(dates, on="area_code", validate="1:1").merge(
        residents, on="area_code", how="left", validate="m:1"
    )
    if modelled is not None:
        joined = joined.merge(modelled, on="area_code", how="left", validate="1:1")
    return conform(joined.sort_values("area_code", kind="stable"), OUT_AREAS)


def places_of(core: pd.DataFrame, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return the place of every deployment, as `geo.events` compares it with events.

    Parameters
    ----------
    core, places
        As for `tabulate_deployments`.

    Returns
    -------
    places
        Indexed like ``core``: ``area_code``, ``uncertainty_m`` and ``geometry`` in EPSG:4326.
    """
    joined = join_places(core.drop(columns=["faces_expected"], errors="ignore"), places)
    held = joined[["area_code", "uncertainty_m"]].set_axis(core.index)
    return gpd.GeoDataFrame(held, geometry=list(joined["geometry"]), crs="EPSG:4326")


def tabulate_events(deployments: gpd.GeoDataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """
    Put beside every deployment the public events of its day at, near or around its place.

    Parameters
    ----------
    deployments
        The table ``out_deployments`` with its geometry.
    events
        From `data.events.load_events`.

    Returns
    -------
    events
        The table ``out_events``, in the order of ``deployments``, the nearest event first.
    """
    from geo.events import match_events

    keyed = deployments.set_index("deployment_id")
    found = match_events(keyed, keyed, events).rename(columns={"deployment": "deployment_id"})
    told = events.loc[found["event"]].reset_index(drop=True)
    rest = found.drop(columns="event")
    return conform(pd.concat([rest, told.drop(columns=["area_code"])], axis=1), OUT_EVENTS)


def _totals(rows: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    groups = rows.groupby(list(key), dropna=False, sort=False)
    sums = groups[_TOTALS].sum(min_count=1)
    return sums.assign(deployments=groups.size()).reset_index()


def conform_core(core: pd.DataFrame) -> pd.DataFrame:
    """
    Give deployments the columns and types of ``core_deployments``.

    Parameters
    ----------
    core
        Deployments as ingested and checked.

    Returns
    -------
    conformed
        The same rows and index.
    """
    out = conform(core, CORE_DEPLOYMENTS)
    out.index = core.index
    return out
