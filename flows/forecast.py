"""Expect the faces of planned deployments: one on the screen, or a file of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from data.errors import ValueParseError
from flows.batch import read_rows, require_writable, write_rows
from flows.places import LOCATED, locate_rows
from geo.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from flows.known import Known
    from geo.arithmetic import Arithmetic

EXPECTED = ("faces_expected", "faces_expected_lo80", "faces_expected_hi80")
PREDICTED = (
    "force",
    "date",
    "date_precision",
    *LOCATED[1:-1],
    "duration_h",
    "counting_era",
    *EXPECTED,
    "faces_expected_lo90",
    "faces_expected_hi90",
    "exposure_source",
    "reason",
    "evidence",
)
"""
Columns of the answers, named as in deployments.csv; ``reason`` says what is not known and
``evidence`` what moved the expectation.
"""


class Basis(NamedTuple):
    """
    What expectations are to rest on.

    Attributes
    ----------
    as_of
        Day whose knowledge is asked for, as typed; None for all that is known.
    project
        Folder whose last run counts too.
    """

    as_of: str | None = None
    project: Path | None = None

    def known(self) -> Known:
        """
        Gather it.

        Raises
        ------
        InputError
            If the day cannot be read, or is none.
        """
        from data.dates import parse_date
        from flows.known import known_by

        if self.as_of is None:
            return known_by(None, project=self.project)
        date = parse_date(self.as_of)
        if date.precision != "day":
            msg = f"--as-of needs a day, such as 2024-12-01; {self.as_of!r} is none."
            raise ValueParseError(msg)
        return known_by(date.iso, project=self.project)


def predict_file(path: Path, *, force: str | None, csv: Path, basis: Basis) -> int:
    """
    Expect the faces of every row of a CSV file and write one row per row.

    Parameters
    ----------
    path
        CSV with columns ``place``, ``date`` and ``hours``; optional ``force``.
    force
        Force of rows that name none; by default the force that polices the place.
    csv
        File to write.
    basis
        What is known, and when.

    Returns
    -------
    code
        0; a row that cannot be predicted has nulls and says why.
    """
    from data.schema import text

    require_writable(csv, beside=path)
    rows = read_rows(path, required=["place", "date", "hours"], optional=["force"])
    answers, _ = forecast(rows, force=force, known=basis.known())
    write_rows(answers, csv, more=[text("evidence", "What moved the expectation.")])
    known = int(answers["faces_expected"].notna().sum())
    print(f"{len(rows)} rows in, {known} predicted, {len(rows) - known} not")
    return 0


def show_forecast(place: str, *, date: str, hours: str, force: str | None, basis: Basis) -> int:
    """
    Print what is expected of one planned deployment, and how that was reached.

    Parameters
    ----------
    place, date, hours
        The plan, as typed.
    force
        Force that plans it; by default the one that polices the place.
    basis
        What is known, and when.

    Returns
    -------
    code
        0.

    Raises
    ------
    InputError
        If date or hours cannot be read.
    """
    plan = pd.DataFrame({"place": [place], "date": [date], "hours": [hours], "force": [force]})
    known = basis.known()
    answers, pieces = forecast(plan.astype("str"), force=force, known=known)
    row = answers.iloc[0]
    piece = pieces[0]
    if piece is None:
        raise InputError(row["reason"])
    radius = row["uncertainty_m"]
    near = f", within {radius:.0f} m" if pd.notna(radius) else ""
    print(f"{row['force']}, {row['date']}, {row['duration_h']:.2f} h")
    print(f"Place: {row['place_read']} ({row['precision']}{near}; {row['located_by']})")
    print(known.told)
    if not piece.parts:
        print(piece.moved_by())
        return 0
    print(_answer_line(piece))
    for sentence in piece.sentences():
        print(sentence)
    if not piece.parts:
        return 0
    print(piece.moved_by())
    print("Faces are passages as the force counts them, not people, if it counts as before.")
    return 0


def _answer_line(piece: Arithmetic) -> str:
    """Say the answer as one may quote it; the arithmetic below it has all digits."""
    from maps.words import likely

    said = likely(piece.expected, piece.lo80, piece.hi80, noun="faces")
    whose = ", at the level of another force" if piece.source == "borrowed" else ""
    return f"In short: {said} (80 %){whose}."


def forecast(
    plans: pd.DataFrame, *, force: str | None, known: Known
) -> tuple[pd.DataFrame, list[Arithmetic | None]]:
    """
    Expect the faces of planned deployments.

    Parameters
    ----------
    plans
        Columns ``place``, ``date``, ``hours`` and ``force``, as text.
    force
        Force of plans that name none; by default the one that polices the place.
    known
        What expectations rest on.

    Returns
    -------
    answers, pieces
        The columns `PREDICTED`, indexed like ``plans``; and the arithmetic of each, None
        where date or hours cannot be read.
    """
    located = pd.DataFrame(locate_rows(plans, force=force)).drop(columns="geometry")
    located["force"] = located["force"].fillna(_policing(located["area_code"]))
    rows: list[dict[str, object]] = []
    pieces: list[Arithmetic | None] = []
    for place, plan in zip(located.to_dict("records"), plans.to_dict("records"), strict=True):
        answer, piece = _answer(place, plan, known)
        rows.append(answer)
        pieces.append(piece)
    answers = pd.DataFrame(rows, index=plans.index, columns=list(PREDICTED))
    return answers, pieces


def _answer(
    place: dict[str, object],
    plan: dict[str, object],
    known: Known,
) -> tuple[dict[str, object], Arithmetic | None]:
    from data.dates import parse_date
    from data.times import parse_duration
    from geo.exposure import expect_at

    answer = {name: place.get(name) for name in PREDICTED}
    answer["reason"] = place["reason"] if place["precision"] == "unknown" else None
    force = place["force"]
    try:
        date = parse_date(_typed(plan["date"]))
        hours = parse_duration(_typed(plan["hours"]), unit="hours")
        if not isinstance(force, str):
            why = f" {place['reason']}" if place["precision"] == "unknown" else ""
            msg = (
                f"Which force it is cannot be told from the place.{why} Name the force with "
                "--force."
            )
            raise ValueParseError(msg)
        piece = expect_at(
            known.levels,
            known.eras,
            force=force,
            date=date.iso,
            hours=hours,
            totals=known.totals,
        )
    except InputError as error:
        return answer | {"reason": str(error)}, None
    answer |= {
        "date": date.iso,
        "date_precision": date.precision,
        "duration_h": hours,
        "counting_era": piece.era,
        "faces_expected": piece.expected,
        "faces_expected_lo80": piece.lo80,
        "faces_expected_hi80": piece.hi80,
        "faces_expected_lo90": piece.lo90,
        "faces_expected_hi90": piece.hi90,
        "exposure_source": piece.source,
        "evidence": piece.moved_by() if piece.parts else None,
    }
    return answer | ({"reason": piece.reason} if piece.reason else {}), piece


def _typed(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _policing(codes: pd.Series) -> pd.Series:
    """Name the one territorial force of each area; null where none or several are known."""
    from data.forces import force_named
    from data.gazetteer import load_gazetteer

    table = load_gazetteer().force_areas
    single = table.drop_duplicates("area_code", keep=False).set_index("area_code")["force"]
    names = codes.map(single)
    full = names.map(lambda name: force_named(name).name, na_action="ignore")
    return full.astype("str")  # of nulls alone the type would not be that of text
