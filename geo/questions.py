"""What to ask a geocoder about a place that our own tables do not settle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from geo.crs import to_stored
from geo.errors import GeocodeError
from geo.locate import place_keys, read_place
from geo.names import Names
from geo.place import parse_place
from geo.search import Search, is_everywhere

if TYPE_CHECKING:
    import pandas as pd

    from geo.candidates import Candidate
    from geo.gazetteer import Gazetteer
    from geo.place import PlaceParts

LOOK_AROUND_M = 1000.0
"""A street that is said to be in a district may lie this far beyond what we hold of it."""

DEGREES = 5
"""Decimals of a viewbox, a metre: so that equal places ask equal questions."""


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


def open_questions(places: pd.DataFrame, gazetteer: Gazetteer) -> list[Question]:
    """
    List what a geocoder could settle of some places.

    Parameters
    ----------
    places
        Columns ``force``, ``place_published`` and ``area_published`` (each may be null).
    gazetteer
        What has been searched already.

    Returns
    -------
    questions
        Each once, in order. A part that no table holds is asked for within the ground of the
        parts that are held; a place of which nothing is held, within the force's areas, and
        each of its parts by itself. A street that every town has is not asked for alone, nor
        anything that is held already: of several namesakes no geocoder knows which is meant.
    """
    found: dict[Question, None] = {}
    for force, text, area in dict.fromkeys(place_keys(places)):
        answer = read_place(text or "", gazetteer, force=force, area=area)
        try:
            parts = parse_place(text or "")
        except GeocodeError:
            continue
        found |= dict.fromkeys(_questions_of(answer, parts, gazetteer, force))
    return list(found)


def _questions_of(
    answer: Candidate, parts: PlaceParts, gazetteer: Gazetteer, force: str | None
) -> list[Question]:
    """Ask for what one answer lacks."""
    if answer.lost and answer.shape is not None:
        around = answer.shape.buffer(answer.margin_m + LOOK_AROUND_M)
        box = viewbox_of(around, gazetteer)
        return [Question(name, gazetteer.country, box, bounded=True) for name in answer.lost]
    if answer.precision != "unknown":
        return []
    names = Names(gazetteer, gazetteer.scope_of(force))
    if Search(names).find(parts.names):
        return []  # several are known: a person has to say which
    shapes = [gazetteer.area_shapes[code] for code in names.scope or ()]
    ground = viewbox_of(shapely.union_all(shapes), gazetteer) if shapes else None
    texts = [", ".join(parts.names), *parts.names]
    asked = [text for text in dict.fromkeys(texts) if not is_everywhere(text)]
    return [Question(text, gazetteer.country, ground, bounded=bool(ground)) for text in asked]


def viewbox_of(
    ground: shapely.Geometry, gazetteer: Gazetteer
) -> tuple[float, float, float, float]:
    """
    Return the box of some ground in degrees, rounded outwards to `DEGREES`.

    Parameters
    ----------
    ground
        A shape in the gazetteer's metres.
    gazetteer
        Knows its grid.

    Returns
    -------
    viewbox
        West, south, east, north (EPSG:4326).
    """
    box = shapely.box(*ground.bounds).segmentize(LOOK_AROUND_M)
    west, south, east, north = to_stored(
        gpd.GeoSeries([box], crs=gazetteer.measured)
    ).total_bounds
    step = 10.0**-DEGREES
    return (
        round(west - step, DEGREES),
        round(south - step, DEGREES),
        round(east + step, DEGREES),
        round(north + step, DEGREES),
    )
