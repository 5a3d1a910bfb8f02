"""The calibration is read with checks, and refits to the same bytes."""

import tomllib

import numpy as np
import pandas as pd
import pytest

from data.counters import load_auckland
from data.errors import SchemaError
from data.refit_walk import HEADING, calibration_text, main
from data.walk_calibration import CALIBRATION, load_walk_calibration
from data.walk_document import AUCKLAND_SOURCE, AUCKLAND_YEARS
from data.walk_fit import WEIGHTS, fit_town, stations_around, town_table
from data.walk_toml import as_toml
from geo.passages import BASE_HOURS, passages_per_hour

TEXT = CALIBRATION.read_text(encoding="utf-8")


def flat(value, path=""):
    """Return every number of a document by where it stands; texts as their own place."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {k: v for key, item in items for k, v in flat(item, f"{path}/{key}").items()}
    return {f"{path}={value}": 1.0} if isinstance(value, str) else {path: float(value)}


def test_both_bases_are_read():
    found = load_walk_calibration()
    assert found.walk_flow.level.basis == "walk_flow"
    assert found.stand_in.level.basis == "stand_in"
    assert found.weights == WEIGHTS
    assert found.specification["cutoff_m"] == 800
    assert len(found.sources) == 3
    assert found.sources[0].endswith("(2015)")


def test_the_counters_of_leeds_are_held_at_the_reference():
    for calibration in (load_walk_calibration().stand_in, load_walk_calibration().walk_flow):
        level = calibration.level
        assert level.counters == 8
        values = np.array([level.reference])
        found = passages_per_hour(pd.Series(values), calibration)
        assert found["walk_past_per_h"].iloc[0] == pytest.approx(level.per_h, rel=1e-4)


def test_auckland_refits_from_the_embedded_counts():
    town = fit_town(load_auckland(), AUCKLAND_YEARS)
    table = {"auckland": town_table(town, AUCKLAND_SOURCE)}
    found = tomllib.loads(as_toml(table, heading=""))["auckland"]
    assert flat(found) == pytest.approx(flat(tomllib.loads(TEXT)["auckland"]), rel=1e-3)


def test_the_spread_between_towns_says_that_it_rests_on_two():
    towns = tomllib.loads(TEXT)["towns"]
    assert towns["counted"] == 2
    levels = [
        np.log(tomllib.loads(TEXT)[town]["level_per_h"]) for town in ("leeds", "auckland")
    ]
    expected = towns["boroughs_log_sd"] ** 2 * towns["weight_of_boroughs"]
    variance = (expected + np.var(levels, ddof=1)) / (towns["weight_of_boroughs"] + 1)
    assert towns["log_sd"] == pytest.approx((2 * variance) ** 0.5, rel=1e-3)
    assert towns["freedom"] == towns["weight_of_boroughs"] + 1


def test_scores_name_every_model_and_baseline():
    scores = load_walk_calibration().scores
    said = set(zip(scores["what"], scores["model"], strict=True))
    assert ("Leeds, 8 cameras", "the others' geometric mean") in said
    for model in ("in proportion", "slope held", "slope shrunk to the cameras"):
        assert sum(m == model and w.startswith("Leeds, walk flow") for w, m in said) == 6
    assert scores["coverage80_share"].between(0, 1).all()


def test_what_is_shipped_covers_what_it_says_on_the_counters():
    scores = load_walk_calibration().scores.set_index(["what", "model"])
    shipped = scores[scores.index.get_level_values("model") == "as shipped, streets' spread"]
    assert len(shipped) == 2
    assert (shipped["coverage80_share"] >= 0.8).all()
    carried = scores[
        scores.index.get_level_values("what").str.contains("spread fitted to both")
    ]
    assert carried["coverage80_share"].mean() >= 0.8


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[stand_in]\n", "[standin]\n", r"lacks \['stand_in'\]"),
        ("small_user = 1.0\n", "small_user = -1.0\n", "`small_user` must be a number from 0"),
        ("small_user = 1.0\n", "", "`small_user` must be a number from 0; got None"),
        ("counters = 8\n", "counters = 0\n", r"\['counters'\] must be above 0"),
        ("ratios = [\n", "ratios = [\n    1.0,\n", "`ratios` must be 168 numbers.*it has 169"),
        ("[week]\n", "[week\n", "cannot be read"),
    ],
)
def test_a_broken_calibration_is_refused(tmp_path, old, new, message):
    assert old in TEXT
    path = tmp_path / "calibration.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SchemaError, match=message):
        load_walk_calibration(path)


def test_tables_are_written_as_toml_reads_them():
    document = {
        "a": {"x": 1, "y": 0.1234567, "on": True, "z": [1.0, 2.5], "t": 'say "x"', "n": None},
        "b": [{"k": {"one two": 3}}, {"k": {"one two": 4}}],
        "c": {"small": 1.23456e-9, "big": 1234567.8, "none": float("nan")},
    }
    text = as_toml(document, heading="Of two\n\nlines.")
    assert text.startswith("# Of two\n#\n# lines.\n")
    assert tomllib.loads(text) == {
        "a": {"x": 1, "y": 0.12346, "on": True, "z": [1.0, 2.5], "t": 'say "x"'},
        "b": [{"k": {"one two": 3}}, {"k": {"one two": 4}}],
        "c": {"small": 1.2346e-9, "big": 1234600.0},
    }


def test_the_file_says_who_wrote_it():
    assert TEXT.startswith("# " + HEADING.splitlines()[0])


def test_a_missing_folder_is_a_plain_error(tmp_path, capsys):
    folder = str(tmp_path)
    out = tmp_path / "calibration.toml"
    told = ["--leeds", folder, "--leeds-streets", folder, "--london", folder]
    assert main([*told, "--out", str(out)]) == 2
    assert "Give the folder that holds the counts" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.reference
def test_the_stand_in_follows_londons_stations(reference_dir):
    from data.london_stations import load_station_flows

    flows = load_station_flows(reference_dir / "stations")
    assert len(flows) == 256
    stations = stations_around(flows)
    told = tomllib.loads(TEXT)["london_stations"]
    assert stations.line.slope == pytest.approx(told["slope"], rel=1e-4)
    assert stations.slope.sd >= abs(1 - stations.line.slope)


@pytest.mark.reference
@pytest.mark.slow
def test_refitting_reproduces_the_file(reference_dir):
    content, scores = calibration_text(
        reference_dir / "counts" / "leeds",
        reference_dir / "osm" / "leeds",
        reference_dir / "stations",
    )
    # Not by bytes: another machine's arithmetic may differ in the last digit kept.
    assert flat(tomllib.loads(content)) == pytest.approx(flat(tomllib.loads(TEXT)), rel=2e-3)
    assert "Leeds, single hours" in scores


def test_base_hours_are_weekdays_from_ten_to_seventeen():
    assert {hour % 24 for hour in BASE_HOURS} == set(range(10, 17))
    assert {hour // 24 for hour in BASE_HOURS} == set(range(5))
