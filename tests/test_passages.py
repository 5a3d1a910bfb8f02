"""Passages per hour: hand-computed cases, then laws that hold for any input."""

import tomllib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.walk_calibration import CALIBRATION, load_walk_calibration
from geo.errors import InputError
from geo.passages import (
    BASE_HOURS,
    MOST_PER_H,
    Calibration,
    StreetLevel,
    WeekProfile,
    hours_of_week,
    log_passages,
    passages_per_hour,
)

FLAT = WeekProfile((1.0,) * 168, (0.0,) * 168)
LEVEL = StreetLevel("walk_flow", 100.0, 2000.0, 1.0, 0.0, 0.1, 0.5, 1e9, 1_000_000_000)
PLAIN = Calibration(LEVEL, FLAT, 0.0, 3.0, 0.0, 9.0, 0.0)
NORMAL_80 = 1.2815515655

SHIPPED = load_walk_calibration()
BASES = [SHIPPED.walk_flow, SHIPPED.stand_in]


def one(value, calibration, **options):
    return passages_per_hour(pd.Series([value]), calibration, **options).iloc[0]


def test_the_reference_gives_the_level():
    # With endless freedom the bounds are those of a normal distribution: 2000 e^(-+1.2816 x 0.5)
    found = one(100.0, PLAIN)
    assert found["walk_past_per_h"] == pytest.approx(2000)
    assert found["walk_past_per_h_lo80"] == pytest.approx(2000 * np.exp(-NORMAL_80 / 2))
    assert found["walk_past_per_h_hi80"] == pytest.approx(2000 * np.exp(NORMAL_80 / 2))


def test_the_slope_is_an_elasticity():
    half = replace(PLAIN, level=replace(LEVEL, slope=0.5))
    assert one(400.0, half)["walk_past_per_h"] == pytest.approx(4000)


def test_the_week_multiplies_the_level():
    ratios = tuple(3.0 if hour == 34 else 1.0 for hour in range(168))
    busy = replace(PLAIN, profile=WeekProfile(ratios, FLAT.log_sds))
    assert one(100.0, busy, hours=[34])["walk_past_per_h"] == pytest.approx(6000)
    # The mean rate over two hours, 3 and 1 times the level.
    assert one(100.0, busy, hours=[34, 35])["walk_past_per_h"] == pytest.approx(4000)


def test_errors_add_as_variances():
    # 0.3, 0.4 and 1.2 make 1.3; all have endless freedom.
    level = replace(LEVEL, street_log_sd=0.3)
    wide = Calibration(level, FLAT, 0.4, 1e9, 1.2, 1e9, 0.0)
    found = log_passages(pd.Series([100.0]), wide).iloc[0]
    assert found["log_sd"] == pytest.approx(1.3)


def test_two_towns_give_tails_of_few_degrees_of_freedom():
    towns = replace(PLAIN, level=replace(LEVEL, street_log_sd=0.0), carry_log_sd=1.0)
    # Student's t with 3 degrees of freedom: its 90 % quantile is 1.6377.
    found = one(100.0, towns)
    assert found["walk_past_per_h_hi80"] == pytest.approx(2000 * np.exp(1.63774), rel=1e-4)


def test_a_place_of_many_spots_is_less_sure():
    spread = one(100.0, PLAIN, log_spreads=pd.Series([1.2]))
    width = np.log(spread["walk_past_per_h_hi80"] / spread["walk_past_per_h"])
    assert width == pytest.approx(NORMAL_80 * 1.3)


def test_unknown_stays_null_and_nothing_is_at_the_floor():
    values = pd.Series([None, 0.0, 0.1, 0.05], index=list("abcd"))
    found = passages_per_hour(values, PLAIN)
    assert found.loc["a"].isna().all()
    assert found.index.tolist() == list("abcd")
    assert found.loc["b":, "walk_past_per_h"].tolist() == pytest.approx([2.0, 2.0, 2.0])


