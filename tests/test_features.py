"""Hand-drawn streets first, then laws that hold for any."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CrsError, MissingColumnError
from geo.features import COLUMNS, gather_streets, junction_of
from geo.labels import REFS_SHOWN
from geo.place import name_key

METRIC = "EPSG:27700"
WEST, SOUTH = 530_000, 180_000
"""Every toy street lies east and north of here, in metres."""


def make_pieces(*rows, crs=METRIC, **columns):
    """Make pieces of (name, ref, x1, y1, x2, y2), straight, in metres from the corner."""
    lines = [
        shapely.LineString([(WEST + x1, SOUTH + y1), (WEST + x2, SOUTH + y2)])
        for _, _, x1, y1, x2, y2 in rows
    ]
    frame = {
        "name": [row[0] for row in rows],
        "other_names": "",
        "ref": [row[1] for row in rows],
    }
    return gpd.GeoDataFrame({**frame, **columns}, geometry=lines, crs=METRIC).to_crs(crs)


def gather(pieces, **options):
    return gather_streets(pieces, crs=METRIC, **options)


def lengths(streets):
    return streets.to_crs(METRIC).length.round(1).tolist()


# Gathering -------------------------------------------------------------------------------


def test_pieces_within_the_gap_are_one_street_and_beyond_it_another():
    #  way/1 0..100   gap 290   way/2 390..500          way/3 801..900 (301 from the last)
    streets = gather(
        make_pieces(
            ("High Street", "way/1", 0, 0, 100, 0),
            ("High Street", "way/2", 390, 0, 500, 0),
            ("High Street", "way/3", 801, 0, 900, 0),
        )
    )
    assert streets["ref"].tolist() == ["way/1;way/2", "way/3"]
    assert lengths(streets) == pytest.approx([210, 99], abs=0.2)
    assert tuple(streets.columns) == COLUMNS
    assert streets.crs == "EPSG:4326"
    assert set(streets.geom_type) == {"MultiLineString"}


def test_streets_of_other_names_between_change_nothing():
    pieces = make_pieces(
        ("High Street", "way/1", 0, 0, 100, 0),
        ("Love Lane", "way/2", 100, 0, 100, 200),
        ("High Street", "way/3", 100, 0, 200, 0),
    )
    assert gather(pieces)["ref"].tolist() == ["way/1;way/3", "way/2"]


def test_spellings_of_one_name_are_one_street_under_the_longest():
    streets = gather(
        make_pieces(
            ("Kings Road", "way/1", 0, 0, 50, 0),
            ("King's Road", "way/2", 50, 0, 200, 0),
            ("KING'S ROAD", "way/3", 200, 0, 240, 0),
        )
    )
    assert streets["name"].tolist() == ["King's Road"]
    assert streets["other_names"].tolist() == [""]


def test_other_names_are_joined_once():
    pieces = make_pieces(
        ("Queen Street", "way/1", 0, 0, 50, 0),
        ("Queen Street", "way/2", 50, 0, 90, 0),
        ("Queen Street", "way/3", 90, 0, 99, 0),
        other_names=["Heol y Frenhines|Queen St", "heol-y-frenhines|QUEEN STREET", None],
    )
    assert gather(pieces)["other_names"].tolist() == ["Heol y Frenhines|Queen St"]


def test_a_street_drawn_both_ways_is_drawn_once():
    pieces = make_pieces(
        ("Mall", "way/1", 0, 0, 100, 0), ("Mall", "way/1", 100, 0, 0, 0),
        ("Mall", "way/1", 0, 0, 100, 0),
    )  # fmt: skip
    assert lengths(gather(pieces)) == pytest.approx([100], abs=0.1)


def test_a_street_without_length_is_kept_beside_others():
    streets = gather(
        make_pieces(("Love Lane", "way/1", 0, 0, 0, 0), ("High Street", "way/2", 0, 0, 90, 0))
    )
    assert streets["name"].tolist() == ["High Street", "Love Lane"]
    assert lengths(streets) == pytest.approx([90, 0], abs=0.2)


def test_a_clipped_piece_leaves_its_street_in_part():
    pieces = make_pieces(
        ("A Road", "way/1", 0, 0, 100, 0),
        ("A Road", "way/2", 100, 0, 200, 0),
        ("B Road", "way/3", 0, 900, 100, 900),
        clipped=[False, True, False],
    )
    assert gather(pieces)["whole"].tolist() == [False, True]


def test_many_refs_are_counted_and_gathering_again_keeps_the_count():
    rows = [("Long Lane", f"way/{n}", n * 10, 0, n * 10 + 10, 0) for n in range(REFS_SHOWN + 7)]
    streets = gather(make_pieces(*rows))
    (ref,) = streets["ref"]
    assert ref.startswith("way/0;way/1;way/2;")
    assert ref.endswith(f"way/{REFS_SHOWN - 1};+ 7 more")
    assert gather(streets)["ref"].tolist() == [ref]


def test_outlines_count_by_their_edge():
    pieces = make_pieces(("Piazza", "way/1", 0, 0, 100, 0))
    pieces = pieces.set_geometry(pieces.buffer(20, cap_style="flat"))
    assert lengths(gather(pieces)) == pytest.approx([280], abs=0.2)


def test_pieces_without_name_or_shape_are_left_out():
    pieces = make_pieces(
        ("", "way/1", 0, 0, 9, 0), ("--", "way/2", 0, 0, 9, 0), ("Mall", "way/3", 0, 0, 9, 0)
    )
    assert gather(pieces)["ref"].tolist() == ["way/3"]
    pieces.geometry = [None, None, shapely.LineString()]
    empty = gather(pieces)
    assert len(empty) == 0
    assert tuple(empty.columns) == COLUMNS


def test_input_is_not_changed():
    pieces = make_pieces(("Mall", "way/3", 0, 0, 9, 0), crs="EPSG:4326")
    before = pieces.copy(deep=True)
    gather(pieces)
    pd.testing.assert_frame_equal(pieces, before)


def test_wrong_input_is_refused():
    pieces = make_pieces(("Mall", "way/3", 0, 0, 9, 0))
    with pytest.raises(MissingColumnError, match="ref"):
        gather(pieces.drop(columns="ref"))
    with pytest.raises(CrsError, match="no coordinate reference system"):
        gather(pieces.set_crs(None, allow_override=True))
    with pytest.raises(CrsError, match="must be in a projected CRS in metres"):
        gather_streets(pieces, crs="EPSG:4326")


def test_a_system_that_does_not_reach_is_refused():
    far = gpd.GeoDataFrame(
        {"name": ["Equator Road"], "other_names": [""], "ref": ["way/1"]},
        geometry=[shapely.LineString([(90, 0), (91, 0)])],
        crs="EPSG:4326",
    )
    with pytest.raises(CrsError, match="where EPSG:27700 has no coordinates"):
        gather(far)


spots = st.tuples(st.integers(0, 12), st.integers(0, 12))
pieces_of_a_town = st.lists(
    st.tuples(st.sampled_from(["High St", "HIGH ST", "Love Lane", "King's Rd"]), spots, spots),
    min_size=1, max_size=14,
).filter(lambda rows: any(a != b for _, a, b in rows))  # fmt: skip


def make_town(rows):
    """Draw pieces on a grid of 110 m; those of no length are left out."""
    drawn = [
        (name, f"way/{number}", *(110 * c for c in (*a, *b)))
        for number, (name, a, b) in enumerate(rows)
        if a != b
    ]
    return make_pieces(*drawn, crs="EPSG:4326")


@settings(max_examples=60, deadline=None)
@given(pieces_of_a_town, st.randoms(use_true_random=False))
def test_row_order_is_irrelevant(rows, rng):
    town = make_town(rows)
    order = list(range(len(town)))
    rng.shuffle(order)
    pd.testing.assert_frame_equal(gather(town.iloc[order]), gather(town))


@settings(max_examples=60, deadline=None)
@given(pieces_of_a_town)
def test_gathering_is_settled(rows):
    once = gather(make_town(rows))
    pd.testing.assert_frame_equal(gather(once), once)


@settings(max_examples=60, deadline=None)
@given(pieces_of_a_town)
def test_every_piece_is_in_exactly_one_street(rows):
    town = make_town(rows)
    streets = gather(town)
    held = [ref for text in streets["ref"] for ref in text.split(";")]
    assert sorted(held) == sorted(town["ref"])
    home = {ref: row for row, text in enumerate(streets["ref"]) for ref in text.split(";")}
    for name, ref, shape in zip(town["name"], town["ref"], town.geometry, strict=True):
        street = streets.iloc[home[ref]]
        assert name_key(street["name"]) == name_key(name)
        assert street["geometry"].buffer(1e-7).covers(shape)


@settings(max_examples=60, deadline=None)
@given(pieces_of_a_town)
def test_streets_are_those_that_comparing_every_pair_finds(rows):
    town = make_town(rows)
    metric = town.to_crs(METRIC).geometry.to_numpy()
    group = list(range(len(town)))
    for i in range(len(town)):
        for j in range(i):
            same = name_key(town["name"].iloc[i]) == name_key(town["name"].iloc[j])
            if same and metric[i].distance(metric[j]) <= 300:
                old, new = group[i], group[j]
                group = [new if g == old else g for g in group]
    expected = {frozenset(town["ref"][np.array(group) == g]) for g in group}
    assert {frozenset(ref.split(";")) for ref in gather(town)["ref"]} == expected


# Junctions -------------------------------------------------------------------------------


def line(*corners):
    return shapely.LineString(corners)


def test_streets_that_cross_meet_there():
    assert junction_of(line((0, 0), (100, 0)), line((50, -50), (50, 50))).wkt == "POINT (50 0)"


def test_a_dual_carriageway_is_met_twice():
    dual = shapely.MultiLineString([[(0, 0), (100, 0)], [(0, 20), (100, 20)]])
    spots = junction_of(dual, line((50, -50), (50, 50)))
    assert spots.equals(shapely.MultiPoint([(50, 0), (50, 20)]))


def test_a_crescent_meets_a_road_at_both_ends():
    crescent = line((0, 0), (0, 200), (300, 200), (300, 0))
    spots = junction_of(line((-500, 0), (500, 0)), crescent)
    assert spots.equals(shapely.MultiPoint([(0, 0), (300, 0)]))


def test_a_street_that_stops_short_meets_half_way():
    love_lane = line((100, 30), (100, 400))
    assert junction_of(line((0, 0), (500, 0)), love_lane).wkt == "POINT (100 15)"
    assert junction_of(line((0, 0), (500, 0)), line((100, 41), (100, 400))) is None


def test_a_service_road_beside_a_street_meets_it_all_along():
    spots = junction_of(line((0, 0), (500, 0)), line((0, 20), (500, 20)))
    assert spots.length == pytest.approx(500)


corners = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=5, unique=True
)


@settings(deadline=None)
@given(corners, corners)
def test_junctions_lie_within_reach_of_both_and_miss_none(a, b):
    street, cross = line(*a), line(*b)
    spots, back = junction_of(street, cross), junction_of(cross, street)
    assert (spots is None) == (street.distance(cross) > 40) == (back is None)
    if spots is not None:
        for corner in shapely.get_parts(shapely.points(shapely.get_coordinates(spots))):
            assert max(corner.distance(street), corner.distance(cross)) <= 40 + 1e-6
        assert shapely.intersection(street, cross).distance(
            spots
        ) < 1e-6 or not street.intersects(cross)
