"""Dates find the era whose span holds them; nothing is put together across a break."""

import numpy as np
import pandas as pd
import pytest

from data.corrections import apply_corrections, load_corrections
from data.era_notes import tell_breaks, tell_remedies
from data.eras import load_eras
from data.errors import SchemaError
from data.forces import load_forces
from data.ingest import ingest
from data.records import embedded_documents
from geo.era_evidence import every_deployment, untold_breaks, weigh_eras
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


FIGURES = {
    "met-2020": {
        "deployments": ("9", ",.0f"),
        "deployments_counted": ("8", ",.0f"),
        "deployments_rated": ("0", ",.0f"),
    },
    "met-2023": {
        "deployments": ("17", ",.0f"),
        "faces_per_h_min": ("813", ",.0f"),
        "faces_per_h_max": ("11,930", ",.0f"),
        "faces_per_h_median": ("1,813", ",.0f"),
        "faces_per_h_log_sd": ("0.89", ".2f"),
        "multiples_of_5_share": ("76", ".0f%"),
        "thresholds": ("0.60 (17)", ""),
    },
    "met-2023-12": {
        "deployments": ("105", ",.0f"),
        "faces_per_h_min": ("63", ",.0f"),
        "faces_per_h_max": ("4,530", ",.0f"),
        "faces_per_h_median": ("280", ",.0f"),
        "faces_per_h_p10": ("140", ",.0f"),
        "faces_per_h_p90": ("587", ",.0f"),
        "faces_per_h_log_sd": ("0.69", ".2f"),
        "multiples_of_5_share": ("29", ".0f%"),
        "thresholds": ("0.60 (95), 0.62 (10)", ""),
    },
    "met-2024-07": {
        "deployments": ("19", ",.0f"),
        "faces_per_h_median": ("1,010", ",.0f"),
        "faces_per_h_median_multiples": ("2,163", ",.0f"),
        "faces_per_h_median_others": ("389", ",.0f"),
        "faces_per_h_log_sd": ("0.93", ".2f"),
        "thresholds": ("0.64 (19)", ""),
    },
    "met-2024-09": {
        "deployments": ("62", ",.0f"),
        "faces_per_h_min": ("528", ",.0f"),
        "faces_per_h_max": ("5,837", ",.0f"),
        "faces_per_h_median": ("1,657", ",.0f"),
        "faces_per_h_p10": ("965", ",.0f"),
        "faces_per_h_p90": ("2,513", ",.0f"),
        "faces_per_h_log_sd": ("0.43", ".2f"),
        "multiples_of_5_share": ("73", ".0f%"),
        "thresholds": ("0.64 (62)", ""),
    },
}
"""What each note says, and the column of the evidence it says it of."""


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


@pytest.mark.parametrize(
    ("era", "column"), [(era, column) for era, told in FIGURES.items() for column in told]
)
def test_every_figure_of_the_notes_is_computed(eras, met, era, column):
    computed = weigh_eras(met, eras).set_index("era").loc[era]
    said, form = FIGURES[era][column]
    value = computed[column] * (100 if form == ".0f%" else 1)
    assert format(value, form.rstrip("%")) == said
    parts = [part.partition(" ")[0] for part in said.split(", ")]
    for part in parts if column == "thresholds" else [said]:
        assert part in computed["note"] or column == "deployments_rated"


def test_the_first_days_of_the_notes_are_computed(eras, met):
    computed = weigh_eras(met, eras)
    last = pd.to_datetime(computed["last_deployment_date"])
    for note, day in zip(computed["note"], last, strict=True):
        assert f"{day.day} {day:%B}" in note


