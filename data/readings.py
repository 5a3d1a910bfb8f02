"""Read places as people say: a correction first, another disclosure's words next."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.open_questions import PLACE_READ
from data.tables import as_rows
from data.tellings import telling_of, with_tellings
from geo.checks import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

CORRECTED = ("place_corrected", "correction")
"""What corrections add to a place: how to read it, and the reasons."""

BY_CORRECTION = "correction: "
"""Start of ``located_by`` where a correction said what was located."""

_SPOT = ("lon", "lat")

Lines = dict[str, dict[str, Any]]


def with_readings(core: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """
    Put beside every deployment how people other than its record tell its place.

    Parameters
    ----------
    core
        The table ``core_deployments``, corrected.
    corrections
        The table ``core_corrections``: those applied.

    Returns
    -------
    told
        The same rows with the columns `CORRECTED` and those of `data.tellings.with_tellings`.
        A correction of the place comes before any other telling and before a position in the
        record: those are left out, and ``correction`` says so after its own reasons.
    """
    made: dict[str, Lines] = defaultdict(dict)
    for line in as_rows(corrections):
        if line["column"] in {PLACE_READ, *_SPOT}:
            made[line["deployment_id"]][line["column"]] = line
    rows = as_rows(core)
    lines = [made.get(row["deployment_id"], {}) for row in rows]
    words = [of[PLACE_READ]["value_to"] if PLACE_READ in of else None for of in lines]
    reasons = [_reasons(row, of) for row, of in zip(rows, lines, strict=True)]
    reread = pd.Series([_is_reread(of) for of in lines], index=core.index, dtype="bool")
    return with_tellings(
        core.assign(
            place_corrected=pd.Series(words, index=core.index, dtype="str"),
            correction=pd.Series(reasons, index=core.index, dtype="str"),
            **{name: core[name].mask(reread) for name in _SPOT},
        )
    )


def _is_reread(lines: Lines) -> bool:
    """Tell whether words, not a position, are what corrections give."""
    return PLACE_READ in lines and not any(name in lines for name in _SPOT)


def _reasons(row: Mapping[str, Any], lines: Lines) -> str | None:
    """Give the reasons of corrections, then what they come before."""
    if not lines:
        return None
    said = [as_sentence(line["reason"]) for line in lines.values()]
    if _is_reread(lines) and row["lon"] is not None:
        said.append("The position in the record is set aside for it.")
    told = telling_of(row)
    if told:
        said.append(
            f"The correction comes before {told['place_told']!r}, as the {told['source']} "
            "tells the place."
        )
    return " ".join(dict.fromkeys(said))


def as_sentence(text: str) -> str:
    """
    End a text as a sentence ends, so that another may follow.

    Examples
    --------
    >>> as_sentence("The year is a slip"), as_sentence("Is it?")
    ('The year is a slip.', 'Is it?')
    """
    return text if text.endswith((".", "!", "?")) else f"{text}."


def as_corrected(places: pd.DataFrame) -> pd.DataFrame:
    """
    Return places with the corrected words where the record's own stand.

    Parameters
    ----------
    places
        From `data.tabulate.distinct_places`.

    Returns
    -------
    places
        The same rows, fit to be located.
    """
    require_columns(places, {"place_published", *CORRECTED}, name="places")
    words = places["place_corrected"].fillna(places["place_published"])
    return places.assign(place_published=words)


def credit_corrections(located: gpd.GeoDataFrame, places: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Say of every place that a correction told where it is, and give the record its words back.

    Parameters
    ----------
    located
        Places from `as_corrected`, located, those with a position put there.
    places
        The same places as `data.tabulate.distinct_places` lists them; same index.

    Returns
    -------
    located
        The same rows with ``place_corrected``; where there is a correction,
        ``located_by`` begins with `BY_CORRECTION` (unless the place is still unknown), and
        ``reason`` with the correction's.
    """
    rows = as_rows(pd.DataFrame(located[["located_by", "precision", "reason"]]))
    credited = [
        _credited(place, row) if place["correction"] else (row["located_by"], row["reason"])
        for place, row in zip(as_rows(places), rows, strict=True)
    ]
    by, reasons = zip(*credited, strict=True) if credited else ((), ())
    return located.assign(
        place_published=places["place_published"],
        place_corrected=places["place_corrected"],
        located_by=pd.Series(by, index=located.index, dtype="str"),
        reason=pd.Series(reasons, index=located.index, dtype="str"),
    )


def _credited(place: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[str, str]:
    if place["lon"] is not None:
        reason = f"{place['correction']} The correction gives the position."
        return f"{BY_CORRECTION}position", reason
    published, corrected = place["place_published"], place["place_corrected"]
    reason = f"{place['correction']} So {published!r} is read as {corrected!r}. {row['reason']}"
    known = row["precision"] != "unknown"
    return f"{BY_CORRECTION if known else ''}{row['located_by']}", reason
