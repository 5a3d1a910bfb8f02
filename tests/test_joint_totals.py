"""Totals: reported counts exactly, modelled rows apart, and intervals that hold sums."""

import numpy as np
import pandas as pd
import pytest
from simulated_counts import FORCE, Course, simulate
from struck_counts import SIMULATED_ERAS, real_eras, shares, strike_real, strike_simulated

from data.eras import load_eras
from data.tabulate import tabulate_areas
from flows.stages import embedded_record
from geo.current_level import level_on
from geo.drift import Later
from geo.errors import InputError
from geo.exposure import predict_all
from geo.joint_draws import DRAWS, draw_sum
from geo.joint_totals import MODELLED, Estimate, JointTotal, sum_by_area, sum_exposure
from geo.later_totals import Told
from geo.levels import calibrate
from geo.moments import Moments
from geo.shared_levels import Placed, shared_covariance
from geo.tracks import Track

TRACK = Track.of((100 + day / 8, np.sin(day * 7.0) / 2) for day in range(80))
LAST = float(TRACK.months[-1])


def summed(rows, eras, which=None, **options):
    chosen = rows if which is None else rows.loc[which]
    every = dict(zip(rows.index, predict_all(rows, eras), strict=True))
    tracks = calibrate(rows, eras).tracks
    return sum_exposure(chosen, [every[row] for row in chosen.index], tracks, **options)


def struck_rows(number, *, rows=60):
    kept = simulate(Course(rows=rows, drift_sd_log=0.05), 3)
    kept["faces_seen"] = kept["faces_seen"].astype("float64")
    kept.loc[kept.index[-number:], "faces_seen"] = np.nan
    return kept


def levels_on(days, **options):
    return [
        Placed(day, level_on(TRACK, day, elsewhere=Moments(), drift=0.1, **options))
        for day in days
    ]


def test_the_total_of_2023_is_the_sum_of_its_reported_counts():
    record = embedded_record()
    met = record["force"] == "Metropolitan Police"
    rows = record[met & record["date"].str.startswith("2023")]
    total = summed(record, load_eras(), rows.index)
    assert total.reported_faces == sum(int(faces) for faces in rows["faces_seen"].dropna())
    assert (total.modelled, total.modelled_rows, total.with_modelled) == (None, 0, None)
    assert total.sentences() == [
        f"{total.reported_faces:,} faces are reported, by {len(rows)} deployments."
    ]


def test_the_reported_sum_stays_when_rows_are_modelled():
    rows = struck_rows(5)
    total = summed(rows, SIMULATED_ERAS)
    assert total.reported_faces == int(rows["faces_seen"].sum())
    assert (total.reported_rows, total.modelled_rows, total.eras) == (55, 5, ("a",))
    assert total.with_modelled.lo80 == total.reported_faces + total.modelled.lo80
    assert [line.split(":")[0] for line in total.sentences()[1:]] == [
        "5 deployments without a count",
        "Reported and modelled together",
    ]


def test_borrowed_and_aborted_rows_are_in_no_sum():
    rows = pd.concat([struck_rows(2), struck_rows(3).tail(3).assign(force="Other Police")])
    rows = rows.assign(status="reported").reset_index(drop=True)
    rows.loc[59, "status"] = "aborted"
    total = summed(rows, SIMULATED_ERAS, forces_together=True)
    assert (total.modelled_rows, total.borrowed_rows, total.other_rows) == (1, 3, 1)
    alone = summed(rows, SIMULATED_ERAS, [58])
    assert total.modelled == alone.modelled
    assert total.sentences()[-1].startswith("3 deployments of a force that reports no counts")


def test_forces_are_not_added_up_unasked():
    rows = pd.concat([struck_rows(1), struck_rows(1).assign(force="Other Police")])
    with pytest.raises(InputError, match=r"2 forces \(Other Police, Simulated Police\)"):
        summed(rows.reset_index(drop=True), SIMULATED_ERAS)


def test_the_sum_of_one_row_is_the_row():
    rows = struck_rows(1)
    piece = predict_all(rows, SIMULATED_ERAS)[-1]
    found = summed(rows, SIMULATED_ERAS, [rows.index[-1]]).modelled
    assert found == (piece.expected, piece.lo80, piece.hi80, piece.lo90, piece.hi90)


@pytest.mark.parametrize("hours", [3.0, np.nan])
def test_draws_of_one_row_have_the_interval_published_for_it(hours):
    rows = struck_rows(1, rows=30)  # too few for intervals to be widened
    rows.loc[rows.index[-1], "duration_h"] = hours
    piece = predict_all(rows, SIMULATED_ERAS)[-1]
    assert piece.widening is None
    drawn = draw_sum([piece], calibrate(rows, SIMULATED_ERAS).tracks)
    published = [piece.lo80, piece.expected, piece.hi80]
    assert len(drawn) == DRAWS
    assert np.log(np.quantile(drawn, [0.1, 0.5, 0.9])) == pytest.approx(
        np.log(published), abs=0.03
    )


def test_neither_order_nor_a_second_time_changes_a_sum():
    rows = struck_rows(20)
    backwards = rows.iloc[::-1]
    which = rows.index[-20:]
    assert summed(rows, SIMULATED_ERAS, which) == summed(backwards, SIMULATED_ERAS, which[::-1])


