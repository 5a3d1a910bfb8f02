"""Scores by hand, and what a score may not know."""

import math

import numpy as np
import pandas as pd
import pytest

from geo import scorecard
from geo.errors import MissingColumnError
from geo.score_lines import COLUMNS
from geo.scorecard import (
    KNOWN_THEN,
    LEAVE_ONE_OUT,
    LEVEL,
    MODEL,
    MOST_MONTHS,
    ROLLING,
    SITE_MEAN,
    TRAILING_RATE,
    UNSEEN,
    score_exposure,
)

ERAS = pd.DataFrame(
    {
        "force": "F",
        "era": ["a", "b"],
        "first_date": ["2023-01-01", "2024-01-01"],
        "last_date": ["2023-12-31", None],
        "label": ["2023", "since 2024"],
    }
)


def make_rows(faces, dates, places="Camden", hours=2.0):
    return pd.DataFrame(
        {
            "force": "F",
            "date": dates,
            "faces_seen": faces,
            "duration_h": hours,
            "place_published": places,
        }
    )


def line(card, split, name=LEVEL):
    return card.set_index(["split", "name"]).sort_index().loc[split, name]


def test_leaving_one_out_by_hand():
    # Each of 100, 200, 400, 800 is predicted by the geometric mean of the other three.
    card = score_exposure(make_rows([100, 200, 400, 800], "2023-05-06"), ERAS)
    assert tuple(card.columns) == COLUMNS
    own = line(card, LEAVE_ONE_OUT)
    errors = [4 - 1, 2**0.666667 - 1, 1 - 2**-0.666667, 1 - 1 / 4]
    assert own["rows"] == 4
    assert own["mape"] == pytest.approx(np.mean(errors), abs=1e-3)
    assert own["median_ape"] == pytest.approx(np.median(errors), abs=1e-3)
    assert own["log_bias"] == 0
    assert own["coverage90_share"] == 1
    assert line(card, LEAVE_ONE_OUT, f"{LEVEL}: 2023")["rows"] == 4


def test_a_month_is_predicted_from_the_months_before():
    rows = make_rows([100, 200, 400, 200, 99999], ["2023-04-01"] * 3 + ["2023-05-01"] * 2)
    card = score_exposure(rows, ERAS)
    rolling = line(card, ROLLING)
    assert rolling["rows"] == 2
    assert rolling["log_bias"] == pytest.approx(math.log(200 / 99999) / 2, abs=1e-4)


def test_nothing_is_carried_across_a_break():
    rows = make_rows([100, 200, 400, 200], ["2023-11-01"] * 3 + ["2024-01-05"])
    card = score_exposure(rows, ERAS)
    assert line(card, ROLLING)["rows"] == 0
    assert math.isnan(line(card, ROLLING)["crps"])


def test_later_counts_do_not_change_earlier_predictions():
    rows = make_rows([100, 200, 400, 300], ["2023-04-01"] * 3 + ["2023-05-01"])
    more = make_rows([7], ["2023-05-02"])
    alone = line(score_exposure(rows, ERAS), ROLLING)
    both = line(score_exposure(pd.concat([rows, more]), ERAS), ROLLING)
    errors = np.array([alone["log_bias"], math.log(200 / 7)])
    assert both["log_bias"] == pytest.approx(errors.mean(), abs=1e-4)


def test_the_baselines_score_the_same_counts():
    generator = np.random.default_rng(7)
    dates = [f"2023-{month:02d}-{day:02d}" for month in range(1, 9) for day in range(1, 13)]
    places = generator.choice(["Camden", "Ilford", "Acton"], len(dates))
    level = {"Camden": 6.0, "Ilford": 8.0, "Acton": 5.0}
    faces = [math.exp(level[place] + 0.3 * generator.normal()) for place in places]
    card = score_exposure(make_rows(np.round(faces), dates, places), ERAS)
    model, trailing, site = (
        line(card, ROLLING, name) for name in (LEVEL, TRAILING_RATE, SITE_MEAN)
    )
    assert model["rows"] == trailing["rows"] == site["rows"] == 84
    # Where places differ much, a place's own mean must win.
    assert site["median_ape"] < trailing["median_ape"]


