"""Ask a person where a place is, and give the line of ``corrections.csv`` to answer with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.exports import csv_line
from data.schemas import CORE_FLAGS
from data.tables import as_rows, as_table
from data.tabulate import join_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

PLACE_READ = "place_read"
"""What corrects how a place is read: ``value_from`` is the record's own text, which stays."""

UNKNOWN, AMBIGUOUS = "place-unknown", "place-ambiguous"
"""Flags: no place fits or several do, and several do but one area holds them all."""

ORDER = (
    "deployment_id", "place", "column", "value_from", "value_to", "reason", "evidence",
    "source",
)  # fmt: skip
"""Columns in the order of our own file, and of the lines that a person is asked to paste."""

MOST_ASKED = 5
"""Questions that a run ends with; the pages hold all."""

_UNSAID = {"reason": "REASON", "evidence": "EVIDENCE", "source": "SOURCE"}
_TOWN = "TOWN"
"""Words that stand in a line to paste for what only a person can say."""

_OFFERED = re.compile(r"Did you mean (['\"])((?:(?!\1).)+)\1\?")
"""A question that offers one name."""

_LONGEST_REPEATED = 60
"""Characters; a longer place need not be said three times in one line."""

_LONGEST_SHOWN = 80
"""Characters of a place that a question repeats."""


@dataclass(frozen=True)
class OpenQuestion:
    """
    Where a deployment was, asked of a person.

    Attributes
    ----------
    deployment_id, place, force
        What is asked about; the place as published.
    flag
        `UNKNOWN` or `AMBIGUOUS`.
    text
        The question.
    corrected
        Whether a correction tells the place, and leaves it open.
    """

    deployment_id: str
    place: str
    force: str
    flag: str
    text: str
    corrected: bool = False

    @property
    def detail(self) -> str:
        """The question, and the line to answer it with."""
        line = line_to_paste(self.deployment_id, self.place, question=self.text)
        how = (
            "change the correction's line to"
            if self.corrected
            else "finish this line of corrections.csv"
        )
        return f"{self.text} To answer, {how}: {line}"


def line_to_paste(deployment_id: str, place: str, *, question: str = "") -> str:
    """
    Return the line of ``corrections.csv`` that says where a place is, for a person to finish.

    Parameters
    ----------
    deployment_id
        Deployment it is about.
    place
        Its place as published.
    question
        What is asked. Where it offers one name alone, the line takes that.

    Returns
    -------
    line
        Cells in `ORDER`, quoted and disarmed as in every CSV of ours. The words in capitals
        are for a person to replace; a file that still holds one is refused.

    Examples
    --------
    >>> line_to_paste("essex-2024-01-02-1", "High St")
    'essex-2024-01-02-1,High St,place_read,High St,"High St, TOWN",REASON,EVIDENCE,SOURCE'
    >>> line_to_paste("met-1", "Lester Sq", question="Did you mean 'Leicester Square'?")
    'met-1,Lester Sq,place_read,Lester Sq,Leicester Square,REASON,EVIDENCE,SOURCE'
    """
    shown = place if len(place) <= _LONGEST_REPEATED else ""
    named = shown if any(map(str.isalnum, shown)) else "PLACE"
    offered = _OFFERED.search(question)
    said = {
        "deployment_id": deployment_id,
        "place": shown,
        "column": PLACE_READ,
        "value_from": shown,
        "value_to": offered[2] if offered else f"{named}, {_TOWN}",
        **_UNSAID,
    }
    return csv_line([said[column] for column in ORDER])


def words_left(line: Mapping[str, str]) -> list[str]:
    """
    Return what a pasted line still says in capitals, where a person should have answered.

    Parameters
    ----------
    line
        Cells of ``corrections.csv`` by column.

    Examples
    --------
    >>> line = {"column": "place_read", "value_to": "High St, TOWN", "reason": "asked them"}
    >>> words_left({**line, "evidence": "EVIDENCE", "source": ""})
    ['TOWN', 'EVIDENCE']
    """
    left = [word for column, word in _UNSAID.items() if line[column] == word]
    unplaced = line["column"] == PLACE_READ and re.search(rf"\b{_TOWN}$", line["value_to"])
    return [_TOWN, *left] if unplaced else left


