"""Rules about dates: against the order of the table, and against what else the row says."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Deployment = Mapping[str, Any]

_FEWEST = 4  # rows that make an order
_LARGEST_SHARE = 0.1  # of rows out of order in a table that has an order
_NEAR_DAYS = 60
_FAR_DAYS = 90
_FEWEST_NEAR = 3
_WATCHLIST_FAR = (
    0.15  # log ratio; the Met's lists moved by less within any two months of 2023-24
)
_WATCHLIST_SAME = 0.01


@dataclass(frozen=True)
class _Stray:
    """A row out of the order of its table, and the dates it stands between."""

    row: Deployment
    date: dt.date
    after: dt.date | None
    before: dt.date | None

    def fits(self, date: dt.date | None) -> bool:
        if date is None:
            return False
        low, high = self.after or date, self.before or date
        return low <= date <= high


def day_of(row: Deployment) -> dt.date | None:
    """Return a deployment's date where it is known to the day."""
    return dt.date.fromisoformat(row["date"]) if row["date_precision"] == "day" else None


def date_out_of_order(rows: Sequence[Deployment]) -> Iterator[tuple[str, str]]:
    """
    Yield rows whose date breaks the order of a table that is otherwise in order.

    Parameters
    ----------
    rows
        Deployments in the order of their documents.

    Yields
    ------
    found
        Deployment id and detail.
    """
    for stray in _strays(rows):
        between = " and ".join(str(date) for date in (stray.after, stray.before) if date)
        where = f"between {between}" if stray.after and stray.before else f"beside {between}"
        years = {date.year for date in (stray.after, stray.before) if date}
        fitting = [year for year in sorted(years) if stray.fits(_in_year(stray.date, year))]
        would = f"; with the year {fitting[0]} it would fit" if fitting else ""
        yield stray.row["deployment_id"], f"{stray.date} stands {where} in its table{would}."


def day_month_swap(rows: Sequence[Deployment]) -> Iterator[tuple[str, str]]:
    """
    Yield rows out of order that would fit with day and month swapped.

    Parameters
    ----------
    rows
        Deployments in the order of their documents.

    Yields
    ------
    found
        Deployment id and detail.
    """
    for stray in _strays(rows):
        swapped = _swapped(stray.date)
        if swapped and stray.fits(swapped):
            detail = f"{stray.date} breaks the order of its table; {swapped} would not."
            yield stray.row["deployment_id"], detail


def _swapped(date: dt.date) -> dt.date | None:
    return date.replace(month=date.day, day=date.month) if date.day <= 12 else None  # noqa: PLR2004 - months


def _in_year(date: dt.date, year: int) -> dt.date | None:
    try:
        return date.replace(year=year)
    except ValueError:  # the 29th of February
        return None


def _strays(rows: Sequence[Deployment]) -> Iterator[_Stray]:
    tables: dict[tuple[str, str], list[tuple[Deployment, dt.date]]] = defaultdict(list)
    for row in rows:
        if date := day_of(row):
            tables[row["source_sha256"], row["force"]].append((row, date))
    for dated in tables.values():
        rising = _longest_rise([date for _, date in dated])
        falling = _longest_rise([date for _, date in reversed(dated)])
        if len(falling) > len(rising):
            dated.reverse()
            rising = falling
        strays = len(dated) - len(rising)
        if len(dated) < _FEWEST or strays > max(1, _LARGEST_SHARE * len(dated)):
            continue
        yield from _between(dated, rising)


def _between(
    dated: Sequence[tuple[Deployment, dt.date]], rising: Sequence[int]
) -> Iterator[_Stray]:
    in_order = set(rising)
    for position, (row, date) in enumerate(dated):
        if position not in in_order:
            after = [dated[i][1] for i in rising if i < position]
            before = [dated[i][1] for i in rising if i > position]
            yield _Stray(row, date, after[-1] if after else None, before[0] if before else None)


def _longest_rise(dates: Sequence[dt.date]) -> list[int]:
    """Return positions of a longest run of dates, not all adjacent, that never falls."""
    ends: list[dt.date] = []
    last: list[int] = []
    before: list[int | None] = []
    for position, date in enumerate(dates):
        length = bisect_right(ends, date)
        before.append(last[length - 1] if length else None)
        ends[length : length + 1] = [date]
        last[length : length + 1] = [position]
    run: list[int] = []
    step = last[-1] if last else None
    while step is not None:
        run.append(step)
        step = before[step]
    return run[::-1]


def date_against_vintage(rows: Sequence[Deployment]) -> Iterator[tuple[str, str]]:
    """
    Yield rows whose threshold or watchlist belongs to another time than their date.

    Parameters
    ----------
    rows
        Deployments in any order.

    Yields
    ------
    found
        Deployment id and detail.
    """
    forces: dict[str, list[tuple[Deployment, dt.date]]] = defaultdict(list)
    for row in rows:
        if date := day_of(row):
            forces[row["force"]].append((row, date))
    for dated in forces.values():
        in_time = sorted(dated, key=lambda one: one[1])
        dates, held = [date for _, date in in_time], [row for row, _ in in_time]
        for row, date in dated:
            near = [
                one for one in _between_days(held, dates, date, _NEAR_DAYS) if one is not row
            ]
            far = partial(_beyond_days, held, dates, date)
            said = [_alien_threshold(row, near, far), _alien_watchlist(row, near, far)]
            if any(said):
                yield row["deployment_id"], " ".join(filter(None, said))


def _between_days(
    held: Sequence[Deployment], dates: Sequence[dt.date], date: dt.date, days: int
) -> Sequence[Deployment]:
    reach = dt.timedelta(days=days)
    return held[bisect_left(dates, date - reach) : bisect_right(dates, date + reach)]


def _beyond_days(
    held: Sequence[Deployment], dates: Sequence[dt.date], date: dt.date
) -> list[Deployment]:
    reach = dt.timedelta(days=_FAR_DAYS)
    first, last = bisect_left(dates, date - reach), bisect_right(dates, date + reach)
    return [*held[:first], *held[last:]]


def _held(rows: Sequence[Deployment], column: str) -> list[Any]:
    return [row[column] for row in rows if row[column] is not None]


def _alien_threshold(
    row: Deployment, near: Sequence[Deployment], far: Callable[[], list[Deployment]]
) -> str | None:
    own, around = row["threshold"], _held(near, "threshold")
    if own is None or len(around) < _FEWEST_NEAR or own in around:
        return None
    alike = [other for other in far() if other["threshold"] == own]
    if not alike:
        return None
    levels = ", ".join(f"{level:g}" for level in sorted(set(around)))
    return (
        f"Its threshold {own:g} was used from {min(_held(alike, 'date'))} to "
        f"{max(_held(alike, 'date'))}; around {row['date']} it was {levels}."
    )


def _alien_watchlist(
    row: Deployment, near: Sequence[Deployment], far: Callable[[], list[Deployment]]
) -> str | None:
    own, around = row["watchlist_size"], _held(near, "watchlist_size")
    if not own or len(around) < _FEWEST_NEAR or not median(around):
        return None
    if any(abs(math.log(own / other)) <= _WATCHLIST_FAR for other in around if other):
        return None
    alike = [
        other
        for other in far()
        if other["watchlist_size"]
        and abs(math.log(own / other["watchlist_size"])) <= _WATCHLIST_SAME
    ]
    if not alike:
        return None
    return (
        f"Its watchlist of {own:,} is like those from {min(_held(alike, 'date'))} to "
        f"{max(_held(alike, 'date'))}; around {row['date']} they held about "
        f"{median(around):,.0f}."
    )
