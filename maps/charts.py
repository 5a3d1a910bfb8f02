"""A small chart drawn as SVG: how counting changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from markupsafe import Markup

from maps import words
from maps.notes import era_letters, rates_by_era
from maps.svg import tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from maps.rows import Row

WIDTH, HEIGHT = 460, 216
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 20, 46

_LEAST_RATES = 3


@dataclass(frozen=True)
class Chart:
    """A chart with its words."""

    title: str
    caption: str
    svg: Markup


def _frame(parts: Iterable[Markup], *, label: str) -> Markup:
    head = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return head.format(WIDTH, HEIGHT, label) + Markup("").join(parts) + Markup("</svg>")


def rates_chart(rows: Sequence[Row], eras: Sequence[Row]) -> Chart:
    """
    Draw faces per hour of every deployment, era by era, never joined across a break.

    Parameters
    ----------
    rows
        Deployments.
    eras
        Counting eras.
    """
    groups = [
        (era, rates) for era, rates in rates_by_era(rows, eras) if len(rates) >= _LEAST_RATES
    ]
    title = "Faces per hour, by counting era"
    letters = era_letters(eras)
    names = [
        f"{letters[era['force'], era['era']]} {words.clean(era['label'] or era['era'])}"
        for era, _ in groups
    ]
    caption = (
        f"Each dot is a deployment with hours and a count, the bar its era{words.APOSTROPHE}s "
        "median; below, the number of dots. The scale is logarithmic. Figures compare within "
        f"an era, not across: {'; '.join(names)}."
    )
    told = "; ".join(
        f"{words.clean(era['label'] or era['era'])}: median {words.rough(median(rates))}"
        for era, rates in groups
    )
    return Chart(title, caption, _frame(_dots(groups, letters), label=f"{title}. {told}"))


def _dots(
    groups: list[tuple[Row, list[float]]], letters: dict[tuple[str, str], str]
) -> list[Markup]:
    if not groups:
        return [tag("text", "No rates are published.", x=LEFT, y=HEIGHT / 2)]
    every = [rate for _, rates in groups for rate in rates if rate > 0]
    low = 10 ** math.floor(math.log10(min(every)))
    high = 10 ** math.ceil(math.log10(max(every)))
    tall = HEIGHT - TOP - BOTTOM

    def y(rate: float) -> float:
        share = math.log10(max(rate, low) / low) / max(math.log10(high / low), 1e-9)
        return HEIGHT - BOTTOM - tall * share

    parts = []
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        tick = 10.0**power
        parts.append(
            tag("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y(tick), y2=y(tick))
        )
        parts.append(
            tag("text", words.count(tick), x=LEFT - 6, y=y(tick) + 4, text_anchor="end")
        )
    step = (WIDTH - LEFT - RIGHT) / len(groups)
    for position, (era, rates) in enumerate(groups):
        middle = LEFT + (position + 0.5) * step
        parts += _era_column(letters[era["force"], era["era"]], rates, middle, step, y)
    return parts


def _era_column(
    letter: str, rates: list[float], middle: float, step: float, y: Callable[[float], float]
) -> list[Markup]:
    spread = min(step * 0.3, 60.0)
    parts = [
        # The golden ratio spreads neighbours apart without any randomness.
        tag(
            "circle",
            class_="dot",
            cx=middle + spread * (2 * ((i * 0.618034) % 1) - 1),
            cy=y(rate),
            r=2.8,
        )
        for i, rate in enumerate(rates)
    ]
    level = y(median(rates))
    parts.append(
        tag(
            "line",
            class_="median",
            x1=middle - spread - 6,
            x2=middle + spread + 6,
            y1=level,
            y2=level,
        )
    )
    parts.append(
        tag(
            "text",
            words.rough(median(rates)),
            class_="strong",
            x=middle + spread + 6,
            y=level - 6,
            text_anchor="end",
        )
    )
    base = HEIGHT - BOTTOM
    parts.append(
        tag("text", letter, class_="strong", x=middle, y=base + 17.0, text_anchor="middle")
    )
    parts.append(
        tag("text", words.count(len(rates)), x=middle, y=base + 32.0, text_anchor="middle")
    )
    return parts
