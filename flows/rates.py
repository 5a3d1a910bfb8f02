"""Tell arrests and alerts per hour or per faces, and refuse to put counting eras together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flows.parser import UsageError
from geo.errors import EraError, InputError
from geo.rate_terms import OVER, figure_name

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from data.settings import Settings

_FIRST, _LAST = "-01-01", "-12-31"
"""What a year lacks to be its first day and its last; a month lacks the end of it."""

_YEAR = len("2024")

_TABLES = ("core_deployments", "out_deployments")
_ERAS = "out_eras"

NOT_ACCURACY = (
    "Faces are passages, not people, and the force's own rounded estimate: this is no accuracy "
    "and no rate of hits."
)


@dataclass(frozen=True)
class Asked:
    """
    What is asked.

    Attributes
    ----------
    event, per
        What is counted, and what it is divided by.
    by
        One rate for every era, area or month; None for a single one, or for eras where
        neither a span nor an era is named.
    force, era
        Keep to these.
    first, last
        Dates as typed that bound the span.
    csv
        File to write as well.
    out, project
        Where to look, as for `flows.evidence.gather`.
    """

    event: str
    per: str
    by: str | None = None
    force: str | None = None
    era: str | None = None
    first: str | None = None
    last: str | None = None
    csv: Path | None = None
    out: Path | None = None
    project: Path | None = None


def tell_rates(asked: Asked) -> str:
    """
    Answer from a site, the last run of the project, or the embedded records.

    Parameters
    ----------
    asked
        The question.

    Returns
    -------
    text
        Lines for the screen: each rate with its interval and what it rests on.

    Raises
    ------
    EraError
        If one rate is asked for across eras; the message names those that can be asked for.
    InputError
        If nothing states the figures asked for.
    """
    from flows.batch import require_writable

    if asked.csv:
        require_writable(asked.csv)
    first, last = _span(asked)
    rows, eras, found_in = _deployments(asked)
    rows = _of_force(rows, asked.force)
    inside, doubtful = _within(rows, first, last)
    table = _rates(asked, inside, eras)
    told = table[table["deployments"] > 0]
    if told.empty:
        raise InputError(_nothing(asked, found_in))
    if asked.csv:
        _write(table, asked.csv)
    return "\n".join(_lines(asked, table, eras, found_in=found_in, doubtful=doubtful))


def _span(asked: Asked) -> tuple[str | None, str | None]:
    """Return the dates that bound the span, as precise as they were typed."""
    first, last = _iso(asked.first, "--from"), _iso(asked.last, "--to")
    if first and last and _whole(first, _FIRST) > _whole(last, _LAST):
        msg = f"--from {first} lies after --to {last}. Give the earlier date first."
        raise UsageError(msg)
    return first, last


def _iso(typed: str | None, option: str) -> str | None:
    from data.dates import parse_date
    from data.errors import ValueParseError

    if typed is None:
        return None
    try:
        return parse_date(typed).iso
    except ValueParseError as error:
        msg = f"{option}: {error}"
        raise UsageError(msg) from error


def _whole(date: str, rest: str) -> str:
    """Return a partial date's first or last day, to be compared as text."""
    return date + rest[len(date) - _YEAR :]


