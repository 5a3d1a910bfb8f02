"""Find the set of spots that a published place may mean, and say how wide it is."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.candidates import Candidate, circle_of, hold_all, unknown
from geo.checks import require_columns
from geo.crs import STORED, to_stored
from geo.errors import GeocodeError
from geo.fitting import one_spot
from geo.names import AS_GOOD, Names
from geo.place import PlaceParts, name_key, parse_place
from geo.search import Search, standing_by
from geo.words import COMMON_FIRST_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.gazetteer import Gazetteer

KEY = ("force", "place_published", "area_published")
"""What tells one place to be located from another."""

LONGEST = 200
"""Characters; longer text is not a place but a paragraph."""

LIKE_ENOUGH = 0.65
"""Likeness from which a known name is worth asking about; below it most are mere noise."""

AS_LIKE = 0.08
"""Names this much less like than the likest are asked about too."""

NO_AREA = "no one area"

MOST_NAMED = 5
"""Boroughs listed when asking which of several places is meant."""

MOST_ASKED = 3
"""Names in one question."""

NO_AREA = "no one area"
"""What a question calls the area of a place that lies in none, or in several."""

REMEDY = "Add the town or borough, or pin it in corrections.csv."
"""What a person can do about a place that is not settled."""


def locate_places(places: pd.DataFrame, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """
    Give every published place a geometry, a precision and a radius that holds it.

    Parameters
    ----------
    places
        Columns ``force``, ``place_published`` and ``area_published`` (each may be null).
    gazetteer
        Named places to search.

    Returns
    -------
    located
        Same index and order, with those columns and ``place_read``, ``area_name``,
        ``area_code``, ``precision``, ``lon``, ``lat`` (EPSG:4326), ``uncertainty_m``
        (radius from that point holding every candidate spot), ``located_by``,
        ``reason``, ``question`` (what a person would have to answer for a narrower
        reading; null where the text is settled) and ``geometry``. Where the place is not
        known, precision is ``unknown`` and position and radius are null.

    Raises
    ------
    MissingColumnError
        If a column is missing.

    Notes
    -----
    A bare name of a whole borough ("Camden") is that borough: class ``area``. A name that
    is only part of a borough's ("Barking", of Barking and Dagenham) is a district. The
    force bounds the search to the areas it polices.
    """
    keys = place_keys(places)
    best = {
        key: _resolve(key[1] or "", gazetteer, force=key[0], area=key[2])[0]
        for key in dict.fromkeys(keys)
    }
    table = candidate_table([best[key] for key in keys], gazetteer)
    table.index = places.index
    return gpd.GeoDataFrame(
        pd.concat([places[list(KEY)], table], axis=1), geometry="geometry", crs=STORED
    )


def place_keys(places: pd.DataFrame) -> list[tuple[str | None, ...]]:
    """
    Return what places are located by, row by row: the force, the words and the area.

    Parameters
    ----------
    places
        The columns `KEY`, each of which may be null.

    Returns
    -------
    keys
        None where a cell is null.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    require_columns(places, list(KEY), name="places")
    rows = places[list(KEY)].itertuples(index=False)
    return [tuple(None if pd.isna(cell) else str(cell) for cell in row) for row in rows]


def candidates_for(
    text: str,
    gazetteer: Gazetteer,
    force: str | None = None,
    area: str | None = None,
) -> pd.DataFrame:
    """
    List the ways to read one place, best first, as ``passersby locate`` shows them.

    Parameters
    ----------
    text
        The place as published.
    gazetteer
        Named places to search.
    force
        Force whose area bounds the search; None searches the whole country.
    area
        Borough or town, where it is known from elsewhere.

    Returns
    -------
    candidates
        ``name``, ``precision``, ``area_name``, ``area_code``, ``lon``, ``lat``,
        ``uncertainty_m``, ``score`` (0 to 1), ``located_by``, ``reason`` and ``question``;
        never empty: a place that cannot be found is one row of precision ``unknown``.
    """
    best, rest = _resolve(text, gazetteer, force=force, area=area)
    every = [best, *(other for other in rest if other is not best)]
    table = candidate_table(every, gazetteer)
    table["name"] = [candidate.name for candidate in every]
    table["score"] = [round(candidate.score, 3) for candidate in every]
    names = [
        "name",
        "precision",
        "area_name",
        "area_code",
        "lon",
        "lat",
        "uncertainty_m",
        "score",
    ]
    return pd.DataFrame(table[[*names, "located_by", "reason", "question"]])


