"""`passersby rates` answers from any run, and refuses to put counting eras together."""

import csv
from types import SimpleNamespace

import pandas as pd
import pytest
from running import one_paragraph, run_command

from data.eras import load_eras
from flows.command import main
from flows.stages import embedded_record
from geo.rate_table import tabulate_rates
from geo.rates import rate_per_faces, rate_per_hour
from maps.rates import rates_of

SITE_RATES = "site/data/rates.csv"


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Stand in a folder where nothing has been run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys, *arguments):
    assert main(["rates", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("passersby: ")
    assert err.count("\n") == 1
    return err


def test_each_era_has_its_line(alone, capsys):
    assert main(["rates"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Arrests per hour. Told from the embedded records")
    lines = [line for line in out.splitlines() if line.startswith("Metropolitan Police")]
    assert len(lines) == 4
    rate = rate_per_hour(embedded_record(), "arrests", eras=load_eras(), era="met-2024-09")
    last = lines[-1]
    assert "met-2024-09 (since September 2024): 0.66, 90 % interval 0.56 to 0.76" in last
    assert (round(rate.rate, 2), round(rate.lo90, 2), round(rate.hi90, 2)) == (0.66, 0.56, 0.76)
    assert "(224 arrests in 341.9 h, 62 deployments on 31 days)" in last


def test_a_span_across_the_break_is_refused_in_one_paragraph(alone):
    asked = ("--per", "faces", "--from", "2024-07-01", "--to", "2024-08-31")
    said = one_paragraph(run_command("rates", *asked, folder=alone))
    for words in (
        "arrests per 100,000 faces was asked for across counting eras",
        "met-2023-12 (December 2023-July 2024) and met-2024-07 (25 July-August 2024)",
        "2024-07-25",
        "has not said why",
        "The eras here: met-2023-12 (from 2023-12-01), met-2024-07 (from 2024-07-25).",
        "--era",
    ):
        assert words in said


def test_an_era_named_by_the_refusal_answers(alone, capsys):
    span = ("--from", "2024-07-01", "--to", "2024-08-31", "--per", "faces")
    assert main(["rates", *span, "--era", "met-2024-07"]) == 0
    record = embedded_record()
    rate = rate_per_faces(record, "arrests", eras=load_eras(), era="met-2024-07")
    out = capsys.readouterr().out
    assert f"{rate.events:.0f} arrests in {rate.over:,.0f} faces" in out
    assert "no accuracy" in out
    assert main(["rates", *span, "--by", "era"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("Metropolitan Police, met-2024-07") for line in lines) == 1
    assert sum(line.startswith("Metropolitan Police, met-2023-12") for line in lines) == 1


def test_a_span_within_an_era_is_one_rate(alone, capsys):
    asked = ("--event", "alerts", "--from", "1/10/24", "--to", "2024-11", "--csv", "r.csv")
    assert main(["rates", *asked]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Alerts per hour, from 2024-10-01, to 2024-11. Told from")
    row = pd.read_csv(alone / "r.csv").iloc[0]
    record = embedded_record()
    inside = record[record["date"].between("2024-10-01", "2024-11-30")]
    rate = rate_per_hour(inside, "alerts", eras=load_eras(), era="met-2024-09")
    assert (row["by"], row["era"], row["events"]) == ("span", "met-2024-09", rate.events)
    assert row[["rate", "lo90", "hi90"]].tolist() == pytest.approx(
        [rate.rate, rate.lo90, rate.hi90], rel=1e-5
    )


def test_a_small_count_is_told_and_its_rate_is_not(alone, capsys):
    assert main(["rates", "--from", "2023-04", "--to", "2023-04"]) == 0
    out = capsys.readouterr().out
    assert "too few: under 5 arrests (1 arrest in 14.9 h, 3 deployments on 3 days)" in out


def test_a_date_that_only_may_lie_in_the_span_is_left_out_and_told(alone, capsys):
    table = "Date,Location,Duration,Faces seen,Alerts,Arrests\n"
    for day in range(1, 7):
        table += f"0{day}/10/2024,Camden,5h,900,3,2\n"
    table += "October 2024,Camden,5h,900,3,90\n"
    (alone / "mine.csv").write_text(table)
    run = run_command(
        "run", "mine.csv", "--force", "Met", "--direct", "--offline", folder=alone
    )
    assert run.returncode == 0, run.stderr
    assert main(["rates", "--from", "2024-10-02"]) == 0
    out = capsys.readouterr().out
    assert "Told from the last run." in out
    assert "10 arrests in 25.0 h, 5 deployments on 5 days" in out
    assert "with a date that only may lie in the span: 1" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--force", "Kent"],
            "no deployment of Kent Police here; --force may be one of: Essex",
        ),
        (["--force", "essex"], "none states both hours and arrests"),
        (["--from", "2019", "--to", "2019"], "none states both hours and arrests"),
        (["--per", "faces", "--force", "essex"], "none states both faces seen and arrests"),
        (
            ["--era", "met-1999"],
            "There is no counting era 'met-1999'; there are met-2020, met-2023",
        ),
        (["--era", "met-2024-09", "--force", "essex"], "none states both hours"),
        (["--from", "32/01/24"], "--from: '32/01/24' is not a date"),
        (["--from", "2025", "--to", "2024"], "lies after --to"),
        (["--event", "hits"], "invalid choice: 'hits'"),
        (["--out", "nowhere"], "holds no data/passersby.duckdb"),
        (["--csv", "no/such/folder.csv"], "does not exist"),
    ],
)
def test_what_cannot_be_answered_is_one_paragraph(alone, capsys, arguments, said):
    assert said in refused(capsys, *arguments)


def published_lines(folder, *, by, per, event):
    """Return the lines of the site's file for one question, header first."""
    header, *lines = (folder / SITE_RATES).read_text(encoding="utf-8").splitlines()
    names = header.split(",")
    wanted = {"by": by, "per": per, "event": event}
    cells = [dict(zip(names, next(csv.reader([line])), strict=True)) for line in lines]
    kept = zip(lines, cells, strict=True)
    return [header, *(line for line, row in kept if wanted.items() <= row.items())]


@pytest.mark.parametrize("by", ["era", "area", "month"])
def test_the_command_and_the_site_tell_the_same(direct_run, tmp_path, by):
    path = tmp_path / "told.csv"
    asked = ("--by", by, "--per", "faces", "--event", "true_alerts", "--csv", str(path))
    assert main(["rates", *asked, "--out", str(direct_run[0] / "site")]) == 0
    same = published_lines(direct_run[0], by=by, per="faces", event="true_alerts")
    assert path.read_text(encoding="utf-8").splitlines() == same
    assert len(same) > 5


def test_the_embedded_records_tell_what_a_run_of_them_does(direct_run, alone):
    path = alone / "area.csv"
    assert main(["rates", "--by", "area", "--csv", str(path)]) == 0
    same = published_lines(direct_run[0], by="area", per="hour", event="arrests")
    assert path.read_text(encoding="utf-8").splitlines() == same


def test_the_published_rates_are_within_one_era_and_explained(direct_run):
    rates = pd.read_csv(direct_run[0] / SITE_RATES)
    assert (rates["rate"].isna() == rates["note"].notna()).all()
    known = rates[rates["rate"].notna()]
    assert (known["events"] >= 5).all()
    assert (known["days"] >= 3).all()
    assert known.loc[known["force"] == "Metropolitan Police", "era"].notna().all()
    key = ["force", "by", "area_code", "month", "era", "event", "per"]
    assert not rates.duplicated(key).any()
    july = rates.query("by == 'month' and month == '2024-07' and event == 'alerts'")
    assert july.groupby("per")["era"].agg(list).tolist() == [["met-2023-12", "met-2024-07"]] * 2


def told_of(deployments, eras):
    """Return what the page would say of deployments, from the tables it is given."""
    rates = tabulate_rates(deployments, eras)
    return rates_of(SimpleNamespace(rates=rates, eras=eras))


def test_the_page_says_too_few_and_leaves_out_who_states_nothing():
    rows = pd.DataFrame(
        {
            "force": ["Toy Police", "Toy Police", "Mum Police"],
            "date": ["2024-01-02", "2024-01-03", "2024-01-04"],
            **dict.fromkeys(("area_code", "area_name", "true_alerts", "false_alerts")),
            "duration_h": [2.0, 3.0, None],
            "faces_seen": [100, None, None],
            "alerts": [4, 5, None],
            "arrests": [4, 5, None],
        }
    )
    none = pd.DataFrame(columns=["force", "era", "first_date", "last_date", "label", "note"])
    told = told_of(rows, none)
    assert [line["force"] for line in told["lines"]] == ["Toy Police"]
    assert told["lines"][0]["era"] == "all records"
    assert told["lines"][0]["cells"] == ["too few"] * 4
    assert told["without"]
    assert told_of(rows.tail(1), none) is None
    assert rates_of(SimpleNamespace(rates=None, eras=none)) is None


def test_the_method_page_tells_the_rates(direct_run):
    page = (direct_run[0] / "site" / "method.html").read_text(encoding="utf-8")
    start = page.index('<h2 id="rates">')
    section = page[start : page.index("<h2", start + 5)].replace("\N{NO-BREAK SPACE}", " ")
    assert "Arrests and alerts: rates within one way of counting" in section
    assert "0.58 (0.51 to 0.66)" in section
    assert section.count("<tr ") == 6
    for words in ("not people", "not a “hit rate”", "not samples", "says nothing of accuracy"):
        assert words in section
    assert 'href="#rates"' in page


def test_the_eras_of_the_project_keep_rates_apart(alone, capsys):
    head = "force,era,first_date,last_date,label,note"
    line = "Metropolitan Police,met-x,2024-11-01,,since November 2024,made up"
    (alone / "eras.csv").write_text(f"{head}\n{line}\n", encoding="utf-8")
    span = ("--from", "2024-10-15", "--to", "2024-11-15")
    message = refused(capsys, "--force", "met", "--per", "faces", *span)
    assert "met-2024-09" in message
    assert "met-x" in message
