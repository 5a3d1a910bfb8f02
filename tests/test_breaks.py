"""Breaks are found where there are some, not where months merely drift."""

import math
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_counts import FORCE, Course, false_alarm_share, power, simulate

from flows.stages import embedded_record
from geo.breaks import COLUMNS, ERA_COLUMNS, _daily_counts, detect_breaks, known_eras
from geo.eras import assign_eras
from geo.errors import MissingColumnError
from geo.level_grid import LevelGrid, likelihoods
from geo.level_paths import Record, follow_level, log_evidence, log_loss

MET = "Metropolitan Police"


@pytest.fixture(scope="module")
def record():
    return embedded_record()


def make_rows(*levels, every=3, start="2024-01-01", force="F"):
    """Return one deployment of two hours every few days, at given faces per hour."""
    dates = pd.date_range(start, periods=len(levels), freq=f"{every}D").strftime("%Y-%m-%d")
    faces = [round(2 * level * (0.8, 1.1, 1.25, 0.9)[n % 4]) for n, level in enumerate(levels)]
    columns = {"force": force, "date": dates, "duration_h": 2.0, "faces_seen": faces}
    return pd.DataFrame(columns)


# --- by hand ----------------------------------------------------------------------------


def test_a_break_is_told_with_its_day_step_and_sides():
    rows = make_rows(*[300] * 20, *[1200] * 20)
    found = detect_breaks(rows, force="F")
    assert list(found.columns) == list(COLUMNS)
    one = found.iloc[0]
    assert len(found) == 1
    assert (one["last_date_before"], one["first_date"]) == tuple(rows["date"][19:21])
    assert one["first_date_lo90"] <= one["first_date"] <= one["first_date_hi90"]
    assert one["step_log"] == pytest.approx(math.log(4), abs=0.15)
    assert (one["deployments_before"], one["deployments_after"]) == (20, 20)
    assert one["break_share"] > 0.95
    assert one["log_bayes_factor"] > 5


@pytest.mark.parametrize("odd", [0, 3, 9000, 90000])
def test_one_odd_count_is_no_break(odd):
    rows = make_rows(*[300] * 30)
    rows.loc[15, "faces_seen"] = odd
    assert detect_breaks(rows, force="F").empty
    rows.loc[29, "faces_seen"] = odd
    assert detect_breaks(rows, force="F").empty


def test_one_odd_day_is_no_break():
    rows = make_rows(*[300] * 30)
    event = pd.concat([rows.iloc[[15]].assign(faces_seen=n) for n in (5000, 5600, 6100)])
    assert detect_breaks(pd.concat([rows, event]), force="F").empty


def test_lasting_noughts_are_a_break_and_keep_their_logarithm_finite():
    rows = make_rows(*[300] * 20, *[0] * 20)
    found = detect_breaks(rows, force="F")
    assert found["first_date"].tolist() == [rows["date"][20]]
    assert np.isfinite(found["step_log"]).all()


def test_two_ways_at_once_are_a_span_of_their_own():
    # A third of the span gives rounded figures, at six times the level of the others.
    mixed = [2400 if n % 2 else 400 for n in range(24)]
    rows = make_rows(*[400] * 40, *mixed, *[2400] * 40)
    faces = rows["faces_seen"] // 10 * 10 + 3
    faces[40:64] += np.where(np.arange(24) % 2, 2, 0)
    faces[64:] += 2
    found = detect_breaks(rows.assign(faces_seen=faces), force="F")
    assert len(found) == 2
    near = [abs((pd.Timestamp(a) - pd.Timestamp(rows["date"][n])).days)
            for a, n in zip(found["first_date"], (40, 64), strict=True)]  # fmt: skip
    assert max(near) <= 9
    assert found["mixed_share"].iloc[0] > 0.9
    # The day of the change may still lie in the mixture; the rest of the span does not.
    assert found["step_log"].gt(0.4).all()


def test_unknown_hours_aborted_rows_and_partial_dates_are_passed_over():
    rows = make_rows(*[300] * 20, *[1200] * 20).assign(status="reported")
    extra = pd.concat(
        [
            rows.iloc[5:8].assign(duration_h=None),
            rows.iloc[5:8].assign(faces_seen=None),
            rows.iloc[5:8].assign(duration_h=0.0),
            rows.iloc[5:8].assign(status="aborted", faces_seen=1),
            rows.iloc[5:8].assign(date="2024-02", faces_seen=1),
        ]
    )
    alone = detect_breaks(rows, force="F")
    pd.testing.assert_frame_equal(alone, detect_breaks(pd.concat([extra, rows]), force="F"))


def test_without_any_hours_faces_per_deployment_are_followed():
    rows = make_rows(*[300] * 20, *[1200] * 20).assign(duration_h=None)
    assert detect_breaks(rows, force="F")["first_date"].tolist() == [rows["date"][20]]


