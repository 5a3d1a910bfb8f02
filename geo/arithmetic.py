"""The arithmetic behind one expected count, so that a reader can redo it by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from geo.levels import LEAST_SD_LOG
from geo.prediction import Mixture, Student, quantiles

if TYPE_CHECKING:
    from geo.levels import Basis

Source = Literal["modelled", "borrowed"]

SHARES = (0.5, 0.1, 0.9, 0.05, 0.95)
"""Quantiles published: the median, then the ends of the 80 and of the 90 % interval."""

_DIGITS = 6
"""Significant digits of a published estimate: no more bytes than meaning, and stable ones."""


@dataclass(frozen=True)
class Part:
    """
    One level that a prediction draws on.

    Attributes
    ----------
    force, era
        Whose level; the era is empty for a force without eras.
    basis
        Whether it is counted per hour or per deployment.
    n
        Counts behind the level, the predicted row's own left out.
    mean_log, sd_log
        Mean and standard deviation of their natural logarithms; the latter at least
        `geo.levels.LEAST_SD_LOG`.
    freedom
        Degrees of freedom of the standard deviation.
    pooled
        Whether the spread comes from all eras, since this one has too few counts.
    log_hours, hours_sd_log
        What the level is multiplied by, as a logarithm, and its standard deviation where
        the hours are not known (0 where they are).
    hours_n
        Known durations behind that standard deviation; 0 where the hours are known.
    force_sd_log
        Standard deviation added because the level is another force's; otherwise 0.
    """

    force: str
    era: str
    basis: Basis
    n: int
    mean_log: float
    sd_log: float
    freedom: int
    pooled: bool
    log_hours: float
    hours_sd_log: float
    hours_n: int
    force_sd_log: float

    @property
    def centre(self) -> float:
        """Logarithm of the predicted median."""
        return self.mean_log + self.log_hours

    @property
    def scale(self) -> float:
        """Scale of one new count: the level's own error and what is not known besides."""
        level = self.sd_log**2 * (1 + 1 / self.n)
        hours = self.hours_sd_log**2 * (1 + 1 / self.hours_n) if self.hours_n else 0.0
        return math.sqrt(level + hours + self.force_sd_log**2)

    @property
    def student(self) -> Student:
        """The predictive distribution of log faces."""
        return Student(self.centre, self.scale, float(self.freedom))

    def sentences(self) -> list[str]:
        """
        Tell the arithmetic of this level.

        Returns
        -------
        lines
            Sentences with every number used.
        """
        whose = f"{self.force}, counting era {self.era}" if self.era else self.force
        per = "faces per hour" if self.basis == "hour" else "faces per deployment"
        spread = (
            "the spread within all eras together, since these are few"
            if self.pooled
            else ("n - 1 in the divisor")
        )
        if self.sd_log == LEAST_SD_LOG:
            spread = "the least assumed, for these lie closer together than counts repeat"
        lines = [
            (
                f"{whose}: {self.n} other counts; the natural logarithm of {per} has mean "
                f"{self.mean_log:.5f} and standard deviation {self.sd_log:.5f} ({spread}; "
                f"{self.freedom} degrees of freedom)."
            ),
        ]
        return [*lines, self._centre_sentence(), self._scale_sentence()]

    def _centre_sentence(self) -> str:
        if self.basis == "deployment":
            return f"Median: e^{self.centre:.5f} = {_faces(math.exp(self.centre))} faces."
        hours = math.exp(self.log_hours)
        what = f"{self.hours_n} known durations, geometric mean " if self.hours_n else ""
        return (
            f"Median: {self.mean_log:.5f} + ln({what}{hours:.4f} h) = {self.mean_log:.5f} + "
            f"{self.log_hours:.5f} = {self.centre:.5f}; e^{self.centre:.5f} = "
            f"{_faces(math.exp(self.centre))} faces."
        )

    def _scale_sentence(self) -> str:
        terms = [f"{self.sd_log:.5f}^2 x (1 + 1/{self.n})"]
        if self.hours_n:
            terms.append(
                f"{self.hours_sd_log:.5f}^2 x (1 + 1/{self.hours_n}) for hours unknown"
            )
        if self.force_sd_log:
            terms.append(f"{self.force_sd_log}^2 for a level borrowed from another force")
        return f"Scale of one new count: sqrt({' + '.join(terms)}) = {self.scale:.5f}."


