"""The method page says what was done, with what, and how wrong it may be."""

import re

import pandas as pd
import pytest
from toy_site import SHA, toy_site

from geo.scorecard import ROLLING, TRAILING_RATE
from maps.method import render_method


@pytest.fixture(scope="module")
def text():
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render_method(toy_site()).decode()))


@pytest.mark.parametrize(
    "said",
    [
        "1 December 2023 to the latest record",
        "since December 2023",
        "Hours x era level 6 62 % 38 % +0.02 0.31 81 % 91 %",
        "a 2024 watchlist",
        "alerts do not add up",
        "no such date",
        "32/13/2023 | Ash",
        *SHA.values(),
        "© the toymaker",
        "6 with a reported count, 1 with an estimate from the same force’s counts and 2 with an",
        "Streets are not used in this version.",
        "A dashed outline on the map means that no count was published",
    ],
)
def test_it_is_said(text, said):
    assert said in text


def test_places_are_counted_by_precision(text):
    assert re.search(r"Spot station, venue, junction 2 150 m toy table \(2\)", text)
    assert re.search(r"Not located listed, not drawn 1 – toy table \(1\)", text)


def test_streets_are_spoken_of_as_unused_only_while_they_are():
    deployments = toy_site().deployments.assign(walk_past_per_h=400.0)
    html = render_method(toy_site(deployments=deployments)).decode()
    assert "Streets are not used" not in html


def test_flags_have_names_a_reader_knows():
    flags = (
        toy_site().flags.iloc[:1].assign(flag="announced-only", detail="never heard of since")
    )
    html = render_method(toy_site(flags=flags)).decode()
    assert '<th scope="row">announced only</th>' in html


def test_without_counts_there_is_no_score():
    tables = toy_site()
    html = render_method(toy_site(scorecard=tables.scorecard.iloc[:0])).decode()
    assert "too few published counts" in html


def test_the_best_line_of_the_scorecard_is_named():
    card = toy_site().scorecard
    lines = pd.concat([card, card], ignore_index=True).assign(
        name=[ROLLING, TRAILING_RATE], crps=[0.4, 0.3]
    )
    html = render_method(toy_site(scorecard=lines)).decode()
    assert "the level of the last 30 rates of the era has the lowest CRPS: 0.300" in html
    assert "No interval here covers a change in how a force counts" in html
