"""The arithmetic behind one expected count, so that a reader can redo it by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from geo.prediction import Mixture, quantiles

if TYPE_CHECKING:
    from geo.conformal import Widening
    from geo.parts import Part

Source = Literal["modelled", "borrowed"]

SHARES = (0.5, 0.1, 0.9, 0.05, 0.95)
"""Quantiles published: the median, then the ends of the 80 and of the 90 % interval."""

_DIGITS = 6
"""Significant digits of a published estimate: no more bytes than meaning, and stable ones."""


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
    widening
        How much wider the intervals are than the scale alone says; None where too few
        predictions of the era have been checked.
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
    widening: Widening | None = None

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
        times = self.widening.times80 if self.widening else 1.0
        return [
            *lines,
            *self._widened(),
            self._result("80 %", self.lo80, self.hi80, _ends(part, 0.9, times)),
            self._last(),
        ]

    def _widened(self) -> list[str]:
        """Tell by how much the intervals are widened, if they are."""
        if self.widening is None or max(self.widening[1:]) == 1.0:
            return []
        return [
            (
                f"The 80 and 90 % intervals are made {self.widening.times80:.4f} and "
                f"{self.widening.times90:.4f} times as wide, for what they missed of "
                f"{self.widening.n} counts of this era, each predicted from the months before."
            )
        ]

    def moved_by(self) -> str:
        """
        Say in one sentence what evidence moved the prediction, and what did not.

        Returns
        -------
        sentence
            Or why nothing is expected.
        """
        if not self.parts:
            return f"No count is expected: {self.reason}"
        by = [self.parts[0].evidence()] if len(self.parts) == 1 else [_levels(self.parts)]
        if self.parts[0].hours_n:
            by.append(f"{self.parts[0].hours_n} known durations, since its own is not known")
        if self.parts[0].force_sd_log:
            by.append("a wide allowance for a force that publishes no counts")
        return (
            f"Moved by {'; by '.join(by)}; not by the place, its borough or how many walk "
            "past, which did not tell counts apart well enough on counts not seen."
        )

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
        times = self.widening.times90 if self.widening else 1.0
        how = _ends(self.parts[0], 0.95, times) if len(self.parts) == 1 else ""
        return self._result("90 %", self.lo90, self.hi90, how)

    def _result(self, level: str, low: float, high: float, how: str) -> str:
        return (
            f"Expected {_faces(self.expected)} faces; {level} prediction interval "
            f"{_faces(low)} to {_faces(high)}{how}."
        )


def _levels(parts: tuple[Part, ...]) -> str:
    """Name the levels of a mixture."""
    named = [f"{part.era or part.force} ({part.level.n} counts)" for part in parts]
    return f"the levels of {', '.join(named)}, weighed alike"


def _ends(part: Part, share: float, widened: float) -> str:
    """Say how the ends of an interval follow from the centre and the scale."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    times = float(stdtrit(part.level.freedom, share))
    more = f"{widened:.4f} x " if widened > 1 else ""
    return f" = e^({part.centre:.5f} -/+ {more}{times:.4f} x {part.scale:.5f})"


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
    wider = zip(logs, pieces, strict=True)
    return [
        [rounded(math.exp(value)) for value in widened(row.tolist(), piece.widening)]
        for row, piece in wider
    ]


def widened(logs: list[float], by: Widening | None) -> list[float]:
    """
    Widen the intervals of one prediction about its median.

    Parameters
    ----------
    logs
        The logarithms at `SHARES`.
    by
        How much; None leaves them as they are.

    Returns
    -------
    logs
        Likewise; the 90 % interval is never inside the 80 % one.

    Examples
    --------
    >>> from geo.conformal import Widening
    >>> widened([0.0, -1.0, 1.0, -2.0, 2.0], Widening(50, 3.0, 1.0))
    [0.0, -3.0, 3.0, -3.0, 3.0]
    """
    if by is None:
        return logs
    median, lo80, hi80, lo90, hi90 = logs
    low, high = (median + by.times80 * (end - median) for end in (lo80, hi80))
    lower, higher = (median + by.times90 * (end - median) for end in (lo90, hi90))
    return [median, low, high, min(lower, low), max(higher, high)]