def test_shared_errors_do_not_cancel():
    rows = struck_rows(1, rows=12)
    piece = predict_all(rows, SIMULATED_ERAS)[-1]
    tracks = calibrate(rows, SIMULATED_ERAS).tracks
    many = draw_sum([piece] * 400, tracks)
    level = piece.parts[0].level
    assert np.log(many).std() > 0.9 * np.sqrt(level.variance - level.sd_log**2)


def test_a_level_has_the_variance_published_for_it():
    placed = levels_on([101.0, 105.3, LAST, LAST + 6])
    found = np.diag(shared_covariance(placed, TRACK))
    published = [each.level.variance - each.level.sd_log**2 for each in placed]
    assert found == pytest.approx(published)


def test_levels_of_a_day_err_alike_and_of_distant_days_apart():
    covariance = shared_covariance(levels_on([101.0, 101.0, LAST + 5, LAST + 6]), TRACK)
    sd = np.sqrt(np.diag(covariance))
    alike = covariance / np.outer(sd, sd)
    assert alike[0, 1] == pytest.approx(1.0)
    assert 0.8 < alike[2, 3] < 1.0
    assert alike[0, 3] < 0.5


def test_totals_followed_tie_levels_to_what_they_tell():
    told = Told("", "", 50, 1e5, 1.0, Later(0.0, 12.0, 0.0, 0.2))
    placed = levels_on([LAST + 6, LAST + 12], told=[told])
    found = np.diag(shared_covariance(placed, TRACK))
    assert found == pytest.approx([each.level.moved.variance for each in placed], rel=0.1)
    assert (found < np.diag(shared_covariance(levels_on([LAST + 6, LAST + 12]), TRACK))).all()


def test_without_counts_along_time_errors_are_one():
    covariance = shared_covariance(levels_on([101.0, 108.0]), None)
    assert covariance[0, 1] ** 2 == pytest.approx(covariance[0, 0] * covariance[1, 1])


def test_few_counts_give_a_wide_but_finite_sum():
    rows = simulate(Course(rows=5), 1).astype({"faces_seen": "float64"})
    rows.loc[3:, "faces_seen"] = np.nan
    found = summed(rows, SIMULATED_ERAS).modelled
    assert all(np.isfinite(found))
    assert 0 < found.lo90 < found.lo80 < found.median < found.hi80 < found.hi90


def test_rows_of_an_open_era_share_the_choice_of_it():
    eras = pd.DataFrame(
        {
            "force": FORCE,
            "era": ["a", "b"],
            "first_date": ["2023-01-01", "2024-03-01"],
            "last_date": ["2024-02-29", None],
        }
    )
    rows = simulate(Course(rows=80, break_after=36, break_log=3.0), 1)
    rows = rows.astype({"faces_seen": "float64"})
    rows.loc[rows.index[-10:], ["date", "faces_seen"]] = ["2024", np.nan]
    total = summed(rows, eras)
    assert total.eras == ("a", "b")
    assert total.modelled.hi80 / total.modelled.lo80 > np.exp(2)


def test_simulated_sums_are_held_as_promised_and_not_by_rows_drawn_apart():
    found = shares([strike_simulated(seed) for seed in range(80)])
    assert 0.72 <= found["in80"] <= 0.88
    assert found["in80_apart"] < found["in80"] - 0.1


def test_struck_counts_of_real_eras_are_held():
    held = [strike_real(rows, seed) for rows in real_eras().values() for seed in range(12)]
    assert 0.7 <= shares(held)["in80"] <= 0.95


def test_areas_tell_modelled_rows_apart():
    rows = struck_rows(6).assign(area_code="E1", area_name="One", arrests=0, status="reported")
    rows.loc[rows.index[-1], "area_code"] = None
    rows.loc[rows.index[:4], ["area_code", "area_name"]] = ["E2", "Two"]
    rows.loc[rows.index[:2], ["force", "faces_seen"]] = ["Other Police", np.nan]
    pieces = predict_all(rows, SIMULATED_ERAS)
    sums = sum_by_area(rows, pieces, calibrate(rows, SIMULATED_ERAS).tracks)
    residents = pd.DataFrame({"area_code": ["E1"], "residents": [1.0], "residents_method": "m"})
    out = tabulate_areas(rows, residents, modelled=sums).set_index("area_code")
    own = rows[rows["area_code"] == "E1"]
    assert out.loc["E1", "faces_seen"] == own["faces_seen"].sum()
    assert out.loc["E1", "deployments_modelled"] == 5
    assert out.loc["E1", "faces_modelled_lo80"] < out.loc["E1", "faces_modelled"]
    assert out.loc["E2", "deployments_borrowed"] == 2
    assert out.loc["E2", [*MODELLED[:-1]]].isna().all()
    assert tuple(out.columns[-5:]) == MODELLED


def test_an_estimate_beside_no_reported_count_stands_alone():
    total = JointTotal(None, 0, Estimate(5, 4, 6, 3, 7), 2, 0, 0, ("a",))
    assert total.with_modelled == total.modelled
    assert total.sentences()[0] == "No faces are reported."
