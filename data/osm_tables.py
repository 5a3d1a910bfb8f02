"""Read OpenStreetMap features out of a GeoPackage, GeoJSON or GeoParquet file."""

from __future__ import annotations

import functools
import json
import re
import warnings
from typing import TYPE_CHECKING, Any

import shapely

from data.errors import SourceError
from data.osm_found import Found, Reading, kind_of_way, reading_of
from data.osm_kinds import READ_KEYS, STREET, VENUE_KEYS, Kind, classify, names_of
from geo.crs import to_stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

TAG_COLUMNS = ("other_tags", "all_tags", "tags", "hstore")
"""Columns that hold several tags, as hstore text or JSON: what GDAL and others write."""

TELLING_KEYS = frozenset({"highway", "railway", "public_transport", "place", *VENUE_KEYS})
"""Keys of which a layer must have one, or it says nothing about what its rows are."""

JOINED = "_joined"
"""Ending of a column that a join renamed."""

NAMED = Kind("venue", "site", 80.0)
"""A row of a layer that has names and shapes and nothing else, lines apart."""

_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_REF = re.compile(r"(node|way|relation)/(\d+)")
_SHAPES = {0: "point", 4: "point", 1: "line", 2: "line", 5: "line", 3: "outline", 6: "outline"}
_ELEMENTS = {"point": "node", "line": "way", "outline": "way"}


def read_table(path: Path, *, parquet: bool = False) -> Reading:
    """
    Read the named rows of every layer of a file.

    Parameters
    ----------
    path
        A file that GDAL reads, or GeoParquet.
    parquet
        Whether it is GeoParquet.

    Returns
    -------
    reading
        Its named things. Columns named after tags are read, as are all tags in one column
        (`TAG_COLUMNS`); a column that a join renamed (``name_joined``) stands in for the one
        it came from.

    Raises
    ------
    SourceError
        If it cannot be read, declares no CRS, or has no column of names.
    """
    layers = [_prepared(layer) for layer in layers_of(path, parquet=parquet)]
    named = [layer for layer in layers if "name" in layer.columns]
    if not named:
        lacks = "no column `name`"
        raise untold(layers, lacks, name=path.name, remedy="Export the extract with its names.")
    require_crs(named, name=path.name)
    return reading_of(found for layer in named for found in _found(to_stored(layer)))


def layers_of(path: Path, *, parquet: bool) -> list[gpd.GeoDataFrame]:
    """
    Read the layers of a file that have shapes.

    Parameters
    ----------
    path
        A file that GDAL reads, or GeoParquet.
    parquet
        Whether it is GeoParquet.

    Returns
    -------
    layers
        As they are in the file.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    import geopandas as gpd
    import pyarrow as pa
    import pyogrio

    try:
        if parquet:
            return [gpd.read_parquet(path)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about endings: content has decided
            names = [name for name, shape in pyogrio.list_layers(path) if shape is not None]
            # a line of one point is no shape, and no reason to do without the others
            read = functools.partial(gpd.read_file, path, on_invalid="ignore")
            return [read(layer=name) for name in names]
    except (pyogrio.errors.DataSourceError, pa.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:200].rstrip(". ")
        msg = f"{path.name} cannot be read as a table of shapes ({reason}). Export it again."
        raise SourceError(msg) from error


def untold(
    layers: list[gpd.GeoDataFrame], lacks: str, *, name: str, remedy: str
) -> SourceError:
    """Return an error that says what the layers of a file have instead of what is wanted."""
    columns = sorted({str(column) for layer in layers for column in layer.columns})
    return SourceError(f"{name} has {lacks}; it has {columns[:12]}. {remedy}")


def require_crs(layers: list[gpd.GeoDataFrame], *, name: str) -> None:
    """Raise unless every layer of a file says what its coordinates mean."""
    if any(layer.crs is None for layer in layers):
        msg = (
            f"{name} declares no coordinate reference system, so its numbers could mean "
            "anything. Export it again with one, such as EPSG:4326."
        )
        raise SourceError(msg)


def _prepared(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give joined columns their names back, and keep the rows with a name and a shape."""
    layer = layer.reset_index() if any(layer.index.names) else layer
    joined = {
        column: base
        for column in map(str, layer.columns)
        if (base := column.removesuffix(JOINED)) in READ_KEYS - {*layer.columns}
    }
    layer = layer.rename(columns=joined)
    if "name" not in layer.columns:
        return layer
    return layer[layer["name"].notna() & ~(layer.geometry.is_empty | layer.geometry.isna())]


