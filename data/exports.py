"""The files readers download: CSV, GeoJSON and GeoParquet, the same bytes every time."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data.area_columns import OUT_AREAS
from data.era_columns import OUT_ERAS
from data.errors import SchemaError
from data.event_schema import OUT_EVENTS
from data.rate_columns import OUT_RATES
from data.schema_beside import OUT_PLAUSIBLE, OUT_RATIOS
from data.schemas import OUT_DEPLOYMENTS, OUT_PLACES, OUT_VAGUENESS, REJECTED_ROWS
from data.score_schema import OUT_SCORECARD
from data.tables import as_rows
from data.tabulate import conform
from geo.crs import STORED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from data.schema import Table

DOWNLOADS = {
    "places.csv": OUT_PLACES,
    "areas.csv": OUT_AREAS,
    "rejected.csv": REJECTED_ROWS,
    "vagueness.csv": OUT_VAGUENESS,
    "events.csv": OUT_EVENTS,
    "scorecard.csv": OUT_SCORECARD,
    "rates.csv": OUT_RATES,
    "eras.csv": OUT_ERAS,
    "ratios.csv": OUT_RATIOS,
}
"""Tables written as CSV beside the deployments, by the file's name in ``site/data``."""

MAYBE = {"plausible.csv": OUT_PLAUSIBLE}
"""The same of tables that a run may be without."""

_DEGREES = {"lon", "lat"}

_PLACES_OF_DEGREES = 6
"""Decimals of a degree: 0.1 m, finer than any place here is known."""

_DIGITS = 6
"""Significant digits of other measures, and more before the point: a reported count may stand
among estimates, and counts and text are never rounded."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a text for a formula, or lose its first character."""

_QUOTED = {",", '"', "\n", "\r"}
"""What makes a field need quotes."""


def to_csv(frame: pd.DataFrame, table: Table) -> bytes:
    r"""
    Write a table as CSV.

    Parameters
    ----------
    frame
        The table's columns in any order; others, such as ``geometry``, are left out.
    table
        Its schema, which gives the order.

    Returns
    -------
    content
        UTF-8 without a mark, lines ending in LF, null as an empty field. Coordinates have six
        decimals, other measures six significant digits.

    Raises
    ------
    SchemaError
        If a column is missing.

    Notes
    -----
    Text that a spreadsheet would run as a formula, since it begins with ``=``, ``+``, ``-``,
    ``@``, a tab or a line break, gets an apostrophe before it. Numbers never do.

    Examples
    --------
    >>> from data.schemas import CORE_FLAGS
    >>> flags = pd.DataFrame({"deployment_id": ["met-1"], "flag": ["=1+1"], "detail": ["a, b"]})
    >>> to_csv(flags, CORE_FLAGS)
    b'deployment_id,flag,detail\nmet-1,\'=1+1,"a, b"\n'
    """
    rows = [row.values() for row in as_rows(tidy(frame, table))]
    lines = [",".join(table.names), *map(csv_line, rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def csv_line(cells: Iterable[object]) -> str:
    """
    Write one line of a CSV, as in `to_csv`.

    Examples
    --------
    >>> csv_line(["High St, Ilford", "Camden", None, 2.5])
    '"High St, Ilford",Camden,,2.5'
    """
    return ",".join(map(_field, cells))


def deployments_csv(deployments: pd.DataFrame) -> bytes:
    """
    Write ``deployments.csv``.

    Parameters
    ----------
    deployments
        The columns of ``out_deployments``.

    Returns
    -------
    content
        As from `to_csv`.
    """
    return to_csv(deployments, OUT_DEPLOYMENTS)


def deployments_geojson(deployments: gpd.GeoDataFrame) -> bytes:
    """
    Write ``deployments.geojson``, after RFC 7946.

    Parameters
    ----------
    deployments
        The columns of ``out_deployments`` and ``geometry`` in EPSG:4326.

    Returns
    -------
    content
        One feature per row with its figures as properties, null where unknown; coordinates
        to six decimals, outer rings anticlockwise, a null geometry for an unknown place.

    Raises
    ------
    SchemaError
        If a column is missing, or the geometry is not in EPSG:4326.
    """
    shapes = _rounded_shapes(_shapes(deployments))
    rows = as_rows(tidy(deployments, OUT_DEPLOYMENTS))
    features = [
        {"type": "Feature", "id": row["deployment_id"], "geometry": shape, "properties": row}
        for row, shape in zip(rows, shapes, strict=True)
    ]
    # One feature a line: a changed deployment is a changed line.
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        for feature in features
    )
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'.encode()


def deployments_parquet(deployments: gpd.GeoDataFrame) -> bytes:
    """
    Write ``deployments.parquet``, as GeoParquet.

    Parameters
    ----------
    deployments
        The columns of ``out_deployments`` and ``geometry`` in EPSG:4326.

    Returns
    -------
    content
        The rows in order with the types of the schema: counts as nullable integers.

    Raises
    ------
    SchemaError
        If a column is missing, or the geometry is not in EPSG:4326.
    """
    import geopandas as gpd
    import shapely

    shapes = shapely.transform(_shapes(deployments), _round_degrees)
    plain = tidy(deployments, OUT_DEPLOYMENTS)
    frame = gpd.GeoDataFrame(plain, geometry=shapes, crs=STORED)
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False, compression="zstd")
    return stream.getvalue()


