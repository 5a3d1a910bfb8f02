"""Read how the stated radii held up against known spots: ``data/place_calibration.csv``."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd

from data.errors import SchemaError
from data.schema import Table, count, number, text

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("tune", "holdout")
"""Whether the spots were looked at while radii were set, or only once at the end."""

PLACE_CALIBRATION = Table(
    "place_calibration",
    "How often the stated radius holds a spot known from elsewhere, and how wide it is. "
    "Written by `python tests/benchmarks/known_spots.py --write`; no reference row is in it.",
    (
        text(
            "kind",
            "What the text names: street, junction, station, venue or district; these 'held' "
            "where the spot's own source and our tables name the same point; borough; "
            "published, a place of a record that builders had not seen; 'all' is every kind "
            "but those held, boroughs and published.",
            null=False,
        ),
        text(
            "covered_by",
            "What the answer rests on: extract, curated, station, tables (another point of "
            "the embedded tables), borough (nothing narrower), nothing (no answer); 'all'.",
            null=False,
        ),
        count("spots", "Known spots, one per text.", null=False),
        number(
            "right_area_share",
            "Of those answered, the share whose borough or authority is right.",
            high=1,
        ),
        number(
            "inside_share",
            "Of those answered, the share whose spot lies within the stated radius.",
            high=1,
        ),
        number("inside_lo95_share", "Lower end of its 95 % Wilson interval.", high=1),
        number("inside_hi95_share", "Upper end of its 95 % Wilson interval.", high=1),
        number("radius_median_m", "Median stated radius of those answered.", "metre"),
        number("radius_p90_m", "Radius that nine in ten of them do not exceed.", "metre"),
        text("part", "Which part of the texts.", *PARTS, null=False),
        text("date", "ISO day on which it was measured.", null=False),
        text("truth", "How the spots were established, in short.", null=False),
    ),
    key=("kind", "covered_by", "part"),
)


def load_place_calibration(path: Path | None = None) -> pd.DataFrame:
    """
    Read the measured coverage and sharpness of places, checked.

    Parameters
    ----------
    path
        A CSV in the form of ``data/place_calibration.csv``; the embedded one by default.

    Returns
    -------
    calibration
        The columns of `PLACE_CALIBRATION`, rows in the order of the file. Shares and radii
        are null where nothing was answered.

    Raises
    ------
    SchemaError
        If columns are wrong, a share lies outside 0..1, a part is unknown or a row is given
        twice.

    Examples
    --------
    >>> frame = load_place_calibration()
    >>> tuple(frame.columns) == PLACE_CALIBRATION.names
    True
    """
    name = "data/place_calibration.csv" if path is None else path.name
    source = files("data") / "place_calibration.csv" if path is None else path
    with source.open(encoding="utf-8") as stream:
        frame = pd.read_csv(stream, dtype="str", keep_default_na=False)
    if tuple(frame.columns) != PLACE_CALIBRATION.names:
        names = list(PLACE_CALIBRATION.names)
        msg = f"{name} must have the columns {names}; it has {list(frame.columns)}."
        raise SchemaError(msg)
    for column in PLACE_CALIBRATION.columns:
        if column.dtype != "VARCHAR":
            frame[column.name] = _numbers(frame[column.name], name)
    _require_bounds(frame, name)
    return frame.assign(spots=frame["spots"].astype("int64"))


def _numbers(cells: pd.Series, name: str) -> pd.Series:
    numbers = pd.to_numeric(cells.replace("", None), errors="coerce").astype("float64")
    bad = cells.ne("") & numbers.isna()
    if bad.any():
        line = int(bad.to_numpy().argmax()) + 2
        msg = f"{name}, line {line}, {cells.name}: {cells[bad].iloc[0]!r} is not a number."
        raise SchemaError(msg)
    return numbers


def _require_bounds(frame: pd.DataFrame, name: str) -> None:
    for column in PLACE_CALIBRATION.columns:
        cells = frame[column.name]
        bad = cells.isna() if not column.nullable else cells.isna() & False
        if column.values:  # noqa: PD011 - the values a column may take, not a frame's
            bad |= ~cells.isin(column.values)
        if column.low is not None:
            bad |= cells < column.low
        if column.high is not None:
            bad |= cells > column.high
        if bad.any():
            line = int(bad.to_numpy().argmax()) + 2
            msg = f"{name}, line {line}: {cells[bad].iloc[0]!r} cannot be a {column.name}."
            raise SchemaError(msg)
    doubled = frame.duplicated(list(PLACE_CALIBRATION.key))
    if doubled.any():
        line = int(doubled.to_numpy().argmax()) + 2
        msg = f"{name}, line {line}: this kind, cover and part are given before."
        raise SchemaError(msg)
