"""Where places are looked up: the embedded tables, then a map at hand, then a geocoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from geo.gazetteer import Gazetteer


@dataclass(frozen=True)
class Lookup:
    """
    What may be asked where places are.

    Attributes
    ----------
    country
        ISO 3166-1 alpha-2 code.
    streets
        An extract of OpenStreetMap, or None.
    nominatim
        Address of a Nominatim, "public" for OpenStreetMap's own, or None.
    state
        Folder in which extracts read and answers got are kept.
    offline
        Whether only answers kept before count.
    """

    country: str = "gb"
    streets: Path | None = None
    nominatim: str | None = None
    state: Path = Path(".passersby")
    offline: bool = False


@dataclass(frozen=True)
class Sources:
    """
    The gazetteer for some places, and what went wrong on the way to it.

    Attributes
    ----------
    gazetteer
        All that could be had.
    notes
        Sentences for whoever asked.
    unreachable
        Whether a geocoder that was to be asked gave no answer.
    """

    gazetteer: Gazetteer
    notes: tuple[str, ...] = ()
    unreachable: bool = False


def sources_for(places: pd.DataFrame, lookup: Lookup) -> Sources:
    """
    Gather what is known of some places.

    Parameters
    ----------
    places
        Columns ``force``, ``place_published`` and ``area_published``.
    lookup
        What may be asked.

    Returns
    -------
    sources
        A geocoder is asked last, and only for what the tables and the map leave open.
    """
    from data.gazetteer import load_gazetteer

    gazetteer = load_gazetteer(lookup.country)
    if lookup.streets is not None:
        gazetteer = _with_map(gazetteer, lookup.streets, lookup)
    if lookup.nominatim is None:
        return Sources(gazetteer)
    return _with_answers(gazetteer, places, lookup.nominatim, lookup)


def _with_map(gazetteer: Gazetteer, path: Path, lookup: Lookup) -> Gazetteer:
    from data.osm_cache import read_features_cached

    folder = lookup.state / "maps"
    features = read_features_cached(path, crs=gazetteer.measured, folder=folder)
    return gazetteer.with_features([features])


def _with_answers(
    gazetteer: Gazetteer, places: pd.DataFrame, server: str, lookup: Lookup
) -> Sources:
    """Ask a geocoder what is open, and note what it could not be asked."""
    from data.answers import AnswerBook
    from data.nominatim import Nominatim, ask_all
    from geo.answers import gathered
    from geo.questions import open_questions

    book = AnswerBook(lookup.state / "answers.duckdb")
    nominatim = Nominatim(server, answers=book, offline=lookup.offline)
    questions = open_questions(places, gazetteer)
    if not questions:
        return Sources(gazetteer)
    asked = ask_all(questions, nominatim)
    pooled = gathered(*asked.features, crs=gazetteer.measured)
    return Sources(gazetteer.with_features([pooled]), asked.notes, asked.failed)
