"""What one may walk along, tag by tag."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.errors import MissingColumnError
from geo.walkable import walkable

ROAD = {"highway": "residential"}
CASES = [
    # tags, ours, OSMnx's
    ({"highway": "footway"}, True, True),
    ({"highway": "steps"}, True, True),
    ({"highway": "living_street"}, True, True),
    ({"highway": "trunk"}, True, True),
    ({"highway": "motorway"}, False, False),
    ({"highway": "motorway_link", "foot": "yes"}, False, False),
    ({"highway": "trunk", "motorroad": "yes"}, False, True),
    ({"highway": "trunk", "motorroad": "yes", "foot": "designated"}, True, True),
    ({"highway": "cycleway"}, False, False),
    ({"highway": "cycleway", "foot": "yes"}, True, False),
    ({"highway": "cycleway", "access": "yes"}, False, False),
    ({"highway": "busway"}, False, True),
    ({"highway": "bus_guideway", "foot": "no"}, False, False),
    ({"highway": "corridor"}, False, True),
    ({"highway": "corridor", "foot": "yes"}, True, True),
    ({"highway": "footway", "indoor": "yes"}, False, True),
    ({"highway": "footway", "indoor": "yes", "foot": "permissive"}, True, True),
    ({"highway": "footway", "indoor": "no"}, True, True),
    ({"highway": "construction"}, False, False),
    ({"highway": "proposed"}, False, False),
    ({"highway": "razed"}, False, False),
    ({"highway": "platform"}, False, False),
    ({"highway": "footway", "railway": "platform"}, False, True),
    ({"highway": "footway", "public_transport": "platform"}, True, True),
    ({"highway": "services"}, False, False),
    ({"highway": "via_ferrata"}, False, True),
    ({"highway": "pedestrian", "area": "yes"}, False, False),
    ({"highway": "pedestrian", "area": "no"}, True, True),
    (ROAD | {"access": "private"}, False, False),
    (ROAD | {"access": "private", "foot": "yes"}, True, False),
    (ROAD | {"access": "no"}, False, True),
    (ROAD | {"access": "no", "foot": "designated"}, True, True),
    (ROAD | {"access": "yes", "foot": "no"}, False, False),
    (ROAD | {"access": "destination"}, True, True),
    (ROAD | {"access": "customers"}, True, True),
    (ROAD | {"foot": "private"}, False, True),
    (ROAD | {"foot": "use_sidepath"}, False, True),
    (ROAD | {"foot": "unknown"}, True, False),
    (ROAD | {"foot": "no;permissive"}, True, False),
    ({"highway": "service"}, True, True),
    ({"highway": "service", "service": "alley"}, True, True),
    ({"highway": "service", "service": "parking_aisle"}, True, True),
    ({"highway": "service", "service": "parking_aisle", "access": "private"}, False, False),
    ({"highway": "service", "service": "driveway"}, False, True),
    ({"highway": "service", "service": "driveway", "access": "yes"}, True, True),
    (
        {"highway": "service", "service": "driveway", "access": "yes", "foot": "no"},
        False,
        False,
    ),
    ({"highway": "service", "service": "private"}, False, False),
    (ROAD | {"sidewalk": "both"}, True, True),
    (ROAD | {"sidewalk": "separate"}, False, False),
    (ROAD | {"sidewalk:both": "separate"}, False, False),
    (ROAD | {"sidewalk:left": "separate", "sidewalk:right": "no"}, False, False),
    (ROAD | {"sidewalk:left": "separate", "sidewalk:right": "yes"}, True, False),
    (ROAD | {"sidewalk:left": "separate"}, True, False),
    (ROAD | {"sidewalk:left": "no", "sidewalk:right": "no"}, True, True),
    ({"highway": "footway", "sidewalk": "separate"}, True, False),
    ({"highway": None}, False, False),
]


@pytest.mark.parametrize(("tags", "ours", "theirs"), CASES, ids=str)
def test_each_case(tags, ours, theirs):
    frame = pd.DataFrame([tags], dtype="str")
    assert walkable(frame).tolist() == [ours]
    assert walkable(frame, rules="osmnx").tolist() == [theirs]


def test_all_at_once_in_either_kind_of_column():
    rows = [tags for tags, _, _ in CASES]
    for frame in (pd.DataFrame(rows, dtype="str"), pd.DataFrame(rows, dtype=object)):
        assert walkable(frame).tolist() == [ours for _, ours, _ in CASES]
        assert walkable(frame, rules="osmnx").tolist() == [theirs for _, _, theirs in CASES]


def test_osmnx_leaves_out_what_its_own_filter_does():
    import re

    osmnx = pytest.importorskip("osmnx", minversion="2.1", reason="its filter of 2.1 is meant")
    asked = re.findall(r'\["([^"]+)"!~"([^"]+)"\]', osmnx._overpass._get_network_filter("walk"))
    assert len(asked) == 9
    for tags, _, theirs in CASES:
        held = {key: value for key, value in tags.items() if value is not None}
        let_in = not any(re.search(rule, held.get(key, "")) for key, rule in asked)
        assert (bool(held) and let_in) == theirs, tags


def test_highway_is_needed():
    with pytest.raises(MissingColumnError, match=r"`tags` lacks \['highway'\]"):
        walkable(pd.DataFrame({"foot": ["yes"]}))


def test_no_way_is_no_trouble():
    assert walkable(pd.DataFrame({"highway": pd.Series([], dtype="str")})).tolist() == []
