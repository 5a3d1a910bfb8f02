"""Hours weighed by how many people are about."""

from __future__ import annotations

import numpy as np
import pytest

from data.walk_calibration import load_walk_calibration
from geo.effective_hours import Starts, effective_hours
from geo.errors import InputError

DAY = [*np.linspace(0.1, 1.4, 14), *np.linspace(1.2, 0.2, 10)]
WEEK = np.random.default_rng(1).uniform(0, 2, 168)


def stepped(hours: float, profile: np.ndarray, *, first: float, last: float) -> float:
    """Sum the profile minute by minute, from every minute between two."""
    begun = np.linspace(first, last, 241)
    middle = (np.arange(round(hours * 600)) + 0.5) / 600
    each = [profile[np.floor(s + middle).astype(int) % len(profile)].sum() / 600 for s in begun]
    return float(np.trapezoid(each, begun) / (last - first))


@pytest.mark.parametrize(("hours", "day"), [(0.5, 0), (5.25, 3), (7.0, 6), (14.0, 6)])
def test_it_is_the_mean_over_starts_and_hours(hours, day):
    expected = stepped(hours, WEEK, first=24 * day + 10, last=24 * day + 14)
    assert effective_hours([hours], WEEK, weekday=[day])[0] == pytest.approx(expected, abs=1e-4)


def test_a_level_profile_leaves_hours_alone():
    for profile in ([1.0] * 24, [1.0] * 168):
        assert effective_hours([0.0, 3.5, 30.0], profile) == pytest.approx([0, 3.5, 30])


def test_a_known_start_is_the_limit_of_narrow_ones():
    known, narrow = (
        effective_hours([4.4], DAY, starts=Starts(11.3, last)) for last in (11.3, 11.3001)
    )
    assert known == pytest.approx(narrow, abs=1e-3)


def test_each_may_have_starts_of_its_own():
    both = effective_hours([4.0, 4.0], DAY, starts=[Starts(10, 14), Starts(17, 19)])
    assert both[0] == effective_hours([4.0], DAY)[0]
    assert both[1] == effective_hours([4.0], DAY, starts=Starts(17, 19))[0]
    assert both[1] < both[0]


def test_an_unknown_weekday_is_the_mean_of_all():
    each = [effective_hours([5.0], WEEK, weekday=[day])[0] for day in range(7)]
    assert effective_hours([5.0], WEEK)[0] == pytest.approx(np.mean(each))
    assert effective_hours([5.0, 5.0], WEEK, weekday=[2, np.nan])[0] == pytest.approx(each[2])


def test_unknown_stays_unknown_and_nothing_gives_nothing():
    assert np.isnan(effective_hours([np.nan, 1.0], DAY)).tolist() == [True, False]
    assert effective_hours([], DAY).shape == (0,)


def test_longer_is_never_less_on_the_calibrated_week():
    week = load_walk_calibration().stand_in.profile.ratios
    grown = effective_hours(np.arange(0, 24, 0.5), week)
    assert (np.diff(grown) > 0).all()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"duration_h": [-1.0]}, "cannot last"),
        ({"duration_h": [np.inf]}, "cannot last"),
        ({"profile": [1.0] * 7}, "shape"),
        ({"profile": [-1.0] * 24}, "below 0"),
        ({"starts": Starts(15, 11)}, "no later"),
        ({"starts": [Starts(1, 2)] * 2}, "one for each"),
        ({"weekday": [7]}, "Monday"),
    ],
)
def test_wrong_input_is_refused(arguments, says):
    with pytest.raises(InputError, match=says):
        effective_hours(**{"duration_h": [1.0], "profile": DAY, **arguments})
