"""Faces beside passages: by hand, then laws, then simulated places of which the truth is known."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from data.walk_calibration import load_walk_calibration
from geo.capture import COLUMNS, capture_ratios, compare, shared_error
from geo.errors import EraError, InputError, MissingColumnError
from geo.passages import passages_per_hour
from geo.student_sums import sum_of_students

CALIBRATION = load_walk_calibration()
SHARED = shared_error(CALIBRATION.stand_in, area_log_sd=CALIBRATION.boroughs_log_sd)


def make_rows(*rows):
    """Rows of place, area, date, hours, faces, walk-past and factor down to its lower end."""
    names = ["place_read", "area_name", "date", "duration_h", "faces_seen", "walk", "factor"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(
        force="Toy Police",
        counting_era="late",
        precision="street",
        lon=0.1,
        lat=51.5,
        town="Toytown",
        walk_past_per_h=frame["walk"],
        walk_past_per_h_lo80=frame["walk"] / frame["factor"],
    ).drop(columns=["walk", "factor"])


THREE = make_rows(
    ("Ash Road", "Ash", "2024-09-02", 2.0, 200, 1000.0, 13.0),
    ("Ash Road", "Ash", "2024-09-03", 2.0, 800, 1000.0, 13.0),
    ("Elm Road", "Ash", "2024-09-04", 2.0, 2000, 500.0, 13.0),
    ("Elm Road", "Ash", "2024-09-05", 2.0, 2000, 500.0, 13.0),
    ("Oak Road", "Beech", "2024-09-06", 1.0, 600, 300.0, 14.0),
    ("Oak Road", "Beech", "2024-09-09", 1.0, 600, 300.0, 14.0),
)


def by_place(found):
    return found.set_index("place_read")


def test_ratios_by_hand():
    # Ash: sqrt(100 x 400) = 200 an hour past 1,000; Elm: 1,000 past 500; Oak: 600 past 300.
    found = by_place(capture_ratios(THREE, SHARED))
    assert found["faces_per_h"].tolist() == pytest.approx([200, 1000, 600])
    assert found["ratio"].tolist() == pytest.approx([0.2, 2.0, 2.0])
    assert found["ratio_to_median"].tolist() == pytest.approx([0.1, 1.0, 1.0])
    assert found["deployments"].tolist() == [2, 2, 2]


def test_the_interval_of_one_ratio_holds_the_spread_of_counts_and_all_of_walk_past():
    # About their places' means: ln 2 squared twice, and 0 four times; 6 - 3 = 3 degrees.
    variance = 2 * math.log(2) ** 2 / 3
    found = by_place(capture_ratios(THREE, SHARED)).loc["Oak Road"]
    of_count = math.sqrt(variance / 2) * stdtrit(3, 0.9)
    width = math.log(found["ratio_hi80"] / found["ratio"])
    assert max(math.log(14), of_count) < width < math.log(14) + of_count
    assert math.log(found["ratio"] / found["ratio_lo80"]) == pytest.approx(width)


def test_with_nothing_of_its_own_to_add_the_interval_is_that_of_walk_past():
    """With many counts hardly anything is added; the published interval comes back."""
    days = pd.date_range("2024-09-02", periods=600).strftime("%Y-%m-%d")
    rows = make_rows(*(("Ash Road", "Ash", day, 2.0, 500, 1000.0, 13.0) for day in days))
    (found,) = capture_ratios(rows, SHARED).to_dict("records")
    assert found["ratio_hi80"] / found["ratio"] == pytest.approx(13.0, rel=0.002)


def test_the_published_walk_past_is_split_into_the_parts_it_was_made_of():
    spot = passages_per_hour(
        pd.Series([CALIBRATION.stand_in.level.reference]), CALIBRATION.stand_in
    )
    middle, low = spot.loc[0, "walk_past_per_h"], spot.loc[0, "walk_past_per_h_lo80"]
    days = pd.date_range("2024-09-02", periods=5000).strftime("%Y-%m-%d")
    rows = make_rows(*(("Ash", "Ash", day, 2.0, 500, middle, middle / low) for day in days))
    (found,) = capture_ratios(rows, SHARED).to_dict("records")
    level = CALIBRATION.stand_in.level
    profile = np.mean(np.square(np.array(CALIBRATION.stand_in.profile.log_sds)[10:17]))
    parts = [
        [level.street_log_sd**2],
        [CALIBRATION.stand_in.years_log_sd**2],
        [CALIBRATION.stand_in.hour_log_sd**2 + profile],
    ]
    own, _ = sum_of_students(np.array(parts), np.array([27.0, 27.0, 1e9]))
    assert found["own_log_sd"] == pytest.approx(own[0], rel=0.04)


def test_two_places_are_compared_without_what_they_share():
    found = capture_ratios(THREE, SHARED)
    label = {name: row for row, name in found["place_read"].items()}
    beside = compare(found, label["Elm Road"], label["Ash Road"], shared=SHARED)
    assert beside.times == pytest.approx(10.0)
    one = found.loc[label["Elm Road"]]
    apart = math.log(beside.hi80 / beside.times)
    naive = math.sqrt(2) * math.log(one["ratio_hi80"] / one["ratio"])
    assert apart < 0.6 * naive, "the error shared by both must not be counted twice"
    across = compare(found, label["Elm Road"], label["Oak Road"], shared=SHARED)
    assert across.hi80 / across.times > beside.hi80 / beside.times, "boroughs differ too"
    back = compare(found, label["Ash Road"], label["Elm Road"], shared=SHARED)
    assert back.times * beside.times == pytest.approx(1)
    assert back.lo80 * beside.hi80 == pytest.approx(1)


def test_places_of_two_eras_or_towns_are_not_compared():
    rows = THREE.assign(counting_era=["late"] * 4 + ["early"] * 2)
    found = capture_ratios(rows, SHARED)
    label = {name: row for row, name in found["place_read"].items()}
    with pytest.raises(EraError, match=r"Oak Road \(Toy Police, early\).*Take two of one era"):
        compare(found, label["Ash Road"], label["Oak Road"], shared=SHARED)
    towns = capture_ratios(THREE.assign(town=["A"] * 2 + ["B"] * 4), SHARED)
    with pytest.raises(InputError, match="different towns"):
        compare(towns, 0, 1, shared=SHARED)


def test_a_place_of_two_eras_has_a_row_for_each():
    rows = THREE.assign(counting_era=["late", "early"] * 3)
    found = capture_ratios(rows, SHARED)
    ash = found[found["place_read"] == "Ash Road"].set_index("counting_era")
    assert ash["faces_per_h"].to_dict() == pytest.approx({"late": 100.0, "early": 400.0})


def test_towns_have_their_own_middle_and_two_places_have_none():
    found = capture_ratios(THREE.assign(town=["A"] * 4 + ["B"] * 2), SHARED)
    assert found["ratio_to_median"].isna().all()
    assert found["ratio"].notna().all()
    assert capture_ratios(THREE.assign(town=None), SHARED)["ratio_to_median"].isna().all()


def test_what_cannot_be_put_beside_is_left_out_and_one_count_has_no_interval():
    none = make_rows(
        ("Ash Road", "Ash", "2024-09-02", 2.0, 0, 1000.0, 13.0),
        ("Elm Road", "Ash", "2024-09-02", math.nan, 9, 1000.0, 13.0),
        ("Oak Road", "Ash", "2024-09-02", 2.0, 9, math.nan, 13.0),
    )
    assert capture_ratios(none, SHARED).empty
    (one,) = capture_ratios(THREE.iloc[:1], SHARED).to_dict("records")
    assert math.isnan(one["ratio"])
    assert "too few counts" in one["note"]
    three = capture_ratios(THREE.iloc[[0, 2, 4]], SHARED)
    ends = three[["ratio_lo80", "ratio", "ratio_hi80"]].to_numpy()
    assert np.isfinite(ends).all()
    assert (np.diff(ends, axis=1) > 0).all()


def test_hours_outside_those_of_walk_past_are_noted():
    rows = make_rows(
        ("Ash Road", "Ash", "2024-09-07", 2.0, 200, 1000.0, 13.0),
        ("Ash Road", "Ash", "2024-09-09", 8.0, 800, 1000.0, 13.0),
        ("Elm Road", "Ash", "2024-09-09", 7.0, 800, 1000.0, 13.0),
    )
    notes = by_place(capture_ratios(rows, SHARED))["note"]
    assert notes["Ash Road"] == "1 of 2 at a weekend; 1 of 2 longer than 7 hours"
    assert notes["Elm Road"] == ""


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(MissingColumnError, match="walk_past_per_h_lo80"):
        capture_ratios(THREE.drop(columns="walk_past_per_h_lo80"), SHARED)


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(len(THREE))), st.floats(0.1, 10))
def test_order_is_irrelevant_and_walk_past_of_a_whole_town_changes_no_comparison(order, times):
    found = capture_ratios(THREE, SHARED)
    pd.testing.assert_frame_equal(capture_ratios(THREE.iloc[list(order)], SHARED), found)
    ends = ["walk_past_per_h", "walk_past_per_h_lo80"]
    moved = capture_ratios(THREE.assign(**{name: THREE[name] * times for name in ends}), SHARED)
    assert list(moved.columns[: len(COLUMNS)]) == list(COLUMNS)
    np.testing.assert_allclose(moved["ratio"] * times, found["ratio"])
    for name in ("ratio_to_median", "ratio_to_median_lo80", "ratio_to_median_hi80"):
        np.testing.assert_allclose(moved[name], found[name], rtol=1e-9)


def simulated(rng, *, town_log):
    """Simulate 12 places: true ratios, and rows counted and modelled with error."""
    spot = passages_per_hour(pd.Series([700.0]), CALIBRATION.stand_in).loc[0]
    down = spot["walk_past_per_h"] / spot["walk_past_per_h_lo80"]
    true = np.exp(rng.normal(0, 0.6, 12))
    rows = []
    for place, ratio in enumerate(true):
        walk = 1000.0 * math.exp(rng.normal(0, 0.5))
        # What is modelled is off by the town's error, the borough's, and the street's own.
        own = rng.normal(0, math.sqrt(0.671**2 + 0.42**2 + 0.32**2 + 0.352**2))
        modelled = walk * math.exp(-town_log - own)
        for visit in range(int(rng.integers(1, 4))):
            faces = 2.0 * walk * ratio * math.exp(rng.normal(0, 0.45))
            day = f"2024-{9 + visit:02d}-{2 + place:02d}"
            rows.append((f"Place {place:02d}", f"A{place}", day, 2.0, faces, modelled, down))
    return true, make_rows(*rows)


def test_intervals_hold_the_truth_of_simulated_places():
    rng = np.random.default_rng(7)
    held, beside = [], []
    for _ in range(30):
        town = 1.173 * rng.standard_t(2)
        true, rows = simulated(rng, town_log=town)
        found = capture_ratios(rows, SHARED)
        held.append(((found["ratio_lo80"] <= true) & (true <= found["ratio_hi80"])).mean())
        relative = true / np.median(true)
        ends = found["ratio_to_median_lo80"], found["ratio_to_median_hi80"]
        beside.append(((ends[0] <= relative) & (relative <= ends[1])).mean())
    assert 0.70 < np.mean(held) < 0.92, "80 %; one town's error moves all of its places"
    assert 0.75 < np.mean(beside) < 0.90
