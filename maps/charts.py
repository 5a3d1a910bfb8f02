"""Two small charts drawn as SVG: how vague the records are, and how counting changed."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from markupsafe import Markup

from maps import words
from maps.marks import DRAWN
from maps.notes import era_letters, rates_by_era

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from maps.rows import Row

WIDTH, HEIGHT = 460, 216
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 20, 46

KINDS = (*reversed(DRAWN), "unknown")
"""Stacked from the bottom, most precise first."""

_LEAST_LABEL_PX = 16
_YEAR_MONTH = 7
_LEAST_RATES = 3


@dataclass(frozen=True)
class Chart:
    """A chart with its words."""

    title: str
    caption: str
    svg: Markup


def _tag(name: str, text: str | None = None, **attributes: object) -> Markup:
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value))
        for key, value in attributes.items()
    )
    if text is None:
        return Markup("<{}{}/>").format(name, written)
    return Markup("<{}{}>{}</{}>").format(name, written, text, name)


def _short(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def _frame(parts: Iterable[Markup], *, label: str) -> Markup:
    head = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return head.format(WIDTH, HEIGHT, label) + Markup("").join(parts) + Markup("</svg>")


def quarter(iso: str) -> str:
    """
    Return the quarter a date lies in.

    Examples
    --------
    >>> quarter("2023-05-06"), quarter("2024-12")
    ('2023 Q2', '2024 Q4')
    """
    return f"{iso[:4]} Q{(int(iso[5:7]) + 2) // 3}"


def vagueness_chart(rows: Sequence[Row]) -> Chart:
    """
    Draw the share of deployments by how precisely their place is told, quarter by quarter.

    Parameters
    ----------
    rows
        Deployments; those dated only to the year are left out.
    """
    tallies: dict[str, Counter[str]] = {}
    for row in sorted(rows, key=lambda row: row["date"]):
        if len(row["date"]) >= _YEAR_MONTH:
            tallies.setdefault(quarter(row["date"]), Counter())[row["precision"]] += 1
    vague = sum(row["precision"] in {"area", "unknown"} for row in rows)
    share = f"{100 * vague / len(rows):.0f} %" if rows else "none"
    title = "How vaguely places are told"
    caption = (
        f"Deployments in each quarter by how narrowly their place can be read. For {share} "
        "of all, nothing narrower than a borough or town is told. On top: deployments."
    )
    return Chart(title, caption, _frame(_stacks(tallies), label=f"{title}. {caption}"))


def _stacks(tallies: dict[str, Counter[str]]) -> list[Markup]:
    inner, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    base = HEIGHT - BOTTOM
    parts = [
        _tag(
            "text",
            f"{percent} %",
            x=LEFT - 6,
            y=base - tall * percent / 100 + 4.0,
            text_anchor="end",
        )
        for percent in (0, 50, 100)
    ]
    step = inner / max(len(tallies), 1)
    for position, (name, tally) in enumerate(tallies.items()):
        x, width, whole = LEFT + position * step + 2, max(step - 4, 1.0), tally.total()
        y = float(base)
        for kind in KINDS:
            height = tall * tally[kind] / whole
            if height:
                y -= height
                parts.append(
                    _tag(
                        "rect", class_=kind, x=x, y=y, width=width, height=max(height - 1, 0.5)
                    )
                )
        parts.append(
            _tag(
                "text",
                str(whole),
                class_="strong",
                x=x + width / 2,
                y=TOP - 6.0,
                text_anchor="middle",
            )
        )
        parts += _quarter_label(name, tallies, x + width / 2, base)
    return parts + _keys()


def _quarter_label(
    name: str, tallies: dict[str, Counter[str]], x: float, base: int
) -> list[Markup]:
    year, part = name.split()
    first_of_year = next(other for other in tallies if other.startswith(year)) == name
    parts = [_tag("text", part, x=x, y=base + 13.0, text_anchor="middle")]
    if first_of_year:
        parts.append(
            _tag("text", year, class_="strong", x=x, y=base + 26.0, text_anchor="middle")
        )
    return parts


def _keys() -> list[Markup]:
    parts, x = [], float(LEFT)
    for kind in KINDS:
        name = words.PRECISION_NAMES[kind]
        parts.append(_tag("rect", class_=kind, x=x, y=HEIGHT - 8.0, width=9.0, height=9.0))
        parts.append(_tag("text", name, x=x + 13, y=HEIGHT + 0.5))
        x += 30 + 6.4 * len(name)
    return parts


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
        return [_tag("text", "No rates are published.", x=LEFT, y=HEIGHT / 2)]
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
            _tag("line", class_="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y(tick), y2=y(tick))
        )
        parts.append(
            _tag("text", words.count(tick), x=LEFT - 6, y=y(tick) + 4, text_anchor="end")
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
        _tag(
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
        _tag(
            "line",
            class_="median",
            x1=middle - spread - 6,
            x2=middle + spread + 6,
            y1=level,
            y2=level,
        )
    )
    parts.append(
        _tag(
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
        _tag("text", letter, class_="strong", x=middle, y=base + 17.0, text_anchor="middle")
    )
    parts.append(
        _tag("text", words.count(len(rates)), x=middle, y=base + 32.0, text_anchor="middle")
    )
    return parts
