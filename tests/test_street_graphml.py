"""Networks saved by OSMnx: each stretch once, with the nodes it has there."""

from __future__ import annotations

import networkx as nx
import numpy as np
import osmnx
import pytest
import shapely

from data.errors import SourceError
from data.street_graphml import read_street_graphml

BEND = shapely.LineString([(24.94, 60.17), (24.941, 60.1705), (24.942, 60.17)])


def network():
    """
    Return a little network.

        1 --bend-- 2 -- 3 (loop at 3), and a second, straight way from 1 to 2
    """
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node, (x, y) in {
        101: (24.94, 60.17),
        102: (24.942, 60.17),
        103: (24.944, 60.17),
    }.items():
        graph.add_node(node, x=x, y=y)
    bent = {"osmid": [7, 8], "highway": "residential", "name": ["Katu", "Gatan"]}
    graph.add_edge(101, 102, 0, geometry=BEND, **bent, length=1.0)
    back = bent | {"osmid": [8, 7], "name": ["Gatan", "Katu"]}
    graph.add_edge(102, 101, 0, geometry=shapely.reverse(BEND), **back, length=1.0)
    graph.add_edge(101, 102, 1, osmid=9, highway="footway", length=1.0)
    graph.add_edge(103, 102, 0, osmid=10, highway="steps", access="private", length=1.0)
    round_ = shapely.LineString(
        [(24.944, 60.17), (24.945, 60.171), (24.945, 60.17), (24.944, 60.17)]
    )
    graph.add_edge(103, 103, 0, osmid=11, highway="service", geometry=round_, length=1.0)
    graph.add_edge(
        103, 103, 1, osmid=11, highway="service", geometry=shapely.reverse(round_), length=1.0
    )
    return graph  # fmt: skip


def saved(graph, tmp_path):
    path = tmp_path / "network.graphml"
    osmnx.save_graphml(graph, path)
    return path


def test_each_edge_is_read_once_with_its_nodes(tmp_path):
    ways = read_street_graphml(saved(network(), tmp_path))
    found = {
        way: ways.node_ids[ways.starts[row] : ways.starts[row + 1]].tolist()
        for row, way in enumerate(ways.way_ids.tolist())
    }
    assert sorted(found) == [7, 9, 10, 11]
    assert (found[7][0], found[7][-1], len(found[7])) == (101, 102, 3)
    assert found[9] == [101, 102]
    assert found[10] == [103, 102]
    assert (found[11][0], found[11][-1], len(found[11])) == (103, 103, 4)
    tags = ways.tags.set_index(ways.way_ids)
    assert tags["highway"].to_dict() == {
        7: "residential",
        9: "footway",
        10: "steps",
        11: "service",
    }
    assert tags["name"][7] == "Gatan;Katu"
    assert tags["access"][10] == "private"
    assert tags["access"].isna().sum() == 3


def test_a_network_in_metres_is_read_as_the_one_in_degrees(tmp_path):
    plain = read_street_graphml(saved(network(), tmp_path))
    metres = osmnx.project_graph(network(), to_crs="EPSG:3067")
    moved = read_street_graphml(saved(metres, tmp_path))
    assert sorted(moved.way_ids) == sorted(plain.way_ids)
    assert np.sort(moved.lon) == pytest.approx(np.sort(plain.lon), abs=2e-7)
    assert np.sort(moved.lat) == pytest.approx(np.sort(plain.lat), abs=2e-7)


def test_nodes_with_names_meet_by_position(tmp_path):
    graph = nx.relabel_nodes(network(), {101: "a", 102: "b", 103: "c"})
    path = tmp_path / "named.graphml"
    for _, _, data in graph.edges(data=True):
        data.update({key: str(value) for key, value in data.items()})
    nx.write_graphml(graph, path)
    ways = read_street_graphml(path)
    ends = {*ways.node_ids[ways.starts[:-1]], *ways.node_ids[ways.starts[1:] - 1]}
    assert len(ends) == 3


def test_what_is_no_network_is_refused(tmp_path):
    path = saved(network(), tmp_path)
    whole = path.read_text(encoding="utf-8")
    for broken, message in {
        whole[: len(whole) // 2]: "not a network as OSMnx saves it",
        whole.replace('attr.name="x"', 'attr.name="east"'): "not a network as OSMnx saves it",
        whole.replace('attr.name="highway"', 'attr.name="kind"'): "network without streets",
        whole.replace(">EPSG:4326<", ">EPSG:nowhere<"): "not a network as OSMnx saves it",
    }.items():
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(SourceError, match=message):
            read_street_graphml(path)


@pytest.mark.reference
def test_westminster_is_read(reference_dir):
    path = reference_dir / "osm" / "london" / "westminster_drive_osmnx_2024.graphml"
    ways = read_street_graphml(path)
    graph = osmnx.convert.to_undirected(osmnx.load_graphml(path))
    ends = np.stack([ways.node_ids[ways.starts[:-1]], ways.node_ids[ways.starts[1:] - 1]])
    assert {*np.unique(ends)} == {*graph.nodes}
    assert len(ways.way_ids) == pytest.approx(len(graph.edges), rel=0.01)
    assert ways.tags["name"].notna().mean() > 0.8
