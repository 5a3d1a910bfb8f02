"""Read streets out of a GeoPackage, GeoJSON or GeoParquet file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.drawn_ways import UNKNOWN_KIND, tags_frame, ways_of_lines
from data.errors import SourceError
from data.osm_graphml import listed
from data.osm_tables import (
    JOINED,
    TAG_COLUMNS,
    layers_of,
    parse_tags,
    require_crs,
    untold,
)
from geo.crs import to_stored
from geo.ways import WAY_KEYS

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geo.ways import Ways

ID_COLUMNS = ("osm_id", "osm_way_id", "osmid", "way_id", "@id", "id", "full_id")
"""Columns that hold the identifier of a way, in the order in which they are believed."""

_LINE, _LINES = 1, 5
_MULTIPLE = ";"
_DIGITS = 20


def read_street_table(path: Path, *, parquet: bool = False) -> Ways:
    """
    Read the streets of every layer of a file.

    Parameters
    ----------
    path
        A file that GDAL reads, or GeoParquet.
    parquet
        Whether it is GeoParquet.

    Returns
    -------
    ways
        The rows that have a value of ``highway`` and are drawn as lines, whatever their CRS;
        each line of a collection is a way. Ways meet where they share a
        position to 1e-7 degrees, heights apart. Tags are read from columns named after them and
        from all tags in one column (`data.osm_tables.TAG_COLUMNS`); a column that a join
        renamed (``highway_joined``) stands in for the one it came from, and where such a join
        found no ``highway``, the row is a street of a kind unknown ("road"). Of edges saved by
        OSMnx both ways, each is read once.

    Raises
    ------
    SourceError
        If the file cannot be read, declares no CRS, says nothing about streets, or has none.
    """
    layers = [_prepared(layer) for layer in layers_of(path, parquet=parquet)]
    telling = [layer for layer in layers if _tells(layer)]
    if not telling:
        lacks = "no column `highway`, nor one of all tags"
        raise untold(
            layers, lacks, name=path.name, remedy="Export the streets with their tags."
        )
    require_crs(telling, name=path.name)
    ways = _joined_ways([_lines(to_stored(layer)) for layer in telling], path.name)
    if not len(ways.way_ids):
        msg = (
            f"{path.name} has no line with a value of `highway`. Export the streets as lines, "
            "with their tags."
        )
        raise SourceError(msg)
    return ways


def _tells(layer: gpd.GeoDataFrame) -> bool:
    return "highway" in layer.columns or any(c in TAG_COLUMNS for c in layer.columns)


def _prepared(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep rows drawn as lines; give joined columns their names back."""
    layer = layer.reset_index() if any(layer.index.names) else layer
    drawn = np.isin(shapely.get_type_id(layer.geometry.to_numpy()), (_LINE, _LINES))
    layer = layer[drawn].reset_index(drop=True)
    joined = {
        column: base
        for column in map(str, layer.columns)
        if column.endswith(JOINED)
        and (base := column.removesuffix(JOINED)) in {*WAY_KEYS} - {*layer.columns}
    }
    layer = layer.rename(columns=joined)
    if "highway" in joined.values():
        layer["highway"] = layer["highway"].fillna(UNKNOWN_KIND)
    return layer


# Rows ------------------------------------------------------------------------------------


def _lines(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer's streets, a row for each line, with tags and identifiers alone."""
    import geopandas as gpd

    tags = _tags(layer)
    street = tags["highway"].notna().to_numpy(dtype=bool)
    frame = tags.assign(way_id=_way_ids(layer))[street]
    shapes = layer.geometry[street]
    found = gpd.GeoDataFrame(frame, geometry=shapes, crs=layer.crs).explode()
    if {"u", "v"} <= {*layer.columns}:  # edges, which OSMnx saves once in each direction
        found = found[~_repeated(found.geometry.to_numpy())]
    return found.reset_index(drop=True)


def _repeated(lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Mark the lines that an earlier one is, forwards or backwards."""
    import pandas as pd

    there, back = shapely.to_wkb(lines), shapely.to_wkb(shapely.reverse(lines))
    repeated: NDArray[np.bool_] = pd.Series(np.minimum(there, back)).duplicated().to_numpy()
    return repeated


def _tags(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the tags of rows; those with a column of their own win."""
    told = [
        [parse_tags(value) for value in layer[column]]
        for column in TAG_COLUMNS
        if column in layer.columns
    ]
    tags: dict[str, list[str | None]] = {}
    for key in WAY_KEYS:
        values: list[str | None] = [None] * len(layer)
        if key in layer.columns:
            values = [one_of(listed(value), key) for value in _cells(layer[key])]
        for rows in reversed(told):  # of several such columns the last one wins
            pairs = zip(values, rows, strict=True)
            values = [own if own is not None else row.get(key) or None for own, row in pairs]
        tags[key] = values
    return tags_frame(tags, len(layer))


def _cells(column: pd.Series) -> list[object]:
    """Return the values of a column, None where there is none."""
    cells: list[object] = column.astype(object).where(column.notna(), None).tolist()
    return cells


def one_of(values: list[str], key: str) -> str | None:
    """
    Return one value for an edge that was made of ways of several.

    Which part bears which is lost. Names are all kept, joined as mappers join them; of others
    the first of the alphabet counts, whatever order they were saved in.

    Examples
    --------
    >>> one_of(["Strand", "Aldwych"], "name"), one_of(["yes", "no"], "foot"), one_of([], "foot")
    ('Aldwych;Strand', 'no', None)
    """
    distinct = sorted({value for value in values if value})
    if not distinct:
        return None
    return _MULTIPLE.join(distinct) if key == "name" else distinct[0]


def _way_ids(layer: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return the number of each way, or its row where there is none."""
    ids = np.arange(len(layer), dtype=np.int64)
    for column in ID_COLUMNS:
        if column in layer.columns:
            numbers = [way_number(value) for value in _cells(layer[column])]
            if any(number is not None for number in numbers):
                pairs = zip(numbers, ids, strict=True)
                told = [row if number is None else number for number, row in pairs]
                return np.array(told, dtype=np.int64)
    return ids


def way_number(value: object) -> int | None:
    """
    Return the number in an identifier of a way, of several the first, or None.

    Examples
    --------
    >>> [way_number(value) for value in (5, "5.0", "way/5", "w5", "[5, 6]", "Strand")]
    [5, 5, 5, 5, 5, None]
    """
    said = listed(value)
    text = said[0].rpartition("/")[2].lstrip("w").removesuffix(".0") if said else ""
    whole = len(text) <= _DIGITS and text.removeprefix("-").isdecimal()
    number = int(text) if whole else None
    return number if number is not None and abs(number) < 1 << 63 else None


def _joined_ways(layers: list[gpd.GeoDataFrame], name: str) -> Ways:
    import pandas as pd

    rows = pd.concat([pd.DataFrame(layer) for layer in layers], ignore_index=True)
    return ways_of_lines(
        rows["geometry"].to_numpy(),
        way_ids=rows["way_id"].to_numpy(dtype=np.int64),
        tags=rows[list(WAY_KEYS)],
        name=name,
    )
