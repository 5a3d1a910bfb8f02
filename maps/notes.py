"""Remarks that keep a reader from comparing what does not compare."""

from __future__ import annotations

from itertools import groupby, pairwise
from statistics import median
from string import ascii_uppercase
from typing import TYPE_CHECKING

from maps import words
from maps.rows import as_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.rows import Row
    from maps.tables import SiteTables

FLAG_NAMES = {
    "alerts-below-arrests": "fewer alerts than arrests",
    "announced-only": "announced only",
    "date-against-vintage": "date against the threshold and watchlist of its row",
    "date-out-of-order": "date out of the order of its table",
    "day-month-swap": "day and month may be swapped",
    "duplicate-row": "row given twice",
    "faces-rate-far": "faces per hour far from those near it in time",
    "other-disposal-equals-no-action": "other disposal equals no action",
    "place-ambiguous": "place not settled",
    "place-note": "a remark in the place cell",
    "place-told-differently": "place told differently elsewhere",
    "place-told-narrower": "place told more narrowly elsewhere",
    "place-unknown": "place not known",
    "spot-outside": "position outside the area of the force",
    "told-differently": "told differently by two documents",
}
"""Flags as a reader may know them; any other is its own name with spaces."""

TO_ANSWER = " To answer, "
"""What comes before the line of corrections.csv in the detail of an open question."""

SHORT_FLAGS = frozenset({"announced-only"})
"""Flags that the list of deployments names too: they ask whether there was one at all."""

LEAST_RATES = 3
"""An era's median of fewer hours-and-faces rows than this says nothing of a direction."""


def flag_name(flag: str) -> str:
    """
    Return what to call a flag.

    Examples
    --------
    >>> flag_name("announced-only"), flag_name("some_new-flag")
    ('announced only', 'some new flag')
    """
    return FLAG_NAMES.get(flag, flag.replace("-", " ").replace("_", " "))


def for_readers(detail: object) -> str:
    """
    Return what a flag tells a reader: of an open question, not the line to answer it with.

    That line is for whoever makes the map: the run ends with it, and ``explain`` has it.

    Examples
    --------
    >>> for_readers("Where is 'High St'? To answer, finish this line of corrections.csv: x,y")
    "Where is 'High St'?"
    """
    return str(detail).partition(TO_ANSWER)[0]


def rates_by_era(rows: Sequence[Row], eras: Sequence[Row]) -> list[tuple[Row, list[float]]]:
    """
    Return each era with the faces per hour of its deployments, in order of time.

    Examples
    --------
    >>> era = {"force": "A", "era": "first", "first_date": "2023-01-01"}
    >>> row = {"force": "A", "counting_era": "first", "faces_seen": 900, "duration_h": 3.0}
    >>> rates_by_era([row], [era])[0][1]
    [300.0]
    """
    rates: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        if row["faces_seen"] is not None and row["duration_h"]:
            key = (row["force"], row["counting_era"])
            rates.setdefault(key, []).append(row["faces_seen"] / row["duration_h"])
    ordered = sorted(eras, key=lambda era: (era["force"], era["first_date"] or ""))
    return [
        (era, rates[era["force"], era["era"]])
        for era in ordered
        if (era["force"], era["era"]) in rates
    ]


def era_letters(eras: Sequence[Row]) -> dict[tuple[str, str], str]:
    """
    Give the eras of each force letters in order of time, short enough for a narrow band.

    Examples
    --------
    >>> era_letters([{"force": "F", "era": "late", "first_date": "2024-01-01"},
    ...              {"force": "F", "era": "early", "first_date": "2023-01-01"}])
    {('F', 'early'): 'A', ('F', 'late'): 'B'}
    """
    letters = {}
    ordered = sorted(eras, key=lambda era: (era["force"], era["first_date"] or ""))
    for _, group in groupby(ordered, key=lambda era: era["force"]):
        for number, era in enumerate(group):
            name = ascii_uppercase[number] if number < len(ascii_uppercase) else str(number + 1)
            letters[era["force"], era["era"]] = name
    return letters


def _turns(eras: list[tuple[Row, list[float]]]) -> list[tuple[str, list[str]]]:
    """Return runs of breaks in the same direction: the verb, and the months."""
    known = [(era, median(rates)) for era, rates in eras if len(rates) >= LEAST_RATES]
    steps = []
    for (_, before), (era, after) in pairwise(known):
        month = words.date(str(era["first_date"])[:7])
        steps.append(("fell" if after < before else "rose", month))
    runs = groupby(steps, key=lambda step: step[0])
    return [(verb, [month for _, month in run]) for verb, run in runs]


def not_line(tables: SiteTables) -> str:
    """Say what the figures are not: people, or comparable across eras."""
    rows = as_rows(tables.deployments)
    eras = rates_by_era(rows, as_rows(tables.eras))
    remarks = [words.NOT_LINE]
    for _, group in groupby(eras, key=lambda pair: pair[0]["force"]):
        turns = [f"{verb} in {words.listing(months)}" for verb, months in _turns(list(group))]
        if turns:
            remarks.append(
                f"Faces per hour {words.listing(turns)}, unexplained: "
                "figures across those breaks do not compare."
            )
    return " ".join(dict.fromkeys(remarks))


def era_line(tables: SiteTables) -> str:
    """Explain the bands of the timeline in one line, implying no cause."""
    forces = set(tables.deployments["force"].tolist())
    eras = [era for era in as_rows(tables.eras) if era["force"] in forces]
    if len(eras) < 2:  # noqa: PLR2004 - one era has no break
        return ""
    letters = list(era_letters(eras).values())
    return (
        f"Bands {letters[0]} to {letters[-1]} are counting eras: the level of faces per "
        "hour changes from one to the next. Nobody has said why."
    )