def read_place(
    text: str, gazetteer: Gazetteer, *, force: str | None = None, area: str | None = None
) -> Candidate:
    """
    Read one place as `locate_places` does.

    Parameters
    ----------
    text
        The place as published.
    gazetteer
        Named places to search.
    force
        Force whose area bounds the search; None searches the whole country.
    area
        Borough or town, where it is known from elsewhere.

    Returns
    -------
    candidate
        The answer, of precision ``unknown`` where there is none.
    """
    return _resolve(text, gazetteer, force=force, area=area)[0]


def candidate_table(rows: Sequence[Candidate], gazetteer: Gazetteer) -> pd.DataFrame:
    """
    Turn candidates into published columns.

    Parameters
    ----------
    rows
        Ways to read places.
    gazetteer
        Where they were found: it knows the names of areas, and its grid.

    Returns
    -------
    table
        From ``place_read`` to ``question``, positions in degrees, and ``geometry`` in
        EPSG:4326; one row per candidate with a fresh index.
    """
    circles = [circle_of(candidate) for candidate in rows]
    degrees = to_stored(
        gpd.GeoSeries([middle for middle, _ in circles], crs=gazetteer.measured)
    )
    names = gazetteer.area_names
    frame = pd.DataFrame(
        {
            "place_read": pd.Series([c.name for c in rows], dtype="str"),
            "area_name": pd.Series([names.get(c.area_code or "") for c in rows], dtype="str"),
            "area_code": pd.Series([c.area_code for c in rows], dtype="str"),
            "precision": pd.Series([c.precision for c in rows], dtype="str"),
            "lon": degrees.x.round(6),
            "lat": degrees.y.round(6),
            "uncertainty_m": pd.Series([radius for _, radius in circles], dtype="float64"),
            "located_by": pd.Series([c.located_by for c in rows], dtype="str"),
            "reason": pd.Series([c.reason for c in rows], dtype="str"),
            "question": pd.Series([c.question for c in rows], dtype="str"),
        }
    )
    shapes = gpd.GeoSeries([candidate.shape for candidate in rows], crs=gazetteer.measured)
    return frame.assign(geometry=to_stored(shapes).to_numpy())


def _resolve(
    text: str, gazetteer: Gazetteer, *, force: str | None, area: str | None
) -> tuple[Candidate, list[Candidate]]:
    """Return the answer, and every candidate in order of score."""
    if len(text) > LONGEST:
        reason = f"{len(text)} characters are not a place. Give a street, district or borough."
        return unknown(None, reason, "Which street, district or borough is meant?"), []
    try:
        parts = parse_place(text)
    except GeocodeError as error:
        return unknown(None, str(error), "Where was it?"), []
    names = Names(gazetteer, gazetteer.scope_of(force))
    also = _also(area, parts) + _in_brackets(parts, gazetteer)
    beside = standing_by(parts)
    once = len(beside) == 1 and parts.relation != "between"
    around = frozenset([*parts.districts, *also])
    search = Search(names, beside, around, parts.relation if once else None)
    found = search.find([*parts.names, *also])
    if not found:
        return unknown(parts.read, *_why_not(parts, search, force)), []
    return _choose(parts, found, search), found


def _also(area: str | None, parts: PlaceParts) -> list[str]:
    """Return the names of the record's own area column that the place does not repeat."""
    try:
        names = parse_place(area or "").names
    except GeocodeError:
        return []
    said = set(map(name_key, parts.names))
    return [name for name in names if name_key(name) not in said]


def _in_brackets(parts: PlaceParts, gazetteer: Gazetteer) -> list[str]:
    """Return the boroughs that remarks name: "Edgware (Harrow)" is that part of Edgware."""
    said = set(map(name_key, parts.names))
    keys = {note: name_key(note) for note in parts.notes}
    return [
        note for note, key in keys.items() if key in gazetteer.area_keys and key not in said
    ]