def ask_places(core: pd.DataFrame, places: gpd.GeoDataFrame) -> list[OpenQuestion]:
    """
    Ask about every deployment whose place is unknown or fits several.

    Parameters
    ----------
    core
        Deployments from `data.readings.with_readings`.
    places
        Their places, as for `data.tabulate.tabulate_deployments`, with ``reason`` and
        ``question``: what a person would have to say, or null.

    Returns
    -------
    questions
        In the order of the deployments.
    """
    rows = as_rows(join_places(core, places).drop(columns="geometry"))
    return [
        OpenQuestion(
            row["deployment_id"],
            row["place_published"],
            row["force"],
            UNKNOWN if row["precision"] == "unknown" else AMBIGUOUS,
            _text(row),
            corrected=row["place_corrected"] is not None,
        )
        for row in rows
        if row["precision"] == "unknown" or row.get("question")
    ]


def _text(row: Mapping[str, Any]) -> str:
    asked = f"Where is {_shown(row['place_published'])}?"
    if row["question"]:
        asked = f"{asked} {row['question']}"
    if row["place_corrected"]:
        said = "does not settle it either" if row["precision"] != "unknown" else "is not known"
        asked = f"{_shown(row['place_corrected'])}, as a correction reads it, {said}. {asked}"
    return asked


def _shown(place: str) -> str:
    cut = place if len(place) <= _LONGEST_SHOWN else f"{place[: _LONGEST_SHOWN - 3]}..."
    return repr(cut)


def flag_questions(questions: Sequence[OpenQuestion]) -> pd.DataFrame:
    """
    Return questions as flags.

    Parameters
    ----------
    questions
        From `ask_places`.

    Returns
    -------
    flags
        The table ``core_flags``, in the same order.
    """
    rows = [
        {"deployment_id": one.deployment_id, "flag": one.flag, "detail": one.detail}
        for one in questions
    ]
    return as_table(rows, CORE_FLAGS)


def sum_up(questions: Sequence[OpenQuestion]) -> tuple[str, ...]:
    """
    Return the lines that a run ends with, each question once.

    What a correction left open comes first, then what most deployments ask. Under each question
    stands the line that answers it for one deployment.

    Parameters
    ----------
    questions
        From `ask_places`.

    Returns
    -------
    lines
        At most `MOST_ASKED` questions, how many more there are, and where to answer; last the
        first line of the file to answer in.

    Examples
    --------
    >>> asked = OpenQuestion("essex-1", "High St", "Essex Police", UNKNOWN, "Where is 'High St'?")
    >>> for line in sum_up([asked, asked]):
    ...     print(line)
    Where is 'High St'? (2 deployments of Essex Police, such as essex-1)
    essex-1,High St,place_read,High St,"High St, TOWN",REASON,EVIDENCE,SOURCE
    To answer, finish such a line and put it into corrections.csv in the project's folder (--project, else the one you are in), below the line that follows. Every deployment asked about is flagged, and `passersby explain` gives its line.
    deployment_id,place,column,value_from,value_to,reason,evidence,source
    """  # noqa: E501 - what is printed
    if not questions:
        return ()
    alike: dict[tuple[str, str], list[OpenQuestion]] = {}
    for one in questions:
        alike.setdefault((one.force, one.text), []).append(one)
    groups = sorted(alike.values(), key=lambda group: (not group[0].corrected, -len(group)))
    lines = [line for group in groups[:MOST_ASKED] for line in _lines(group)]
    more = len(groups) - MOST_ASKED
    if more > 0:
        lines.append(f"And {more} more such question{'s' if more > 1 else ''}.")
    how = (
        "To answer, finish such a line and put it into corrections.csv in the project's folder "
        "(--project, else the one you are in), below the line that follows. Every deployment "
        "asked about is flagged, and `passersby explain` gives its line."
    )
    return (*lines, how, ",".join(ORDER))


def _lines(group: Sequence[OpenQuestion]) -> tuple[str, str]:
    first = group[0]
    if first.corrected:  # a second line for it would be refused
        line = f"the line of {first.deployment_id} in corrections.csv"
        return _told(group), f"Change {line}, or give lon and lat."
    place = first.place if first.place.isprintable() else ""  # the screen must not be steered
    return _told(group), line_to_paste(first.deployment_id, place, question=first.text)


def _told(group: Sequence[OpenQuestion]) -> str:
    first = group[0]
    if len(group) == 1:
        return f"{first.text} ({first.deployment_id})"
    return (
        f"{first.text} ({len(group)} deployments of {first.force}, such as "
        f"{first.deployment_id})"
    )