def test_the_published_breaks_lie_about_the_reviewed_days(eras, met):
    weighed = weigh_eras(met, eras).set_index("era")
    assert weighed["break_date"].isna().tolist() == [True, True, False, False, False]
    assert weighed.loc["met-2024-07", "break_date"] == "2024-07-23"
    assert untold_breaks(met, eras).empty


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


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "eras.csv"

    def write(*lines, head=HEADER):
        path.write_text(head + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


def test_no_file_of_the_project_changes_nothing(tmp_path, eras):
    pd.testing.assert_frame_equal(load_eras(project=tmp_path / "eras.csv"), eras)


def test_an_era_of_the_project_ends_our_open_one(project):
    eras = load_eras(project=project(f"{MET},met-x,2025-03-05,,since 5 March 2025,seen"))
    ours, new = eras.iloc[-2], eras.iloc[-1]
    assert (ours["era"], ours["last_date"]) == ("met-2024-09", "2025-03-04")
    assert ours["label"] == "September 2024 to 4 March 2025"
    assert new["era"] == "met-x"
    assert pd.isna(new["last_date"])


def test_a_line_of_the_same_name_stands_in_ours(project):
    eras = load_eras(project=project(f"{MET},met-2024-09,2024-09-01,2024-12-31,l,n"))
    assert len(eras) == 5
    assert eras.iloc[-1]["last_date"] == "2024-12-31"


def test_a_spreadsheet_may_write_semicolons_and_a_mark(project):
    path = project(f"{MET};met-x;2025-03-05;;l;n", head="\ufeff" + HEADER.replace(",", ";"))
    assert load_eras(project=path)["era"].iloc[-1] == "met-x"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Metropolis,x,2025-01-01,,l,n", r"eras\.csv, line 2, force: 'Metropolis' is no force"),
        (f"{MET},x,2024-10-01,2024-10-31,l", r"eras\.csv, line 2: only last_date may be empty"),
        (
            f"{MET},x,2024-07-01,2024-07-31,l,n",
            r"line 2: .* 'x' of Metropolitan Police overlap",
        ),
        (f"{MET},x,5 May 2025,,l,n", r"line 2, first_date: '5 May 2025' is not a date"),
        (f"{MET},x,2025-01-01,,l,n,more", "line 2 has more cells"),
        ("Essex Police,met-2023,2025-01-01,,l,n", "gives the era 'met-2023' twice"),
        (f'{MET},"x,2025-01-01,,l,n', r"eras\.csv, line \d"),
    ],
)
def test_a_wrong_line_of_the_project_is_named(project, line, message):
    with pytest.raises(SchemaError, match=message):
        load_eras(project=project(line))


# --- breaks nobody reviewed -------------------------------------------------------------


def later(level, rows=30):
    """Return deployments of 2025 at a level of faces per hour, as heavy-tailed as before."""
    dates = pd.date_range("2025-01-07", periods=rows, freq="4D").strftime("%Y-%m-%d")
    spread = np.exp(0.35 * np.sin(np.arange(rows) * 2.4))
    return make_rows(
        dates,
        duration_h=5.0,
        faces_seen=pd.array((5 * level * spread).round(), dtype="Int64"),
        threshold=0.64,
        status="reported",
    )


def test_a_later_break_is_told_with_a_line_that_can_be_pasted(eras, met, project):
    every = every_deployment(later(5500), met)
    untold = untold_breaks(every, eras)
    assert len(untold) == 1
    assert untold["first_date"].iloc[0] in later(5500)["date"].tolist()[:2]
    (note,) = tell_remedies(untold)
    for words in ("Metropolitan Police", "30 deployments", "perhaps a new counting era",
                  "No line of data/eras.csv tells of it", "Nobody has said why"):  # fmt: skip
        assert words in note
    assert tell_breaks(untold)[0] in note
    pasted = load_eras(project=project(note[note.index(f"{MET},met-") :]))
    assert untold_breaks(every, pasted).empty
    assert len(pasted) == len(eras) + 1


def test_the_same_level_and_a_drifting_one_are_not_told(eras, met):
    assert untold_breaks(every_deployment(later(1650), met), eras).empty
    assert untold_breaks(every_deployment(later(2200), met), eras).empty


def test_a_force_without_eras_has_its_breaks_told(eras):
    rows = pd.concat(
        [later(300), later(2500).assign(date=lambda rows: "2026" + rows["date"].str[4:])]
    )
    untold = untold_breaks(rows.assign(force="Essex Police"), eras)
    assert untold["force"].tolist() == ["Essex Police"]


def test_a_record_adds_only_days_not_told():
    own, record = later(300, rows=3), later(900, rows=5)
    together = every_deployment(own, record)
    assert together["faces_seen"].tolist()[:3] == own["faces_seen"].tolist()
    assert together["date"].tolist() == record["date"].tolist()
    assert every_deployment(own, None)["date"].tolist() == own["date"].tolist()


def test_an_era_without_deployments_has_no_figures(eras, met):
    none = weigh_eras(met.head(0), eras)
    assert (none["deployments"] == 0).all()
    assert none["faces_per_h_median"].isna().all()


# --- rates ------------------------------------------------------------------------------


def test_forces_are_not_put_together(eras):
    rows = pd.concat(
        [make_rows(["2024-10-01"]), make_rows(["2024-10-01"], force="Essex Police")]
    )
    with pytest.raises(EraError, match="across 2 forces"):
        require_one_era(rows, eras, figure="alerts per hour")
