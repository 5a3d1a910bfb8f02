"""Colours, breaks and sizes, for the page and for the printed picture alike."""

from __future__ import annotations

import math

LIGHT = {
    "paper": "#FAF8F4",
    "ink": "#1C1B19",
    "second": "#5E5A53",
    "hairline": "#D9D4CA",
    "water": "#EDF1F2",
    "signal": "#C2410C",
    "tint": "#F4C7AE",
    "band": "#F1EDE5",
}

DARK = {
    "paper": "#161513",
    "ink": "#ECE8E1",
    "second": "#A8A29A",
    "hairline": "#34312D",
    "water": "#111314",
    "signal": "#FF8A5B",
    "tint": "#5A3323",
    "band": "#1E1C1A",
}

RELIEF_LIGHT = ("#F1EDE5", "#E9E4DA", "#E1DBCF", "#D8D1C3", "#CFC7B8")
RELIEF_DARK = ("#1E1C1A", "#252321", "#2C2A27", "#33312D", "#3B3833")

MARK_SMALLEST_PX = 3.5
"""Radius of a mark whose hours are not stated: visible, smaller than any that are."""

MARK_LARGEST_PX = 19.0

PX_PER_ROOT_HOUR = 1.75
"""Area grows with hours: one shift of six hours has a radius of about 4.3 px."""

PX_PER_ROOT_FACE = 0.042
"""Makes the 1,700 faces an hour of autumn 2024 as large by faces as by hours."""


def mark_radius_px(length_h: float | None) -> float:
    """
    Return the radius of a dot, its area in proportion to hours deployed.

    Examples
    --------
    >>> mark_radius_px(None), mark_radius_px(16.0), mark_radius_px(1e6)
    (3.5, 7.0, 19.0)
    """
    if length_h is None:
        return MARK_SMALLEST_PX
    radius = PX_PER_ROOT_HOUR * math.sqrt(length_h)
    return min(max(radius, MARK_SMALLEST_PX), MARK_LARGEST_PX)


def css_variables() -> str:
    """Return the colours as custom properties, for light, dark and the manual switch."""

    def block(colours: dict[str, str], relief: tuple[str, ...], scheme: str) -> str:
        pairs = [f"--{name}:{value}" for name, value in colours.items()]
        pairs += [f"--relief-{level}:{value}" for level, value in enumerate(relief, start=1)]
        return f"color-scheme:{scheme};" + ";".join(pairs)

    light = block(LIGHT, RELIEF_LIGHT, "light")
    dark = block(DARK, RELIEF_DARK, "dark")
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n"
        "@media print{:root,:root[data-theme=dark],:root:not([data-theme=light])"
        f"{{{light}}}}}\n"
    )
