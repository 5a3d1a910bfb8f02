"""Rates by hand, laws that hold for any rate, and the record worked out a second way."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from data.eras import load_eras
from flows.stages import embedded_record
from geo.eras import assign_eras
from geo.errors import EraError, InputError, MissingColumnError
from geo.rate_cells import quasi_score, rate_cells
from geo.rate_table import COLUMNS, tabulate_rates, with_all_alerts
from geo.rate_terms import EVENTS, FEWEST_DAYS, FEWEST_EVENTS
from geo.rates import rate_per_faces, rate_per_hour

MET = "Metropolitan Police"
EACH = {"hour": rate_per_hour, "faces": rate_per_faces}
OVER = {"hour": "duration_h", "faces": "faces_seen"}


@pytest.fixture(scope="module")
def eras():
    return load_eras()


@pytest.fixture(scope="module")
def record():
    return with_all_alerts(embedded_record()).assign(
        area_code=pd.Series(dtype="str"), area_name=pd.Series(dtype="str")
    )


@pytest.fixture(scope="module")
def met(record):
    return record[record["force"] == MET]


def make_rows(dates, force=MET, **columns):
    return pd.DataFrame({"force": force, "date": list(dates), **columns})


def make_days(events, over, days=None):
    """Return rows for `rate_cells`: a day each unless told otherwise."""
    days = range(len(events)) if days is None else days
    dates = [f"2024-10-{day + 1:02}" for day in days]
    return pd.DataFrame({"era": "a", "date": dates, "events": events, "over": over})


def one_cell(rows, unit=1.0):
    cells = rate_cells(rows, ["era"], unit=unit)
    assert len(cells) == 1
    return cells.iloc[0]


# --- by hand ----------------------------------------------------------------------------


def test_a_rate_by_hand(eras):
    # 3 arrests in 2 + 4 hours; both days have exactly half an arrest an hour.
    rows = make_rows(["2024-10-01", "2024-10-02"], duration_h=[2.0, 4.0], arrests=[1, 2])
    rate = rate_per_hour(rows, "arrests", eras=eras)
    assert (rate.rate, rate.events, rate.over, rate.era) == (0.5, 3, 6, "met-2024-09")
    assert (rate.event, rate.per, rate.deployments, rate.days) == ("arrests", "hour", 2, 2)
    assert rate.dispersion == 1.0
    assert rate.lo90 < 0.5 < rate.hi90


def test_a_rate_per_faces_by_hand(eras):
    # 6 arrests among 4,000 faces are 150 among 100,000.
    rows = make_rows(
        ["2024-10-01", "2024-10-02"], faces_seen=[1000, 3000], arrests=[2, 4], duration_h=None
    )
    rate = rate_per_faces(rows, "arrests", eras=eras)
    assert (rate.rate, rate.events, rate.over, rate.per) == (150.0, 6, 4000, "faces")


def test_dispersion_and_interval_by_hand():
    # 0, 4 and 8 in 2 hours each: r = 2, each day expects 4. Pearson: (16 + 0 + 16) / 4 / 2 = 4.
    # Jackknife: 2/3 x ((4 / (2/3))^2 x 2) / 12 = 4. Student's t of 2 at 95 % is 2.9200.
    cell = one_cell(make_days([0, 4, 8], [2.0, 2.0, 2.0]))
    assert cell["dispersion"] == pytest.approx(4)
    turn = 2.91998558**2 * 4
    half = math.sqrt(turn * 12 + turn**2 / 4)
    assert cell["lo90"] == pytest.approx((12 + turn / 2 - half) / 6)
    assert cell["hi90"] == pytest.approx((12 + turn / 2 + half) / 6)


def test_the_jackknife_speaks_where_one_day_outweighs_the_rest():
    # r = 1: days of 90, 5 and 5 hours with 82, 14 and 4. Pearson: (64/90 + 81/5 + 1/5) / 2;
    # jackknife: 2/3 x ((8/0.1)^2 + (9/0.95)^2 + (1/0.95)^2) / 100 = 43.3.
    cell = one_cell(make_days([82, 14, 4], [90.0, 5.0, 5.0]))
    expected = 2 / 3 * (80**2 + (9 / 0.95) ** 2 + (1 / 0.95) ** 2) / 100
    assert cell["dispersion"] == pytest.approx(expected)
    assert expected > (64 / 90 + 81 / 5 + 1 / 5) / 2


def test_deployments_of_one_day_are_one_sample():
    # Four alike on two days tell no more of the spread than two: one degree of freedom.
    apart = one_cell(make_days([2, 2, 2, 2], [5.0] * 4))
    together = one_cell(make_days([2, 2, 2, 2], [5.0] * 4, days=[0, 0, 1, 1]))
    assert (apart["days"], together["days"]) == (4, 2)
    assert together["hi90"] > apart["hi90"]
    assert together["rate"] == apart["rate"]


def test_no_events_give_nought_with_an_upper_end(eras):
    rows = make_rows(["2024-10-01"] * 3, duration_h=5.0, arrests=0)
    rate = rate_per_hour(rows, "arrests", eras=eras)
    assert rate.rate == rate.lo90 == 0
    # A Poisson count of that mean shows nothing one time in twenty.
    assert stats.poisson.cdf(0, rate.hi90 * 15) == pytest.approx(0.05)
    assert rate.dispersion is None


def test_one_deployment_shows_no_spread(eras):
    rows = make_rows(["2024-10-01"], duration_h=2.0, arrests=4)
    rate = rate_per_hour(rows, "arrests", eras=eras)
    assert (rate.rate, rate.lo90, rate.hi90, rate.dispersion) == (2.0, None, None, None)
    assert rate.too_few == "too few: under 5 arrests"


def test_a_force_without_eras_has_rates(eras):
    rows = make_rows(["2024-10-01"], force="Essex Police", duration_h=2.0, arrests=4)
    rate = rate_per_hour(rows, "arrests", eras=eras)
    assert (rate.rate, rate.era) == (2.0, None)


def test_rows_without_a_figure_enter_neither_sum_and_are_counted(eras):
    rows = make_rows(
        ["2024-10-01", "2024-10-02", "2024-10-03", "2024-10-04"],
        duration_h=[None, 2.0, 6.0, 0.0],
        arrests=pd.array([100, 4, None, 50], dtype="Int64"),
    )
    rate = rate_per_hour(rows, "arrests", eras=eras)
    assert (rate.rate, rate.events, rate.over) == (2.0, 4, 2)
    assert (rate.deployments, rate.deployments_without) == (1, 3)


@pytest.mark.parametrize("per", EACH)
def test_nothing_known_is_refused(eras, per):
    rows = make_rows(["2024-10-01"], duration_h=None, faces_seen=None, arrests=3)
    with pytest.raises(InputError, match=f"has both {OVER[per]} and arrests, so there is no"):
        EACH[per](rows, "arrests", eras=eras)


@pytest.mark.parametrize("per", EACH)
def test_a_missing_column_is_named(eras, per):
    with pytest.raises(MissingColumnError, match=r"faces_seen|duration_h"):
        EACH[per](make_rows(["2024-10-01"], arrests=3), "arrests", eras=eras)


def test_expected_faces_never_enter(eras):
    rows = make_rows(
        ["2024-10-01", "2024-10-02"],
        faces_seen=[1000, None],
        exposure=[1000.0, 9000.0],
        faces_expected=[800.0, 9000.0],
        arrests=[1, 8],
    )
    rate = rate_per_faces(rows, "arrests", eras=eras)
    assert (rate.over, rate.events, rate.deployments_without) == (1000, 1, 1)


# --- never across eras ------------------------------------------------------------------


@pytest.mark.parametrize("per", EACH)
def test_the_july_2024_break_of_the_record_is_refused(eras, met, per):
    rows = met[met["date"].between("2024-07-01", "2024-08-31")]
    with pytest.raises(EraError) as caught:
        EACH[per](rows, "arrests", eras=eras)
    message = str(caught.value)
    for words in (
        "arrests per hour" if per == "hour" else "arrests per 100,000 faces",
        "met-2023-12 (December 2023-July 2024)",
        "met-2024-07 (25 July-August 2024)",
        "changed on or about 2024-07-25",
        "has not said why",
        "The eras here: met-2023-12 (from 2023-12-01), met-2024-07 (from 2024-07-25).",
    ):
        assert words in message


def test_a_span_of_three_eras_names_both_breaks(eras, met):
    with pytest.raises(EraError, match="on or about 2024-07-25 and 2024-09-01, and the force"):
        rate_per_hour(met[met["date"] >= "2024-07-01"], "arrests", eras=eras)


def test_a_span_of_three_eras_names_them_all(eras, met):
    with pytest.raises(EraError, match=r"met-2023-12 .*met-2024-07 .*met-2024-09 \(from 2024"):
        rate_per_faces(met[met["date"] >= "2024"], "arrests", eras=eras)


def test_one_era_can_be_asked_for(eras):
    rows = make_rows(["2024-07-01", "2024-07-25"], duration_h=5.0, arrests=[1, 10])
    assert rate_per_hour(rows, "arrests", eras=eras, era="met-2024-07").rate == 2.0
    with pytest.raises(EraError, match="There is no counting era 'met-1999'"):
        rate_per_hour(rows, "arrests", eras=eras, era="met-1999")


def test_a_row_without_figures_still_lies_in_its_era(eras):
    # The rate would be of the later era alone, but it was asked of both.
    rows = make_rows(["2024-07-01", "2024-07-25"], duration_h=[None, 5.0], arrests=1)
    with pytest.raises(EraError, match="2024-07-25"):
        rate_per_hour(rows, "arrests", eras=eras)


def test_a_date_of_unknown_era_is_refused(eras):
    rows = make_rows(["2024-07", "2024-07-25"], duration_h=5.0, arrests=1)
    with pytest.raises(EraError, match="counting era of 1 deployments is unknown"):
        rate_per_hour(rows, "arrests", eras=eras)


def test_forces_are_not_put_together(eras):
    rows = make_rows(["2024-10-01"] * 2, duration_h=5.0, arrests=1)
    rows["force"] = [MET, "Essex Police"]
    with pytest.raises(EraError, match="across 2 forces"):
        rate_per_hour(rows, "arrests", eras=eras)


# --- laws -------------------------------------------------------------------------------

DAYS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.floats(0.25, 12).map(lambda hours: round(hours, 2)),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=25,
)


def as_days(drawn):
    events, over, days = (list(column) for column in zip(*drawn, strict=True))
    return make_days(events, over, days)


@given(DAYS, st.randoms())
def test_the_order_of_rows_changes_no_byte(drawn, random):
    rows = as_days(drawn)
    order = list(range(len(rows)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        rate_cells(rows, ["era"]), rate_cells(rows.iloc[order], ["era"]), check_exact=True
    )


@given(DAYS)
def test_the_interval_holds_the_rate(drawn):
    cell = one_cell(as_days(drawn))
    if pd.notna(cell["lo90"]):
        assert 0 <= cell["lo90"] <= cell["rate"] < cell["hi90"] < math.inf
    else:
        assert cell["days"] == 1
        assert cell["events"] > 0


@given(DAYS, st.integers(0, 24))
def test_a_deployment_told_as_two_halves_changes_nothing(drawn, which):
    whole = as_days(drawn)
    at = which % len(whole)
    halved = whole.astype({"events": "float64"})
    halved.loc[at, ["events", "over"]] /= 2
    split = pd.concat([halved, halved.loc[[at]]], ignore_index=True)
    before, after = one_cell(whole), one_cell(split)
    for name in ("rate", "lo90", "hi90", "dispersion"):
        assert after[name] == pytest.approx(before[name], nan_ok=True)
    assert after["deployments"] == before["deployments"] + 1


@given(
    st.integers(1, 500),
    st.floats(1, 50),
    st.floats(0, 50),
    st.integers(2, 80),
)
def test_more_dispersion_never_narrows(events, dispersion, more, days):
    lo, hi = quasi_score(events, dispersion, days)
    wider_lo, wider_hi = quasi_score(events, dispersion + more, days)
    assert wider_lo <= lo + 1e-9
    assert wider_hi >= hi - 1e-9


@given(st.integers(1, 500), st.floats(1, 50), st.integers(2, 80), st.integers(1, 80))
def test_more_days_never_widen_at_equal_dispersion(events, dispersion, days, more):
    lo, hi = quasi_score(events, dispersion, days)
    longer_lo, longer_hi = quasi_score(events, dispersion, days + more)
    assert longer_lo >= lo - 1e-9
    assert longer_hi <= hi + 1e-9


@given(st.integers(1, 9), st.integers(0, 9), st.integers(3, 12))
def test_moving_events_to_one_day_never_narrows(each, moved, days):
    moved = min(moved, each)
    alike = one_cell(make_days([each] * days, [5.0] * days))
    counts = [each + moved, each - moved, *[each] * (days - 2)]
    apart = one_cell(make_days(counts, [5.0] * days))
    assert apart["dispersion"] >= alike["dispersion"]
    assert apart["hi90"] >= alike["hi90"]
    assert apart["lo90"] <= alike["lo90"]


@given(DAYS, st.floats(0.1, 1000))
def test_the_unit_only_scales(drawn, unit):
    one, many = one_cell(as_days(drawn)), one_cell(as_days(drawn), unit=unit)
    for name in ("rate", "lo90", "hi90"):
        assert many[name] == pytest.approx(one[name] * unit, nan_ok=True)


def test_a_poisson_count_is_covered_as_stated():
    # 40 deployments, one a day, at 0.6 an hour, where the interval is all but Poisson's own.
    rng = np.random.default_rng(11)
    hours = rng.uniform(2, 9, (400, 40))
    rows = pd.DataFrame(
        {
            "era": np.repeat(np.arange(400), 40),
            "date": np.tile([f"day {day:02}" for day in range(40)], 400),
            "events": rng.poisson(0.6 * hours).ravel(),
            "over": hours.ravel(),
        }
    )
    cells = rate_cells(rows, ["era"])
    held = (cells["lo90"] <= 0.6) & (cells["hi90"] >= 0.6)
    assert 0.87 <= held.mean() <= 0.96


# --- the table --------------------------------------------------------------------------


def make_table(**columns):
    dates = ["2024-07-02", "2024-07-09", "2024-07-16", "2024-07-27", "2024-08-01", "2024-08-06"]
    rows = {
        "area_code": ["E1", "E1", "E1", None, "E2", "E2"],
        "area_name": ["Ash", "Ash", "Ash", None, "Elm", "Elm"],
        "duration_h": 4.0,
        "faces_seen": 1000,
        "arrests": [2, 2, 2, 3, 3, 3],
    }
    return make_rows(dates, **(rows | columns))


def test_a_month_of_two_eras_has_two_rows(eras):
    table = tabulate_rates(make_table(), eras, events=["arrests"], per=["hour"])
    july = table[(table["by"] == "month") & (table["month"] == "2024-07")]
    assert july["era"].tolist() == ["met-2023-12", "met-2024-07"]
    assert july["events"].tolist() == [6, 3]
    assert july["rate"].iloc[0] == 0.5
    assert july["rate"].isna().tolist() == [False, True]
    assert july["note"].iloc[1] == "too few: under 5 arrests"


def test_an_area_keeps_to_what_lies_in_it(eras):
    table = tabulate_rates(make_table(), eras, by=["area"], events=["arrests"], per=["hour"])
    assert table[["area_code", "area_name", "era"]].to_numpy().tolist() == [
        ["E1", "Ash", "met-2023-12"],
        ["E2", "Elm", "met-2024-07"],
    ]
    assert table["deployments"].tolist() == [3, 2]
    assert table["note"].iloc[1] == "too few: deployments on under 3 days"


def test_the_floor_is_where_it_is_stated(eras):
    assert (FEWEST_EVENTS, FEWEST_DAYS) == (5, 3)
    for arrests, told in (([2, 1, 1], False), ([2, 2, 1], True)):
        rows = make_table().head(3).assign(arrests=arrests)
        table = tabulate_rates(rows, eras, by=["era"], events=["arrests"], per=["faces"])
        row = table.iloc[0]
        assert pd.notna(row["rate"]) == told
        assert row[["lo90", "hi90", "dispersion"]].notna().all() == told
        assert (row["events"], row["faces_seen"]) == (sum(arrests), 3000)


def test_two_days_tell_next_to_nothing():
    lo, hi = quasi_score(10, 1.0, 2)
    assert hi / lo == pytest.approx(34, abs=0.5)


def test_suppressed_counts_stay_public(eras):
    rows = make_table().head(2)
    row = tabulate_rates(rows, eras, by=["era"], events=["arrests"], per=["hour"]).iloc[0]
    assert (row["events"], row["duration_h"], row["deployments"]) == (4, 8.0, 2)
    assert pd.isna(row["rate"])


def test_what_states_nothing_is_unknown_and_not_nought(eras):
    rows = make_table(arrests=None)
    table = tabulate_rates(rows, eras, by=["era"], events=["arrests"])
    assert table["events"].isna().all()
    assert table[["duration_h", "faces_seen"]].isna().all(axis=None)
    assert (table["deployments"] == 0).all()
    assert table["deployments_without"].tolist() == [3, 3, 3, 3]
    assert (table["note"] == "no deployment states both figures").all()


def test_dates_of_an_unknown_era_are_told_but_not_rated(eras):
    rows = pd.concat([make_table(), make_rows(["2024-07"] * 1, duration_h=4.0, arrests=90)])
    table = tabulate_rates(rows, eras, by=["era"], events=["arrests"], per=["hour"])
    odd = table[table["era"].isna()].iloc[0]
    assert (odd["note"], odd["events"], odd["deployments"]) == ("counting era not known", 90, 1)
    assert pd.isna(odd["rate"])
    assert (table["deployments"] + table["deployments_without"]).sum() == len(rows)


def test_the_table_is_the_same_in_any_order(eras, record):
    table = tabulate_rates(record, eras)
    mixed = tabulate_rates(record.sample(frac=1, random_state=5), eras)
    pd.testing.assert_frame_equal(table, mixed, check_exact=True)
    assert tuple(table.columns) == COLUMNS


def test_an_empty_record_has_an_empty_table(eras, record):
    table = tabulate_rates(record.head(0), eras)
    assert (len(table), tuple(table.columns)) == (0, COLUMNS)


def test_alerts_are_added_up_only_where_both_parts_are_known():
    rows = pd.DataFrame(
        {
            "true_alerts": [5, None, None, None],
            "true_alerts_confirmed": [None, 2, 2, None],
            "true_alerts_unconfirmed": [None, 1, None, None],
            "false_alerts": pd.array([0, None, None, None], dtype="Int64"),
            "false_alerts_confirmed": pd.array([9, 0, None, None], dtype="Int64"),
            "false_alerts_unconfirmed": pd.array([9, 0, 3, None], dtype="Int64"),
        }
    )
    found = with_all_alerts(rows)
    assert found["true_alerts"].tolist() == pytest.approx(
        [5, 3, math.nan, math.nan], nan_ok=True
    )
    assert found["false_alerts"].tolist() == pytest.approx(
        [0, 0, math.nan, math.nan], nan_ok=True
    )


# --- the embedded record, worked out a second way ------------------------------------------


def by_the_day(rows, event, over):
    """Return rate, dispersion and interval in plain Python, from the day's sums."""
    sums = {}
    for date, events, base in zip(rows["date"], rows[event], rows[over], strict=True):
        if pd.notna(events) and pd.notna(base) and base > 0:
            seen, held = sums.get(date, (0, 0))
            sums[date] = (seen + events, held + base)
    events, base = (sum(column) for column in zip(*sums.values(), strict=True))
    rate, days = events / base, len(sums)
    pearson = sum((n - rate * b) ** 2 / (rate * b) for n, b in sums.values()) / (days - 1)
    without = [(events - n) / (base - b) for n, b in sums.values()]
    # The jackknife as it is defined: how the rate moves when a day is left out.
    jackknife = (days - 1) / days * sum((one - rate) ** 2 for one in without)
    dispersion = max(1, pearson, jackknife * base**2 / events)
    turn = stats.t.ppf(0.95, days - 1) ** 2 * dispersion
    ends = np.sort(np.roots([1, -(2 * events + turn), events**2])) / base
    return rate, ends[0], ends[1], dispersion


