"""Answer where a published place is: one on the screen or as data, or a file of them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from flows.batch import read_rows, require_writable, write_rows
from flows.lookup import Lookup, sources_for

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from flows.lookup import Sources
    from geo.gazetteer import Gazetteer

LOCATED = (
    "force",
    "place_published",
    "place_read",
    "area_name",
    "area_code",
    "precision",
    "lon",
    "lat",
    "uncertainty_m",
    "located_by",
    "reason",
)
"""Columns of the answers, named as in deployments.csv; ``reason`` says why."""

ANSWERED = (*LOCATED, "question")
"""Columns of a file's answers; ``question`` is what a person would have to say, or empty."""

LISTED = (
    "rank",
    "force",
    "place_published",
    "place_read",
    "precision",
    "area_name",
    "lon",
    "lat",
    "uncertainty_m",
    "score",
    "located_by",
    "reason",
    "question",
)
"""Columns, and keys in JSON, of the candidates for one place; ``rank`` 1 is the answer."""

AT_ONCE = 50
"""Distinct places located between two moves of the progress bar: half a second's work."""

_PLACE_KEY = ["force", "place_published", "area_published"]


DONE, DEGRADED = 0, 3
EMBEDDED = Lookup()
"""Nothing but the embedded tables."""


def locate_rows(
    rows: pd.DataFrame, *, force: str | None, lookup: Lookup = EMBEDDED
) -> gpd.GeoDataFrame:
    """
    Locate the places of a batch, each distinct one once.

    Parameters
    ----------
    rows
        Columns ``place``, ``force`` and, perhaps, ``area``.
    force
        Force of rows that name none.
    lookup
        What may be asked beside the embedded tables.

    Returns
    -------
    located
        Indexed like ``rows``, with the columns `ANSWERED` and ``geometry``.
    """
    places = _places_of(rows, force=force)
    return _in_pieces(places, sources_for(places, lookup).gazetteer)


