"""Records that lack nearly everything, or hold the absurd: finite intervals or a refusal."""

import math

import numpy as np
import pandas as pd
import pytest

from geo.exposure import estimate_exposure, expect_faces, predict_all
from geo.scorecard import score_exposure

F, G = "Force F", "Force G"
ERAS = pd.DataFrame(
    {
        "force": F,
        "era": ["a", "b"],
        "first_date": ["2023-01-01", "2024-01-01"],
        "last_date": ["2023-12-31", None],
        "label": ["2023", "since 2024"],
    }
)
TOTALS = pd.DataFrame(
    {
        "force": [F, F],
        "first_date": ["2024-06-01", "2024-01-01"],
        "last_date": ["2025-05-31", "2025-12-31"],
        "deployments": [200, 300],
        "faces_seen": [9e5, 2e6],
        "published_on": ["2025-06-30", "2026-01-31"],
    }
)


def make_rows(faces, dates="2024-03-05", hours=2.0, places="Camden", force=F):
    rows = pd.DataFrame({"faces_seen": faces, "date": dates, "duration_h": hours})
    rows = rows.assign(force=force, place_published=places, status="reported")
    rows["deployment_id"] = [f"d-{n}" for n in range(len(rows))]
    return rows.astype({"faces_seen": "float64", "duration_h": "float64"})


def days(many, *, first="2024-01-03", step=3):
    start = np.datetime64(first)
    return [str(start + step * n) for n in range(many)]


NOISY = [100 * (1 + n % 7) for n in range(60)]
RECORDS = {
    "3 rows": make_rows([100, 200, 300], days(3)),
    "2 rows": make_rows([100, 200], days(2)),
    "1 row": make_rows([100], days(1)),
    "one site": make_rows(NOISY, days(60)),
    "no durations": make_rows(NOISY, days(60), hours=None),
    "one duration": make_rows(NOISY, days(60), hours=[2.0, *[None] * 59]),
    "all unknown": make_rows([None] * 5, days(5), hours=None),
    "no counts": make_rows([None] * 5, days(5)),
    "one day": make_rows(NOISY, "2024-03-05"),
    "dates to the month": make_rows(NOISY, [f"2024-{n % 12 + 1:02d}" for n in range(60)]),
    "dates to the year": make_rows(NOISY, "2024"),
    "years that leave the era open": make_rows(NOISY, "2023-12"),
    "one far ahead": make_rows([*NOISY, 500], [*days(60), "2104-03-05"]),
    "one far ahead, uncounted": make_rows([*NOISY, None], [*days(60), "2104-03-05"]),
    "one before any era": make_rows([*NOISY, 500], [*days(60), "1944-03-05"]),
    "counts of nought": make_rows([0] * 60, days(60)),
    "some of nought": make_rows([0, 100, 0, 200, 0, 300] * 10, days(60)),
    "all of one face": make_rows([1] * 60, days(60)),
    "counts of a milliard": make_rows([10**9] * 60, days(60)),
    "one face or a milliard": make_rows([1, 10**9] * 30, days(60)),
    "hours of a minute or three days": make_rows(NOISY, days(60), hours=[1 / 60, 72.0] * 30),
    "hours of nought": make_rows(NOISY, days(60), hours=0.0),
    "all aborted": make_rows(NOISY, days(60)).assign(status="aborted"),
    "places unknown": make_rows(NOISY, days(60), places=None),
    "each day twice": make_rows(NOISY, days(30) * 2),
    "two forces, eras of one name": pd.concat(
        [make_rows(NOISY, days(60)), make_rows([9 * n for n in NOISY], days(60), force=G)],
        ignore_index=True,
    ),
    "a force without eras": make_rows(NOISY, days(60), force=G),
}
BOTH = pd.concat([ERAS, ERAS.assign(force=G)], ignore_index=True)


@pytest.mark.parametrize("totals", [None, TOTALS], ids=["alone", "with totals"])
@pytest.mark.parametrize("name", RECORDS)
def test_estimates_are_finite_or_refused(name, totals):
    rows = RECORDS[name]
    eras = BOTH if "two forces" in name else ERAS
    pieces = predict_all(rows, eras, totals=totals)
    out = estimate_exposure(rows, eras, totals=totals)
    ends = ["_lo90", "_lo80", "", "_hi80", "_hi90"]
    numbers = out[[f"faces_expected{end}" for end in ends]].to_numpy()
    told = np.isfinite(numbers).all(axis=1)
    assert (told == ~np.isnan(numbers[:, 0])).all()
    assert (numbers[told] > 0).all()
    assert (np.diff(numbers[told], axis=1) >= 0).all()
    assert (numbers[told, 4] / numbers[told, 0] > math.exp(2 * 0.27)).all()
    for piece, known in zip(pieces, told, strict=True):
        assert bool(piece.parts) == known
        assert known or piece.reason.endswith(".")
        assert all("nan" not in line and "inf" not in line for line in piece.sentences())


@pytest.mark.parametrize("name", RECORDS)
def test_days_ahead_are_finite_or_refused(name):
    rows = RECORDS[name]
    eras = BOTH if "two forces" in name else ERAS
    before = 0.0
    for date in ("2024-12-31", "2026-07-01", "2026", "2104-07-01"):
        piece = expect_faces(rows, eras, force=F, date=date, hours=None, totals=TOTALS)
        assert piece.parts or piece.reason
        if piece.parts:
            assert 0 < piece.lo90 <= piece.lo80 < piece.expected < piece.hi80 <= piece.hi90
            assert math.isfinite(piece.hi90)
            before = max(before, piece.hi80 / piece.lo80)


@pytest.mark.parametrize("name", RECORDS)
def test_scores_are_finite_or_of_no_rows(name):
    card = score_exposure(RECORDS[name], BOTH if "two forces" in name else ERAS)
    figures = card.drop(columns=["split", "name", "rows"]).to_numpy(dtype=float)
    some = (card["rows"] > 0).to_numpy()
    assert np.isfinite(figures[some]).all()
    assert np.isnan(figures[~some]).all()


def test_two_forces_may_share_the_names_of_eras():
    """Neither force's level moves the other's median."""
    rows = RECORDS["two forces, eras of one name"]
    both = estimate_exposure(rows, BOTH)["faces_expected"]
    alone = estimate_exposure(rows[rows["force"] == F], BOTH)["faces_expected"]
    assert both[: len(alone)].tolist() == alone.tolist()


def test_two_thousand_rows_of_one_day_take_seconds():
    generator = np.random.default_rng(1)
    faces = np.round(np.exp(6 + 0.4 * generator.normal(size=2_000)))
    out = estimate_exposure(make_rows(faces, "2024-03-05"), ERAS)
    widths = out["faces_expected_hi80"] / out["faces_expected_lo80"]
    assert np.isfinite(widths).all()
    # 30 counts nearest in time give the spread, but whole days: here all of them.
    assert np.log(widths).median() == pytest.approx(2 * 1.2816 * 0.4, rel=0.1)