def write_exports(
    folder: Path, *, deployments: gpd.GeoDataFrame, tables: Mapping[str, pd.DataFrame]
) -> None:
    """
    Write every download but the database into a folder.

    Parameters
    ----------
    folder
        Made where there is none; files of the same names are replaced.
    deployments
        The table ``out_deployments``, with geometry.
    tables
        The tables of `DOWNLOADS`, and perhaps of `MAYBE`, by name; others are left out.

    Raises
    ------
    SchemaError
        If a table or a column is missing, or the geometry is not in EPSG:4326.
    """
    missing = [table.name for table in DOWNLOADS.values() if table.name not in tables]
    if missing:
        msg = f"`tables` lacks {missing}. Every download is made from a table of that name."
        raise SchemaError(msg)
    more = {name: table for name, table in MAYBE.items() if table.name in tables}
    written = DOWNLOADS | more
    contents = {
        "deployments.csv": deployments_csv(deployments),
        "deployments.geojson": deployments_geojson(deployments),
        "deployments.parquet": deployments_parquet(deployments),
        **{name: to_csv(tables[table.name], table) for name, table in written.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def tidy(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """
    Give a frame the columns, types and digits in which it is published.

    Parameters
    ----------
    frame
        The table's columns in any order; others are left out.
    table
        Its schema.

    Returns
    -------
    tidied
        A plain frame with a fresh index. The three downloads hold these very values.

    Raises
    ------
    SchemaError
        If a column is missing.

    Examples
    --------
    >>> from data.schema import Column, Table
    >>> hours = Table("out_hours", "Hours.", (Column("duration_h", "DOUBLE", "Hours."),))
    >>> tidy(pd.DataFrame({"duration_h": [29 / 6]}), hours)["duration_h"].tolist()
    [4.83333]
    """
    missing = [name for name in table.names if name not in frame.columns]
    if missing:
        msg = f"{table.name} lacks the columns {missing}, so it cannot be written out."
        raise SchemaError(msg)
    typed = conform(frame, table)
    for column in table.columns:
        if column.dtype == "DOUBLE":
            typed[column.name] = _round(typed[column.name], column.name)
    return typed


def _round(values: pd.Series[float], name: str) -> pd.Series[float]:
    if name in _DEGREES:
        return values.round(_PLACES_OF_DEGREES) + 0.0
    digits = [
        float(f"{value:.0f}" if abs(value) >= 10**_DIGITS else f"{value:.{_DIGITS}g}")
        for value in values
    ]
    return pd.Series(digits, index=values.index, dtype="float64") + 0.0


def _field(value: object) -> str:
    """Write one field: nothing for null, numbers plainly, text disarmed and quoted."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else np.format_float_positional(value)
    text = str(value)
    if text.startswith(FORMULA_STARTS):
        text = f"'{text}"
    if _QUOTED & set(text):
        # Not csv.writer's doing: until Python 3.13 it leaves a lone carriage return bare.
        return '"' + text.replace('"', '""') + '"'
    return text


def _shapes(deployments: gpd.GeoDataFrame) -> Any:  # noqa: ANN401 - shapely is not typed
    crs = getattr(deployments.get("geometry"), "crs", None)
    if crs is None or crs != STORED:
        msg = f"`deployments` must have a geometry in {STORED}; got {crs}."
        raise SchemaError(msg)
    return deployments["geometry"].to_numpy()


def _round_degrees(coordinates: Any) -> Any:  # noqa: ANN401 - shapely is not typed
    return np.round(coordinates, _PLACES_OF_DEGREES) + 0.0


def _rounded_shapes(shapes: Any) -> list[dict[str, Any] | None]:  # noqa: ANN401 - as above
    """Return geometries as GeoJSON with outer rings anticlockwise; None stays None."""
    import shapely

    turned = shapely.orient_polygons(shapely.transform(shapes, _round_degrees))
    empty = shapely.is_missing(turned) | shapely.is_empty(turned)
    texts = shapely.to_geojson(turned)
    return [None if none else json.loads(text) for none, text in zip(empty, texts, strict=True)]