def _in_pieces(places: pd.DataFrame, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """Locate each distinct place once, a few between two moves of the progress bar."""
    import geopandas as gpd
    import pandas as pd

    from flows.screen import progress
    from geo.locate import locate_places

    distinct = places.drop_duplicates(ignore_index=True)
    number = places.groupby(_PLACE_KEY, dropna=False, sort=False).ngroup()
    pieces = []
    with progress("locating places", total=len(distinct)) as advance:
        for start in range(0, max(len(distinct), 1), AT_ONCE):
            piece = distinct.iloc[start : start + AT_ONCE]
            pieces.append(locate_places(piece, gazetteer))
            advance(len(piece))
    found = pd.concat(pieces, ignore_index=True).take(number.to_numpy())
    found.index = places.index
    return gpd.GeoDataFrame(found, geometry="geometry", crs=pieces[0].crs)


def _places_of(rows: pd.DataFrame, *, force: str | None) -> pd.DataFrame:
    import pandas as pd

    from data.forces import force_named

    full = {name: force_named(name).name for name in {*rows["force"].dropna(), force} if name}
    named = [full.get(own if isinstance(own, str) else force) for own in rows["force"]]
    area = rows["area"] if "area" in rows else pd.Series(None, index=rows.index, dtype="str")
    return pd.DataFrame(
        {
            "force": pd.Series(named, index=rows.index, dtype="str"),
            "place_published": rows["place"],
            "area_published": area,
        }
    )


def locate_file(path: Path, *, force: str | None, csv: Path, lookup: Lookup = EMBEDDED) -> int:
    """
    Locate every place of a CSV file and write one row per row.

    Parameters
    ----------
    path
        CSV with a column ``place``; optional ``force`` and ``area``.
    force
        Force of rows that name none.
    csv
        File to write.
    lookup
        What may be asked beside the embedded tables.

    Returns
    -------
    code
        0; 3 where a geocoder that was to be asked gave no answer.
    """
    require_writable(csv, beside=path)
    rows = read_rows(path, required=["place"], optional=["force", "area"])
    places = _places_of(rows, force=force)
    sources = sources_for(places, lookup)
    located = _in_pieces(places, sources.gazetteer)
    write_rows(located[list(ANSWERED)], csv)
    known = int((located["precision"] != "unknown").sum())
    _print_notes(sources)
    print(f"{len(rows)} rows in, {known} located, {len(rows) - known} unknown")
    return DEGRADED if sources.unreachable else DONE


def _print_notes(sources: Sources) -> None:
    """Say what could not be asked, apart from what was answered."""
    for note in sources.notes:
        print(note, file=sys.stderr)


def show_candidates(
    place: str,
    *,
    force: str | None,
    csv: Path | None = None,
    as_json: bool = False,
    lookup: Lookup = EMBEDDED,
) -> int:
    """
    Tell the ways to read one place, best first: on the screen, as JSON lines or as CSV.

    Parameters
    ----------
    place
        The place as published.
    force
        Force whose area bounds the search.
    csv
        File to write the candidates to, instead of telling them.
    as_json
        Print one JSON object a candidate, with the keys `LISTED`.
    lookup
        What may be asked beside the embedded tables.

    Returns
    -------
    code
        0; 3 where a geocoder that was to be asked gave no answer.
    """
    from data.forces import force_named
    from flows.card import print_card

    if csv is not None:
        require_writable(csv)
    name = force_named(force).name if force else None
    sources = sources_for(_one_place(place, name), lookup)
    found = list_candidates(place, force=name, gazetteer=sources.gazetteer)
    _print_notes(sources)
    if csv is not None:
        _write_candidates(found, csv)
    if as_json:
        _print_json(found)
    elif csv is not None:
        many = "1 candidate" if len(found) == 1 else f"{len(found)} candidates"
        print(f"{many} written to {csv}")
    else:
        print_card(place, found, bound=_bound(name, sources.gazetteer))
    return DEGRADED if sources.unreachable else DONE


def _one_place(place: str, force: str | None) -> pd.DataFrame:
    import pandas as pd

    row = {"force": [force], "place_published": [place], "area_published": [None]}
    return pd.DataFrame(row, dtype="str")


def _bound(force: str | None, gazetteer: Gazetteer) -> str:
    """Say where was searched: a force without a known area bounds nothing."""
    from data.countries import country_of

    whole = "the whole country"
    if gazetteer.country != "gb":
        whole = country_of(gazetteer.country).name
    if force is None:
        narrower = " (--force NAME narrows it)" if gazetteer.country == "gb" else ""
        return f"any force, {whole}{narrower}"
    known = gazetteer.scope_of(force) is not None
    return force if known else f"{force}, which bounds nothing: {whole}"


def list_candidates(
    place: str, *, force: str | None, gazetteer: Gazetteer | None = None
) -> pd.DataFrame:
    """
    List the ways to read one place, best first.

    Parameters
    ----------
    place
        The place as published.
    force
        Full name of the force whose area bounds the search.
    gazetteer
        Where to look; by default the embedded tables.

    Returns
    -------
    candidates
        The columns `LISTED`; the first row is the answer, perhaps of precision ``unknown``.
    """
    from data.gazetteer import load_gazetteer
    from geo.locate import candidates_for

    found = candidates_for(place, gazetteer or load_gazetteer(), force=force)
    found = found.rename(columns={"name": "place_read"}).assign(
        rank=range(1, len(found) + 1), force=force, place_published=place
    )
    return found[list(LISTED)]


def _write_candidates(found: pd.DataFrame, csv: Path) -> None:
    from data.schema import count, number

    own = (count("rank", "1 for the answer."), number("score", "How well it fits.", high=1))
    write_rows(found, csv, more=own)


def _print_json(found: pd.DataFrame) -> None:
    from data.tables import as_rows

    for row in as_rows(found):
        plain: dict[str, Any] = {name: row[name] for name in LISTED}
        print(_escaped(json.dumps(plain, ensure_ascii=False, allow_nan=False)))


def _escaped(text: str) -> str:
    """Escape, as JSON does, what steers a terminal or what our output has no letter for."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return "".join(
        letter
        if letter.isprintable() and letter.encode(encoding, "ignore")
        else json.dumps(letter)[1:-1]
        for letter in text
    )
