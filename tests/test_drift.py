"""What is learned of drift: against dense likelihoods, integrals and simulated walks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from geo.drift import (
    PRIOR_MEDIAN,
    PRIOR_SPREAD,
    Later,
    learned_drift,
    mean_shared,
    shared_months,
)
from geo.moments import LEAST_SD_LOG
from geo.tracks import Track

TIMES = st.integers(0, 240).map(lambda tenth: tenth / 10)


def simulate(drift, *, months, each, seed, noise=0.43):
    rng = np.random.default_rng(seed)
    when = np.sort(rng.uniform(0, months, months * each))
    steps = drift * np.sqrt(np.diff(when, prepend=when[0]))
    level = np.cumsum(steps * rng.normal(size=len(when)))
    return Track.of(zip(when, level + rng.normal(0, noise, len(when)), strict=True))


def by_dense_likelihood(track, later=None, *, points=21, reach=2.5):
    """Return the root mean square of the drift, from one multivariate normal per drift."""
    month = np.floor(track.months)
    own = sorted(set(month.tolist()))
    groups = [track.logs[month == each] for each in own]
    squares = sum(((group - group.mean()) ** 2).sum() for group in groups)
    noise = (squares + LEAST_SD_LOG**2) / (len(track) - len(own) + 1)
    when = np.array(own[1:]) - own[0]
    seen = np.array([group.mean() for group in groups[1:]]) - groups[0].mean()
    errors = np.array([noise / len(group) for group in groups[1:]])
    # Months of drift that each pair of figures shares; the level of the first month is known
    # no better than its own counts tell it.
    shared = np.minimum.outer(when, when)
    if later is not None:
        end = when[-1]
        across = np.append(when, end + later.first + (later.last - later.first) / 3)
        shared = np.pad(shared, (0, 1))
        shared[-1, :], shared[:, -1] = across, across
        seen = np.append(seen, later.level - groups[0].mean())
        errors = np.append(errors, later.sd_log**2)
    drifts = PRIOR_MEDIAN * np.exp(PRIOR_SPREAD * np.linspace(-reach, reach, points))
    logs = [
        multivariate_normal.logpdf(
            seen, cov=noise / len(groups[0]) + drift**2 * shared + np.diag(errors)
        )
        - 0.5 * (math.log(drift / PRIOR_MEDIAN) / PRIOR_SPREAD) ** 2
        for drift in drifts
    ]
    weight = np.exp(np.array(logs) - max(logs))
    return math.sqrt(float((weight * drifts**2).sum() / weight.sum()))


@pytest.mark.parametrize("seed", range(6))
def test_the_filter_equals_the_dense_likelihood(seed):
    track = simulate(0.12, months=7, each=5, seed=seed)
    assert learned_drift(track) == pytest.approx(by_dense_likelihood(track), rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_months_without_counts_are_bridged(seed):
    whole = simulate(0.12, months=12, each=5, seed=seed)
    gap = (whole.months < 3) | (whole.months > 8)
    track = Track(whole.months[gap], whole.logs[gap])
    assert learned_drift(track) == pytest.approx(by_dense_likelihood(track), rel=1e-6)


@pytest.mark.parametrize("level", [-1.0, 0.0, 0.8])
def test_a_total_is_one_more_figure(level):
    track = simulate(0.07, months=6, each=8, seed=1)
    later = Later(0.0, 12.0, level, 0.2)
    wanted = by_dense_likelihood(track, later)
    assert learned_drift(track, [later]) == pytest.approx(wanted, rel=1e-6)


def test_twenty_one_values_are_enough():
    track = simulate(0.12, months=24, each=10, seed=2)
    fine = by_dense_likelihood(track, points=801)
    assert learned_drift(track) == pytest.approx(fine, rel=0.02)


@pytest.mark.parametrize("drift", [0.05, 0.1, 0.2])
def test_the_drift_of_walks_is_recovered(drift):
    learned = [
        learned_drift(simulate(drift, months=36, each=20, seed=seed)) for seed in range(60)
    ]
    assert drift / 1.5 < np.median(learned) < drift * 1.5


def test_little_is_learned_from_four_months():
    """The prior stands: learned drifts differ less than the drifts that made the counts."""
    middle = {
        drift: np.median(
            [learned_drift(simulate(drift, months=4, each=15, seed=seed)) for seed in range(40)]
        )
        for drift in (0.0, 0.2)
    }
    assert 0.05 < middle[0.0] < middle[0.2] < 0.2


def test_without_counts_the_prior_is_left():
    # The root mean square of a log-normal, cut at two and a half of its spreads.
    whole = PRIOR_MEDIAN * math.exp(PRIOR_SPREAD**2)
    alone = learned_drift(Track.of([]))
    assert alone == pytest.approx(whole, rel=0.1)
    assert learned_drift(Track.of([(3.0, 1.0)])) == pytest.approx(alone)
    assert learned_drift(Track.of([(3.1, 1.0), (3.2, 5.0)])) == pytest.approx(alone)


@given(st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=30), st.integers(-50, 50))
def test_neither_the_units_nor_the_first_month_matter(pairs, shift):
    moved = [(when + 12 * shift, log + 3.0) for when, log in pairs]
    here, there = learned_drift(Track.of(pairs)), learned_drift(Track.of(moved))
    assert there == pytest.approx(here, rel=1e-6)
    assert 0 < here < 1


# --- months shared ----------------------------------------------------------------------


@given(TIMES, TIMES, TIMES)
def test_shared_months_are_the_mean_of_the_smaller(one, two, month):
    span = Later(min(one, two), max(one, two), 0.0, 0.2)
    times = np.linspace(span.first, span.last, 2_001)
    wanted = np.trapezoid(np.minimum(times, month), np.linspace(0, 1, 2_001))
    assert shared_months(span, month) == pytest.approx(wanted, abs=1e-3)


@given(st.lists(TIMES, min_size=4, max_size=4))
def test_spans_share_the_mean_of_the_smaller_time(ends):
    a, b, c, d = sorted(ends)
    span, other = Later(a, b, 0.0, 0.2), Later(c, d, 0.5, 0.2)
    for one, two in ((span, span), (span, other), (other, span)):
        if one != two and one[:2] == two[:2]:
            continue
        steps = (np.arange(400) + 0.5) / 400
        first = one.first + (one.last - one.first) * steps
        second = two.first + (two.last - two.first) * steps
        wanted = np.minimum.outer(first, second).mean()
        assert mean_shared(one, two) == pytest.approx(wanted, abs=0.02)
