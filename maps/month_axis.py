"""An axis of months that leaves out long times without anything, and goes on in lines."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.vagueness import LONGEST_GAP, month_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MONTHS_A_YEAR = 12

LEFT = 44
"""Room for the percentages."""

BREAK = 1.5
"""Width of a broken axis, in months."""

Span = tuple[int, int]
"""First and last month of a run, counted from year nought."""


@dataclass(frozen=True)
class Axis:
    """
    Where the months of one line stand.

    Attributes
    ----------
    spans
        Runs of months with a break between any two.
    slot
        Width of a month in pixels.
    """

    spans: tuple[Span, ...]
    slot: float

    @property
    def right(self) -> float:
        """Where the last month ends."""
        return LEFT + width_of(self.spans) * self.slot

    def starts(self) -> list[float]:
        """Return where each run begins."""
        befores = [self.spans[:n] for n in range(len(self.spans))]
        return [LEFT + (width_of(b) + (BREAK if b else 0.0)) * self.slot for b in befores]

    def holds(self, iso: str) -> bool:
        """Whether the month of a date is drawn in this line."""
        return any(first <= month_number(iso) <= last for first, last in self.spans)

    def x(self, iso: str) -> float:
        """Return where a month begins, or how far into it the end of a day is."""
        month = month_number(iso)
        for start, (first, last) in zip(self.starts(), self.spans, strict=True):
            if first <= month <= last:
                return start + (month - first + _passed(iso)) * self.slot
        msg = f"{iso} is in no span of {self.spans}"
        raise ValueError(msg)


def _passed(iso: str) -> float:
    """Return the share of its month that has passed when a day ends; nought for a month."""
    year, month, *day = (int(part) for part in iso.split("-"))
    return day[0] / monthrange(year, month)[1] if day else 0.0


def width_of(spans: Sequence[Span]) -> float:
    """Return how many months wide some runs are, breaks included."""
    months = sum(last - first + 1 for first, last in spans)
    return months + BREAK * max(len(spans) - 1, 0)


def spans_of(months: Iterable[int], *, longest: int) -> list[Span]:
    """
    Gather months into runs, parted by long gaps and by what a line holds.

    Parameters
    ----------
    months
        Months with deployments, in order.
    longest
        Months that a line holds. A longer run is parted so that its end is whole.

    Examples
    --------
    >>> spans_of([1, 4, 20, 21, 22, 23], longest=3)
    [(1, 1), (2, 4), (20, 20), (21, 23)]
    """
    runs: list[list[int]] = []
    for month in months:
        if runs and month - runs[-1][1] <= LONGEST_GAP + 1:
            runs[-1][1] = month
        else:
            runs.append([month, month])
    spans: list[Span] = []
    for first, last in runs:
        ends = range(last, first - 1, -longest)
        spans += [(max(end - longest + 1, first), end) for end in reversed(ends)]
    return spans


def lines_of(spans: Sequence[Span], *, longest: int) -> list[tuple[Span, ...]]:
    """
    Set runs of months into lines, the latest line fullest.

    Examples
    --------
    >>> lines_of([(1, 1), (20, 22), (40, 49)], longest=10)
    [((1, 1), (20, 22)), ((40, 49),)]
    """
    lines: list[tuple[Span, ...]] = []
    for span in reversed(spans):
        if lines and width_of((span, *lines[0])) <= longest:
            lines[0] = (span, *lines[0])
        else:
            lines.insert(0, (span,))
    return lines