def _found(layer: gpd.GeoDataFrame) -> Iterator[Found]:
    columns = [c for c in layer.columns if c in READ_KEYS or c in TAG_COLUMNS]
    telling = bool(TELLING_KEYS & {*columns}) or any(c in TAG_COLUMNS for c in columns)
    kinds = shapely.get_type_id(layer.geometry.to_numpy())
    shapes = shapely.to_wkb(shapely.force_2d(layer.geometry.to_numpy()))
    texts = [layer[column].tolist() for column in columns]
    refs = refs_of(layer)
    for place, values in enumerate(zip(*texts, strict=True)):
        tags = tags_in(dict(zip(columns, values, strict=True)))
        shape = _SHAPES.get(int(kinds[place]))
        kind = _kind(tags, shape, telling=telling) if shape and "name" in tags else None
        name, others = names_of(tags, kind) if kind else ("", "")
        if kind and shape and name:
            yield Found(name, others, kind, refs[place] or _ref(tags, shape), shapes[place])


def _kind(tags: Mapping[str, str], shape: str, *, telling: bool) -> Kind | None:
    if not telling:
        return STREET if shape == "line" else NAMED
    if shape == "line":
        told = kind_of_way(tags, closed=False)
        return told[0] if told else None
    return classify(tags, shape=shape)


def tags_in(row: Mapping[str, Any]) -> dict[str, str]:
    """Return a row's tags; those with a column of their own win."""
    tags: dict[str, str] = {}
    for column in TAG_COLUMNS:
        tags |= parse_tags(row.get(column))
    own = {k: v for k, v in row.items() if isinstance(v, str) and v and k not in TAG_COLUMNS}
    return tags | own


def parse_tags(value: object) -> dict[str, str]:
    r"""
    Return tags kept in one cell: hstore text, JSON, or a mapping.

    Examples
    --------
    >>> parse_tags('"old_name"=>"Gelderd \\"Old\\" Road","lanes"=>"2"')
    {'old_name': 'Gelderd "Old" Road', 'lanes': '2'}
    >>> parse_tags('{"place": "square"}'), parse_tags(None)
    ({'place': 'square'}, {})
    """
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    if isinstance(value, dict):
        return {str(key): text for key, text in value.items() if isinstance(text, str)}
    pairs = _PAIR.findall(value) if isinstance(value, str) else []
    return {_ESCAPED.sub(r"\1", key): _ESCAPED.sub(r"\1", text) for key, text in pairs}


# Identifiers -----------------------------------------------------------------------------


def refs_of(layer: gpd.GeoDataFrame) -> list[str]:
    """Return identifiers where the file states the element's type, else nothing."""
    for column in ("@id", "id"):
        if column in layer.columns:
            refs = [_whole_ref(value) for value in layer[column]]
            if any(refs):
                return refs
    for element, number in (
        ("element", "id"),
        ("element_type", "osmid"),
        ("osm_type", "osm_id"),
    ):
        if {element, number} <= {*layer.columns}:
            pairs = zip(layer[element], layer[number], strict=True)
            return [_whole_ref(f"{kind}/{n}") for kind, n in pairs]
    return _plain_refs(layer)


def _whole_ref(value: object) -> str:
    match = _REF.search(value) if isinstance(value, str) else None
    return match[0] if match else ""


def _plain_refs(layer: gpd.GeoDataFrame) -> list[str]:
    """Guess the element's type as GDAL's layers allow: ways by column, nodes by shape."""
    kinds = shapely.get_type_id(layer.geometry.to_numpy())
    shapes = [_SHAPES.get(int(kind), "outline") for kind in kinds]
    areas = "osm_way_id" in layer.columns
    refs = [""] * len(layer)
    if "osm_id" in layer.columns:
        for place, (number, shape) in enumerate(zip(layer["osm_id"], shapes, strict=True)):
            element = "relation" if areas and shape == "outline" else _ELEMENTS[shape]
            refs[place] = _numbered(element, number)
    if areas:
        ways = [_numbered("way", number) for number in layer["osm_way_id"]]
        refs = [way or ref for way, ref in zip(ways, refs, strict=True)]
    return refs


def _numbered(element: str, number: object) -> str:
    text = str(number).removesuffix(".0")
    return f"{element}/{text}" if text.isdecimal() else ""


def _ref(tags: Mapping[str, str], shape: str) -> str:
    """Name a thing that has no identifier by its own name, so that a reader can find it."""
    return f"{shape}:{tags['name'].replace(';', ',')[:60]}"
