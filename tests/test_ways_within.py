"""Ways of some ground alone: whole, in their order, and no others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.ways import Ways
from geo.ways_within import ways_within

AREA = shapely.box(0, 0, 1, 1)


def make(spots, extent=None):
    """Return ways drawn by lists of positions."""
    sizes = [len(way) for way in spots]
    flat = np.array([spot for way in spots for spot in way], dtype=float).reshape(-1, 2)
    tags = pd.DataFrame({"highway": [f"kind{row}" for row in range(len(spots))]})
    starts = np.cumsum([0, *sizes])
    return Ways(
        np.arange(len(spots)) + 100, starts, np.arange(len(flat)), *flat.T, tags, extent
    )


def test_a_way_with_one_node_inside_is_kept_whole():
    ways = make([[(5, 5), (6, 6)], [(0.5, 0.5), (7, 7), (8, 8)], [(3, 3), (0.9, 0.1)]])
    near = ways_within(ways, AREA)
    assert near.way_ids.tolist() == [101, 102]
    assert near.starts.tolist() == [0, 3, 5]
    assert near.node_ids.tolist() == [2, 3, 4, 5, 6]
    assert near.lon.tolist() == [0.5, 7, 8, 3, 0.9]
    assert near.tags["highway"].tolist() == ["kind1", "kind2"]
    assert near.tags.index.tolist() == [0, 1]


def test_the_ground_is_what_both_cover():
    line = [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4)]]
    stated = ways_within(make(line, extent=shapely.box(0.5, 0, 2, 2)), AREA).extent
    assert stated.equals(shapely.box(0.5, 0, 1, 1))
    hull = ways_within(make(line), AREA).extent
    assert hull.equals(shapely.Polygon(line[0]))


def test_nodes_without_a_position_are_nowhere():
    ways = make([[(np.nan, np.nan), (np.nan, np.nan)], [(np.nan, np.nan), (0.5, 0.5)]])
    assert ways_within(ways, AREA).way_ids.tolist() == [101]
    assert len(ways_within(make([]), AREA).way_ids) == 0


@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=4
        ),
        max_size=8,
    )
)  # fmt: skip
def test_cutting_twice_is_cutting_once(spots):
    ways = make(spots)
    once = ways_within(ways, shapely.box(-1.5, -1.5, 1.5, 1.5))
    twice = ways_within(once, shapely.box(-1.5, -1.5, 1.5, 1.5))
    assert once.way_ids.tolist() == twice.way_ids.tolist()
    assert once.starts[-1] == len(once.node_ids) == len(once.lon)
    for row, way in enumerate(spots):
        inside = any(abs(x) <= 1 and abs(y) <= 1 for x, y in way)
        assert inside == (row + 100 in once.way_ids)
