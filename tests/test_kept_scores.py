"""The scorecard that ships with the code is the one that the code works out."""

import io

import pandas as pd
import pytest

from data.kept_scores import digest_of_record, shipped_scorecard
from data.score_schema import OUT_SCORECARD
from flows.rescore import embedded_counts
from flows.scores import score_record
from geo.exposure import with_record
from geo.scorecard import (
    KNOWN_THEN,
    LATER_MONTHS,
    LEVEL,
    MODEL,
    NEEDED_GAIN,
    ROLLING,
    TRAILING_RATE,
    score_exposure,
)


@pytest.fixture(scope="module")
def counts():
    return embedded_counts()


@pytest.fixture(scope="module")
def shipped(counts):
    told, eras = counts
    card = shipped_scorecard(digest_of_record(with_record(told, None), eras))
    assert card is not None, "data/kept_scorecard.csv is of other counts: run `make scores`"
    return card


def line(card, split, name):
    return card.set_index(["split", "name"]).loc[split, name]


def test_the_shipped_scorecard_is_the_one_worked_out(counts, shipped):
    told, eras = counts
    fresh = score_exposure(told, eras)
    assert list(fresh.columns) == list(OUT_SCORECARD.names)
    pd.testing.assert_frame_equal(fresh, shipped, check_dtype=False, atol=2e-3, rtol=0)


def test_another_count_has_another_digest(counts):
    told, eras = counts
    record = with_record(told, None)
    other = record.assign(faces_seen=record["faces_seen"].fillna(0) + 1)
    assert shipped_scorecard(digest_of_record(other, eras)) is None


def test_the_level_of_the_day_is_what_the_record_calls_for(shipped):
    """No model is a tenth better than the trailing rate, so none is used."""
    level, base, model = (line(shipped, ROLLING, n) for n in (LEVEL, TRAILING_RATE, MODEL))
    assert level["crps"] < base["crps"]
    assert model["crps"] > (1 - NEEDED_GAIN) * base["crps"]


@pytest.mark.parametrize(
    "split", [ROLLING, f"{KNOWN_THEN}: {LATER_MONTHS}"], ids=["reviewed", "known then"]
)
def test_intervals_hold_what_they_say(shipped, split):
    """The exact 95 % interval of the share held contains the share promised."""
    from scipy.stats import binomtest

    own = line(shipped, split, LEVEL)
    for promised, share in ((0.8, own["coverage80_share"]), (0.9, own["coverage90_share"])):
        held = round(share * own["rows"])
        low, high = binomtest(held, int(own["rows"])).proportion_ci(0.95, method="exact")
        assert low <= promised <= high


def test_scores_of_other_counts_are_kept(tmp_path, counts, monkeypatch):
    told, eras = counts
    few = told[told["date"].str.startswith("2024-1")].reset_index(drop=True)
    calls = []

    def score(*frames, **options):
        calls.append(1)
        return score_exposure(*frames, **options)

    monkeypatch.setattr("geo.scorecard.score_exposure", score)
    monkeypatch.setattr("flows.scores.placed_counts", lambda checked, _: checked.core)

    class Few:
        core, record = few, None

    first = score_record(Few, None, eras, state=tmp_path)
    again = score_record(Few, None, eras, state=tmp_path)
    assert len(calls) == 1
    written = [io.StringIO() for _ in range(2)]
    for card, stream in zip((first, again), written, strict=True):
        card.to_csv(stream, index=False)
    assert written[0].getvalue() == written[1].getvalue()
