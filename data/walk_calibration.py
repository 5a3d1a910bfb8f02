"""Read ``data/calibration.toml``: what turns walk flow into passages per hour."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.errors import SchemaError
from geo.passages import HOURS_PER_WEEK, Basis, Calibration, StreetLevel, WeekProfile
from geo.stand_in import StandInWeights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.walk_flow import WalkModel


CALIBRATION = Path(__file__).resolve().parent / "calibration.toml"

_TABLES = (
    "walk_flow",
    "stand_in",
    "stand_in_weights",
    "towns",
    "years",
    "hours",
    "week",
    "leeds",
    "auckland",
    "london_stations",
)
_LISTS = ("scores", "week_scores", "weights_tried", "periods")


@dataclass(frozen=True)
class WalkCalibration:
    """
    The calibration, checked.

    Attributes
    ----------
    walk_flow, stand_in
        What turns each into passages per hour.
    weights
        What the densities count for in the stand-in.
    boroughs_log_sd
        Standard deviation of the log level from one borough of a town to the next.
    specification
        How the walk flow was computed that the calibration holds for, by name.
    sources
        Where the counts come from, one line each.
    scores, week_scores, weights_tried, periods
        How lines, weeks and weights score on what was left out, and how other periods differ.
    """

    walk_flow: Calibration
    stand_in: Calibration
    weights: StandInWeights
    boroughs_log_sd: float
    specification: dict[str, Any]
    sources: tuple[str, ...]
    scores: pd.DataFrame
    week_scores: pd.DataFrame
    weights_tried: pd.DataFrame
    periods: pd.DataFrame

    @property
    def levels_per_h(self) -> dict[str, float]:
        """Passages per hour of the typical counter of each town, in the period used."""
        used = self.periods[self.periods["period"].str.endswith(", used")]
        return dict(zip(used["town"], used["level_per_h"], strict=True))

    @property
    def model(self) -> WalkModel:
        """How people walk, as the walk flow that was calibrated had it."""
        from geo.decay import ExponentialDecay
        from geo.walk_flow import WalkModel

        return WalkModel(
            cutoff_m=self.specification["cutoff_m"],
            decay=ExponentialDecay(self.specification["decay_per_m"]),
            detour_m=self.specification["detour_m"],
        )


def load_walk_calibration(path: Path = CALIBRATION) -> WalkCalibration:
    """
    Read the calibration.

    Parameters
    ----------
    path
        A file as `data.refit_walk` writes it; the embedded one by default.

    Returns
    -------
    calibration
        Both bases, and how they score.

    Raises
    ------
    SchemaError
        If the file is no TOML, a table or a number is missing or out of range, or the week has
        not 168 hours.

    Examples
    --------
    >>> load_walk_calibration().stand_in.level.counters
    8
    """
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        msg = f"{path.name} cannot be read ({error}). Make it anew with `data.refit_walk`."
        raise SchemaError(msg) from error
    missing = [name for name in (*_TABLES, *_LISTS) if name not in document]
    if missing:
        msg = f"{path.name} lacks {missing}. Make it anew with `data.refit_walk`."
        raise SchemaError(msg)
    read = _Reader(path.name, document)
    return WalkCalibration(
        walk_flow=read.calibration("walk_flow"),
        stand_in=read.calibration("stand_in"),
        weights=StandInWeights(
            **{key: read.number("stand_in_weights", key) for key in _names(StandInWeights)}
        ),
        boroughs_log_sd=read.number("towns", "boroughs_log_sd"),
        specification=document["walk_flow"].get("specification", {}),
        sources=tuple(
            f"{document[name]['source']} ({document[name]['period']})"
            for name in ("leeds", "auckland", "london_stations")
        ),
        **{name: pd.DataFrame(document[name]) for name in _LISTS},
    )


def _names(of: type) -> list[str]:
    return [field.name for field in fields(of)]


@dataclass(frozen=True)
class _Reader:
    """A document and its name, for messages."""

    name: str
    document: Mapping[str, Any]

    def number(self, table: str, key: str) -> float:
        """Return a number above 0, or 0."""
        value = self.document[table].get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            msg = f"{self.name}, [{table}]: `{key}` must be a number from 0; got {value!r}."
            raise SchemaError(msg)
        return float(value)

    def week(self, key: str) -> tuple[float, ...]:
        """Return one number for each hour of the week."""
        values = self.document["week"].get(key, [])
        if len(values) != HOURS_PER_WEEK or min(values) < 0:
            msg = (
                f"{self.name}, [week]: `{key}` must be {HOURS_PER_WEEK} numbers of at least 0; "
                f"it has {len(values)}."
            )
            raise SchemaError(msg)
        return tuple(map(float, values))

    def calibration(self, basis: Basis) -> Calibration:
        """Return the calibration on one basis."""
        numbers = {
            key: self.number(basis, key) for key in _names(StreetLevel) if key != "basis"
        }
        positive = ("reference", "per_h", "floor", "counters", "street_freedom")
        none = [key for key in positive if not numbers[key]]
        if none:
            msg = f"{self.name}, [{basis}]: {none} must be above 0."
            raise SchemaError(msg)
        counters = int(numbers.pop("counters"))
        return Calibration(
            level=StreetLevel(basis=basis, counters=counters, **numbers),
            profile=WeekProfile(self.week("ratios"), self.week("log_sds")),
            carry_log_sd=self.number("towns", "log_sd"),
            carry_freedom=self.number("towns", "freedom"),
            years_log_sd=self.number("years", "log_sd"),
            years_freedom=self.number("years", "freedom"),
            hour_log_sd=self.number("hours", "log_sd"),
        )