def test_nothing_is_above_what_was_ever_seen():
    found = one(1000.0, PLAIN)  # 20,000, and 1.9 times that
    assert found["walk_past_per_h"] == pytest.approx(20_000)
    assert found["walk_past_per_h_hi80"] == pytest.approx(20_000 * np.exp(NORMAL_80 / 2))
    assert one(1500.0, PLAIN).tolist() == pytest.approx(
        [30_000, 30_000 * np.exp(-NORMAL_80 / 2), MOST_PER_H]
    )
    assert one(1e6, PLAIN).tolist() == [MOST_PER_H] * 3


def test_the_most_is_twice_what_any_counter_ever_saw():
    told = tomllib.loads(CALIBRATION.read_text(encoding="utf-8"))
    seen = max(told[town]["busiest_per_h"] for town in ("leeds", "auckland"))
    assert seen == pytest.approx(MOST_PER_H / 2, rel=0.02)


@pytest.mark.parametrize("value", [-1.0, float("inf")])
def test_impossible_values_are_refused(value):
    with pytest.raises(InputError, match=r"`values` must be finite.*at 'camden'"):
        passages_per_hour(pd.Series([1.0, value], index=["soho", "camden"]), PLAIN)


@pytest.mark.parametrize("hours", [[], [168], [-1]])
def test_hours_beyond_the_week_are_refused(hours):
    with pytest.raises(InputError, match="hours of the week from 0 to 167"):
        one(1.0, PLAIN, hours=hours)


def test_hours_of_week_by_hand():
    assert hours_of_week([6], 22, 24) == (166, 167)
    assert len(BASE_HOURS) == 35
    with pytest.raises(InputError, match="no hours of a week"):
        hours_of_week([7], 10, 12)
    with pytest.raises(InputError, match="no hours of a week"):
        hours_of_week([0], 12, 12)


@pytest.mark.parametrize("calibration", BASES, ids=["walk_flow", "stand_in"])
def test_shares_of_the_week_sum_to_one(calibration):
    assert sum(calibration.profile.shares) == pytest.approx(1)
    base = np.array(calibration.profile.ratios)[list(BASE_HOURS)]
    assert base.mean() == pytest.approx(1, abs=1e-4)


@given(
    values=st.lists(st.floats(0, 1e7), min_size=2, max_size=20),
    which=st.sampled_from(BASES),
    hour=st.integers(0, 167),
)
def test_more_flow_never_means_fewer_passages(values, which, hour):
    ordered = pd.Series(sorted(values))
    found = passages_per_hour(ordered, which, hours=[hour])
    assert found["walk_past_per_h"].is_monotonic_increasing
    assert (found["walk_past_per_h_lo80"] <= found["walk_past_per_h"]).all()
    assert (found["walk_past_per_h"] <= found["walk_past_per_h_hi80"]).all()


@given(
    value=st.floats(1, 1e6),
    shift=st.floats(0, 3),
    which=st.sampled_from(BASES),
)
def test_what_is_farther_from_the_counters_is_less_sure(value, shift, which):
    reference = which.level.reference
    away = np.log(value / reference)
    farther = reference * np.exp(away + np.sign(away) * shift)
    found = log_passages(pd.Series([value, max(farther, which.level.floor)]), which)
    assert found["log_sd"].iloc[1] >= found["log_sd"].iloc[0] - 1e-9


@given(st.permutations(range(6)))
def test_row_order_is_irrelevant(order):
    values = pd.Series([0.0, 1.0, 20.0, 300.0, 4000.0, None], index=list("abcdef"))
    whole = passages_per_hour(values, SHIPPED.stand_in)
    mixed = passages_per_hour(values.iloc[order], SHIPPED.stand_in)
    pd.testing.assert_frame_equal(mixed.loc[values.index], whole)


def test_nights_are_quieter_and_less_sure_than_days():
    day = one(500.0, SHIPPED.stand_in, hours=hours_of_week([1], 12, 13))
    night = one(500.0, SHIPPED.stand_in, hours=hours_of_week([1], 3, 4))
    assert night["walk_past_per_h"] < day["walk_past_per_h"] / 20
    ratio = "walk_past_per_h_hi80", "walk_past_per_h_lo80"
    assert night[ratio[0]] / night[ratio[1]] > day[ratio[0]] / day[ratio[1]]
