"""A count speaks for some spots over others only as far as walk-past explains counts."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import MissingColumnError
from geo.plausible import LEAST_DAYS, bits_gained, plausible_spots, tells_streets_apart
from geo.spot_slope import SLOPE_PRIOR_SD, fit_spots, known_spots, spot_scores

LINE = {"mean_log": 6.0, "slope": 1.0, "slope_sd": 0.1, "residual_sd": 0.4, "level_sd": 0.05}


def make_spots(*logs, sd=0.0):
    index = pd.Index([f"street {i}" for i in range(len(logs))], name="street")
    return pd.DataFrame({"log_walk_past": logs, "log_walk_past_sd": sd}, index=index)


def simulated(seed, *, slope, places=60, rows=220, noise=0.35):
    """Simulate a record of known spots: faces grow with walk-past by a slope, in two eras."""
    rng = np.random.default_rng(seed)
    walk = np.exp(rng.normal(7, 0.8, places))
    days = pd.date_range("2024-01-01", periods=rows, freq="36h")
    at = rng.integers(0, places, rows)
    era = np.where(np.arange(rows) < rows // 3, "low", "high")
    log_rate = 5.5 + 1.5 * (era == "high") + slope * (np.log(walk[at]) - 7)
    hours = rng.uniform(3, 7, rows)
    return pd.DataFrame(
        {
            "force": "Toy Police",
            "counting_era": era,
            "date": days.strftime("%Y-%m-%d"),
            "place_read": [f"Street {i:02d}" for i in at],
            "precision": np.where(rng.random(rows) < 0.5, "site", "street"),
            "faces_seen": np.ceil(hours * np.exp(log_rate + rng.normal(0, noise, rows))),
            "duration_h": hours,
            "walk_past_per_h": walk[at],
        }
    )


def verdict_of(record):
    found = spot_scores(known_spots(record))
    return tells_streets_apart(found["crps_with"], found["crps_without"], days=found["date"])


# The posterior ---------------------------------------------------------------------------


def test_two_spots_by_hand():
    # Errors of 0 and 2 standard deviations: e^0 to e^-2.
    found = plausible_spots(
        make_spots(7.0, 9.0), log_rate=7.0, mean_log=0.0, slope=1.0, slope_sd=0.0,
        residual_sd=0.8, level_sd=0.6,
    )  # fmt: skip
    assert found["plausible_share"].tolist() == pytest.approx(
        [1 / (1 + math.exp(-2)), 1 / (1 + math.exp(2))]
    )
    assert found["prior_share"].tolist() == [0.5, 0.5]
    assert found["within_80"].tolist() == [True, False]


def test_the_quadrature_is_the_integral_over_slopes():
    spots = make_spots(5.0, 6.5, 8.5, sd=0.3)
    found = plausible_spots(
        spots, log_rate=7.2, mean_log=6.0, centre=6.0, slope=0.5, slope_sd=0.4,
        residual_sd=0.5, level_sd=0.1,
    )["plausible_share"]  # fmt: skip
    slopes = np.linspace(0.5 - 8 * 0.4, 0.5 + 8 * 0.4, 20_001)
    weight = np.exp(-(((slopes - 0.5) / 0.4) ** 2) / 2)
    x = spots["log_walk_past"].to_numpy()[:, None] - 6.0
    scale = np.sqrt(0.5**2 + 0.1**2 + (0.3 * slopes) ** 2)
    likely = (np.exp(-(((7.2 - 6.0 - slopes * x) / scale) ** 2) / 2) / scale * weight).sum(1)
    np.testing.assert_allclose(found, likely / likely.sum(), rtol=1e-6)


def test_without_a_slope_a_count_says_nothing():
    prior = pd.Series([1.0, 2.0, 5.0], index=make_spots(5, 7, 9).index)
    flat = LINE | {"slope": 0.0, "slope_sd": 0.0}
    found = plausible_spots(make_spots(5, 7, 9), log_rate=9.0, prior=prior, **flat)
    np.testing.assert_allclose(found["plausible_share"], found["prior_share"])
    assert bits_gained(found) == pytest.approx(0, abs=1e-9)


def test_spots_alike_are_held_together_and_an_unknown_one_keeps_its_share():
    found = plausible_spots(make_spots(7.0, 7.0, 7.0, 7.0), log_rate=7.0, **LINE)
    assert found["within_80"].all()
    found = plausible_spots(make_spots(7.0, None, 20.0), log_rate=13.0, **LINE)
    assert found["plausible_share"].iloc[1] == pytest.approx(1 / 3)
    assert found["plausible_share"].sum() == pytest.approx(1)


def test_a_count_far_from_every_spot_is_still_shared_out():
    found = plausible_spots(make_spots(1.0, 2.0), log_rate=500.0, **LINE)
    assert np.isfinite(found["plausible_share"]).all()
    assert found["plausible_share"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"residual_sd": 0.0}, "above 0"),
        ({"slope_sd": -1.0}, "at least 0"),
        ({"prior": pd.Series([0.0, 0.0], index=make_spots(1, 2).index)}, "`prior` must"),
        ({"prior": pd.Series([1.0])}, "`prior` must"),
    ],
)
def test_what_makes_no_sense_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        plausible_spots(make_spots(1, 2), log_rate=1.0, **(LINE | change))
    with pytest.raises(ValueError, match="no candidate"):
        plausible_spots(make_spots(), log_rate=1.0, **LINE)
    with pytest.raises(MissingColumnError, match="log_walk_past_sd"):
        plausible_spots(make_spots(1)[["log_walk_past"]], log_rate=1.0, **LINE)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0, 10), min_size=1, max_size=8),
    st.floats(-5, 20),
    st.randoms(use_true_random=False),
)
def test_shares_are_shares_and_order_is_irrelevant(logs, log_rate, random):
    spots = make_spots(*logs, sd=0.2)
    found = plausible_spots(spots, log_rate=log_rate, **LINE)
    assert found["plausible_share"].sum() == pytest.approx(1)
    assert found["plausible_share"][found["within_80"]].sum() >= 0.8 - 1e-6
    assert bits_gained(found) >= -1e-9
    order = random.sample(range(len(logs)), len(logs))
    again = plausible_spots(spots.iloc[order], log_rate=log_rate, **LINE).loc[spots.index]
    np.testing.assert_allclose(again["plausible_share"], found["plausible_share"], atol=1e-12)


# The gate --------------------------------------------------------------------------------


def test_the_gate_by_hand():
    # Gains of 1 and 3, one a day: mean 2, standard error sqrt(((1 + 1) x 2 / 1) / 4) = 1.
    days = [f"2024-01-{day:02d}" for day in (1, 2)]
    found = tells_streets_apart(pd.Series([1.0, 1.0]), pd.Series([2.0, 4.0]), days=days)
    assert (found.gain, found.counts, found.days) == (2.0, 2, 2)
    assert found.gain_hi90 == pytest.approx(2 + 6.3138, abs=1e-3)
    assert not found.told, "two days prove nothing"
    assert "too few counts" in found.sentence


def test_many_counts_of_one_day_are_one_day():
    gains = pd.Series(np.tile([0.5, -0.3], LEAST_DAYS))
    nought = pd.Series(np.zeros(len(gains)))
    alone = [f"2024-{m:02d}-{d:02d}" for m in (1, 2) for d in range(1, LEAST_DAYS + 1)]
    assert tells_streets_apart(nought, gains.abs(), days=alone).told
    paired = tells_streets_apart(nought, gains, days=alone)
    together = tells_streets_apart(nought, gains, days=sorted(alone[:LEAST_DAYS] * 2))
    assert together.gain_lo90 > paired.gain_lo90, "opposite gains of one day cancel"
    alike = pd.Series(np.repeat([0.5, -0.3], LEAST_DAYS))
    wide = tells_streets_apart(nought, alike, days=sorted(alone[:LEAST_DAYS] * 2))
    assert wide.gain_lo90 < tells_streets_apart(nought, alike, days=alone).gain_lo90


def test_nothing_scored_tells_nothing():
    found = tells_streets_apart(pd.Series(dtype=float), pd.Series(dtype=float), days=[])
    assert not found.told
    assert "0 on 0 days" in found.sentence


def test_where_walk_past_matters_the_gate_opens_and_the_slope_is_found():
    record = simulated(3, slope=0.8)
    found = verdict_of(record)
    assert found.told
    assert found.crps_with < found.crps_without
    assert "The count can tell streets apart" in found.sentence
    line = fit_spots(known_spots(record))
    assert abs(line.slope - 0.8) < 3 * line.slope_sd < 0.3


def test_where_it_does_not_the_gate_seldom_opens():
    told = [verdict_of(simulated(seed, slope=0.0, rows=120)).told for seed in range(20)]
    assert sum(told) <= 3, "5 in 100 by chance"


def test_only_known_spots_teach_and_score():
    record = simulated(5, slope=0.8)
    vague = record.assign(precision=np.where(np.arange(len(record)) % 2, "area", "district"))
    assert known_spots(vague).empty
    assert fit_spots(known_spots(vague)).slope == 0
    assert fit_spots(known_spots(vague)).slope_sd == pytest.approx(SLOPE_PRIOR_SD)
    assert verdict_of(vague).counts == 0


def test_a_prediction_uses_earlier_months_and_other_places_only():
    record = simulated(6, slope=0.5)
    before = spot_scores(known_spots(record))
    last = record["date"].str[:7] == record["date"].str[:7].max()
    changed = record.assign(
        faces_seen=record["faces_seen"].mask(last, 10 * record["faces_seen"])
    )
    after = spot_scores(known_spots(changed))
    earlier = ~before["date"].str[:7].eq(before["date"].str[:7].max())
    pd.testing.assert_frame_equal(before[earlier], after[earlier])
    one = record.assign(place_read="Ash Road")
    assert spot_scores(known_spots(one)).empty


def test_row_order_is_irrelevant():
    record = simulated(7, slope=0.5)
    again = record.sample(frac=1, random_state=1)
    assert verdict_of(record) == verdict_of(again)
    assert fit_spots(known_spots(record)) == fit_spots(known_spots(again))


def test_sets_of_80_hold_the_true_street_about_80_times_in_100():
    """Learn the line from a simulated record, then find the street of new counts."""
    rng = np.random.default_rng(11)
    line = fit_spots(known_spots(simulated(12, slope=0.9, rows=300)))
    level = line.levels["Toy Police", "high"]
    held, bits, at_true = [], [], []
    for _ in range(600):
        logs = rng.normal(7, 1.2, 200)
        true = int(rng.integers(200))
        log_rate = 7.0 + 0.9 * (logs[true] - 7) + rng.normal(0, 0.35)
        found = plausible_spots(
            make_spots(*logs), log_rate=log_rate, mean_log=level.mean_log, centre=level.centre,
            slope=line.slope, slope_sd=line.slope_sd, residual_sd=level.residual_sd,
            level_sd=level.level_sd,
        )  # fmt: skip
        held.append(found["within_80"].iloc[true])
        bits.append(bits_gained(found))
        at_true.append(found["plausible_share"].iloc[true])
    assert 0.76 < np.mean(held) < 0.85
    assert np.mean(bits) > 0.8
    assert np.mean(at_true) > 2 / 200, "the right street gains"
