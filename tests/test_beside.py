"""Faces beside passages on the page and in `explain`: never in a headline, people as scenarios."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import run_command
from toy_site import MET, toy_site

from flows.beside import judge, tabulate_ratios
from geo.scenarios import PASSES_PER_PERSON, people_if, scenario_lines
from maps.beside import beside_of
from maps.method import render_method
from maps.plausible import streets_drawn
from maps.site import render_site

SENTENCE = "The count cannot tell streets apart: toys do not count."


def toy_ratios(*values):
    rows = [
        {
            "force": MET, "era": "late", "place_read": f"Place {number}",
            "ratio": value, "ratio_lo80": value and value / 14, "ratio_hi80": value and value * 14,
            "ratio_to_median": value, "ratio_to_median_lo80": value and value / 4,
            "ratio_to_median_hi80": value and value * 4,
        }
        for number, value in enumerate(values)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def words_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.replace("\N{NO-BREAK SPACE}", " ")))


def test_the_section_folds_the_ratios_and_says_what_they_are_not():
    tables = toy_site(ratios=toy_ratios(0.5, 1.0, 3.0, None), told_apart=SENTENCE)
    html = render_method(tables).decode()
    assert re.findall(r'<h2 id="(\w+)"', html)[-6] == "beside", "before the lists at the end"
    assert 'href="#beside"' in html
    section = html[html.index('<h2 id="beside"') : html.index('<h2 id="corrections"')]
    assert section.index("<details>") < section.index("× or ÷") < section.index("</details>")
    section = words_of(section)
    assert "It is no share of people who were scanned" in section
    assert "since December 2023 Met 3 1 × or ÷ 14 × or ÷ 4" in section
    assert SENTENCE in section
    assert "So no street is marked." in section
    assert 'href="data/ratios.csv"' in html


def test_people_are_scenarios_of_a_thousand_faces_and_not_of_the_record():
    html = render_method(toy_site(ratios=toy_ratios(1.0))).decode()
    section = words_of(html[html.index('<h2 id="beside"') :])
    assert "If each person passed once: 1,000 faces would be 1,000 people." in section
    assert "If each person passed 1.5 times: 1,000 faces would be 667 people." in section
    assert "If each person passed twice: 1,000 faces would be 500 people." in section
    assert "scenarios and no estimates" in section


def test_no_other_page_tells_of_ratios_or_scenarios():
    files = render_site(toy_site(ratios=toy_ratios(0.5, 1.0, 3.0), told_apart=SENTENCE))
    for name, content in files.items():
        if name != "method.html":
            assert b"each person" not in content, name
            assert b"Faces beside" not in content, name


def test_without_ratios_there_is_no_section():
    assert beside_of(toy_site()) is None
    assert 'id="beside"' not in render_method(toy_site()).decode()
    alone = beside_of(toy_site(told_apart=SENTENCE))
    assert alone["eras"] == alone["scenarios"] == []


def test_no_street_is_drawn_that_the_count_makes_no_likelier():
    import geopandas as gpd
    import shapely

    lines = [shapely.LineString([(0, 51), (at / 1000, 51)]) for at in (1, 2, 3)]
    frame = gpd.GeoDataFrame(
        {"prior_share": 0.1, "plausible_share": [0.05, 0.25, 0.9]}, geometry=lines, crs=4326
    )
    assert [street["shade"] for street in streets_drawn(frame)] == [4, 2]
    assert streets_drawn(frame) == streets_drawn(frame.iloc[::-1])
    assert streets_drawn(None) == []


# The embedded record ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def ratios(direct_run):
    return pd.read_csv(direct_run[0] / "site" / "data" / "ratios.csv")


def test_ratios_are_of_published_figures(ratios, direct_run):
    deployments = pd.read_csv(direct_run[0] / "site" / "data" / "deployments.csv")
    told = deployments[
        deployments[["faces_seen", "duration_h", "walk_past_per_h"]].gt(0).all(axis=1)
    ]
    told = told[told["counting_era"].notna()]
    assert ratios["deployments"].sum() == len(told)
    assert set(ratios["era"]) == set(told["counting_era"])
    known = ratios[ratios["ratio"].notna()]
    quotient = known["faces_per_h"] / known["walk_past_per_h"]
    assert (quotient / known["ratio"]).between(0.999, 1.001).all()
    assert (known["ratio_lo80"] < known["ratio"]).all()
    walk_past = told.groupby("place_read")["walk_past_per_h_lo80"].first()
    least = known["walk_past_per_h"] / known["place_read"].map(walk_past)
    assert (known["ratio_hi80"] / known["ratio"] > 0.999 * least).all(), (
        "all of walk-past's error"
    )
    apart = known["ratio_to_median_hi80"] / known["ratio_to_median"]
    assert (apart.dropna() < 0.6 * (known["ratio_hi80"] / known["ratio"])[apart.notna()]).all()


def test_row_order_is_irrelevant(direct_run):
    deployments = pd.read_csv(direct_run[0] / "site" / "data" / "deployments.csv")
    again = deployments.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(tabulate_ratios(deployments), tabulate_ratios(again))
    assert judge(deployments) == judge(again)
    assert not judge(deployments).told


def test_explain_tells_people_only_as_scenarios(direct_run):
    run = run_command("explain", "met-2024-03-21-1", folder=direct_run[0])
    assert run.returncode == 0, run.stderr
    assert "Faces per modelled passage here in counting era met-2023-12:" in run.stdout
    people = [line for line in run.stdout.splitlines() if " people." in line]
    scenarios = [line for line in people if line.startswith("If each person passed")]
    assert len(scenarios) == len(PASSES_PER_PERSON)
    assert [line for line in people if line not in scenarios] == [
        line for line in people if line.startswith("Faces per modelled passage")
    ]
    vague = run_command("explain", "met-2023-05-06-1", folder=direct_run[0])
    assert "The count cannot tell streets apart" in vague.stdout
    none = run_command("explain", "south-wales-2023-06-20-1", folder=direct_run[0])
    assert "each person" not in none.stdout, "a borrowed level is too vague"
    assert "tell streets apart" not in none.stdout


# Scenarios -------------------------------------------------------------------------------


@given(st.floats(0, 1e9), st.floats(1, 50))
def test_there_are_never_more_people_than_faces(faces, passes):
    assert 0 <= people_if(faces, passes=passes) <= faces
    assert all(
        line.startswith("If each person passed") for line in scenario_lines(faces, what="x")
    )


def test_less_than_once_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        people_if(100, passes=0.5)
