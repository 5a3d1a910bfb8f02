"""What `passersby streets` says of its figures, beside them."""

import geopandas as gpd
import pytest
from shapely import LineString, Point

from flows.streets import EMBEDDED, ROUGH, Wanted, write_streets


@pytest.fixture
def town(tmp_path):
    """Write a street of Leeds with two shops, and return the files."""
    lines = [LineString([(-1.545, 53.797), (-1.543, 53.797)]),
             LineString([(-1.543, 53.797), (-1.543, 53.799)])]  # fmt: skip
    tags = {"osm_id": ["1", "2"], "highway": ["residential"] * 2, "name": ["Lane", "Row"]}
    streets, points = tmp_path / "streets.gpkg", tmp_path / "points.gpkg"
    gpd.GeoDataFrame(tags, geometry=lines, crs=4326).to_file(streets, layer="lines")
    shops = {"osm_id": ["8", "9"], "shop": ["bakery", "books"]}
    spots = [Point(-1.5449, 53.797), Point(-1.543, 53.7989)]
    gpd.GeoDataFrame(shops, geometry=spots, crs=4326).to_file(points, layer="points")
    return streets, points


def test_the_command_says_how_rough_its_figures_are_and_whom_it_counts(town, tmp_path, capsys):
    streets, points = town
    write_streets(Wanted(streets, tmp_path / "out.parquet", points=points, offline=True))
    said = capsys.readouterr().out
    assert ROUGH in said
    assert EMBEDDED in said
    assert "very roughly" in said


def test_what_it_says_of_walk_flow_is_what_the_scores_say():
    from data.walk_calibration import load_walk_calibration

    scores = load_walk_calibration().scores
    cameras = scores[scores["what"].str.startswith("Leeds") & (scores["n"] == 8)]
    mean = cameras.loc[cameras["what"] == "Leeds, 8 cameras", "crps"].item()
    flow = cameras.loc[cameras["what"].str.contains("walk flow"), "crps"]
    assert len(flow) == 19
    assert (flow > mean).all()
