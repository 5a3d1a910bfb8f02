"""
Apply corrections visibly: what, from, to, why, and what shows it; the raw cell stays.

Ours are in ``data/corrections.csv``; a user's, in the same columns, are laid over them.
"""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.cell import is_unknown, one_line
from data.dates import parse_date
from data.delimited import DELIMITERS, decode
from data.errors import CorrectionError, SourceError, ValueParseError
from data.exports import FORMULA_STARTS
from data.lint import join_flags, split_flags
from data.open_questions import PLACE_READ, words_left
from data.overlap import place_key
from data.schemas import CORE_CORRECTIONS, CORE_DEPLOYMENTS
from data.tables import as_rows, as_table
from data.times import parse_duration, parse_time
from data.values import (
    parse_coordinate,
    parse_count,
    parse_share,
    parse_status,
    parse_text,
    parse_threshold,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

EMBEDDED = Path(__file__).with_name("corrections.csv")
_OURS = "the embedded corrections.csv"
CORRECTED = "corrected"
"""Flag of a deployment that a correction has changed."""

COLUMNS = ("deployment_id", "column", "value_from", "value_to", "reason", "evidence")
_OPTIONAL = ("place", "source")
_FRAME = (*COLUMNS, *_OPTIONAL, "file", "line")

_SPOT = ("lon", "lat")
_BEYOND = "beyond the last column"
_TEXTS = ("area_published", "use_case", "event", "note")
_SPECIAL: dict[str, Callable[[str], Any]] = {
    "duration_h": lambda text: parse_duration(text, unit="hours"),
    "threshold": parse_threshold,
    "false_alert_rate_share": parse_share,
    "start_time": parse_time,
    "end_time": parse_time,
    "status": parse_status,
    "lon": lambda text: parse_coordinate(text, limit=180),
    "lat": lambda text: parse_coordinate(text, limit=90),
    "date": lambda text: parse_date(text).iso,
}
_PARSERS: dict[str, Callable[[str], Any]] = {
    column.name: _SPECIAL.get(column.name)
    or (parse_text if column.name in _TEXTS else parse_count)
    for column in CORE_DEPLOYMENTS.columns
    if column.name in _SPECIAL
    or column.name in _TEXTS
    or (column.dtype == "BIGINT" and not column.name.startswith("source_"))
} | {PLACE_READ: parse_text}


def load_corrections(paths: Sequence[Path] = ()) -> pd.DataFrame:
    """
    Return our corrections, with those of other files laid over them.

    Parameters
    ----------
    paths
        Further files, the last one counting most; one that does not exist adds nothing.

    Returns
    -------
    corrections
        One row per deployment and column, with the file and line it stands in.

    Raises
    ------
    CorrectionError
        If a file lacks a column, or a line lacks a value, names a column that cannot be
        corrected, or gives a value that does not parse.

    Examples
    --------
    >>> load_corrections()["deployment_id"].tolist()
    ['met-2023-07-11-1']
    """
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    for path in (EMBEDDED, *paths):
        if path != EMBEDDED and not path.is_file():
            continue
        for line in _read(path):
            key = (line["deployment_id"], line["column"])
            before = latest.get(key)
            if before and before["file"] == line["file"]:
                msg = (
                    f"{_where(line)} corrects {key[1]} of {key[0]} again, after line "
                    f"{before['line']}. Keep one of the two."
                )
                raise CorrectionError(msg)
            latest[key] = line
    frame = pd.DataFrame(list(latest.values()), columns=list(_FRAME))
    return frame.astype(dict.fromkeys(set(_FRAME) - {"line"}, "str") | {"line": "int64"})


def _read(path: Path) -> list[dict[str, Any]]:
    name = _OURS if path == EMBEDDED else path.name
    try:
        text = decode(path.read_bytes(), name=name)
    except SourceError as error:
        raise CorrectionError(str(error)) from error
    head = text.partition("\n")[0]
    mark = max(DELIMITERS, key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, restkey=_BEYOND)
    try:
        return _lines(reader, name)
    except csv.Error as error:
        msg = f"{name}, line {reader.line_num + 1} cannot be read ({error}). Close its quotes."
        raise CorrectionError(msg) from error


def _lines(reader: csv.DictReader[str], name: str) -> list[dict[str, Any]]:
    lacking = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if lacking:
        needed = ", ".join(COLUMNS)
        msg = f"{name} lacks the columns {lacking}. Its first line must name: {needed}."
        raise CorrectionError(msg)
    lines = []
    for row in reader:
        if row.get(_BEYOND):
            msg = (
                f"{name}, line {reader.line_num} has more cells than there are columns. Put "
                "double quotes around a cell that holds a comma."
            )
            raise CorrectionError(msg)
        held = {column: _armed(row.get(column) or "") for column in (*COLUMNS, *_OPTIONAL)}
        if any(held.values()):
            lines.append(held | {"file": name, "line": reader.line_num})
    for line in lines:
        _require_whole(line)
    return lines


def _armed(cell: str) -> str:
    """Take off the apostrophe that kept a spreadsheet from running a cell as a formula."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def _where(line: Mapping[str, Any]) -> str:
    return f"{line['file']}, line {line['line']}"


def _require_whole(line: Mapping[str, Any]) -> None:
    needed = [column for column in COLUMNS if column != "value_from" and not line[column]]
    if needed:
        msg = (
            f"{_where(line)} says nothing under {needed}. Every correction needs a deployment, "
            "a column, a value, a reason and evidence."
        )
        raise CorrectionError(msg)
    if line["column"] not in _PARSERS:
        known = ", ".join(sorted(_PARSERS))
        said = f"'{line['column']}' is no column that can be corrected"
        msg = f"{_where(line)}: {said}. Known: {known}."
        raise CorrectionError(msg)
    _require_finished(line)
    for end in ("value_from", "value_to"):
        try:
            _parse(line["column"], line[end])
        except ValueParseError as error:
            msg = f"{_where(line)}, {end}: {error}"
            raise CorrectionError(msg) from error


def _require_finished(line: Mapping[str, Any]) -> None:
    """Refuse a line pasted as it was given, and a reading that names nothing."""
    left = words_left(line)
    if left:
        msg = (
            f"{_where(line)} still says {', '.join(left)}, as it was given to be finished. Put "
            "in what you know; only the source may stay empty."
        )
        raise CorrectionError(msg)
    if line["column"] == PLACE_READ and is_unknown(line["value_to"]):
        msg = (
            f"{_where(line)} reads a place as '{line['value_to']}', which names none. Give the "
            "place it means, such as 'High Street, Ilford', or take the line out."
        )
        raise CorrectionError(msg)


def _parse(column: str, text: str) -> Any:  # noqa: ANN401 - a column's own type
    return None if is_unknown(text) else _PARSERS[column](text)


def apply_corrections(
    core: pd.DataFrame, corrections: pd.DataFrame, *, elsewhere: Collection[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Apply corrections to deployments.

    Parameters
    ----------
    core
        Deployments as published, with the columns of ``core_deployments``; not changed.
    corrections
        What `load_corrections` gives.
    elsewhere
        Ids of deployments that this run holds in another frame; their corrections are passed
        over here.

    Returns
    -------
    core
        The same rows, index and order, with the values corrected, ``corrected`` among the
        ``flags``, and every id as it was.
    applied
        The corrections applied, with the columns of ``core_corrections``.

    Raises
    ------
    CorrectionError
        If the record no longer holds the value a correction starts from, a user's
        correction names a deployment that is not there, or a spot is left with one of its
        two coordinates.

    Notes
    -----
    One of our own corrections whose deployment is not in this run is passed over.
    ``place_read`` changes no column here: `data.readings` reads the place by it.
    """
    rows = {row["deployment_id"]: row for row in as_rows(core)}
    changes: dict[str, dict[Any, Any]] = defaultdict(dict)
    applied = []
    index = dict(zip(core["deployment_id"], core.index, strict=True))
    for line in as_rows(corrections):
        row = _deployment(line, rows, elsewhere)
        if row is None:
            continue
        _require_match(line, row)
        for column, value in _new_values(line).items():
            changes[column][index[line["deployment_id"]]] = value
        flags = join_flags([*split_flags(row["flags"]), CORRECTED])
        changes["flags"][index[line["deployment_id"]]] = flags
        before = row["place_published"] if line["column"] == PLACE_READ else "not stated"
        applied.append(line | {"value_from": line["value_from"] or before})
    changed = _change(core, changes)
    _require_whole_spots(changed, applied)
    _require_lon_first(changed, applied)
    order = {identity: position for position, identity in enumerate(rows)}
    applied.sort(key=lambda line: order[line["deployment_id"]])
    return changed, as_table(applied, CORE_CORRECTIONS)


def _require_whole_spots(core: pd.DataFrame, applied: Sequence[Mapping[str, Any]]) -> None:
    lacking = core["lon"].isna() != core["lat"].isna()
    halves = set(core.loc[lacking, "deployment_id"])
    for line in applied:
        if line["column"] in _SPOT and line["deployment_id"] in halves:
            other = _SPOT[line["column"] == "lon"]
            msg = (
                f"{_where(line)} gives {line['column']} of {line['deployment_id']} but nothing "
                f"gives its {other}. A spot needs both: add a line for {other}."
            )
            raise CorrectionError(msg)


def _require_lon_first(core: pd.DataFrame, applied: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a spot that lies among the areas we know only with lon and lat changed about."""
    lines = {line["deployment_id"]: line for line in applied if line["column"] in _SPOT}
    spots = core[core["deployment_id"].isin(lines)].set_index("deployment_id")
    spots = spots[list(_SPOT)].dropna()
    if spots.empty:
        return
    from data.gazetteer import load_gazetteer

    west, south, east, north = load_gazetteer().areas.total_bounds
    for identity, lon, lat in spots.itertuples():
        if west <= lat <= east and south <= lon <= north:
            msg = (
                f"{_where(lines[identity])} puts {identity} at lon {lon:g}, lat {lat:g}. The "
                "two seem to have changed places: lon is degrees east, negative to the west."
            )
            raise CorrectionError(msg)


def _deployment(
    line: Mapping[str, Any],
    rows: Mapping[str, dict[str, Any]],
    elsewhere: Collection[str],
) -> dict[str, Any] | None:
    row = rows.get(line["deployment_id"])
    place = line["place"]
    if row and (not place or place_key(place) == place_key(row["place_published"])):
        return row
    if line["file"] == _OURS or line["deployment_id"] in elsewhere:
        return None
    said = f"is at '{row['place_published']}', not '{place}'" if row else "is not in this run"
    msg = (
        f"{_where(line)}: deployment {line['deployment_id']} {said}. Look its id up in "
        "deployments.csv, or take the line out."
    )
    raise CorrectionError(msg)


def _require_match(line: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    held, stated = _held_and_stated(line, row)
    both = isinstance(held, float) and isinstance(stated, float)
    if held == stated or (both and math.isclose(held, stated, rel_tol=1e-4)):
        return
    shown = "nothing" if held is None else f"'{held}'"
    msg = (
        f"{_where(line)}: the record of {line['deployment_id']} holds {shown} as "
        f"{_held_as(line['column'])}, not '{line['value_from']}'. It has changed since; see "
        "whether the correction is still needed."
    )
    raise CorrectionError(msg)


def _held_as(column: str) -> str:
    return "place_published" if column == PLACE_READ else column


def _held_and_stated(line: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[Any, Any]:
    held = row[_held_as(line["column"])]
    if line["column"] == PLACE_READ:  # a text is never unknown, and nothing need be stated
        return held, one_line(line["value_from"]) or held
    return held, _parse(line["column"], line["value_from"] or "")


def _new_values(line: Mapping[str, Any]) -> dict[str, Any]:
    if line["column"] == "date":
        date = parse_date(line["value_to"])
        return {"date": date.iso, "date_precision": date.precision}
    if line["column"] == PLACE_READ:
        return {}
    return {line["column"]: _parse(line["column"], line["value_to"])}


def _change(core: pd.DataFrame, changes: Mapping[str, Mapping[Any, Any]]) -> pd.DataFrame:
    changed = core.copy()
    for column, values in changes.items():
        held = [
            values.get(label, value)
            for label, value in zip(core.index, core[column].tolist(), strict=True)
        ]
        changed[column] = pd.Series(held, index=core.index, dtype=core[column].dtype)
    return changed
