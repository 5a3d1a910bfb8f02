"""One level that a prediction draws on, and the sentences that tell how."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.drift import PRIOR_MEDIAN
from geo.moments import LEAST_SD_LOG
from geo.prediction import Student

if TYPE_CHECKING:
    from geo.current_level import CurrentLevel
    from geo.later_totals import Told
    from geo.levels import Basis


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
    level
        The level itself, the predicted row's own count left out.
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
    level: CurrentLevel
    pooled: bool
    log_hours: float
    hours_sd_log: float
    hours_n: int
    force_sd_log: float

    @property
    def centre(self) -> float:
        """Logarithm of the predicted median."""
        return self.level.centre + self.log_hours

    @property
    def scale(self) -> float:
        """Scale of one new count: the level's own error and what is not known besides."""
        hours = self.hours_sd_log**2 * (1 + 1 / self.hours_n) if self.hours_n else 0.0
        return math.sqrt(self.level.variance + hours + self.force_sd_log**2)

    @property
    def student(self) -> Student:
        """The predictive distribution of log faces."""
        return Student(self.centre, self.scale, float(self.level.freedom))

    def sentences(self) -> list[str]:
        """
        Tell the arithmetic of this level.

        Returns
        -------
        lines
            Sentences with every number used.
        """
        return [
            self._counts_sentence(),
            *self._ahead_sentences(),
            self._centre_sentence(),
            self._scale_sentence(),
        ]

    def evidence(self) -> str:
        """Name what moved the level, each with its size."""
        level = self.level
        order = "last" if level.ahead > 0 else "nearest"
        which = f"the {order} {level.n} of {level.of} other counts"
        if level.n == level.of:
            which = f"{level.n} other counts"
        by = [f"{which} of {self.era or self.force}"]
        by += [
            (
                f"the total told for {told.first_date} to {told.last_date} "
                f"(x {math.exp(gain * surprise):.2f})"
            )
            for told, gain, surprise in self._followed()
        ]
        if level.drift and level.ahead > 0:
            wider = math.sqrt(level.variance / (level.sd_log**2 * (1 + 1 / level.n)))
            by.append(
                f"the drift of {level.ahead:.1f} months after the last count (intervals x "
                f"{wider:.2f})"
            )
        return "; by ".join(by)

    def _followed(self) -> list[tuple[Told, float, float]]:
        """Return each total with its gain and its surprise."""
        moved = self.level.moved
        if moved is None:
            return []
        return list(zip(self.level.told, moved.gains, moved.surprises, strict=True))

    def _counts_sentence(self) -> str:
        level = self.level
        whose = f"{self.force}, counting era {self.era}" if self.era else self.force
        per = "faces per hour" if self.basis == "hour" else "faces per deployment"
        if level.n == level.of:
            which = f"{level.n} other counts"
        elif level.ahead > 0:
            which = f"the last {level.n} of {level.of} other counts"
        else:
            which = f"the {level.n} of {level.of} other counts nearest in time"
        within = f", within {level.months:.2f} months" if level.n < level.of else ""
        return (
            f"{whose}: {which}{within}; the natural logarithm of {per} has mean "
            f"{level.mean_log:.5f} and standard deviation {self._own_sd():.5f} "
            f"({self._spread()}; {level.freedom} degrees of freedom)."
        )

    def _own_sd(self) -> float:
        """Return the era's own standard deviation, before others are weighed in."""
        level = self.level
        if level.elsewhere is None:
            return level.sd_log
        weighed = level.sd_log**2 * (level.freedom + level.elsewhere_n)
        return math.sqrt((weighed - level.elsewhere_n * level.elsewhere**2) / level.freedom)

    def _spread(self) -> str:
        """Say where the standard deviation comes from."""
        if math.isclose(self._own_sd(), LEAST_SD_LOG):
            return "the least assumed, for these lie closer together than counts repeat"
        if self.pooled:
            return "the spread within all eras together, since these are few"
        if self.level.spread_n == self.level.n:
            return "n - 1 in the divisor"
        return f"of the {self.level.spread_n} nearest in time, n - 1 in the divisor"

    def _ahead_sentences(self) -> list[str]:
        """Tell what lies between the last count and a day after it."""
        level = self.level
        lines = []
        if level.elsewhere is not None:
            lines.append(
                f"The day lies {level.ahead:.2f} months after the last count, so the standard "
                f"deviation {level.elsewhere:.5f} within all eras is weighed in: "
                f"sqrt(({level.freedom} x {self._own_sd():.5f}^2 + {level.elsewhere_n:.2f} x "
                f"{level.elsewhere:.5f}^2) / ({level.freedom} + {level.elsewhere_n:.2f})) = "
                f"{level.sd_log:.5f}."
            )
        lines += [
            (
                f"The total told for {total.first_date} to {total.last_date} leaves "
                f"{total.deployments} deployments and {total.faces_seen:,.0f} faces not known "
                f"singly, {total.ratio:.3f} times the era's faces per deployment: a level "
                f"{surprise:+.5f} from the mean, of which {gain:.5f} is followed."
            )
            for total, gain, surprise in self._followed()
        ]
        return lines

    def _centre_sentence(self) -> str:
        level = self.level
        shift = f" {_signed(level.moved.shift)}" if level.moved else ""
        if self.basis == "deployment":
            sum_ = f"{level.mean_log:.5f}{shift} = " if shift else ""
            return f"Median: {sum_}e^{self.centre:.5f} = {_faces(self.centre)} faces."
        hours = math.exp(self.log_hours)
        what = f"{self.hours_n} known durations, geometric mean " if self.hours_n else ""
        return (
            f"Median: {level.mean_log:.5f}{shift} + ln({what}{hours:.4f} h) = "
            f"{level.mean_log:.5f}{shift} + {self.log_hours:.5f} = {self.centre:.5f}; "
            f"e^{self.centre:.5f} = {_faces(self.centre)} faces."
        )

    def _scale_sentence(self) -> str:
        terms = self._level_terms()
        if self.hours_n:
            terms.append(
                f"{self.hours_sd_log:.5f}^2 x (1 + 1/{self.hours_n}) for hours unknown"
            )
        if self.force_sd_log:
            terms.append(f"{self.force_sd_log}^2 for a level borrowed from another force")
        return f"Scale of one new count: sqrt({' + '.join(terms)}) = {self.scale:.5f}."

    def _level_terms(self) -> list[str]:
        """Tell the variance of one count about the level."""
        level = self.level
        if level.moved is not None:
            return [
                f"{level.sd_log:.5f}^2",
                (
                    f"{level.moved.variance:.5f} for a level that drifts by {level.drift:.5f} "
                    "a month, after what the totals tell of it"
                ),
            ]
        terms = [f"{level.sd_log:.5f}^2 x (1 + 1/{level.n})"]
        if level.drift and level.lag:
            terms.append(
                f"{level.drift:.5f}^2 x {level.lag:.4f} for a drift of {level.drift:.5f} a "
                f"month ({PRIOR_MEDIAN} expected, the rest learnt from these counts) over as "
                "many months, as docs/method.md weighs them"
            )
        return terms


def _signed(value: float) -> str:
    """Write a term of a sum: + 0.5, - 0.5."""
    return f"{'-' if value < 0 else '+'} {abs(value):.5f}"


def _faces(log: float) -> str:
    return f"{math.exp(log):,.0f}"
