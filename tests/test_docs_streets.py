"""The page on streets says what the calibration and the rates say."""

from pathlib import Path

import pytest

from data.walk_calibration import load_walk_calibration
from geo.passages import MOST_PER_H
from geo.trip_rates import TripRates

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "streets.md").read_text(encoding="utf-8")
CALIBRATION = load_walk_calibration()
TABLES = ("Leeds, stand-in", "London, stand-in, boroughs left out", "Leeds, 8 cameras")


def said(value):
    """Write a score as the page does; nothing where there is none."""
    return "" if value != value else f"{value:.3f}"  # noqa: PLR0124 - NaN is not itself


@pytest.mark.parametrize("what", TABLES)
def test_tables_of_scores_are_those_of_the_calibration(what):
    rows = CALIBRATION.scores[CALIBRATION.scores["what"] == what]
    assert len(rows)
    for row in rows.drop(columns=["what", "n"]).to_dict("records"):
        figures = [said(row[name]) for name in ("log_bias", "mape_share", "median_ape_share",
                                                "rank_correlation", "crps",
                                                "coverage80_share", "coverage90_share")]  # fmt: skip
        line = " | ".join(figures).replace("|  |", "| |")
        assert f"| {line} |" in PAGE, row["model"]


@pytest.mark.parametrize("part", ["boroughs' spread", "spread fitted to both"])
def test_towns_carried_are_those_of_the_calibration(part):
    rows = CALIBRATION.scores[CALIBRATION.scores["what"].str.endswith(part)]
    assert len(rows) == 2
    for row in rows.to_dict("records"):
        names = ("log_bias", "mape_share", "crps", "coverage80_share", "coverage90_share")
        line = " | ".join(said(row[name]) for name in names)
        assert f"| {row['what']} | {line} |" in PAGE


def test_walk_flow_does_no_better_than_the_page_says():
    flow = CALIBRATION.scores[CALIBRATION.scores["what"].str.contains("walk flow")]
    assert f"CRPS lies between {flow['crps'].min():.3f} and {flow['crps'].max():.3f}" in PAGE
    ranks = flow["rank_correlation"]
    assert f"between {ranks.min():.3f} and {ranks.max():.3f}" in PAGE


def test_the_parts_of_the_interval_are_those_of_the_calibration():
    shipped = CALIBRATION.stand_in
    for text in (
        f"$y_0$ = {shipped.level.per_h:,.0f}",
        f"$b$ = {shipped.level.slope:.2f}",
        f"it is {CALIBRATION.walk_flow.level.slope:.2f}, that divided",
        f"streets (log standard deviation {shipped.level.street_log_sd:.2f})",
        f"towns ({shipped.carry_log_sd:.2f}), years ({shipped.years_log_sd:.2f})",
        f"single hours ({shipped.hour_log_sd:.2f})",
        f"above {MOST_PER_H:,.0f} an hour",
    ):
        assert text in PAGE


def test_rates_are_those_of_the_code():
    rates = TripRates()
    for name in ("resident", "job", "shop", "school", "transit_stop", "service"):
        assert f" | {getattr(rates, name):.3g} | " in PAGE, name
