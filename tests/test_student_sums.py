"""Sums of errors known to few degrees of freedom, against draws of them."""

import numpy as np
import pytest
from scipy import stats

from geo.student_sums import sum_of_students


def drawn_end(variances, freedoms, draws=400_000):
    """Return the 90 % quantile of sums that are drawn."""
    random = np.random.default_rng(20)
    parts = [random.standard_t(freedom, draws) for freedom in freedoms]
    return np.quantile(np.sqrt(variances) @ np.array(parts), 0.9)


def end_of(variances, freedoms):
    scale, freedom = sum_of_students(np.array(variances)[:, None], np.array(freedoms))
    return float(scale[0] * stats.t.ppf(0.9, freedom[0]))


@pytest.mark.parametrize(
    ("variances", "freedoms"),
    [
        ([0.507, 1.376, 0.177, 0.142], [27.0, 2.0, 27.0, 1e9]),
        ([1.0, 0.2], [2.0, 1e9]),
        ([0.2, 1.0], [2.0, 1e9]),
        ([1.0, 1.0, 1.0], [27.0, 12.0, 1e9]),
    ],
)
def test_the_interval_holds_four_of_five_sums_drawn(variances, freedoms):
    assert end_of(variances, freedoms) == pytest.approx(
        drawn_end(variances, freedoms), rel=0.015
    )


def test_welch_and_satterthwaite_alone_would_hold_fewer():
    variances, freedoms = (
        np.array([0.507, 1.376, 0.177, 0.142]),
        np.array([27.0, 2.0, 27.0, 1e9]),
    )
    total = variances.sum()
    freedom = total**2 / (variances**2 / freedoms).sum()
    narrow = stats.t.ppf(0.9, freedom) * np.sqrt(total)
    assert narrow < 0.9 * end_of(variances, freedoms)


@pytest.mark.parametrize("freedom", [2.0, 3.0, 20.0, 1e9])
def test_one_part_alone_is_itself(freedom):
    assert end_of([0.25, 0.0], [freedom, 1e9]) == pytest.approx(0.5 * stats.t.ppf(0.9, freedom))


def test_a_row_that_is_not_known_changes_no_other():
    variances = np.array([[0.281, 0.281], [0.0, np.nan]])
    scale, freedom = sum_of_students(variances, np.array([20.0, 1e9]))
    assert scale[0] == pytest.approx(0.281**0.5)
    assert freedom[0] == pytest.approx(20)
    assert np.isnan(scale[1])


def test_rows_stand_by_themselves():
    variances = np.array([[1.376, 1.376], [0.5, 2.0]])
    scale, freedom = sum_of_students(variances, np.array([2.0, 1e9]))
    for row in (0, 1):
        alone = sum_of_students(variances[:, [row]], np.array([2.0, 1e9]))
        assert (scale[row], freedom[row]) == pytest.approx((alone[0][0], alone[1][0]))
