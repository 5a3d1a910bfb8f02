"""What to ask a geocoder about a place that our own tables do not settle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Question:
    """
    One question to a geocoder; equal questions have equal answers.

    Attributes
    ----------
    text
        The name asked for, in full words, narrowest part first.
    country
        ISO 3166-1 alpha-2 code, small letters: answers lie in that country.
    viewbox
        West, south, east, north in degrees (EPSG:4326): where the other parts of the place
        say it lies; None asks the whole country.
    bounded
        Whether answers outside the viewbox are refused rather than ranked lower.

    Examples
    --------
    >>> Question("Lexington Street", viewbox=(-0.2, 51.48, -0.1, 51.54), bounded=True).country
    'gb'
    """

    text: str
    country: str = "gb"
    viewbox: tuple[float, float, float, float] | None = None
    bounded: bool = False
