"""What the method page says of how many walk past, and of how wrong that is."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from geo.passages import MOST_PER_H
from maps import words
from maps.rows import as_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from maps.rows import Row

FIGURES = ("mape_share", "median_ape_share", "coverage80_share", "coverage90_share")


@dataclass(frozen=True)
class WalkBasis:
    """
    What estimates of people walking past rest on.

    Attributes
    ----------
    scores
        How estimates scored on counters left out: ``what``, ``model``, ``n``, ``log_bias``,
        ``mape_share``, ``median_ape_share``, ``rank_correlation``, ``crps``,
        ``coverage80_share`` and ``coverage90_share``.
    sources
        Where the counts come from, one line each.
    week_scores
        How the hours of a week were told for counters left out: ``what``, ``model``, and mean
        absolute errors of the logarithm, ``base_error``, ``waking_error``, ``week_error``.
    levels_per_h
        Passages per hour of the typical counter of each town that was counted, by town; first
        the town whose level is taken.
    """

    scores: pd.DataFrame
    sources: tuple[str, ...]
    levels_per_h: Mapping[str, float]
    week_scores: pd.DataFrame | None = None


def walkers_of(
    places: Sequence[Row], *, basis: WalkBasis | None, streets: str
) -> dict[str, Any] | None:
    """
    Return what to say of people walking past, or None where nothing was estimated.

    Parameters
    ----------
    places
        Rows of the table of places.
    basis
        What the estimates rest on.
    streets
        Where streets came from, as a sentence; may be empty.

    Returns
    -------
    said
        ``streets``; ``methods``, each with how many places it was used for; ``factor``, by how
        much the typical interval goes up and down; ``most``, above which none goes;
        ``sources``; ``levels``, a sentence on the towns that were counted; ``sets``, each with
        ``name``, ``counters`` and ``rows``; ``weeks``, how hours of the week were told.
    """
    told = [row for row in places if row.get("walk_past_per_h")]
    if not told or basis is None:
        return None
    methods = Counter(words.clean(row["walk_past_method"]) for row in told).most_common()
    factors = [row["walk_past_per_h_hi80"] / row["walk_past_per_h"] for row in told]
    return {
        "streets": streets,
        "methods": methods,
        "factor": words.rough(median(factors)),
        "most": words.count(round(MOST_PER_H)),
        "sources": [words.clean(source, longest=300) for source in basis.sources],
        "levels": levels_line(basis.levels_per_h),
        "sets": _sets(basis.scores),
        "weeks": _weeks(basis.week_scores),
    }


def levels_line(levels_per_h: Mapping[str, float]) -> str:
    """
    Say which town the level is that of, and how far apart the towns are that were counted.

    Examples
    --------
    >>> levels_line({"Leeds": 2040.7, "Auckland": 419.4})
    'The level is that of Leeds, where a typical counter sees 2,000 passages an hour. That of \
Auckland sees 420, a factor of 4.9 between them; how far towns differ makes most of the \
interval, and two towns say little of it.'
    """
    if not levels_per_h:
        return ""
    (base, level), *others = levels_per_h.items()
    line = (
        f"The level is that of {words.clean(base)}, where a typical counter sees "
        f"{words.rough(level)} passages an hour."
    )
    if not others:
        return line
    seen = [f"{words.clean(town)} sees {words.rough(count)}" for town, count in others]
    ratio = max(levels_per_h.values()) / min(levels_per_h.values())
    return (
        f"{line} That of {words.listing(seen)}, a factor of {ratio:.1f} between them; how far "
        f"towns differ makes most of the interval, and {_few(len(levels_per_h))} towns say "
        "little of it."
    )


def _few(number: int) -> str:
    return {2: "two", 3: "three"}.get(number, words.count(number))


def _sets(scores: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the scores by what was predicted, in their order."""
    sets: dict[str, list[Row]] = {}
    for row in as_rows(scores):
        sets.setdefault(words.clean(row["what"]), []).append(row)
    return [
        {"name": name, "counters": words.count(round(rows[0]["n"])), "rows": _lines(rows)}
        for name, rows in sets.items()
    ]


def _weeks(scores: pd.DataFrame | None) -> list[dict[str, str]]:
    """Return the errors of hourly profiles, each as the factor that it stands for."""
    names = ("base_error", "waking_error", "week_error")
    return [
        {
            "name": f"{words.clean(row['what'])}: {words.clean(row['model'])}",
            **{name: _percent(math.expm1(row[name])) for name in names},
        }
        for row in (as_rows(scores) if scores is not None else [])
    ]


def _lines(rows: Sequence[Row]) -> list[dict[str, str]]:
    return [
        {
            "model": words.clean(row["model"]),
            **{name: _percent(row[name]) for name in FIGURES},
            "bias": _signed(row["log_bias"]),
            "rank": _signed(row["rank_correlation"]),
            "crps": words.NONE if row["crps"] is None else f"{row['crps']:.2f}",
        }
        for row in rows
    ]


def _percent(share: float | None) -> str:
    return words.NONE if share is None else f"{100 * share:.0f} %"


def _signed(value: float | None) -> str:
    """
    Write a number with its sign.

    Examples
    --------
    >>> _signed(0.731), _signed(0.001), _signed(None) == words.NONE
    ('+0.73', '0.00', True)
    """
    if value is None:
        return words.NONE
    text = f"{value:+.2f}"
    return "0.00" if text in {"+0.00", "-0.00"} else text.replace("-", words.MINUS)
