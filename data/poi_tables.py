"""Read points of interest and buildings out of a GeoPackage, GeoJSON or GeoParquet file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from data.osm_tables import (
    JOINED,
    TAG_COLUMNS,
    layers_of,
    refs_of,
    require_crs,
    tags_in,
    untold,
)
from data.poi_found import READ_KEYS, Points, Tagged, points_of
from geo.crs import to_stored
from geo.poi_classes import TELLING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

_TELLING = frozenset({*TELLING, "building", *TAG_COLUMNS})


def read_table_points(path: Path, *, parquet: bool = False, buildings: bool = False) -> Points:
    """
    Read the points of interest of every layer of a file.

    Parameters
    ----------
    path
        A file that GDAL reads, or GeoParquet.
    parquet
        Whether it is GeoParquet.
    buildings
        Whether buildings are wanted too.

    Returns
    -------
    points
        Named or not. Columns named after tags are read, as are all tags in one column
        (`data.osm_tables.TAG_COLUMNS`).

    Raises
    ------
    SourceError
        If it cannot be read, declares no CRS, or has no column of tags.
    """
    layers = [_prepared(layer) for layer in layers_of(path, parquet=parquet)]
    telling = [layer for layer in layers if _TELLING & {*map(str, layer.columns)}]
    if not telling:
        lacks = "no column of tags such as `shop` or `amenity`, so it cannot say what is a shop"
        raise untold(layers, lacks, name=path.name, remedy="Export the extract with its tags.")
    require_crs(telling, name=path.name)
    return points_of(
        (thing for layer in telling for thing in _found(layer, buildings=buildings)),
        buildings=buildings,
    )


def _prepared(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make columns of an index, and give those that a join renamed their names back."""
    layer = layer.reset_index() if any(layer.index.names) else layer
    given = {*map(str, layer.columns)}
    return layer.rename(columns={f"{key}{JOINED}": key for key in READ_KEYS - given})


def _found(layer: gpd.GeoDataFrame, *, buildings: bool) -> Iterator[Tagged]:
    stored = to_stored(layer[~(layer.geometry.is_empty | layer.geometry.isna())])
    columns = [c for c in stored.columns if c in READ_KEYS or c in TAG_COLUMNS]
    wanted = {*TELLING, "building"} if buildings else {*TELLING}
    shapes = shapely.to_wkb(shapely.force_2d(stored.geometry.to_numpy()))
    texts = [_texts(stored[column]).tolist() for column in columns]
    for values, ref, shape in zip(
        zip(*texts, strict=True), refs_of(stored), shapes, strict=True
    ):
        tags = tags_in(dict(zip(columns, values, strict=True)))
        if not wanted.isdisjoint(tags):
            yield Tagged({k: v for k, v in tags.items() if k in READ_KEYS}, ref, shape)


def _texts(values: pd.Series) -> pd.Series:
    """Return a column as OpenStreetMap would write it: GeoJSON has numbers and yes as such."""
    from pandas.api import types

    if types.is_bool_dtype(values):
        return values.map({True: "yes", False: "no"})
    if types.is_numeric_dtype(values):
        return values.map("{:g}".format, na_action="ignore")
    return values
