"""Dates find the era whose span holds them; nothing is put together across a break."""

import numpy as np
import pandas as pd
import pytest

from data.corrections import apply_corrections, load_corrections
from data.eras import load_eras
from data.errors import SchemaError
from data.forces import load_forces
from data.ingest import ingest
from data.records import embedded_documents
from geo.eras import assign_eras, eras_possible, require_one_era
from geo.errors import EraError, MissingColumnError

MET = "Metropolitan Police"
HEADER = "force,era,first_date,last_date,label,note\n"


@pytest.fixture(scope="module")
def eras():
    return load_eras()


def make_rows(dates, force=MET, **columns):
    return pd.DataFrame({"force": force, "date": list(dates), **columns})


@pytest.mark.parametrize(
    ("date", "era"),
    [
        ("2020-02-10", None),
        ("2020-02-11", "met-2020"),
        ("2021-06-01", "met-2020"),
        ("2023-01-15", None),
        ("2023-04-06", "met-2023"),
        ("2023-11-30", "met-2023"),
        ("2023-12-01", "met-2023-12"),
        ("2024-07-24", "met-2023-12"),
        ("2024-07-25", "met-2024-07"),
        ("2024-09-01", "met-2024-09"),
        ("2031-01-01", "met-2024-09"),
        ("2023-11", "met-2023"),
        ("2024-07", None),
        ("2023", None),
        ("2020", "met-2020"),
        ("2027", "met-2024-09"),
    ],
)
def test_a_date_finds_its_era(eras, date, era):
    found = assign_eras(make_rows([date]), eras)
    assert found.tolist() == [era] or (era is None and found.isna().all())


def test_another_force_has_no_era(eras):
    assert assign_eras(make_rows(["2024-09-19"], force="Essex Police"), eras).isna().all()


def test_index_and_input_survive(eras):
    rows = make_rows(["2023-05-06", "2024-10-01"]).set_axis([7, 3])
    before = rows.copy()
    assert assign_eras(rows, eras).index.tolist() == [7, 3]
    pd.testing.assert_frame_equal(rows, before)


def test_a_frame_without_dates_is_refused(eras):
    with pytest.raises(MissingColumnError, match=r"`deployments` lacks \['date'\]"):
        assign_eras(pd.DataFrame({"force": []}), eras)


def test_a_partial_date_may_lie_in_several(eras):
    assert eras_possible(eras, force=MET, date="2024-07") == ["met-2023-12", "met-2024-07"]


def test_every_era_belongs_to_a_known_force(eras):
    assert set(eras["force"]) <= {force.name for force in load_forces()}


def test_every_note_says_that_no_cause_is_known(eras):
    hourly = eras[eras["era"] != "met-2020"]
    assert hourly["note"].str.contains("has not said why").all()
    assert not eras["note"].str.contains("because|due to|owing").any()


# --- the evidence -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def met():
    core = ingest(embedded_documents()).core
    core, _ = apply_corrections(core, load_corrections([]))
    return core[core["force"] == MET].assign(rate=core["faces_seen"] / core["duration_h"])


@pytest.mark.parametrize(
    ("era", "figures"),
    [
        ("met-2023", (17, 1813, 13)),
        ("met-2023-12", (105, 280, 30)),
        ("met-2024-07", (19, 1010, 9)),
        ("met-2024-09", (62, 1657, 45)),
    ],
)
def test_the_record_bears_the_notes_out(eras, met, era, figures):
    rows, median, fives = figures
    own = met[(assign_eras(met, eras) == era).fillna(value=False)]
    note = eras.set_index("era").loc[era, "note"]
    assert len(own) == rows
    assert own["rate"].median() == pytest.approx(median, abs=0.6)
    assert (own["faces_seen"] % 5 == 0).sum() == fives
    assert note.startswith(f"{rows} deployments")
    for number in (f"{median:,}", f"{fives} ", f"log sd {np.log(own['rate']).std():.2f}"):
        assert number in note


def test_the_mixed_weeks_are_two_levels(eras, met):
    own = met[(assign_eras(met, eras) == "met-2024-07").fillna(value=False)]
    fives = own["faces_seen"] % 5 == 0
    assert own["rate"][fives].median() == pytest.approx(2163, abs=1)
    assert own["rate"][~fives].median() == pytest.approx(389, abs=1)


def test_every_deployment_of_the_met_has_an_era(eras, met):
    assert assign_eras(met, eras).notna().all()


# --- the reviewed table -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("F,a,2023-01-01,2023-06-30,l,n\nF,b,2023-06-30,,l,n\n", "'a' and 'b' of F overlap"),
        ("F,a,2023-01-01,,l,n\nF,b,2024-01-01,,l,n\n", "overlap"),
        ("F,a,2023-13-01,,l,n\n", "line 2, first_date: '2023-13-01' is not a date"),
        ("F,a,01/02/2023,,l,n\n", "is not a date written YYYY-MM-DD"),
        ("F,a,2023-01-01,2022-01-01,l,n\n", "'a' ends before it begins"),
        ("F,a,2023-01-01,,,n\n", "line 2: only last_date may be empty"),
        ("F,a,2023-01-01,2023-02-01,l,n\nG,a,2023-01-01,,l,n\n", "gives the era 'a' twice"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path, body, message):
    path = tmp_path / "eras.csv"
    path.write_text(HEADER + body, encoding="utf-8")
    with pytest.raises(SchemaError, match=message):
        load_eras(path)


def test_other_columns_are_refused(tmp_path):
    path = tmp_path / "eras.csv"
    path.write_text("force,era\nF,a\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="must have the columns"):
        load_eras(path)


def test_forces_are_not_put_together(eras):
    rows = pd.concat(
        [make_rows(["2024-10-01"]), make_rows(["2024-10-01"], force="Essex Police")]
    )
    with pytest.raises(EraError, match="across 2 forces"):
        require_one_era(rows, eras, figure="alerts per hour")
