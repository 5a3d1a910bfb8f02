"""One spot by hand, two by simulation, then laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.mixtures import mixture_quantiles

ONE = {"log_sd": 0.4, "df": 6.0}


def quantiles(log_medians, weights=None, *, levels=(0.1, 0.5, 0.9), **kwargs):
    spots = np.asarray(log_medians, dtype=float)
    weights = np.ones(len(spots)) if weights is None else np.asarray(weights, dtype=float)
    owners = np.zeros(len(spots), dtype=np.intp)
    return mixture_quantiles(
        spots, weights, owners, count=1, levels=levels, **{**ONE, **kwargs}
    )[0]


def test_one_spot_has_the_quantiles_of_its_own_error():
    low, middle, high = quantiles([np.log(500.0)])
    t = stats.t.ppf(0.9, 6)
    assert middle == pytest.approx(500)
    assert high == pytest.approx(500 * np.exp(0.4 * t))
    assert low == pytest.approx(500 / np.exp(0.4 * t))


def test_two_spots_agree_with_a_large_draw():
    rng = np.random.default_rng(7)
    means = np.log([100.0, 1000.0])
    spot = rng.choice(2, size=400_000, p=[0.25, 0.75])
    drawn = np.exp(means[spot] + 0.4 * rng.standard_t(6, size=spot.size))
    assert quantiles(means, [1, 3]) == pytest.approx(
        np.quantile(drawn, [0.1, 0.5, 0.9]), rel=0.02
    )


def test_an_unknown_spot_and_one_of_no_weight_stand_for_nothing():
    alone = quantiles([5.0])
    assert quantiles([5.0, np.nan, 9.0], [2, 7, 0]) == pytest.approx(alone, rel=1e-12)
    assert np.isnan(quantiles([np.nan])).all()
    assert np.isnan(quantiles([])).all()


@given(
    st.lists(st.tuples(st.floats(-3, 12), st.floats(0.01, 50)), min_size=1, max_size=8),
    st.integers(0, 2**32 - 1),
)
def test_order_and_scale_of_weights_do_not_matter_and_quantiles_rise(spots, seed):
    means, weights = (np.array(part) for part in zip(*spots, strict=True))
    found = quantiles(means, weights)
    assert (np.diff(found) > 0).all()
    order = np.random.default_rng(seed).permutation(len(means))
    assert quantiles(means[order], 3 * weights[order]) == pytest.approx(found, rel=1e-9)
    assert np.exp(means.min()) * (1 - 1e-9) <= found[1] <= np.exp(means.max()) * (1 + 1e-9)


def test_places_do_not_touch_one_another():
    means, owners = np.log([10.0, 20.0, 30.0, 40.0]), np.array([2, 0, 2, 0])
    both = mixture_quantiles(means, np.ones(4), owners, count=3, **ONE)
    assert both[0] == pytest.approx(quantiles(means[[1, 3]]))
    assert both[2] == pytest.approx(quantiles(means[[0, 2]]))
    assert np.isnan(both[1]).all()


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ({"log_sd": 0.0}, "above zero"),
        ({"df": 0.0}, "above zero"),
        ({"levels": (0.5, 1.0)}, "within"),
    ],
)
def test_parameters_out_of_range_are_refused(given_, told):
    with pytest.raises(ValueError, match=told):
        quantiles([1.0], **given_)


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_weights_out_of_range_are_refused(weight):
    with pytest.raises(ValueError, match="weights"):
        quantiles([1.0], [weight])


def test_spots_may_be_known_unequally_well():
    rng = np.random.default_rng(11)
    spot = rng.choice(2, size=400_000)
    drawn = np.exp(
        np.array([3.0, 5.0])[spot]
        + np.array([0.2, 0.9])[spot] * rng.standard_t(np.array([4.0, 30.0])[spot])
    )
    found = quantiles([3.0, 5.0], log_sd=np.array([0.2, 0.9]), df=np.array([4.0, 30.0]))
    assert found == pytest.approx(np.quantile(drawn, [0.1, 0.5, 0.9]), rel=0.03)