@dataclass(frozen=True)
class Arithmetic:
    """
    A prediction of faces and how it was reached.

    Attributes
    ----------
    force, date, hours
        What was predicted; hours may be unknown.
    era
        Counting era of the date; None where there is none or it is open which.
    parts
        Levels drawn on, of equal weight; empty where nothing can be predicted.
    source
        ``modelled`` from the force's own counts or ``borrowed``; None without a prediction.
    reason
        Why there is no prediction; empty where there is one.
    expected, lo80, hi80, lo90, hi90
        Predictive median and interval ends [faces]; NaN without a prediction.
    """

    force: str
    date: str
    hours: float | None
    era: str | None
    parts: tuple[Part, ...]
    source: Source | None
    reason: str
    expected: float = math.nan
    lo80: float = math.nan
    hi80: float = math.nan
    lo90: float = math.nan
    hi90: float = math.nan

    @property
    def mixture(self) -> Mixture:
        """The predictive distribution of log faces."""
        return tuple(part.student for part in self.parts)

    def sentences(self) -> list[str]:
        """
        Tell the whole arithmetic, in the order in which to redo it.

        Returns
        -------
        lines
            Plain sentences; numbers are rounded as printed, results are not rounded between.
        """
        if not self.parts:
            return [f"No count is expected: {self.reason}"]
        lines = [*self._whose(), *(s for part in self.parts for s in part.sentences())]
        if len(self.parts) > 1:
            lines.append(
                f"The prediction is the mixture of these {len(self.parts)} with equal weights: "
                "its quantiles are where the mean of their cumulative probabilities is "
                "10, 50, 90, 5 and 95 %, found by bisection."
            )
            return [*lines, self._result("80 %", self.lo80, self.hi80, ""), self._last()]
        part = self.parts[0]
        return [
            *lines,
            self._result("80 %", self.lo80, self.hi80, _ends(part, 0.9)),
            self._last(),
        ]

    def _whose(self) -> list[str]:
        """Say why levels other than those of the deployment's own era are drawn on, if so."""
        if self.source == "borrowed":
            return [f"No counts of {self.force} can be used: the level is another force's."]
        if self.era is None and any(part.era for part in self.parts):
            which = f"which counting era of {self.force} holds {self.date}"
            return [f"It is not known {which}, so these stand for it:"]
        if self.era is not None and all(part.era != self.era for part in self.parts):
            return [f"The counting era {self.era} has no other counts, so others stand for it:"]
        return []

    def _last(self) -> str:
        how = _ends(self.parts[0], 0.95) if len(self.parts) == 1 else ""
        return self._result("90 %", self.lo90, self.hi90, how)

    def _result(self, level: str, low: float, high: float, how: str) -> str:
        return (
            f"Expected {_faces(self.expected)} faces; {level} prediction interval "
            f"{_faces(low)} to {_faces(high)}{how}."
        )


def _ends(part: Part, share: float) -> str:
    """Say how the ends of an interval follow from the centre and the scale."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    times = float(stdtrit(part.freedom, share))
    return f" = e^({part.centre:.5f} -/+ {times:.4f} x {part.scale:.5f})"


def _faces(value: float) -> str:
    return f"{value:,.0f}"


def rounded(value: float) -> float:
    """
    Round to six significant digits.

    Parameters
    ----------
    value
        A finite number, or NaN.

    Returns
    -------
    digits
        The number to that precision.

    Examples
    --------
    >>> rounded(1234.56789)
    1234.57
    """
    return float(f"{value:.{_DIGITS}g}")


def quantities(pieces: list[Arithmetic]) -> list[list[float]]:
    """
    Return the published quantiles of many predictions.

    Parameters
    ----------
    pieces
        Predictions with their parts.

    Returns
    -------
    values
        For each, the faces at `SHARES`, to six significant digits; NaN without parts.
    """
    logs = quantiles([piece.mixture for piece in pieces], SHARES)
    return [[rounded(math.exp(value)) for value in row] for row in logs]
