"""Read the records in a GeoJSON file of deployments."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from data.delimited import decode
from data.documents import RawDocument
from data.errors import SourceError
from data.grids import Record, as_cells, require_few, tidy

LONGITUDE = "longitude"
LATITUDE = "latitude"
GEOMETRY = "geometry"

_ACCEPTED_CRS = ("CRS84", "EPSG::4326", "EPSG:4326")


def read(content: bytes, *, name: str) -> RawDocument:
    """
    Read the features of a GeoJSON file as records.

    Parameters
    ----------
    content
        The document's bytes.
    name
        Its name.

    Returns
    -------
    document
        One record per feature: its properties, then ``longitude`` and ``latitude`` of a
        point, or ``geometry`` as well-known text of anything else. `source_row` counts
        features from 1.

    Raises
    ------
    SourceError
        If it is no GeoJSON, has no features, or is not in longitude and latitude.
    """
    collection = _parse(content, name)
    _require_degrees(collection, name)
    features = _features(collection, name)
    rows = [_cells(feature, number, name) for number, feature in enumerate(features, start=1)]
    headers = tuple(dict.fromkeys(header for row in rows for header in row))
    records = [
        Record(1, number, headers, tuple(row.get(header) for header in headers))
        for number, row in enumerate(rows, start=1)
    ]
    title = collection.get("name")
    digest = hashlib.sha256(content).hexdigest()
    return RawDocument(
        name, digest, "geojson", title if isinstance(title, str) else None, as_cells(records)
    )


def _refuse_constant(constant: str) -> float:
    msg = f"{constant} is no JSON number"
    raise ValueError(msg)


def _parse(content: bytes, name: str) -> dict[str, Any]:
    text = decode(content, name=name)
    try:
        parsed = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        msg = (
            f"{name} is not whole JSON: {error.msg} at line {error.lineno}, column "
            f"{error.colno}. "
            "Download or export it again."
        )
        raise SourceError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{name} cannot be read as GeoJSON ({error}). Export it again."
        raise SourceError(msg) from error
    if not isinstance(parsed, dict) or parsed.get("type") not in {
        "FeatureCollection",
        "Feature",
    }:
        msg = (
            f"{name} is JSON but not GeoJSON: it needs a FeatureCollection with a feature "
            "per deployment."
        )
        raise SourceError(msg)
    return parsed


def _require_degrees(collection: dict[str, Any], name: str) -> None:
    crs = collection.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    said = str(properties.get("name") if isinstance(properties, dict) else crs)
    if not said.upper().endswith(_ACCEPTED_CRS):
        msg = (
            f"{name} is in {said}, but GeoJSON must be in longitude and latitude (EPSG:4326). "
            "Export it again in EPSG:4326."
        )
        raise SourceError(msg)


def _features(collection: dict[str, Any], name: str) -> list[dict[str, Any]]:
    if collection["type"] == "Feature":
        return [collection]
    features = collection.get("features")
    if not isinstance(features, list) or not features:
        msg = f"{name} has no features. Check that it is the right file, and whole."
        raise SourceError(msg)
    require_few(len(features), name=name)
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            msg = f"{name}, feature {number} is no GeoJSON feature. Export the file again."
            raise SourceError(msg)
    return features


def _cells(feature: dict[str, Any], number: int, name: str) -> dict[str, str | None]:
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        msg = f"{name}, feature {number}: its properties are no object. Export the file again."
        raise SourceError(msg)
    cells = {" ".join(key.split()): _text(value) for key, value in properties.items()}
    for header, text in _where(feature.get("geometry"), number, name).items():
        cells.setdefault(header, text)
    return cells


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _where(geometry: object, number: int, name: str) -> dict[str, str]:
    if geometry is None:
        return {}
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    try:
        placed = shape(geometry)
        bounds = placed.bounds
    except (ShapelyError, AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        msg = (
            f"{name}, feature {number}: its geometry cannot be read ({error}). Export the "
            "file again."
        )
        raise SourceError(msg) from error
    if placed.is_empty:
        return {}
    if min(bounds[0::2]) < -180 or max(bounds[0::2]) > 180 or max(map(abs, bounds[1::2])) > 90:  # noqa: PLR2004 - degrees
        msg = (
            f"{name}, feature {number} lies at {placed.centroid.wkt}, which is not "
            "longitude and "
            "latitude. Export the file in EPSG:4326."
        )
        raise SourceError(msg)
    if placed.geom_type == "Point":
        return {LONGITUDE: repr(float(placed.x)), LATITUDE: repr(float(placed.y))}
    return {GEOMETRY: str(placed.wkt)}
