"""Features as records; positions only where they are degrees."""

from __future__ import annotations

import json

import pytest

from data import geojson
from data.errors import SourceError

POINT = {"type": "Point", "coordinates": [-0.1426, 51.539]}


def feature(geometry=POINT, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def read(*features, **members):
    collection = {"type": "FeatureCollection", "features": list(features), **members}
    return geojson.read(json.dumps(collection).encode(), name="a.geojson")


def rows(document):
    return [
        dict(zip(held["header"], [None if t != t else t for t in held["text"]], strict=True))  # noqa: PLR0124
        for _, held in document.cells.groupby("source_row")
    ]


def test_properties_and_position():
    document = read(
        feature(place="Camden", date="06/04/23", faces=5460, rate=0.5, note=None),
        feature(None, place="Soho", faces=20.0, live=True),
        name="Deployments",
    )
    assert document.title == "Deployments"
    first, second = rows(document)
    assert first == {
        "place": "Camden",
        "date": "06/04/23",
        "faces": "5460",
        "rate": "0.5",
        "note": None,
        "longitude": "-0.1426",
        "latitude": "51.539",
        "live": None,
    }
    assert second["faces"] == "20"
    assert second["live"] == "true"
    assert second["longitude"] is None


def test_lines_keep_their_shape():
    line = {"type": "LineString", "coordinates": [[0, 51], [0.1, 51]]}
    (row,) = rows(read(feature(line, place="High St")))
    assert row == {"place": "High St", "geometry": "LINESTRING (0 51, 0.1 51)"}


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"]
)
def test_degrees_may_be_declared(name):
    assert rows(
        read(feature(place="Camden"), crs={"type": "name", "properties": {"name": name}})
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"type": "FeatureCollection", "features": [', "not whole JSON: .* at line 1"),
        ('{"type": "FeatureCollection", "features": []}', "has no features"),
        ('{"type": "FeatureCollection"}', "has no features"),
        ('{"deployments": []}', "JSON but not GeoJSON"),
        ("[1, 2]", "JSON but not GeoJSON"),
        ('{"type": "FeatureCollection", "features": [3]}', "feature 1 is no GeoJSON feature"),
        ("[" * 100_000, "cannot be read as GeoJSON"),
        ('{"type": "Feature", "properties": {"faces": NaN}}', "NaN is no JSON number"),
        ('{"type": "Feature", "properties": [1]}', "properties are no object"),
    ],
)
def test_refusals(content, message):
    with pytest.raises(SourceError, match=message):
        geojson.read(content.encode(), name="a.geojson")


def test_other_systems_are_refused():
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    with pytest.raises(
        SourceError, match="27700, but GeoJSON must be in longitude and latitude"
    ):
        read(feature(place="Camden"), crs=crs)
    metres = {"type": "Point", "coordinates": [528910, 184000]}
    with pytest.raises(SourceError, match=r"feature 1 lies at .* not longitude"):
        read(feature(metres, place="Camden"))


@pytest.mark.parametrize(
    "geometry",
    [{"type": "Blob"}, {"type": "Point", "coordinates": ["a", "b"]}, {"type": "Point"}, 3, [1]],
)
def test_broken_geometry(geometry):
    with pytest.raises(SourceError, match="feature 1: its geometry cannot be read"):
        read(feature(geometry, place="Camden"))