@pytest.mark.parametrize("many", [0, 1, 2, 3, 4])
def test_few_rows_show_no_break(many):
    rows = make_rows(*[300, 90000, 2, 70000][:many])
    assert detect_breaks(rows, force="F").empty
    assert len(known_eras(rows)) == (many >= 3)


def test_a_frame_without_hours_is_refused():
    with pytest.raises(MissingColumnError, match="duration_h"):
        detect_breaks(make_rows(300).drop(columns="duration_h"), force="F")
    with pytest.raises(MissingColumnError, match="faces_seen"):
        known_eras(make_rows(300).drop(columns="faces_seen"))


# --- laws -------------------------------------------------------------------------------


def test_row_order_and_other_forces_are_irrelevant(record):
    found = detect_breaks(record, force=MET)
    mixed = pd.concat([record, make_rows(*[5] * 30)]).sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(found, detect_breaks(mixed, force=MET))
    eras = known_eras(record)
    pd.testing.assert_frame_equal(eras, known_eras(record.sample(frac=1, random_state=4)))


def test_the_input_survives(record):
    before = record.copy()
    known_eras(record)
    pd.testing.assert_frame_equal(record, before)


def test_scaling_every_count_moves_no_break():
    rows = make_rows(*[300] * 20, *[1200] * 20)
    tenfold = rows.assign(faces_seen=rows["faces_seen"] * 10 + 1)
    once, ten = (detect_breaks(frame, force="F") for frame in (rows, tenfold))
    assert once["first_date"].tolist() == ten["first_date"].tolist()
    assert once["step_log"].iloc[0] == pytest.approx(ten["step_log"].iloc[0], abs=0.05)


def toy_record():
    from geo.breaks import _daily_counts

    return Record.of(_daily_counts(make_rows(300, 310, 900, 950, every=20), "F"))


def test_the_recursions_equal_a_sum_over_every_course_of_breaks():
    # Four days have 2 ** 3 sets of breaks: each set's evidence, by barring and by certainty.
    from dataclasses import replace
    from itertools import product

    record = toy_record()
    prior, weighed = record.hazard.copy(), {}
    for chosen in product([0.0, 1.0], repeat=3):
        certain = np.array([0.0, *chosen])
        chance = np.prod(np.where(certain, prior, 1 - prior)[1:])
        weighed[chosen] = chance * math.exp(log_evidence(replace(record, hazard=certain)))
    total = sum(weighed.values())
    assert math.log(total) == pytest.approx(log_evidence(record), abs=1e-9)
    shares = follow_level(record).break_share
    for day in range(3):
        own = sum(weight for chosen, weight in weighed.items() if chosen[day])
        assert shares[day + 1] == pytest.approx(own / total, abs=1e-9)


@pytest.mark.parametrize("step", [0.0, 0.4, 1.5])
@pytest.mark.parametrize(("first", "end"), [(1, 4), (10, 11), (8, 15), (26, 30)])
def test_a_window_without_breaks_is_weighed_as_the_whole_record_is(step, first, end):
    rows = make_rows(*[300] * 12, *[300 * math.exp(step)] * 18)
    record = Record.of(_daily_counts(rows, "F"))
    barred = np.zeros(len(record.hazard), dtype=bool)
    barred[first:end] = True
    wanted = log_evidence(record.without_breaks(barred)) - log_evidence(record)
    found = log_loss(record, follow_level(record), first, end)
    assert found == pytest.approx(wanted, abs=1e-9)


def test_a_break_loses_no_weight_and_its_two_directions_agree():
    record = toy_record()
    grid, shape = record.grid, record.likely.shape[1:]
    rng = np.random.default_rng(5)
    weights, values = rng.random(shape), rng.random(shape)
    assert grid.break_from(weights).sum() == pytest.approx(weights.sum())
    forward = (grid.break_from(weights) * values).sum()
    assert forward == pytest.approx((weights * grid.break_to(values)).sum())


def test_mixtures_are_weighed_only_where_both_kinds_are():
    from geo.breaks import _daily_counts

    rows = make_rows(*[300] * 12).assign(faces_seen=[501, 603, 755] * 4)
    both = LevelGrid.over(_daily_counts(rows, "F"))
    one = LevelGrid.over(_daily_counts(rows.assign(faces_seen=501), "F"))
    assert (len(set(both.shifts)), len(set(one.shifts))) == (5, 1)
    assert both.prior.sum() == pytest.approx(1)
    assert likelihoods(_daily_counts(rows, "F"), both).max() == 1


