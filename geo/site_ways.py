"""Expect counts by the hierarchical model, as one way among others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.forecast_ways import Forecast
from geo.site_columns import COVARIATES, SPOTS
from geo.site_model import SiteModel, fit_sites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.forecast_ways import Count
    from geo.prediction import Mixture


MOST_LEARNT = 300
"""Latest counts that the model is fitted to: older ones add time, and hardly knowledge."""


class BySites:
    """
    The hierarchical model as a way to expect a month's counts.

    Parameters
    ----------
    columns
        The columns `SPOTS` and the covariates, one row per row of the table that counts come
        from.
    covariates
        Which of them the model is told; none for places alone.
    """

    def __init__(self, columns: pd.DataFrame, covariates: Sequence[str] = COVARIATES) -> None:
        self._covariates = tuple(covariates)
        self._columns = columns[[*SPOTS, *self._covariates]].reset_index(drop=True)
        self._last: SiteModel | None = None

    def __call__(self, now: Sequence[Count], before: Sequence[Count]) -> list[Forecast]:
        """Fit the last counts before a month, from where the last fit ended; expect its own."""
        rows = self._rows(before[-MOST_LEARNT:])
        model = fit_sites(rows, covariates=self._covariates, start=self._last)
        self._last = model
        mixtures = model.predict(self._rows(now))
        return [
            Forecast(_shifted(mixture, count.log_hours))
            for mixture, count in zip(mixtures, now, strict=True)
        ]

    def _rows(self, counts: Sequence[Count]) -> pd.DataFrame:
        """Put counts as the model takes them."""
        rows = self._columns.iloc[[count.row for count in counts]].reset_index(drop=True)
        told = [_told(count) for count in counts]
        return pd.concat([rows, pd.DataFrame(told, columns=list(_TOLD))], axis="columns")


_TOLD = ("force", "era", "month", "log_rate", "place", "day")


def _told(count: Count) -> tuple[object, ...]:
    """Return what a count itself tells, in the order of `_TOLD`."""
    force, era, hours_known = count.group
    # Where hours are unknown a level is one per deployment, so another level.
    era = era if hours_known else f"{era}, per deployment"
    day = count.date if len(count.date) == len("2024-07-25") else None
    return force, era, count.month, count.rate, count.place or None, day


def _shifted(mixture: Mixture, by: float) -> Mixture:
    return tuple(type(one)(one.centre + by, one.scale, one.freedom) for one in mixture)
