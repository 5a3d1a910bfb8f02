"""Arrests and alerts per hour and per 100,000 faces, within one way of counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geo.checks import require_columns
from geo.eras import assign_eras, require_one_era
from geo.errors import EraError, InputError
from geo.rate_cells import rate_cells
from geo.rate_terms import OVER, figure_name, too_few, unit_of

if TYPE_CHECKING:
    from collections.abc import Hashable


@dataclass(frozen=True)
class Rate:
    """
    A rate within one counting era.

    Attributes
    ----------
    event
        What was counted.
    per
        ``hour`` or ``faces``.
    era
        The counting era, or None for a force without eras.
    rate, lo90, hi90
        Events per hour, or per 100,000 faces, with a 90 % interval of the mean rate, not of
        one deployment; ends are null where a single day shows no spread.
    events, over
        The events, and the hours or faces in which they arose.
    deployments, days
        Deployments behind it, and the days they fell on.
    deployments_without
        Deployments left out of both sums, since the record lacks one of the two figures.
    dispersion
        Variance over Poisson variance from day to day, at least 1; null for one day or no
        event.
    """

    event: str
    per: str
    era: str | None
    rate: float
    lo90: float | None
    hi90: float | None
    events: float
    over: float
    deployments: int
    days: int
    deployments_without: int
    dispersion: float | None

    @property
    def too_few(self) -> str | None:
        """Why the rate is not for publication, or None."""
        return too_few(self.event, events=self.events, days=self.days)


def rate_per_hour(
    deployments: pd.DataFrame, column: str, *, eras: pd.DataFrame, era: str | None = None
) -> Rate:
    """
    Divide events by the hours in which they arose.

    Parameters
    ----------
    deployments
        Rows with columns ``force``, ``date``, ``duration_h`` and ``column``. Rows where the
        duration or the count is unknown are left out of both sums.
    column
        What to count: ``alerts``, ``arrests``, ``faces_seen``.
    eras
        Counting eras, as for `geo.eras.eras_possible`.
    era
        Keep to this era; by default all rows must lie in one.

    Returns
    -------
    rate
        The rate, its interval as from `geo.rate_cells.rate_cells`, and what it rests on.

    Raises
    ------
    EraError
        If the rows lie in several eras; the message names them, and the day of the break.
    InputError
        If no row has both a duration and a count.
    MissingColumnError
        If a column is missing.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": "F", "date": "2023-05-06",
    ...     "duration_h": [2.0, 3.0], "arrests": [1, 4]})
    >>> rate_per_hour(rows, "arrests", eras=eras).rate
    1.0
    """
    return _rate(deployments, column, per="hour", eras=eras, era=era)


def rate_per_faces(
    deployments: pd.DataFrame, column: str, *, eras: pd.DataFrame, era: str | None = None
) -> Rate:
    """
    Divide events by the faces that the force reports, times 100,000.

    It is no accuracy and no rate of hits: faces are passages and not people, watchlists differ,
    and an arrest need not follow from a match being right.

    Parameters
    ----------
    deployments
        Rows with columns ``force``, ``date``, ``faces_seen`` and ``column``. Rows where either
        figure is unknown, or no face was seen, are left out of both sums. Estimates of faces
        are never read.
    column, eras, era
        As for `rate_per_hour`.

    Returns
    -------
    rate
        As from `rate_per_hour`. The faces are themselves the force's rounded estimate: an error
        that differs from one deployment to the next shows in the dispersion, one that is common
        to an era is in no interval.

    Raises
    ------
    EraError, InputError, MissingColumnError
        As from `rate_per_hour`.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": "F", "date": "2023-05-06",
    ...     "faces_seen": [2000, 3000], "arrests": [1, 4]})
    >>> rate_per_faces(rows, "arrests", eras=eras).rate
    100.0
    """
    return _rate(deployments, column, per="faces", eras=eras, era=era)


def _rate(
    deployments: pd.DataFrame, column: str, *, per: str, eras: pd.DataFrame, era: str | None
) -> Rate:
    over = OVER[per]
    require_columns(deployments, {"force", "date", over, column}, name="deployments")
    if era is not None:
        deployments = keep_era(deployments, eras, era)
    figure = figure_name(column, per)
    rows = pd.DataFrame(
        {
            "force": deployments["force"],
            "date": deployments["date"],
            "events": deployments[column],
            "over": deployments[over],
        }
    )
    if not (rows["events"].notna() & (rows["over"].astype("float64") > 0)).any():
        msg = (
            f"No deployment asked about has both {over} and {column}, so there is no rate of "
            f"{figure}. Ask about deployments whose record states both."
        )
        raise InputError(msg)
    named = _one_era(rows, eras, figure=figure)
    cell = rate_cells(rows, ["force"], unit=unit_of(per)).iloc[0].to_dict()
    return _as_rate(cell, event=column, per=per, era=named)


def _as_rate(cell: dict[Hashable, float], *, event: str, per: str, era: str | None) -> Rate:
    lo, hi, dispersion = (
        None if pd.isna(cell[name]) else float(cell[name])
        for name in ("lo90", "hi90", "dispersion")
    )
    return Rate(
        event=event,
        per=per,
        era=era,
        rate=float(cell["rate"]),
        lo90=lo,
        hi90=hi,
        events=float(cell["events"]),
        over=float(cell["over"]),
        deployments=int(cell["deployments"]),
        days=int(cell["days"]),
        deployments_without=int(cell["deployments_without"]),
        dispersion=dispersion,
    )


def keep_era(deployments: pd.DataFrame, eras: pd.DataFrame, era: str) -> pd.DataFrame:
    """
    Keep the deployments of one era.

    Parameters
    ----------
    deployments
        Rows with columns ``force`` and ``date``.
    eras
        Counting eras, as for `geo.eras.eras_possible`.
    era
        Its name.

    Returns
    -------
    kept
        The rows that lie in it for certain.

    Raises
    ------
    EraError
        If there is no such era; the message lists those there are.
    """
    if era not in set(eras["era"]):
        msg = f"There is no counting era {era!r}; there are {', '.join(sorted(eras['era']))}."
        raise EraError(msg)
    return deployments[(assign_eras(deployments, eras) == era).fillna(value=False)]


def _one_era(rows: pd.DataFrame, eras: pd.DataFrame, *, figure: str) -> str | None:
    """Return the era of all rows; the refusal lists every era that could be asked for."""
    try:
        return require_one_era(rows, eras, figure=figure)
    except EraError as error:
        found = eras[eras["era"].isin(set(assign_eras(rows, eras)))].sort_values("first_date")
        if len(found) <= 1:
            raise
        listed = ", ".join(f"{one.era} (from {one.first_date})" for one in found.itertuples())
        msg = f"{error} The eras here: {listed}."
        raise EraError(msg) from error
