"""Streets and grids drawn in metres from the corner of a toy city, in London for its metres."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from shapely.affinity import translate

from geo.crs import MEASURED, to_stored
from geo.grids import PopulationGrid
from geo.street_network import EDGE_COLUMNS, StreetNetwork

EAST, NORTH = 530_000.0, 180_000.0


def make_network(*lines, classes=None, extent=None):
    """Return streets drawn in metres from the corner of the grid; ends that meet are one node."""
    shapes = [shapely.LineString(line) for line in lines]
    ends = sorted({end for line in shapes for end in (line.coords[0], line.coords[-1])})
    rank = {end: i for i, end in enumerate(ends)}
    edges = gpd.GeoDataFrame(
        {
            "start_node": [rank[line.coords[0]] for line in shapes],
            "end_node": [rank[line.coords[-1]] for line in shapes],
            "name": pd.Series([None] * len(shapes), dtype="str"),
            "class": pd.Series(classes or ["residential"] * len(shapes), dtype="str"),
            "length_m": [line.length for line in shapes],
            "way_id": range(len(shapes)),
        },
        geometry=[translate(line, EAST, NORTH) for line in shapes],
        crs=MEASURED,
    )[list(EDGE_COLUMNS)]
    at = gpd.GeoSeries.from_xy(*(np.array(ends) + np.array([EAST, NORTH])).T, crs=MEASURED)
    at = to_stored(at)
    nodes = pd.DataFrame({"node_id": range(len(ends)), "lon": at.x, "lat": at.y})
    if extent is not None:
        moved = gpd.GeoSeries([translate(extent, EAST, NORTH)], crs=MEASURED)
        extent = to_stored(moved).iloc[0]
    return StreetNetwork(nodes, to_stored(edges), extent)


def make_grid(cells, *, size=100.0, crs=MEASURED, name="Toy"):
    cells = np.asarray(cells, dtype=float)
    transform = Affine(size, 0, EAST, 0, -size, NORTH + size * len(cells))
    return PopulationGrid(cells, transform, crs, None, name, "2011")


def make_places(*shapes):
    moved = [None if shape is None else translate(shape, EAST, NORTH) for shape in shapes]
    return gpd.GeoDataFrame(geometry=moved, crs=MEASURED)
