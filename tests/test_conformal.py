"""Widening against plain counting, and laws of any residuals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student_t

from geo.arithmetic import SHARES, widened
from geo.conformal import LEAST_RESIDUALS, Outcome, Widening, widening
from geo.moments import Moments
from geo.prediction import Student, quantiles
from geo.rolling import roll
from geo.tracks import Track

OUTCOMES = st.lists(
    st.builds(
        Outcome,
        st.builds(Student, st.floats(-3, 3), st.floats(0.3, 2), st.integers(2, 60).map(float)),
        st.floats(-9, 9),
    ),
    min_size=LEAST_RESIDUALS,
    max_size=70,
)


def held(outcomes, level, times):
    """Count the outcomes inside their widened intervals."""
    return sum(
        abs(seen - of.centre)
        <= times * of.scale * student_t.ppf((1 + level) / 2, of.freedom) * (1 + 1e-9)
        for of, seen in outcomes
    )


def test_fewer_than_forty_widen_nothing():
    outcomes = [Outcome(Student(0.0, 0.1, 30.0), 5.0)] * LEAST_RESIDUALS
    assert widening(outcomes[1:]) is None
    assert widening(outcomes).n == LEAST_RESIDUALS


@given(OUTCOMES)
def test_as_many_are_held_as_promised_and_one_fewer_by_less(outcomes):
    known = widening(outcomes)
    for level, shrunk in ((0.8, known.times80), (0.9, known.times90)):
        # The excess counts as if forty more had come out as promised: take that off again.
        times = 1 + (shrunk - 1) * (known.n + LEAST_RESIDUALS) / known.n
        wanted = min(math.ceil((len(outcomes) + 1) * level), len(outcomes))
        assert times >= 1
        assert held(outcomes, level, times) >= wanted
        if times > 1 + 1e-6:
            assert held(outcomes, level, times * (1 - 1e-6)) < wanted


@given(OUTCOMES, st.randoms(use_true_random=False))
def test_the_order_of_outcomes_is_irrelevant(outcomes, random):
    mixed = list(outcomes)
    random.shuffle(mixed)
    assert widening(mixed) == widening(outcomes)


@given(OUTCOMES, st.floats(0.1, 3), st.integers(2, 60))
def test_widened_intervals_never_narrow_and_nest(outcomes, scale, freedom):
    plain = quantiles([(Student(1.0, scale, float(freedom)),)], SHARES)[0].tolist()
    median, lo80, hi80, lo90, hi90 = widened(plain, widening(outcomes))
    assert median == plain[0]
    assert lo90 <= lo80 <= plain[1] < plain[2] <= hi80 <= hi90
    assert lo90 <= plain[3]
    assert hi90 >= plain[4]


def test_nothing_known_widens_nothing():
    assert widened([0.0, -1.0, 1.0, -2.0, 2.0], None) == [0.0, -1.0, 1.0, -2.0, 2.0]
    assert widened([0.0, -1.0, 1.0, -2.0, 2.0], Widening(50, 1.0, 2.0))[3:] == [-4.0, 4.0]


def test_intervals_that_hold_enough_are_left_alone():
    students = Student(0.0, 1.0, 30.0)
    known = widening([Outcome(students, 0.01 * n) for n in range(60)])
    assert known == Widening(60, 1.0, 1.0)


# --- rolling ----------------------------------------------------------------------------


def make_track(months, each, seed=0):
    rng = np.random.default_rng(seed)
    when = np.repeat(np.arange(months), each) + np.tile(np.arange(each) / each, months)
    return Track.of(zip(when, rng.normal(0, 0.5, len(when)), strict=True))


def test_every_count_is_predicted_from_earlier_months_only():
    track = make_track(5, 12)
    rolled = roll(track, elsewhere=Moments.of(track.logs.tolist()))
    assert [each.place for each in rolled] == list(range(12, 60))
    changed = Track(track.months, np.where(track.months < 3, track.logs, 99.0))
    again = roll(changed, elsewhere=Moments.of(track.logs.tolist()))
    for one, two in zip(rolled, again, strict=True):
        if track.months[one.place] < 4:
            assert one.outcome.student == two.outcome.student
            assert one.widening == two.widening


def test_what_widens_was_known_at_the_start_of_the_month():
    track = make_track(6, 12)
    rolled = roll(track, elsewhere=Moments.of(track.logs.tolist()))
    for each in rolled:
        before = [
            other.outcome
            for other in rolled
            if math.floor(track.months[other.place]) < math.floor(track.months[each.place])
        ]
        assert each.widening == widening(before)
        assert (each.widening is None) == (len(before) < LEAST_RESIDUALS)


@pytest.mark.parametrize("counts", [0, 1, 2, 3])
def test_three_earlier_counts_are_needed(counts):
    track = Track.of([*((1.0 + n / 9, 1.0) for n in range(counts)), (2.5, 1.0)])
    rolled = roll(track, elsewhere=Moments.of([1.0, 2.0, 3.0]))
    assert len(rolled) == (counts >= 3)
