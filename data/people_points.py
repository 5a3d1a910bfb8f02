"""Read tables of people at points: jobs, a daytime population, households by postcode."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from data.delimited import DELIMITERS, decode
from data.errors import SourceError
from data.readers import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

POSITIONS = {
    ("lon", "lat"): ("EPSG:4326", ((-180.0, 180.0), (-90.0, 90.0))),
    ("easting_m", "northing_m"): ("EPSG:27700", ((0.0, 700_000.0), (0.0, 1_300_000.0))),
}
"""Columns that hold positions, the system they are in, and from where to where it goes."""

COUNTS = ("count", "people", "persons", "residents", "jobs", "population", "workers")
"""Columns that may hold the count, where it is not named."""


def load_people_points(path: Path, *, count: str | None = None) -> gpd.GeoDataFrame:
    """
    Read a table of people at points.

    Parameters
    ----------
    path
        A text table (CSV or its kin) with a header and a row for each point: columns ``lon``
        and ``lat`` in degrees (EPSG:4326), or ``easting_m`` and ``northing_m`` on the British
        National Grid, and a count. Other columns are left alone.
    count
        The column of the count; None for the one of `COUNTS` that is there.

    Returns
    -------
    points
        In EPSG:4326, indexed by row as a spreadsheet numbers them, the header being 1, with
        ``count`` [persons]. Rows without any value are left out.

    Raises
    ------
    SourceError
        If the file is missing, is no text table or lacks a column, or a value is missing, no
        number, below zero or out of range; the message names the row and the column.
    """
    import geopandas as gpd

    from geo.crs import to_stored

    frame = _read(path)
    names = _positions_in(frame, path)
    named = _count_in(frame, path, count)
    crs, bounds = POSITIONS[names]
    x, y = (_numbers(frame, name, path, span) for name, span in zip(names, bounds, strict=True))
    counts = _numbers(frame, named, path, (0.0, np.inf))
    points = gpd.GeoDataFrame(
        {"count": counts}, geometry=gpd.points_from_xy(x, y), crs=crs, index=frame.index
    )
    return to_stored(points)


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    if not path.is_file():
        msg = f"There is no table of people at {path}. Give the path of a CSV file."
        raise SourceError(msg)
    if path.stat().st_size > MAX_BYTES:
        msg = f"{path.name} is larger than {MAX_BYTES:,} bytes. Clip it to the region."
        raise SourceError(msg)
    text = decode(path.read_bytes(), name=path.name)
    head = text.partition("\n")[0]
    mark = max(DELIMITERS, key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        msg = f"{path.name}: the quotes do not match ({error}). Close or double them."
        raise SourceError(msg) from error
    header = [name.strip().casefold() for name in rows[0]] if rows else []
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        msg = f"{path.name} has the column {twice[0]!r} twice. Rename one of them."
        raise SourceError(msg)
    kept = [(i, row) for i, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]
    _require_width(kept, len(header), path)
    wide = [[*row, *[""] * (len(header) - len(row))] for _, row in kept]
    return pd.DataFrame(wide, columns=header, index=[i for i, _ in kept], dtype="str")


def _require_width(rows: list[tuple[int, list[str]]], width: int, path: Path) -> None:
    if not rows:
        msg = f"{path.name} has no rows below its header. Check that it is the right file."
        raise SourceError(msg)
    for number, row in rows:
        if len(row) > width:
            msg = (
                f"{path.name}, row {number} has {len(row)} cells under {width} headers. Quote "
                "the cell that holds the delimiter."
            )
            raise SourceError(msg)


def _positions_in(frame: pd.DataFrame, path: Path) -> tuple[str, str]:
    there = [names for names in POSITIONS if set(names) <= set(frame.columns)]
    if len(there) == 1:
        return there[0]
    has = "both pairs of" if there else "no"
    msg = (
        f"{path.name} has {has} columns of positions; it has {sorted(frame.columns)}. Name "
        "them lon and lat (degrees), or easting_m and northing_m (British National Grid)."
    )
    raise SourceError(msg)


def _count_in(frame: pd.DataFrame, path: Path, count: str | None) -> str:
    wanted = COUNTS if count is None else (count.strip().casefold(),)
    there = [name for name in wanted if name in frame.columns]
    if len(there) == 1:
        return there[0]
    why = f"several columns of counts: {there}" if there else f"no column {' or '.join(wanted)}"
    msg = f"{path.name} has {why}; it has {sorted(frame.columns)}. Name the one to count."
    raise SourceError(msg)


def _numbers(
    frame: pd.DataFrame, column: str, path: Path, span: tuple[float, float]
) -> NDArray[np.float64]:
    """Return a column as numbers; the first cell that is none in range is an error."""
    import pandas as pd

    texts = frame[column].str.strip()
    numbers = np.asarray(pd.to_numeric(texts, errors="coerce"), dtype=np.float64)
    low, high = span
    wrong = ~(np.isfinite(numbers) & (numbers >= low) & (numbers <= high))
    if wrong.any():
        at = int(wrong.argmax())
        said = repr(texts.iloc[at]) if texts.iloc[at] else "nothing"
        reach = f"from {low:g} up" if np.isinf(high) else f"from {low:g} to {high:g}"
        msg = (
            f"{path.name}, row {frame.index[at]}, column {column!r} holds {said}; it needs a "
            f"number {reach}, without separators."
        )
        raise SourceError(msg)
    return numbers
