"""Networks kept once made: the same back, made anew when broken, another for another area."""

from __future__ import annotations

import geopandas as gpd
import geopandas.testing
import pandas as pd
import pytest
import shapely

from data import street_cache
from data.errors import SourceError
from data.kept_frames import digest_of, written_beside
from data.street_cache import area_key, cached_frame, cached_network
from geo.street_network import StreetNetwork

AREA = shapely.box(-0.15, 51.5, -0.1, 51.55)


def network(extent=AREA):
    nodes = pd.DataFrame(
        {"node_id": [5, 6, 9], "lon": [0.0, 0.1, 0.2], "lat": [51.0, 51.0, 51.1]}
    )
    edges = gpd.GeoDataFrame(
        {
            "start_node": [0, 1, 2],
            "end_node": [1, 2, 2],
            "name": ["Strand", None, None],
            "class": ["primary", "steps", "path"],
            "length_m": [1.5, 2.5, 9.0],
            "way_id": [7, 8, 8],
        },
        geometry=[
            shapely.LineString([(0, 51), (0.1, 51)]),
            shapely.LineString([(0.1, 51), (0.15, 51.2), (0.2, 51.1)]),
            shapely.LineString([(0.2, 51.1), (0.3, 51.1), (0.3, 51.2), (0.2, 51.1)]),
        ],
        crs="EPSG:4326",
    )  # fmt: skip
    return StreetNetwork(nodes, edges, extent)


def same(one, two):
    pd.testing.assert_frame_equal(one.nodes, two.nodes)
    geopandas.testing.assert_geodataframe_equal(one.edges, two.edges)
    assert one.extent == two.extent


class Maker:
    def __init__(self, made=None):
        self.calls = 0
        self.made = made or network()

    def __call__(self):
        self.calls += 1
        return self.made


@pytest.mark.parametrize("extent", [AREA, None])
def test_a_network_is_made_once_and_comes_back_the_same(tmp_path, extent):
    make = Maker(network(extent))
    first = cached_network("ab" * 32, make, folder=tmp_path / "kept")
    again = cached_network("ab" * 32, make, folder=tmp_path / "kept")
    assert make.calls == 1
    same(first, again)
    assert again.edges.attrs == {}
    assert not list(tmp_path.rglob("*.part"))


def test_another_source_area_or_format_is_another_network(tmp_path, monkeypatch):
    make = Maker()
    cached_network("ab" * 32, make, folder=tmp_path)
    cached_network("cd" * 32, make, folder=tmp_path)
    cached_network("ab" * 32, make, folder=tmp_path, area=AREA)
    cached_network("ab" * 32, make, folder=tmp_path, area=AREA.reverse())
    assert make.calls == 3
    monkeypatch.setattr(street_cache, "FORMAT", 99)
    cached_network("ab" * 32, make, folder=tmp_path)
    assert make.calls == 4


def halve(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil(path):
    frame = pd.read_parquet(path)
    frame.iloc[:, :-1].to_parquet(path)


@pytest.mark.parametrize("which", ["*.edges.parquet", "*.nodes.parquet"])
@pytest.mark.parametrize("damage", [halve, spoil, lambda path: path.unlink(), lambda path: path.write_bytes(b"")])  # fmt: skip
def test_what_is_broken_is_made_anew(tmp_path, which, damage):
    make = Maker()
    cached_network("ab" * 32, make, folder=tmp_path)
    (path,) = tmp_path.glob(which)
    damage(path)
    same(cached_network("ab" * 32, make, folder=tmp_path), make.made)
    assert make.calls == 2
    cached_network("ab" * 32, make, folder=tmp_path)
    assert make.calls == 2


def test_edges_that_lead_nowhere_are_made_anew(tmp_path):
    make = Maker()
    cached_network("ab" * 32, make, folder=tmp_path)
    (path,) = tmp_path.glob("*.nodes.parquet")
    make.made.nodes.iloc[:2].to_parquet(path)
    cached_network("ab" * 32, make, folder=tmp_path)
    assert make.calls == 2


def test_what_is_worked_out_is_kept_by_all_that_it_depends_on(tmp_path):
    made = []

    def make():
        made.append(1)
        return pd.DataFrame({"walk_flow": [1.0, 2.0]}, index=[5, 7])

    def flow(*digests, columns=("walk_flow",)):
        return cached_frame("walk-flow-1", digests, make, folder=tmp_path, columns=columns)

    first = flow("ab", "800")
    pd.testing.assert_frame_equal(first, flow("ab", "800"))
    assert first.index.tolist() == [0, 1]
    assert len(made) == 1
    flow("ab", "1200")
    flow("ab8", "00")
    assert len(made) == 3
    flow("ab", "800", columns=("walk_flow", "walk_past_per_h"))
    assert len(made) == 4, "what has other columns is made anew"


def test_a_half_written_file_is_never_moved(tmp_path):
    def fail():
        with written_beside(tmp_path / "kept.parquet") as partial:
            partial.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SourceError, match="cannot be written to"):
        cached_network("ab" * 32, Maker(), folder=tmp_path / "file")
    with pytest.raises(SourceError, match="cannot be read"):
        digest_of(tmp_path / "absent")


def test_areas_are_told_apart():
    assert area_key(AREA) != area_key(AREA.buffer(0.001))
    assert area_key(AREA) == area_key(shapely.transform(AREA, lambda xy: xy + 1e-9))