@pytest.mark.parametrize("per", EACH)
@pytest.mark.parametrize("event", EVENTS)
def test_the_rates_of_the_record_are_those_of_plain_sums(eras, met, event, per):
    table = tabulate_rates(met, eras, by=["era"], events=[event], per=[per]).set_index("era")
    named = assign_eras(met, eras)
    seen = 0
    unit = 1 if per == "hour" else 100_000
    for era, row in table[table["rate"].notna()].iterrows():
        rate, lo, hi, dispersion = by_the_day(met[named == era], event, OVER[per])
        expected = [rate * unit, lo * unit, hi * unit, dispersion]
        assert row[["rate", "lo90", "hi90", "dispersion"]].tolist() == pytest.approx(expected)
        one = EACH[per](met, event, eras=eras, era=era)
        assert [one.rate, one.lo90, one.hi90, one.dispersion] == pytest.approx(expected)
        seen += 1
    assert seen >= 1


@pytest.mark.parametrize(
    ("era", "sums"),
    [
        ("met-2023", (19, 91.4167, 307_372)),
        ("met-2023-12", (318, 549.9667, 200_463)),
        ("met-2024-07", (48, 76.2667, 106_668)),
        ("met-2024-09", (224, 341.8833, 614_637)),
    ],
)
def test_golden_arrests_of_the_record(eras, met, era, sums):
    arrests, hours, faces = sums
    hourly = rate_per_hour(met, "arrests", eras=eras, era=era)
    by_face = rate_per_faces(met, "arrests", eras=eras, era=era)
    assert (hourly.events, by_face.events, by_face.over) == (arrests, arrests, faces)
    assert hourly.over == pytest.approx(hours, abs=1e-3)
    assert hourly.rate == pytest.approx(arrests / hours, rel=1e-5)
    assert by_face.rate == pytest.approx(arrests / faces * 100_000)