def _choose(parts: PlaceParts, found: list[Candidate], search: Search) -> Candidate:
    """Take the one best candidate; several equally good ones are a question, not an answer."""
    best = [c for c in found if c.score >= found[0].score - AS_GOOD]
    settled = best[0] if len(best) == 1 else one_spot(best)
    if settled is not None:
        return settled
    codes = sorted({c.area_code or "" for c in best})
    names = sorted(search.names.gazetteer.area_names.get(code, NO_AREA) for code in codes)
    question = _which(names, len(best))
    reason = f"{parts.read!r} fits {len(best)} places. {question} {REMEDY}"
    held = hold_all(best, name=parts.read, reason=reason)
    if held is None and len(codes) == 1 and codes[0]:
        held = search.names.area(codes[0], parts.read, best[0].score / 2, reason)
    if held is None:
        return unknown(parts.read, reason, question)
    return replace(held, question=question)


def _which(areas: Sequence[str], count: int) -> str:
    """
    Ask which of several places is meant.

    Examples
    --------
    >>> _which(["Newham", "Westminster"], 2)
    'Which is meant: that in Newham or in Westminster?'
    >>> _which(["Haringey"], 3)
    'Which of the 3 in Haringey is meant?'
    >>> _which([NO_AREA], 2)
    'Which of the 2 is meant?'
    """
    if set(areas) == {NO_AREA}:
        return f"Which of the {count} is meant?"
    if len(areas) == 1:
        where = f" in {areas[0]}" if areas[0] != NO_AREA else ""
        return f"Which of the {count}{where} is meant?"
    named = [f"in {name}" for name in areas[:MOST_NAMED]]
    more = len(areas) - len(named)
    named += [f"in one of {more} more"] if more else []
    return f"Which is meant: that {', '.join(named[:-1])} or {named[-1]}?"


def _why_not(parts: PlaceParts, search: Search, force: str | None) -> tuple[str, str]:
    """Say why nothing was found, and what to ask."""
    elsewhere = _known_elsewhere(parts, search) if search.names.scope is not None else ""
    if elsewhere:
        found = f"{parts.read!r} is known only outside the area of {force}: in {elsewhere}."
        question = f"Was it in {elsewhere}, or in which town else?"
        return f"{found} {question} {REMEDY}", question
    common = set(name_key(parts.street or "").split()[:1]) & COMMON_FIRST_WORDS
    asked = "" if common else _did_you_mean(parts, search)
    if parts.street and not parts.districts:
        found, open_question = "names a street but no town.", "Which town is it in?"
    else:
        found, open_question = "is in no table we hold.", "Which borough or town is it in?"
    question = asked or open_question
    return f"{parts.read!r} {found} {question} {REMEDY}", question


def _known_elsewhere(parts: PlaceParts, search: Search) -> str:
    """Name the areas beyond the force's where the parts are known."""
    gazetteer = search.names.gazetteer
    found = Search(Names(gazetteer, None)).find(parts.names)
    names = sorted(gazetteer.area_names[c.area_code] for c in found if c.area_code)
    distinct = list(dict.fromkeys(names))
    if len(distinct) > MOST_NAMED:
        return f"one of {len(distinct)} places such as {distinct[0]}"
    return " or ".join(distinct)


def _did_you_mean(parts: PlaceParts, search: Search) -> str:
    """Ask about known names that are like the unknown ones; none is taken for granted."""
    index = search.names.gazetteer.name_index
    main = [name for name in parts.names if name not in search.beside] or list(parts.names)
    found = [n for near in index.nearest(main, within=AS_LIKE) for n in near]
    alike: dict[str, str] = {}
    for near in sorted(found, key=lambda n: (-n.score, n.name)):
        if near.score >= LIKE_ENOUGH:
            alike.setdefault(name_key(near.name), near.name)
    # A name that would itself be refused, as "High Street" alone is, helps nobody.
    useful = (repr(name) for name in alike.values() if search.find([name]))
    asked = list(islice(useful, MOST_ASKED))
    return f"Did you mean {' or '.join(asked)}?" if asked else ""
