"""Maps that are legal and strange, or made to do harm, through the whole command."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import rasterio
from affine import Affine
from running import one_paragraph, run_command

SPOT = {"type": "Point", "coordinates": [0.001, 51.0005]}


def feature(shape, **tags):
    return {"type": "Feature", "properties": tags, "geometry": shape}


def write_map(path, name, *, lon=0.0):
    """Write one street, and a shop that stands on it where ``lon`` is 0."""
    line = {"type": "LineString", "coordinates": [[lon, 51], [lon + 0.002, 51.001]]}
    street = feature(line, highway="residential", name=name)
    made = {"type": "FeatureCollection", "features": [street, feature(SPOT, shop="yes")]}
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def test_a_name_commands_no_terminal_and_stays_whole_in_the_file(tmp_path):
    name = "\x1b]0;owned\x07=HYPERLINK(1)<script>" + "x" * 10_000
    extract = write_map(tmp_path / "map.geojson", name)
    run = run_command("streets", extract, "--out", "out.parquet", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "most on ?]0;owned?=HYPERLINK(1)<script>xxx" in run.stdout
    assert "\x1b" not in run.stdout
    assert len(run.stdout) < 3000
    assert gpd.read_parquet(tmp_path / "out.parquet")["name"].tolist() == [name]


def test_shops_far_from_every_street_tell_of_no_walks(tmp_path):
    extract = write_map(tmp_path / "map.geojson", "Far Away", lon=24.9)
    run = run_command("streets", extract, "--out", "out.parquet", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "No walks or passages are told" in run.stdout
    made = gpd.read_parquet(tmp_path / "out.parquet")
    assert made[["walk_flow", "walk_past_per_h"]].isna().all(axis=None)


def test_a_raster_of_nothing_known_is_refused_and_not_counted_as_nobody(tmp_path):
    extract = write_map(tmp_path / "map.geojson", "Known")
    cells = np.full((30, 30), -1.0, dtype="float32")
    with rasterio.open(
        tmp_path / "void.tif", "w", driver="GTiff", height=30, width=30, count=1,
        dtype="float32", crs="EPSG:4326", nodata=-1,
        transform=Affine(0.001, 0, -0.015, 0, -0.001, 51.015),
    ) as opened:  # fmt: skip
        opened.write(cells, 1)
    given = ("--population", "void.tif", "--out", "out.parquet")
    run = run_command("streets", extract, *given, folder=tmp_path)
    assert "covers none of the streets, or holds no data there" in one_paragraph(run)
    assert not (tmp_path / "out.parquet").exists()