def _deployments(asked: Asked) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Return deployments with their areas, the counting eras, and where they were found."""
    from data.tabulate import in_areas
    from flows.evidence import gather
    from geo.rate_table import with_all_alerts

    def afresh(settings: Settings) -> dict[str, pd.DataFrame]:
        return _afresh(settings, placed=asked.by == "area")

    evidence = gather((*_TABLES, _ERAS), out=asked.out, project=asked.project, afresh=afresh)
    rows = in_areas(*(evidence.tables[name] for name in _TABLES))
    return with_all_alerts(rows), evidence.tables[_ERAS], evidence.found_in


def _afresh(settings: Settings, *, placed: bool) -> dict[str, pd.DataFrame]:
    """Read the embedded records; places are looked up only for rates by area."""
    from data.readings import with_readings
    from data.tabulate import join_places
    from flows.handover import Request
    from flows.stages import check_records, locate_records, read_documents

    request = Request(settings.model_copy(update={"streets": "none"}))
    checked = check_records(read_documents(request), request)
    if not placed:
        none = checked.core[["deployment_id"]].assign(area_code=None, area_name=None)
        return dict(zip(_TABLES, (checked.core, none), strict=True)) | {_ERAS: checked.eras}
    checked, places = locate_records(checked, request.lookup)
    joined = join_places(with_readings(checked.core, checked.corrections), places)
    return dict(zip(_TABLES, (checked.core, joined), strict=True)) | {_ERAS: checked.eras}


def _of_force(rows: pd.DataFrame, name: str | None) -> pd.DataFrame:
    from data.forces import force_named

    if name is None:
        return rows
    force = force_named(name).name
    own = rows[rows["force"] == force]
    if own.empty:
        known = ", ".join(sorted(set(rows["force"])))
        msg = f"There is no deployment of {force} here; --force may be one of: {known}."
        raise InputError(msg)
    return own


def _within(
    rows: pd.DataFrame, first: str | None, last: str | None
) -> tuple[pd.DataFrame, int]:
    """Return rows that lie in the span for certain, and how many only may."""
    begins = rows["date"].map(lambda date: _whole(date, _FIRST))
    ends = rows["date"].map(lambda date: _whole(date, _LAST))
    low = _whole(first, _FIRST) if first else ""
    high = _whole(last, _LAST) if last else "9999"
    certain = (begins >= low) & (ends <= high)
    possible = (ends >= low) & (begins <= high)
    return rows[certain], int((possible & ~certain).sum())


def _rates(asked: Asked, rows: pd.DataFrame, eras: pd.DataFrame) -> pd.DataFrame:
    from geo.rate_table import tabulate_rates
    from geo.rates import keep_era

    if asked.era:
        rows = keep_era(rows, eras, asked.era)
    spanned = asked.first or asked.last or asked.era
    options: dict[str, Any] = {"events": [asked.event], "per": [asked.per]}
    if rows.empty or asked.by or not spanned:
        return tabulate_rates(rows, eras, by=[asked.by or "era"], **options)
    rows = _require_one(asked, rows, eras)
    return tabulate_rates(rows, eras, by=["era"], **options).assign(by="span")


def _require_one(asked: Asked, rows: pd.DataFrame, eras: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of forces that state the figures, or refuse to put them together."""
    from geo.rates import rate_per_faces, rate_per_hour

    both = rows[asked.event].notna() & (rows[OVER[asked.per]].astype("float64") > 0)
    stating = rows[rows["force"].isin(set(rows["force"][both]))]
    if stating.empty:
        return rows
    rate = rate_per_hour if asked.per == "hour" else rate_per_faces
    try:
        rate(stating, asked.event, eras=eras)
    except EraError as error:
        forces = stating["force"].nunique()
        how = (
            "Name one with --force." if forces > 1 else "Name one with --era, or take --by era."
        )
        msg = f"{error} {how}"
        raise EraError(msg) from error
    return stating


def _nothing(asked: Asked, found_in: str) -> str:
    figure = figure_name(asked.event, asked.per).capitalize()
    over = "hours" if asked.per == "hour" else "faces seen"
    return (
        f"{figure} cannot be told: of the deployments asked about none states both {over} and "
        f"{asked.event.replace('_', ' ')}. Looked in {found_in}. Ask for other dates, another "
        "force or another figure."
    )


def _write(table: pd.DataFrame, path: Path) -> None:
    from data.exports import to_csv
    from data.rate_columns import OUT_RATES

    path.write_bytes(to_csv(table, OUT_RATES))


def _lines(
    asked: Asked, table: pd.DataFrame, eras: pd.DataFrame, *, found_in: str, doubtful: int
) -> list[str]:
    from data.tables import as_rows

    name = figure_name(asked.event, asked.per)
    labels = dict(zip(eras["era"], eras["label"], strict=True))
    span = "".join(
        f", {word} {day}"
        for word, day in zip(("from", "to"), _span(asked), strict=True)
        if day is not None
    )
    lines = [f"{name.capitalize()}{span}. Told from {found_in}."]
    silent = 0
    for row in as_rows(table):
        if row["deployments"]:
            lines.append(f"{_heading(row, labels)}: {_figures(row)}")
        else:
            silent += 1
    if silent:
        lines.append(f"Lines left out since no deployment states both figures: {silent}.")
    if doubtful:
        lines.append(f"Left out, with a date that only may lie in the span: {doubtful}.")
    lines.append("Intervals are of the mean, from how much days of one counting era differ.")
    return [*lines, NOT_ACCURACY] if asked.per == "faces" else lines


def _heading(row: dict[str, Any], labels: dict[str, str]) -> str:
    era = f"{row['era']} ({labels[row['era']]})" if row["era"] else None
    parts = (row["force"], row["area_name"] or row["area_code"], row["month"], era)
    return ", ".join(part for part in parts if part)


def _figures(row: dict[str, Any]) -> str:
    from maps.words import plural, rough

    noun = row["event"].replace("_", " ").removesuffix("s")
    over = (
        f"{row['duration_h']:,.1f} h"
        if row["per"] == "hour"
        else plural(row["faces_seen"], "face")
    )
    rests = (
        f"{plural(row['events'], noun)} in {over}, {plural(row['deployments'], 'deployment')} "
        f"on {plural(row['days'], 'day')}"
    )
    if row["deployments_without"]:
        rests += f", {row['deployments_without']:,} left out for want of a figure"
    if row["rate"] is None:
        return f"{row['note']} ({rests})"
    middle, low, high = (rough(row[end]) for end in ("rate", "lo90", "hi90"))
    return f"{middle}, 90 % interval {low} to {high} ({rests})"