ODD_ROWS = st.lists(
    st.tuples(
        st.sampled_from(
            ["1999-12-31", "2024-02-29", "2024-03-01", "2024-07", "2026-01-05", ""]
        ),
        st.one_of(st.none(), st.floats(0, 72), st.sampled_from([1e-9, math.inf])),
        st.one_of(st.none(), st.integers(0, 10**9)),
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(ODD_ROWS)
def test_odd_rows_give_finite_breaks_or_none(rows):
    frame = pd.DataFrame(rows, columns=["date", "duration_h", "faces_seen"]).assign(force="F")
    found = detect_breaks(frame, force="F")
    assert found["break_share"].between(0.8, 1).all()
    assert np.isfinite(found[["step_log", "log_bayes_factor"]].astype(float)).all(axis=None)
    eras = known_eras(frame)
    assert (eras["first_date"].sort_values() == eras["first_date"]).all()
    pd.testing.assert_frame_equal(eras, known_eras(frame.iloc[::-1]))


# --- simulated records ------------------------------------------------------------------


@pytest.mark.parametrize(
    "course",
    [
        Course(120),
        Course(120, noise_sd_log=0.7),
        Course(120, drift_sd_log=0.05),
        Course(120, drift_sd_log=0.1),
        Course(120, drift_sd_log=0.15),
        Course(120, trend_log=math.log(1.03)),
        Course(120, trend_log=math.log(1.05)),
        Course(120, trend_log=math.log(0.95), drift_sd_log=0.1),
    ],
)
def test_drift_and_trend_are_no_breaks(course):
    assert false_alarm_share(course, 20) <= 0.1


@pytest.mark.parametrize(
    ("size", "after", "least"), [(1.0, 60, 0.8), (1.0, 12, 0.6), (1.5, 6, 0.8), (1.5, 60, 0.85)]
)
def test_breaks_are_found(size, after, least):
    course = Course(60 + after, 0.1, break_after=60, break_log=size)
    near, more, inside = power(course, 20)
    assert near >= least
    assert more <= 0.1
    assert inside >= 0.75


def test_two_rows_after_a_break_do_not_show_it_yet():
    assert power(Course(62, 0.1, break_after=60, break_log=1.0), 20)[0] == 0


def test_2000_rows_take_well_under_a_second():
    rows = simulate(Course(2000, 0.1, break_after=1000, break_log=1.5), 1)
    began = time.process_time()
    found = detect_breaks(rows, force=FORCE)
    assert len(found) >= 1
    assert time.process_time() - began < 1.0


# --- the embedded record ----------------------------------------------------------------


def test_the_record_shows_three_breaks(record):
    found = detect_breaks(record, force=MET)
    assert found["first_date"].tolist() == ["2024-01-23", "2024-07-23", "2024-08-22"]
    assert found["step_log"].round(1).tolist() == [-1.5, 1.3, 0.7]
    assert (found["break_share"] > 0.95).all()
    # 4 September of the reviewed table lies within its interval. That of winter does not
    # reach back to 7 December, since those weeks lie halfway; 25 July comes a day of
    # deployments after the first odd counts.
    assert found["first_date_lo90"].tolist() == ["2024-01-10", "2024-07-18", "2024-08-20"]
    assert found["first_date_hi90"].tolist() == ["2024-01-25", "2024-07-23", "2024-09-04"]
    assert found["mixed_share"].iloc[1] > 0.8


@pytest.mark.parametrize(
    ("as_of", "firsts"),
    [
        ("2022-01-01", []),
        ("2024-02-09", ["2020-02-11", "2023-04-06"]),
        ("2024-02-10", ["2020-02-11", "2023-04-06", "2024-01-23"]),
        ("2024-08-20", ["2020-02-11", "2023-04-06", "2024-01-23"]),
        ("2024-08-21", ["2020-02-11", "2023-04-06", "2024-01-23", "2024-07-23"]),
        ("2024-09-26", ["2020-02-11", "2023-04-06", "2024-01-23", "2024-07-23"]),
        ("2024-09-27", ["2020-02-11", "2023-04-06", "2024-01-23", "2024-07-23", "2024-08-22"]),
    ],
)
def test_eras_are_known_only_some_time_after_they_began(record, as_of, firsts):
    eras = known_eras(record, as_of=as_of)
    assert eras["first_date"].tolist() == firsts
    rows = record[record["date"] < as_of]
    pd.testing.assert_frame_equal(eras, known_eras(rows))


def test_known_eras_serve_where_reviewed_ones_do(record):
    eras = known_eras(record)
    assert list(eras.columns) == list(ERA_COLUMNS)
    met = record[(record["force"] == MET) & (record["faces_seen"].notna())]
    assert assign_eras(met, eras).notna().all()
    assert eras["last_date"].isna().tolist() == [False] * 4 + [True]
    assert set(eras["force"]) == {MET}
