"""Events are matched by day and by every spot a place may be, and nothing else moves them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from geo.crs import to_stored
from geo.errors import CrsError, MissingColumnError
from geo.events import COLUMNS, REACH_M, event_indicator, match_events

DAY = "2024-05-04"
VENUE_M = (530_000.0, 180_000.0)
GROUND_M = 300.0


def make_events(*rows):
    """Return events; each row is changes to one at `VENUE_M`."""
    lon, lat = to_stored(gpd.GeoSeries([Point(VENUE_M)], crs="EPSG:27700")).iloc[0].coords[0]
    base = {
        "event": "Fair",
        "first_date": DAY,
        "last_date": DAY,
        "place": "The Green",
        "lon": lon,
        "lat": lat,
        "radius_m": GROUND_M,
        "area_code": "E1",
    }
    return pd.DataFrame([base | row for row in rows], columns=list(base))


def make_places(*shapes, area="E1", uncertainty_m=0.0):
    """Return places of shapes given in metres from the venue."""
    moved = gpd.GeoSeries(list(shapes), crs="EPSG:27700").translate(*VENUE_M)
    return gpd.GeoDataFrame(
        {"area_code": area, "uncertainty_m": uncertainty_m},
        geometry=to_stored(moved).to_numpy(),
        crs="EPSG:4326",
        index=[f"d{n}" for n in range(len(shapes))],
    )


def make_deployments(places, dates=DAY):
    return pd.DataFrame({"date": dates}, index=places.index).astype("str")


def match(places, events, dates=DAY, **options):
    return match_events(make_deployments(places, dates), places, events, **options)


@pytest.mark.parametrize(
    ("shape", "area", "answer", "share"),
    [
        (Point(0, 200), "E1", "at", 1.0),
        (Point(0, 299), "E2", "at", 1.0),
        (Point(0, 400), "E2", "near", 1.0),
        (Point(1799, 0), "E2", "near", 1.0),
        (Point(1801, 0), "E1", "same area", 0.0),
        (LineString([(1500, 0), (2100, 0)]), "E2", "may be near", 0.5),
        (LineString([(0, 0), (1000, 0)]), "E2", "near", 1.0),
        (box(-5000, -5000, 5000, 5000), "E1", "may be near", 0.11),
        (box(3000, 3000, 5000, 5000), "E1", "same area", 0.0),
    ],
)
def test_answers_by_hand(shape, area, answer, share):
    found = match(make_places(shape, area=area), make_events({}))
    assert tuple(found.columns) == COLUMNS
    assert found["answer"].tolist() == [answer]
    assert found["within_reach_share"].iloc[0] == pytest.approx(share, abs=0.03)


def test_what_is_elsewhere_matches_nothing():
    assert match(make_places(Point(1801, 0), area="E2"), make_events({})).empty


def test_the_distance_is_the_median_over_the_spots():
    places = make_places(Point(0, 700), LineString([(0, 0), (1000, 0)]))
    found = match(places, make_events({})).set_index("deployment")["distance_m"]
    assert found["d0"] == pytest.approx(700, abs=1)
    assert found["d1"] == pytest.approx(500, abs=1)


def test_a_vague_point_may_be_near():
    sharp, vague = (
        match(make_places(Point(1750, 0), area="E2", uncertainty_m=radius), make_events({}))
        for radius in (np.nan, 300.0)
    )
    assert sharp["answer"].tolist() == ["near"]
    assert vague["answer"].tolist() == ["may be near"]
    assert 0.3 < vague["within_reach_share"].iloc[0] < 0.9


@pytest.mark.parametrize(
    ("date", "matched"),
    [
        ("2024-05-03", 0),
        ("2024-05-04", 1),
        ("2024-05-05", 1),
        ("2024-05-06", 1),
        ("2024-05-07", 0),
        ("2024-05", 0),
        ("2024", 0),
    ],
)
def test_every_day_of_an_event_and_no_other(date, matched):
    events = make_events({"last_date": "2024-05-06"})
    places = make_places(Point(0, 0))
    assert len(match(places, events, date)) == matched
    assert event_indicator(make_deployments(places, date), places, events).tolist() == [matched]


def test_an_unknown_place_shares_nothing_but_its_area():
    places = make_places(None, None)
    places.loc["d1", "area_code"] = None
    found = match(places, make_events({}))
    assert found["deployment"].tolist() == ["d0"]
    assert found["answer"].tolist() == ["same area"]
    assert found[["distance_m", "within_reach_share"]].isna().all(axis=None)
    assert event_indicator(make_deployments(places), places, make_events({})).tolist() == [0, 0]


def test_an_event_known_by_its_area_is_in_it_and_of_no_distance():
    events = make_events({"lon": np.nan, "lat": np.nan, "radius_m": np.nan})
    places = make_places(Point(0, 0), Point(0, 0))
    places.loc["d1", "area_code"] = "E2"
    found = match(places, events)
    assert found[["deployment", "answer"]].to_numpy().tolist() == [["d0", "same area"]]
    assert found["distance_m"].isna().all()
    assert event_indicator(make_deployments(places), places, events).tolist() == [0, 0]


def test_no_area_is_the_same_as_none():
    events = make_events({"area_code": None})
    assert match(make_places(Point(9000, 0), area=None), events).empty


def test_the_nearest_event_comes_first():
    lon = make_events({})["lon"].iloc[0]
    events = make_events(
        {"event": "Far", "lon": lon + 0.01}, {"event": "Beta"}, {"event": "Alpha"}
    )
    found = match(make_places(Point(0, 0), Point(0, 10)), events)
    named = events.loc[found["event"], "event"].tolist()
    assert found["deployment"].tolist() == ["d0"] * 3 + ["d1"] * 3
    assert named == ["Alpha", "Beta", "Far"] * 2


def test_two_events_reach_more_of_a_place_than_either():
    street = make_places(LineString([(-4000, 0), (4000, 0)]))
    lon = make_events({})["lon"].iloc[0]
    events = make_events({}, {"event": "Other", "lon": lon + 0.056})
    each = [
        event_indicator(make_deployments(street), street, events.iloc[[n]]).iloc[0]
        for n in (0, 1)
    ]
    both = event_indicator(make_deployments(street), street, events).iloc[0]
    assert min(each) > 0
    assert both == pytest.approx(sum(each))


def test_places_beyond_britain_are_measured_truly():
    places = gpd.GeoDataFrame(
        {"area_code": ["091"], "uncertainty_m": [np.nan]},
        geometry=[Point(24.94, 60.17)],
        crs="EPSG:4326",
        index=["d0"],
    )
    helsinki = {"lon": 24.94, "lat": 60.18, "area_code": "091"}
    found = match(places, make_events(helsinki, {"event": "London"}))
    assert len(found) == 1
    assert found["distance_m"].iloc[0] == pytest.approx(1114, abs=2)


def test_nothing_to_match_has_its_columns():
    places = make_places(Point(0, 0))
    for frame in (
        match(places, make_events()),
        match(places.iloc[:0], make_events({}), []),
        match(places, make_events({}), "2020-01-01"),
    ):
        assert tuple(frame.columns) == COLUMNS
        assert frame.empty
    assert event_indicator(make_deployments(places), places, make_events()).tolist() == [0.0]


def test_inputs_and_index_survive():
    places, events = make_places(Point(0, 0), Point(90_000, 0)), make_events({})
    deployments = make_deployments(places)
    copies = [frame.copy(deep=True) for frame in (deployments, places, events)]
    indicator = event_indicator(deployments, places, events)
    match_events(deployments, places, events)
    assert indicator.to_dict() == {"d0": 1.0, "d1": 0.0}
    for frame, copy in zip((deployments, places, events), copies, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(copy))


@pytest.mark.parametrize("reach_m", [-1.0, float("nan")])
def test_a_reach_must_be_one(reach_m):
    with pytest.raises(ValueError, match="`reach_m` must be 0 or more"):
        match(make_places(Point(0, 0)), make_events({}), reach_m=reach_m)


@pytest.mark.parametrize("lacking", ["first_date", "radius_m", "area_code"])
def test_a_missing_column_is_told(lacking):
    with pytest.raises(MissingColumnError, match=f"`events` lacks \\['{lacking}'\\]"):
        match(make_places(Point(0, 0)), make_events({}).drop(columns=lacking))


def test_places_without_a_system_are_refused():
    places = make_places(Point(0, 0))
    with pytest.raises(CrsError):
        match(places.set_crs(None, allow_override=True), make_events({}))


spots = st.tuples(*[st.integers(-4000, 4000)] * 2)
shapes = st.one_of(
    spots.map(Point),
    st.tuples(spots, spots).filter(lambda ends: ends[0] != ends[1]).map(LineString),
    spots.map(lambda at: box(*at, at[0] + 900, at[1] + 600)),
)
days = st.sampled_from([DAY, "2024-05-05", "2024-05"])
venues = st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from(["E1", "E2"]))


def drawn(rows, at):
    places = make_places(*[shape for shape, _, _ in rows], uncertainty_m=50.0)
    places["area_code"] = [area for _, _, area in rows]
    deployments = make_deployments(places, [day for _, day, _ in rows])
    lon = make_events({})["lon"].iloc[0]
    events = make_events(
        *[
            {"event": f"E{n}", "lon": lon + x / 60, "last_date": f"2024-05-0{4 + d}",
             "area_code": area}
            for n, (x, d, area) in enumerate(at)
        ]
    )  # fmt: skip
    return deployments, places, events


rows_drawn = st.lists(
    st.tuples(shapes, days, st.sampled_from(["E1", "E2"])), min_size=1, max_size=4
)
events_drawn = st.lists(venues, min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(rows=rows_drawn, at=events_drawn, seed=st.randoms(use_true_random=False))
def test_row_order_is_irrelevant(rows, at, seed):
    deployments, places, events = drawn(rows, at)
    shuffled = [list(frame.index) for frame in (deployments, places, events)]
    for labels in shuffled:
        seed.shuffle(labels)
    mixed = (deployments.loc[shuffled[0]], places.loc[shuffled[1]], events.loc[shuffled[2]])
    found, again = match_events(deployments, places, events), match_events(*mixed)
    key = ["deployment", "event"]
    pd.testing.assert_frame_equal(
        found.sort_values(key, ignore_index=True), again.sort_values(key, ignore_index=True)
    )
    for label in deployments.index:
        here, there = (frame[frame["deployment"] == label] for frame in (found, again))
        assert here["event"].tolist() == there["event"].tolist()
    pd.testing.assert_series_equal(
        event_indicator(deployments, places, events),
        event_indicator(*mixed).loc[deployments.index],
    )


@settings(max_examples=25, deadline=None)
@given(rows=rows_drawn, at=events_drawn, reach=st.integers(0, 3000), more=st.integers(0, 3000))
def test_a_larger_reach_never_matches_fewer(rows, at, reach, more):
    tables = drawn(rows, at)
    near, wide = (match_events(*tables, reach_m=float(m)) for m in (reach, reach + more))
    pairs = [set(zip(m["deployment"], m["event"], strict=True)) for m in (near, wide)]
    assert pairs[0] <= pairs[1]
    narrow, broad = (event_indicator(*tables, reach_m=float(m)) for m in (reach, reach + more))
    assert (narrow <= broad).all()
    assert broad.between(0, 1).all()


@settings(max_examples=25, deadline=None)
@given(rows=rows_drawn, at=events_drawn)
def test_answers_agree_with_shares_and_the_indicator(rows, at):
    tables = drawn(rows, at)
    found, indicator = match_events(*tables), event_indicator(*tables)
    share = found["within_reach_share"]
    assert (share[found["answer"].isin(["at", "near"])] == 1).all()
    assert share[found["answer"] == "may be near"].between(0, 1, inclusive="neither").all()
    assert (share[found["answer"] == "same area"] == 0).all()
    largest = share.groupby(found["deployment"]).max().reindex(indicator.index, fill_value=0.0)
    assert (indicator >= largest - 1e-12).all()
    assert (indicator[largest == 0] == 0).all()


def test_the_reach_is_some_twenty_minutes_on_foot():
    walked_m = 20 * 60 * 1.3
    assert abs(REACH_M - walked_m) < 100
