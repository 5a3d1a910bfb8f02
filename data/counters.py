"""Read hourly counts of pedestrians, and leave out by stated rules what was not counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

EMBEDDED = Path(__file__).resolve().parent / "embedded" / "pedestrian"

AUCKLAND_COUNTS = "akl_hourly_counts_2019_2025.parquet"
AUCKLAND_PLACES = "akl_locations.csv"
AUCKLAND_ZONE = "Pacific/Auckland"

LEEDS_COUNTS = "footfall.csv.gz"
LEEDS_PLACES = "camera_locs.csv"
LEEDS_ZONE = "Europe/London"

LEEDS_NAMES = {
    "Briggate": "Briggate",
    "Briggate at McDonalds": "BriggateAtMcDs",
    "Headrow": "Headrow",
    "Dortmund Square": "DortmundSq",
    "Albion Street North": "AlbionStNorth",
    "Albion Street South": "AlbionStSouth",
    "Commercial Street at Lush": "CommercialStLush",
    "Commercial Street at Barratts": "CommercialStBarratts",
}
"""The cameras' names in the table of places, and in the table of counts."""

DAY_FROM_H = 6
"""Auckland's dates run from six to six: 24,760 passages at "0:00" on 31 December 2019."""

DAYTIME_H = range(8, 20)
"""Hours at which a counter that sees nobody is taken to be off, if it usually sees many."""

BUSY_MIN = 20.0
"""Passages in the median week from which an hour of none at daytime means "not counted"."""

QUIET_SHARE = 0.2
"""A day below this share of the counter's median for that weekday and year is left out."""


@dataclass(frozen=True)
class Counters:
    """
    Hourly counts of one city's counters.

    Attributes
    ----------
    city
        Whose counters they are.
    counts
        One row per counter and hour: ``counter``; ``time``, local time at which the hour
        began; ``passages``. Sorted by both, each pair once.
    places
        One row per counter: ``counter``, ``lon``, ``lat`` in EPSG:4326.
    left_out
        Rows of the source left out, by reason; ``kept`` is the number of those kept.
    """

    city: str
    counts: pd.DataFrame
    places: pd.DataFrame
    left_out: dict[str, int]


def load_auckland(folder: Path = EMBEDDED) -> Counters:
    """
    Return Auckland's street counters, 2019 to 2025.

    Parameters
    ----------
    folder
        Where the two tables lie; the embedded ones by default.

    Returns
    -------
    counters
        21 counters of the Heart of the City, hour by hour.

    Raises
    ------
    SourceError
        If a table is missing or its columns are not the known ones.

    Notes
    -----
    The table's dates run from six in the morning to six: the hours after midnight stand under
    the evening before. They are moved to their own day. Dates that do not hold every hour once
    (their labels slipped in January 2025) are left out.
    """
    wide = _read(folder / AUCKLAND_COUNTS)
    places = _read(folder / AUCKLAND_PLACES).rename(
        columns={"Address": "counter", "Longitude": "lon", "Latitude": "lat"}
    )
    names = sorted(set(wide.columns) - {"date", "hour", "year"})
    if names != sorted(places["counter"]):
        msg = f"{AUCKLAND_COUNTS} and {AUCKLAND_PLACES} do not name the same counters."
        raise SourceError(msg)
    hour = wide["hour"].str.extract(r"^(\d{1,2}):", expand=False).astype("int64")
    date = pd.to_datetime(wide["date"], format="%Y-%m-%d")
    labelled = wide.assign(date=date, hour=hour).drop(columns="year")
    slipped = labelled.groupby("date")["hour"].transform(
        lambda hours: len(hours) != 24 or hours.nunique() != 24  # noqa: PLR2004 - of a day
    )
    own_day = date + pd.to_timedelta(hour + 24 * (hour < DAY_FROM_H), unit="h")
    long = labelled.assign(time=own_day, slipped=slipped.astype(bool)).melt(
        ["time", "slipped"], names, var_name="counter", value_name="passages"
    )
    reasons = pd.Series("", index=long.index, dtype="str")
    reasons[long["slipped"]] = "the hours of the date are not there once each"
    return _cleaned("Auckland", long, places, reasons, zone=AUCKLAND_ZONE)


def load_leeds(folder: Path) -> Counters:
    """
    Return the cameras of Leeds city centre, 2009 to 2016.

    Parameters
    ----------
    folder
        Holds ``footfall.csv.gz`` and ``camera_locs.csv`` as the city published them.

    Returns
    -------
    counters
        Eight cameras, hour by hour.

    Raises
    ------
    SourceError
        If a table is missing, its columns are not the known ones, or a camera has no place.

    Notes
    -----
    The column ``Date`` is written in three orders; ``NewDate`` in one ("03-Nov-2014"), which
    agrees with the weekday beside it in every row.
    """
    table = _read(folder / LEEDS_COUNTS)
    places = _read(folder / LEEDS_PLACES).dropna(subset=["LocName"])
    places = places.rename(columns={"X_Lon": "lon", "Y_Lat": "lat"})
    places = places.assign(counter=places["LocName"].map(LEEDS_NAMES))
    nameless = sorted(set(table["LocationName"]) - set(places["counter"]))
    if nameless:
        msg = f"{LEEDS_PLACES} has no place for {nameless[:3]}, which {LEEDS_COUNTS} counts."
        raise SourceError(msg)
    date = pd.to_datetime(table["NewDate"], format="%d-%b-%Y")
    wrong = date.dt.day_name() != table["Weekday"]
    long = pd.DataFrame(
        {
            "counter": table["LocationName"],
            "time": date + pd.to_timedelta(table["Hour"], unit="h"),
            "passages": table["InCount"].astype("float64"),
        }
    )
    reasons = pd.Series("", index=long.index, dtype="str")
    reasons[wrong] = "the date is not that weekday"
    return _cleaned("Leeds", long, places, reasons, zone=LEEDS_ZONE)


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        msg = (
            f"There is no {path.name} in {path.parent}. Give the folder that holds the counts."
        )
        raise SourceError(msg)
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path)


