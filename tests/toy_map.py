"""A hand-drawn map of a few streets in Croydon and Ilford, to put beside the gazetteer."""

import geopandas as gpd
import shapely

from geo.crs import to_stored
from geo.features import COLUMNS, Features

GRID = "EPSG:27700"
CROYDON = (532_300, 165_600)
ILFORD = (543_600, 186_500)


def line(*spots, at=CROYDON):
    return shapely.LineString([(at[0] + x, at[1] + y) for x, y in spots])


def row(name, kind, shape, **cells):
    precision = {"street": "street", "district": "district", "town": "district", "area": "area"}
    margin = {"street": 30.0, "station": 200.0, "venue": 60.0, "district": 600.0}
    made = {
        "name": name, "other_names": "", "kind": kind,
        "precision": precision.get(kind, "site"), "ref": "way/1", "source": "Toy map",
        "margin_m": margin.get(kind, 0.0), "whole": True, "geometry": shape,
    }  # fmt: skip
    return made | cells


def features(*rows, extent=None):
    frame = gpd.GeoDataFrame(list(rows), columns=list(COLUMNS), crs=GRID)
    ground = None if extent is None else to_stored(gpd.GeoSeries([extent], crs=GRID)).iloc[0]
    return Features(to_stored(frame), ground)


def around(at, reach_m):
    return shapely.Point(at).buffer(reach_m)