def test_calibrated_intervals_cover_as_they_say():
    generator = np.random.default_rng(3)
    dates = [f"2023-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    faces = np.round(np.exp(9 + 0.5 * generator.normal(size=len(dates))))
    card = score_exposure(make_rows(faces, dates), ERAS)
    for name in (LEAVE_ONE_OUT, ROLLING):
        assert line(card, name)["coverage80_share"] == pytest.approx(0.8, abs=0.06)
        assert line(card, name)["coverage90_share"] == pytest.approx(0.9, abs=0.05)


def test_no_counts_give_null_scores():
    card = score_exposure(make_rows([None, None], "2023-05-06"), ERAS)
    assert (card["rows"] == 0).all()
    assert card["crps"].isna().all()


def test_the_record_is_scored_too():
    record = make_rows([100, 200, 400, 800], "2023-05-06")
    new = make_rows([300], "2023-06-06")
    card = score_exposure(new, ERAS, record=record)
    assert line(card, LEAVE_ONE_OUT)["rows"] == 5
    assert line(card, ROLLING)["rows"] == 1


def test_places_are_needed():
    rows = make_rows([100], "2023-05-06").drop(columns="place_published")
    with pytest.raises(MissingColumnError, match="place_published"):
        score_exposure(rows, ERAS)


def test_a_place_never_seen_is_predicted_by_the_others():
    rows = make_rows(
        [100, 200, 400, 90_000], "2023-05-06", ["Ash", "Ash", "Oak", "Elm"], hours=1.0
    )
    card = score_exposure(rows, ERAS)
    # Ash has two other places only, so it is not scored; Oak and Elm are told by three each.
    unseen = line(card, UNSEEN)
    assert unseen["rows"] == 2
    errors = [
        math.log((100 * 200 * 90_000) ** (1 / 3) / 400),
        math.log((100 * 200 * 400) ** (1 / 3) / 90_000),
    ]
    assert unseen["log_bias"] == pytest.approx(np.mean(errors), abs=1e-4)


def test_the_last_era_is_scored_by_the_eras_known_then():
    """The first month after a break learns from the counts before it, and is told apart."""
    generator = np.random.default_rng(5)
    dates = [f"2023-{month:02d}-{day:02d}" for month in range(9, 13) for day in range(1, 28, 3)]
    later = [f"2024-{month:02d}-{day:02d}" for month in range(1, 4) for day in range(1, 28, 3)]
    faces = [
        *np.exp(5 + 0.3 * generator.normal(size=len(dates))),
        *np.exp(8 + 0.3 * generator.normal(size=len(later))),
    ]
    card = score_exposure(make_rows(np.round(faces), dates + later), ERAS)
    first = line(card, f"{KNOWN_THEN}: the first month of the last era")
    rest = line(card, f"{KNOWN_THEN}: its later months")
    assert (first["rows"], rest["rows"]) == (9, 18)
    assert first["log_bias"] == pytest.approx(-3, abs=0.4)
    assert rest["log_bias"] == pytest.approx(0, abs=0.3)
    assert rest["crps"] < first["crps"] / 5


@pytest.mark.parametrize(("placed", "asked"), [(39, False), (40, True)])
def test_a_model_of_places_is_asked_where_enough_places_are_known(placed, asked):
    generator = np.random.default_rng(11)
    dates = [f"2023-{month:02d}-{day:02d}" for month in range(1, 6) for day in range(1, 11)]
    rows = make_rows(np.round(np.exp(7 + 0.3 * generator.normal(size=50))), dates)
    rows["x_m"] = np.where(np.arange(50) < placed, 530_000.0 + 100 * np.arange(50), np.nan)
    rows = rows.assign(y_m=180_000.0, spread_m=50.0)
    names = set(score_exposure(rows, ERAS)["name"])
    assert (MODEL in names) == asked


def test_long_records_ask_for_eras_of_the_last_months_only(monkeypatch):
    """Eras of every month of 21 years took two thirds of a run."""
    asked = []

    def known(rows, *, as_of):
        asked.append(as_of)
        return ERAS.assign(last_date=None).tail(1)

    monkeypatch.setattr(scorecard, "known_eras", known)
    dates = [f"{2024 + month // 12}-{1 + month % 12:02d}-05" for month in range(72)]
    rows = make_rows([100.0, 200.0, 300.0] * 72, [date for date in dates for _ in range(3)])
    card = score_exposure(rows, ERAS)
    later = line(card, f"{KNOWN_THEN}: its later months")
    assert later["rows"] == 3 * MOST_MONTHS
    assert sorted(set(asked)) == [f"{date[:7]}-01" for date in dates[-2 * MOST_MONTHS :]]