def _cleaned(
    city: str, long: pd.DataFrame, places: pd.DataFrame, reasons: pd.Series, *, zone: str
) -> Counters:
    """Apply the rules in order; a row is left out for the first that it breaks."""
    rules = {
        "no count": lambda rows: rows["passages"].isna(),
        "the counter's hour again, with the same count": _again,
        "the counter's hour with different counts": _contradicted,
        "an hour of a clock change": lambda rows: ~_is_plain(rows["time"], zone),
        "a day with nobody at a busy hour, or at no hour": _was_off,
        "a day below a fifth of the counter's usual": _was_quiet,
    }
    for reason, rule in rules.items():
        kept = long[reasons.eq("")]
        reasons[kept.index[np.asarray(rule(kept), dtype=bool)]] = reason
    kept = long.loc[reasons.eq(""), ["counter", "time", "passages"]]
    broken = reasons[reasons.ne("")].value_counts().sort_index()
    left_out = {str(reason): int(rows) for reason, rows in broken.items()}
    return Counters(
        city=city,
        counts=kept.sort_values(["counter", "time"], ignore_index=True),
        places=places[["counter", "lon", "lat"]].sort_values("counter", ignore_index=True),
        left_out={**left_out, "kept": len(kept)},
    )


def _again(rows: pd.DataFrame) -> pd.Series:
    return rows.duplicated(["counter", "time", "passages"])


def _contradicted(rows: pd.DataFrame) -> pd.Series:
    return rows.duplicated(["counter", "time"], keep=False)


def _is_plain(times: pd.Series, zone: str) -> pd.Series:
    """Tell the hours that exist once: a change of the clocks skips one or has one twice."""
    hours = pd.Series(times.unique())
    plain = hours.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").notna()
    return times.isin(hours[plain])


def hour_of_week(times: pd.Series) -> pd.Series:
    """
    Return the hour of the week at which each hour begins: 0 is Monday from midnight.

    Examples
    --------
    >>> times = pd.Series(pd.to_datetime(["2015-06-01 00:00", "2015-06-07 23:00"]))
    >>> hour_of_week(times).tolist()
    [0, 167]
    """
    hours: pd.Series = times.dt.day_of_week * 24 + times.dt.hour
    return hours


def _day(rows: pd.DataFrame) -> list[pd.Series]:
    return [rows["counter"], rows["time"].dt.normalize().rename("day")]


def _was_off(rows: pd.DataFrame) -> pd.Series:
    """Tell the days on which a counter saw nobody at a busy hour, or all daytime."""
    week = [rows["counter"], rows["time"].dt.year.rename("year"), hour_of_week(rows["time"])]
    usual = rows.groupby(week)["passages"].transform("median")
    daytime = rows["time"].dt.hour.isin(DAYTIME_H)
    none = rows["passages"].eq(0) & daytime & usual.ge(BUSY_MIN)
    seen = rows["passages"].where(daytime)
    days = _day(rows)
    off: pd.Series = none.groupby(days).transform("any")
    return off | seen.groupby(days).transform("max").eq(0)


def _was_quiet(rows: pd.DataFrame) -> pd.Series:
    """Tell the rows of a counter's day with a fraction of the passages it usually has."""
    daytime = rows[rows["time"].dt.hour.isin(DAYTIME_H)]
    days = daytime.groupby(_day(daytime))["passages"].sum().reset_index()
    kind = [days["counter"], days["day"].dt.year.rename("year"), days["day"].dt.day_of_week]
    usual = days.groupby(kind)["passages"].transform("median")
    quiet = days[days["passages"] < QUIET_SHARE * usual]
    pairs = pd.MultiIndex.from_frame(quiet[["counter", "day"]])
    return pd.Series(pd.MultiIndex.from_arrays(_day(rows)).isin(pairs), index=rows.index)


def within(counters: Counters, years: Sequence[int]) -> pd.DataFrame:
    """
    Return the counts of some years.

    Parameters
    ----------
    counters
        One city's.
    years
        The years wanted.

    Returns
    -------
    counts
        ``counter``, ``hour_of_week``, ``passages``.

    Raises
    ------
    SourceError
        If none was counted then.
    """
    counts = counters.counts
    chosen: pd.DataFrame = counts[counts["time"].dt.year.isin(list(years))]
    if chosen.empty:
        msg = f"{counters.city} has no counts in {list(years)}. Choose other years."
        raise SourceError(msg)
    return chosen.assign(hour_of_week=hour_of_week(chosen["time"])).drop(columns="time")
