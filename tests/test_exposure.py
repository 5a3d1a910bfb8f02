"""Predictions by hand first, then laws that hold for any record."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student_t

from data.corrections import apply_corrections, load_corrections
from data.eras import load_eras
from data.ingest import ingest
from data.records import embedded_documents
from geo.arithmetic import rounded
from geo.current_level import CurrentLevel
from geo.errors import InputError, MissingColumnError
from geo.exposure import (
    estimate_exposure,
    expect_faces,
    explain_exposure,
    with_record,
)
from geo.level_choice import UNKNOWN_FORCE_SD_LOG
from geo.levels import calibrate
from geo.moments import LEAST_SD_LOG, Moments
from geo.parts import Part
from geo.prediction import Student, quantiles, scores
from geo.scorecard import score_exposure

F = "Force F"
ERAS = pd.DataFrame(
    {
        "force": F,
        "era": ["a", "b"],
        "first_date": ["2023-01-01", "2024-01-01"],
        "last_date": ["2023-12-31", None],
        "label": ["2023", "since 2024"],
    }
)
COLUMNS = [
    "counting_era",
    "faces_expected",
    "faces_expected_lo80",
    "faces_expected_hi80",
    "faces_expected_lo90",
    "faces_expected_hi90",
    "exposure",
    "exposure_lo80",
    "exposure_hi80",
    "exposure_source",
]
NUMBERS = [name for name in COLUMNS if name not in {"counting_era", "exposure_source"}]


def make_rows(faces, hours=2.0, date="2023-05-06", force=F, **columns):
    rows = pd.DataFrame(
        {"faces_seen": faces, "duration_h": hours, "date": date, "force": force}
    )
    return rows.assign(
        deployment_id=[f"f-{n}" for n in range(len(rows))], status="reported", **columns
    )


# --- by hand ----------------------------------------------------------------------------


def test_one_row_by_hand():
    # The others scan 100, 200, 400 faces in 2 h: log rates have mean ln 100 and sd ln 2.
    out = estimate_exposure(make_rows([100, 200, 400, None]), ERAS)
    assert list(out.columns) == COLUMNS
    last = out.iloc[3]
    assert last["faces_expected"] == pytest.approx(200)
    reach = student_t.ppf(0.9, 2) * math.log(2) * math.sqrt(1 + 1 / 3)
    assert last["faces_expected_hi80"] == pytest.approx(200 * math.exp(reach), rel=1e-5)
    assert last["faces_expected_lo80"] == pytest.approx(200 / math.exp(reach), rel=1e-5)
    reach = student_t.ppf(0.95, 2) * math.log(2) * math.sqrt(1 + 1 / 3)
    assert last["faces_expected_hi90"] == pytest.approx(200 * math.exp(reach), rel=1e-5)
    assert last["exposure"] == last["faces_expected"]
    assert last["exposure_source"] == "modelled"


def test_a_reported_count_is_its_own_exposure():
    out = estimate_exposure(make_rows([100, 200, 400, 800]), ERAS)
    assert out["exposure"].tolist() == [100, 200, 400, 800]
    assert (out["exposure_lo80"] == out["exposure"]).all()
    assert (out["exposure_hi80"] == out["exposure"]).all()
    assert set(out["exposure_source"]) == {"reported"}


def test_a_row_is_predicted_without_its_own_count():
    small = estimate_exposure(make_rows([100, 200, 400, 1]), ERAS)
    large = estimate_exposure(make_rows([100, 200, 400, 10**6]), ERAS)
    expected = NUMBERS[:5]
    pd.testing.assert_series_equal(small.iloc[3][expected], large.iloc[3][expected])


def test_a_deployment_told_twice_does_not_predict_itself():
    rows = make_rows([100, 200, 400, 9000, 9000])
    out = estimate_exposure(rows, ERAS)
    assert out["faces_expected"].iloc[3:].tolist() == pytest.approx([200, 200])


def test_a_deployment_told_again_without_hours_does_not_predict_itself():
    days = ["2023-05-06"] * 2 + ["2023-05-07", "2023-05-08", "2023-05-09"]
    hours = [2.0, None, 2.0, 2.0, 2.0]
    out = [
        estimate_exposure(make_rows([faces, faces, 100, 200, 400], hours, days), ERAS)
        for faces in (100, 90_000)
    ]
    for row in (0, 1):
        assert out[0]["faces_expected"].iloc[row] == out[1]["faces_expected"].iloc[row]


def test_twice_the_hours_count_twice_the_faces():
    rows = make_rows([100, 200, 400, None, None], hours=[2.0, 2.0, 2.0, 3.0, 6.0])
    out = estimate_exposure(rows, ERAS)["faces_expected"]
    assert out[4] == pytest.approx(2 * out[3], rel=1e-5)


def test_eras_do_not_mix():
    rows = pd.concat(
        [make_rows([10, 20, 40]), make_rows([10**5, 10**6, 10**7], date="2024-05-06")],
        ignore_index=True,
    )
    out = estimate_exposure(rows, ERAS)
    assert out["counting_era"].tolist() == ["a"] * 3 + ["b"] * 3
    assert (out["faces_expected"][:3] < 100).all()
    assert (out["faces_expected"][3:] > 10**5).all()


def test_an_era_without_hours_has_a_level_per_deployment():
    out = estimate_exposure(make_rows([100, 200, 400, None], hours=None), ERAS)
    assert out["faces_expected"][3] == pytest.approx(200)


def test_unknown_hours_widen_the_interval():
    rows = make_rows([100, 200, 400, 150, None, None], hours=[1.0, 2.0, 8.0, 2.0, 2.38, None])
    out = estimate_exposure(rows, ERAS)
    width = np.log(out["faces_expected_hi80"] / out["faces_expected_lo80"])
    assert width[5] > width[4] * 1.2
    typical = Moments.of(np.log([1.0, 2.0, 8.0, 2.0, 2.38]))
    rate = out["faces_expected"][4] / 2.38
    assert out["faces_expected"][5] == pytest.approx(rate * math.exp(typical.mean), rel=1e-5)


def test_an_aborted_deployment_expects_nothing_and_teaches_nothing():
    rows = make_rows([100, 200, 400, None, 5])
    rows.loc[3:, "status"] = "aborted"
    out = estimate_exposure(rows, ERAS)
    assert out.loc[3, NUMBERS].isna().all()
    assert pd.isna(out["exposure_source"][3])
    assert (out["exposure"][4], out["exposure_source"][4]) == (5, "reported")
    alone = estimate_exposure(rows.head(3), ERAS)
    pd.testing.assert_frame_equal(out.head(3), alone)


def test_an_announced_deployment_is_modelled():
    rows = make_rows([100, 200, 400, None])
    rows.loc[3, "status"] = "announced"
    assert estimate_exposure(rows, ERAS)["exposure_source"][3] == "modelled"


def test_a_count_of_zero_is_reported_not_lost():
    out = estimate_exposure(make_rows([100, 200, 400, 0]), ERAS)
    assert (out["exposure"][3], out["exposure_source"][3]) == (0, "reported")
    assert out["faces_expected"][3] == pytest.approx(200)


# --- small eras -------------------------------------------------------------------------


def test_a_small_era_takes_the_spread_of_all():
    rows = pd.concat(
        [make_rows([100, 200, 400, 800]), make_rows([5000, 6000], date="2024-05-06")],
        ignore_index=True,
    )
    piece = explain_exposure(rows.assign(deployment_id=range(6)), ERAS, 5)
    part = piece.parts[0]
    assert (part.level.n, part.pooled, part.level.freedom) == (1, True, 3)
    assert piece.expected == pytest.approx(5000)
    assert piece.lo80 < 2000
    assert piece.hi80 > 12000


def test_the_only_row_of_an_era_draws_on_the_others():
    rows = pd.concat(
        [make_rows([100, 200, 400, 800]), make_rows([5000], date="2024-05-06")],
        ignore_index=True,
    )
    out = estimate_exposure(rows, ERAS).iloc[4]
    assert (out["counting_era"], out["exposure_source"]) == ("b", "reported")
    assert 100 < out["faces_expected"] < 800


def test_an_open_date_mixes_the_eras_it_may_lie_in():
    rows = pd.concat(
        [make_rows([100, 200, 400]), make_rows([10000, 20000, 40000], date="2024-05-06")],
        ignore_index=True,
    )
    eras = ERAS.assign(first_date=["2023-01-01", "2023-07-01"], last_date=["2023-06-30", None])
    open_date = make_rows([None], date="2023")
    rows = pd.concat([rows, open_date], ignore_index=True)
    out = estimate_exposure(rows, eras).iloc[6]
    assert pd.isna(out["counting_era"])
    assert out["exposure_source"] == "modelled"
    assert out["faces_expected_lo80"] < 200
    assert out["faces_expected_hi80"] > 20000


@pytest.mark.parametrize(
    "rows",
    [
        make_rows([100]),
        make_rows([100, 100]),
        make_rows([100] * 5),
        make_rows([None, None]),
        make_rows([None], hours=None),
        make_rows([100, 200, 300], hours=None),
        make_rows([100, 200, 300, 500], hours=[None, 0.0, 2.0, None]),
        make_rows([0, 0, 0]),
        make_rows([100, 200], date="2023"),
        make_rows([100, 200, 300], force="Another Force"),
        make_rows([], hours=[], date=[], force=[]),
    ],
    ids=lambda rows: f"{len(rows)} rows",
)
def test_thin_records_give_finite_intervals_or_null(rows):
    out = estimate_exposure(rows, ERAS)
    numbers = out[NUMBERS]
    assert not np.isinf(numbers.to_numpy(dtype=float, na_value=np.nan)).any()
    assert numbers["faces_expected"].isna().equals(numbers["faces_expected_hi90"].isna())
    assert out["exposure_source"].isna().equals(out["exposure"].isna())


@pytest.mark.parametrize(
    ("faces", "hours"),
    [
        ([1000, 1001, 1000, 1002, 1000], 5.0),
        ([1000, 2000, 3000, 500, 1500], [2.3, 4.6, 6.9, 1.15, 3.45]),
        ([1000] * 40, 5.0),
    ],
    ids=["nearly equal", "equal to the last bit", "all equal"],
)
def test_equal_counts_do_not_make_an_interval_of_no_width(faces, hours):
    days = [f"2023-{5 + n // 28:02d}-{1 + n % 28:02d}" for n in range(len(faces))]
    rows = make_rows(faces, hours, days, place_published="Ash")
    out = estimate_exposure(rows, ERAS)
    width = out["faces_expected_hi80"] / out["faces_expected_lo80"]
    assert (width > math.exp(2 * 1.28 * LEAST_SD_LOG)).all()
    assert width.max() < 4
    said = " ".join(explain_exposure(rows, ERAS, "f-0").sentences())
    assert "standard deviation 0.27000 (the least assumed" in said
    assert score_exposure(rows, ERAS)["coverage80_share"].iloc[0] == 1


def test_nothing_known_is_said_with_its_reason():
    piece = explain_exposure(make_rows([100]), ERAS, "f-0")
    assert piece.parts == ()
    assert piece.sentences() == [f"No count is expected: {piece.reason}"]
    assert "too few counts" in piece.reason
    with pytest.raises(InputError, match="no deployment 'f-9'"):
        explain_exposure(make_rows([100]), ERAS, "f-9")


# --- other forces -----------------------------------------------------------------------


def test_a_force_without_counts_borrows_and_is_wider():
    rows = pd.concat(
        [make_rows([100, 200, 400, None]), make_rows([None], force="G")], ignore_index=True
    )
    out = estimate_exposure(rows, ERAS)
    assert out["exposure_source"].tolist()[3:] == ["modelled", "borrowed"]
    assert pd.isna(out["counting_era"][4])
    assert out["faces_expected"][4] == pytest.approx(200)
    assert out["faces_expected_hi80"][4] > out["faces_expected_hi80"][3]


def test_the_unknown_force_adds_its_variance():
    rows = make_rows([100, 200, 400])
    own = expect_faces(rows, ERAS, force=F, date="2023-05-06", hours=2)
    other = expect_faces(rows, ERAS, force="G", date="2023-05-06", hours=2)
    extra = other.parts[0].scale ** 2 - own.parts[0].scale ** 2
    assert extra == pytest.approx(UNKNOWN_FORCE_SD_LOG**2)


def test_a_second_force_with_counts_stands_alone():
    rows = pd.concat(
        [make_rows([100, 200, 400]), make_rows([9000, 9500, 9100, None], force="G")],
        ignore_index=True,
    )
    out = estimate_exposure(rows, ERAS).iloc[6]
    assert out["exposure_source"] == "modelled"
    assert out["faces_expected_lo80"] > 5000


# --- a record that only calibrates ------------------------------------------------------


def test_the_record_helps_but_never_tells_a_row_its_own_count():
    record = make_rows([100, 200, 400], date=["2023-01-01", "2023-01-02", "2023-01-03"])
    new = make_rows([999.0], date="2023-01-03").assign(deployment_id="other-id")
    out = estimate_exposure(new, ERAS, record=record)
    assert len(out) == 1
    # The 400 of that very day is left out, so two counts remain: their spread is all there is.
    assert len(with_record(new, record)) == 3
    assert pd.isna(out["faces_expected"].iloc[0])
    same_id = record.head(1).assign(date="2023-02-01")
    assert len(with_record(same_id, record)) == 3


def test_a_count_moved_to_another_day_is_not_learnt_from_the_record():
    days = ["2023-01-01", "2023-01-02", "2023-01-03", "2023-01-04"]
    record = make_rows([100, 200, 400, 800], date=days)
    moved = make_rows([400.0, 0.0], date="2023-01-30").assign(deployment_id=["x", "y"])
    assert with_record(moved, record)["faces_seen"].tolist() == [400, 0, 100, 200, 800]
    # Another length is another deployment, and so is another force's.
    other = moved.assign(duration_h=3.0)
    assert len(with_record(other, record)) == 6
    assert len(with_record(moved.assign(force="G"), record)) == 6


def test_the_record_must_have_its_columns():
    with pytest.raises(MissingColumnError, match="`record` lacks"):
        estimate_exposure(make_rows([1]), ERAS, record=pd.DataFrame({"force": [F]}))


def test_hours_are_checked():
    with pytest.raises(InputError, match="Give hours, not minutes"):
        expect_faces(make_rows([1]), ERAS, force=F, date="2023-05-06", hours=300)


# --- the arithmetic ---------------------------------------------------------------------


def test_the_sentences_can_be_redone_by_hand():
    piece = explain_exposure(make_rows([100, 200, 400, None]), ERAS, "f-3")
    text = "\n".join(piece.sentences())
    assert "3 other counts" in text
    assert "mean 4.60517 and standard deviation 0.69315" in text
    assert "e^5.29832 = 200 faces" in text
    assert "sqrt(0.69315^2 x (1 + 1/3)) = 0.80038" in text
    assert "44 to 905 = e^(5.29832 -/+ 1.8856 x 0.80038)" in text
    assert math.exp(5.29832 - 1.8856 * 0.80038) == pytest.approx(piece.lo80, rel=1e-4)


def test_a_borrowed_level_is_told_as_a_mixture():
    rows = pd.concat(
        [make_rows([100, 200, 400]), make_rows([1000, 2000, 4000], date="2024-05-06")],
        ignore_index=True,
    )
    piece = expect_faces(rows, ERAS, force="G", date="2024-06-01", hours=None)
    text = "\n".join(piece.sentences())
    assert "mixture of these 2 with equal weights" in text
    assert "0.5^2 for a level borrowed from another force" in text
    assert "for hours unknown" in text
    assert piece.source == "borrowed"


def test_it_is_said_why_other_levels_are_drawn_on():
    rows = pd.concat(
        [make_rows([100, 200, 400]), make_rows([900], date="2024-05-06")], ignore_index=True
    ).assign(deployment_id=["f-0", "f-1", "f-2", "f-3"])

    def said(force, date):
        return expect_faces(rows, ERAS, force=force, date=date, hours=2).sentences()[0]

    assert said("G", "2023-05-06") == (
        "No counts of G can be used: the level is another force's."
    )
    assert "which counting era of Force F holds 2019" in said(F, "2019")
    assert said(F, "2023-07-01").startswith("Force F, counting era a: 3 other counts")
    alone = explain_exposure(rows, ERAS, "f-3").sentences()
    assert alone[0] == "The counting era b has no other counts, so others stand for it:"


def test_explain_gives_the_published_numbers():
    rows = make_rows([100, 200, 450, 800, None])
    out = estimate_exposure(rows, ERAS)
    for row, name in enumerate(rows["deployment_id"]):
        piece = explain_exposure(rows, ERAS, name)
        assert piece.expected == out["faces_expected"][row]
        assert piece.hi90 == out["faces_expected_hi90"][row]


def test_numbers_keep_six_digits():
    assert rounded(0.123456789) == 0.123457
    assert rounded(98765432.1) == 98765400.0


# --- the embedded record ----------------------------------------------------------------


@pytest.fixture(scope="module")
def embedded():
    core = ingest(embedded_documents()).core
    return apply_corrections(core, load_corrections([]))[0]


def test_the_embedded_record_is_estimated_whole(embedded):
    out = estimate_exposure(embedded, load_eras())
    ran = embedded["status"] != "aborted"
    assert out["faces_expected"][ran].notna().all()
    assert out.loc[~ran, NUMBERS].isna().all().all()
    others = embedded["force"] != "Metropolitan Police"
    assert set(out["exposure_source"][others]) == {"borrowed"}
    reported = out["exposure_source"] == "reported"
    assert (out["exposure"][reported] == embedded["faces_seen"][reported].astype(float)).all()


def test_the_total_of_2023_is_the_sum_of_reported_counts(embedded):
    out = estimate_exposure(embedded, load_eras())
    year = embedded["date"].str.startswith("2023") & (out["exposure_source"] == "reported")
    faces = embedded["faces_seen"][embedded["date"].str.startswith("2023")]
    assert out["exposure"][year].sum() == faces.sum()


def test_intervals_of_the_record_cover_as_they_say(embedded):
    out = estimate_exposure(embedded, load_eras())
    faces = embedded["faces_seen"].astype(float)
    known = faces.notna()
    # Residuals have heavier tails than a normal's, so 80 % intervals are a little too wide.
    for level, least, most in (("80", 0.75, 0.88), ("90", 0.85, 0.95)):
        inside = faces.between(
            out[f"faces_expected_lo{level}"], out[f"faces_expected_hi{level}"]
        )
        assert least < inside[known].mean() < most


def test_the_record_given_again_as_a_source_changes_nothing(embedded):
    alone = estimate_exposure(embedded, load_eras())
    again = estimate_exposure(embedded, load_eras(), record=embedded)
    pd.testing.assert_frame_equal(alone, again)


# --- laws -------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 10**6)),
            st.one_of(st.none(), st.floats(0.1, 20)),
            st.sampled_from(["2023-05-06", "2024-05-06", "2023", "1999-01-01"]),
            st.sampled_from([F, "G", "H"]),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_intervals_are_ordered_and_order_of_rows_is_irrelevant(rows):
    faces, hours, dates, forces = zip(*rows, strict=True)
    frame = make_rows(list(faces), list(hours), list(dates), list(forces))
    frame = frame.set_axis([f"r{i}" for i in range(len(frame))])
    before = frame.copy()
    out = estimate_exposure(frame, ERAS)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_index_equal(out.index, frame.index)
    known = out[out["faces_expected"].notna()]
    ordered = known[[NUMBERS[3], NUMBERS[1], NUMBERS[0], NUMBERS[2], NUMBERS[4]]].to_numpy()
    assert (np.diff(ordered, axis=1) >= 0).all()
    assert np.isfinite(ordered).all()
    backwards = estimate_exposure(frame.iloc[::-1], ERAS).iloc[::-1]
    pd.testing.assert_frame_equal(out, backwards, rtol=1e-5)


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=30), st.data())
def test_leaving_one_out_in_closed_form(values, data):
    left = data.draw(st.integers(0, len(values) - 1))
    rest = values[:left] + values[left + 1 :]
    closed, direct = Moments.of(values).without(values[left]), Moments.of(rest)
    assert closed.n == direct.n
    assert closed.mean == pytest.approx(direct.mean, abs=1e-9)
    assert closed.squares == pytest.approx(direct.squares, abs=1e-7)


def test_quantiles_of_a_mixture_agree_with_its_cumulative_probabilities():
    mixture = (Student(0.0, 1.0, 5.0), Student(4.0, 0.5, 20.0), Student(9.0, 2.0, 3.0))
    shares = [0.05, 0.1, 0.5, 0.9, 0.95]
    for value, share in zip(quantiles([mixture], shares)[0], shares, strict=True):
        chances = [student_t.cdf((value - m.centre) / m.scale, m.freedom) for m in mixture]
        assert np.mean(chances) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize("observed", [-2.0, 0.0, 0.7, 5.0])
def test_the_score_in_closed_form_agrees_with_its_integral(observed):
    one = Student(0.5, 1.3, 4.0)
    closed = scores([(one,)], np.array([observed]))[0]
    summed = scores([(one, one)], np.array([observed]))[0]
    assert closed == pytest.approx(summed, rel=1e-3)


def test_a_level_scored_by_hand():
    level = CurrentLevel(n=3, of=3, mean_log=1.0, sd_log=2.0, freedom=2, spread_n=3)
    part = Part(F, "a", "hour", level, False, 0.5, 1.0, 4, 0.5)
    assert part.centre == 1.5
    assert part.scale == pytest.approx(math.sqrt(4 * 4 / 3 + 1.25 + 0.25))


def test_calibration_ignores_what_cannot_teach():
    rows = make_rows([100, 0, None, 50], status_note="")
    levels = calibrate(
        rows.assign(status=["reported", "reported", "reported", "aborted"]), ERAS
    )
    assert levels.groups["hour"][F, "a"].n == 1
    assert levels.hours[F].n == 3
