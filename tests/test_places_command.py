"""`passersby locate`: one place told well, or as data; a file answered row by row."""

import io
import json
import re

import pandas as pd
import pytest
from nominatim_proxy import running
from running import run_command

from flows import screen
from flows.card import MOST_SHOWN, card_lines
from flows.command import main
from flows.places import ANSWERED, LISTED, list_candidates, locate_rows

SAVED = "place,force\nCamden,\n"


def test_locate_answers_every_row_in_order(tmp_path, capsys):
    places = tmp_path / "places.csv"
    places.write_text(
        'place,force\n"North End, Croydon",met\nNowhereville,\n,\nCamden,Met Police\n'
    )
    csv = tmp_path / "located.csv"
    assert main(["locate", "--file", str(places), "--csv", str(csv)]) == 0
    out = pd.read_csv(csv)
    assert out["place_published"].fillna("").tolist() == [
        "North End, Croydon", "Nowhereville", "", "Camden",
    ]  # fmt: skip
    assert out["precision"].tolist() == ["street", "unknown", "unknown", "area"]
    assert out.loc[1, ["lon", "lat", "uncertainty_m"]].isna().all()
    assert capsys.readouterr().out.splitlines()[-1] == "4 rows in, 2 located, 2 unknown"


def test_locate_shows_candidates(capsys):
    assert main(["locate", "High St, Ilford", "--force", "Met"]) == 0
    out = capsys.readouterr().out
    assert "Redbridge" in out
    assert "street" in out


def test_batch_without_its_column_is_told(tmp_path, capsys):
    (tmp_path / "places.csv").write_text("where\nCamden\n")
    arguments = ["--file", str(tmp_path / "places.csv"), "--csv", str(tmp_path / "out.csv")]
    assert main(["locate", *arguments]) == 2
    assert "lacks the column place" in capsys.readouterr().err


def test_a_bare_list_of_places_is_told_the_row_it_lacks(tmp_path, capsys):
    (tmp_path / "places.txt").write_text("Oxford Circus\nHigh St, Ilford\n")
    arguments = ["--file", str(tmp_path / "places.txt"), "--csv", str(tmp_path / "out.csv")]
    assert main(["locate", *arguments]) == 2
    assert "in a first row of their own: place." in capsys.readouterr().err


def test_batch_cells_cannot_run_as_formulas(tmp_path):
    (tmp_path / "places.csv").write_text("place\n=HYPERLINK(1)\n")
    csv = tmp_path / "out.csv"
    assert main(["locate", "--file", str(tmp_path / "places.csv"), "--csv", str(csv)]) == 0
    assert ",=" not in csv.read_text()


def locate_text(tmp_path, text, *options):
    (tmp_path / "places.csv").write_text(text, encoding="utf-8")
    arguments = ["--file", str(tmp_path / "places.csv"), "--csv", str(tmp_path / "out.csv")]
    code = main(["locate", *arguments, *options])
    out = tmp_path / "out.csv"
    return code, pd.read_csv(out, keep_default_na=False) if out.exists() else None


def lines_of(place, *, force=None, width=80):
    found = list_candidates(place, force=force)
    bound = force or "any force"
    return [text for text, _ in card_lines(place, found, bound=bound, width=width)]


# One place on the screen ------------------------------------------------------------------


def test_a_place_is_told_as_it_was_taken_apart():
    lines = lines_of("High Street j/w Love Ln, Ilford (van moved)")
    said = dict(line.strip().split("  ", 1) for line in lines[1:7] if "  " in line.strip())
    assert said["street"].strip() == "High Street"
    assert said["cross street"].strip() == "Love Lane"
    assert said["districts"].strip() == "Ilford"
    assert said["notes"].strip() == "van moved"


def test_the_answer_is_a_sentence_with_class_radius_position_and_source():
    text = " ".join(" ".join(lines_of("High St, Ilford", force="Metropolitan Police")).split())
    row = list_candidates("High St, Ilford", force="Metropolitan Police").iloc[0]
    assert text.startswith("High St, Ilford \N{EN DASH} Metropolitan Police ")
    assert "in Redbridge: somewhere along a street (street), within " in text
    assert (
        f"longitude {row['lon']:.5f}, latitude {row['lat']:.5f}, by {row['located_by']}" in text
    )
    assert row["reason"] in text
    assert "Question" not in text


def test_every_reading_has_its_reason_and_a_question_its_line():
    lines = lines_of("Acton, Croydon")
    found = list_candidates("Acton, Croydon", force=None)
    assert len(found) > 2
    text = " ".join(" ".join(lines).split())
    for number, row in enumerate(found.iloc[1:].itertuples(), start=1):
        assert f" {number}. {row.place_read}" in text
        assert f"{row.reason} ({row.located_by})" in text
    assert f"Readings ({len(found) - 1}), best first" in lines
    assert found.loc[0, "question"] in text
    assert lines[-1] == (
        'DEPLOYMENT_ID,"Acton, Croydon",place_read,"Acton, Croydon",'
        '"Acton, Croydon, TOWN",REASON,EVIDENCE,SOURCE'
    )


def test_other_readings_are_counted_on_from_the_answer():
    known = list_candidates("Acton, Croydon", force=None).iloc[1:]
    lines = [text for text, _ in card_lines("Acton", known, bound="", width=80)]
    at = lines.index(f"Other readings ({len(known) - 1}), best first")
    assert lines[at + 1].startswith("   2. ")


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("place", ["Acton, Croydon", "High St", "", "x" * 5000, "Camden"])
def test_lines_fit(place, width):
    lines = lines_of(place, width=width)
    assert all(len(line) <= width for line in lines if "DEPLOYMENT_ID" not in line)
    assert len(lines) < 40


def test_more_readings_than_a_screen_holds_are_counted():
    row = list_candidates("Acton, Croydon", force=None).iloc[[1]]
    many = pd.concat([row] * (MOST_SHOWN + 4), ignore_index=True)
    lines = [text for text, _ in card_lines("Acton", many, bound="", width=80)]
    assert "  And 3 more: --csv FILE or --json lists all." in lines
    assert sum(bool(re.match(r" +\d+\. ", line)) for line in lines) == MOST_SHOWN


def test_a_terminal_is_not_steered_by_a_place(capsys):
    assert main(["locate", "High St\x1b[31m [bold]x[/bold] :smile:"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[bold]x[/bold]" in out
    assert ":smile:" in out


def test_json_steers_no_terminal_and_reads_back(capsys):
    place = "Ilf\x9b31m\x7f \u202eCamden caf\u00e9"
    assert main(["locate", place, "--json"]) == 0
    out = capsys.readouterr().out
    assert all(letter.isprintable() or letter == "\n" for letter in out)
    assert "caf\u00e9" in out, "letters stay as they are"
    assert json.loads(out.splitlines()[0])["place_published"] == place


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_screen_without_our_letters_is_answered(tmp_path, more):
    command = ("locate", "Caf\u00e9, \u6771\u4eac, Ilford", *more)
    run = run_command(*command, folder=tmp_path, PYTHONIOENCODING="ascii")
    assert run.returncode == 0, run.stderr
    assert run.stdout.isascii()
    assert not more or "Caf\u00e9" in json.loads(run.stdout.splitlines()[0])["place_published"]


def test_bytes_that_are_no_text_are_read_as_unknown_letters(capsys):
    assert main(["locate", "Caf\udce9, Ilford"]) == 0
    assert "Caf\ufffd, Ilford" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("force", "said"),
    [
        ("met", "Metropolitan Police\n"),
        ("Oz Police", "Oz Police, which bounds nothing: the whole"),
    ],
)
def test_what_bounds_the_search_is_said(capsys, force, said):
    assert main(["locate", "Camden", "--force", force]) == 0
    assert capsys.readouterr().out.startswith(f"Camden \N{EN DASH} {said}")


def test_piped_text_is_plain_and_eighty_wide(tmp_path):
    run = run_command("locate", "Acton, Croydon", folder=tmp_path, COLUMNS="200")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert "\x1b" not in run.stdout
    assert max(map(len, run.stdout.splitlines()[:-1])) <= 80


def test_colour_is_left_out_on_request(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    screen.print_lines([("a heading", "bold red")])
    assert "[31m" not in capsys.readouterr().out


# One place as data ------------------------------------------------------------------------


def test_json_lines_have_stable_keys(capsys):
    assert main(["locate", "Acton, Croydon", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) > 2
    assert {tuple(row) for row in rows} == {LISTED}
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["precision"] == "unknown"
    assert rows[0]["lon"] is None
    assert rows[0]["question"]
    assert all(isinstance(row["uncertainty_m"], float) for row in rows[1:])
    assert {row["place_published"] for row in rows} == {"Acton, Croydon"}


def test_candidates_are_written_as_csv(tmp_path, capsys):
    csv = tmp_path / "candidates.csv"
    assert main(["locate", "Acton, Croydon", "--force", "met", "--csv", str(csv)]) == 0
    out = pd.read_csv(csv)
    assert tuple(out.columns) == LISTED
    assert set(out["force"]) == {"Metropolitan Police"}
    assert capsys.readouterr().out == f"{len(out)} candidates written to {csv}\n"
    both = ["locate", "=HYPERLINK(1)", "--csv", str(csv), "--json"]
    assert main(both) == 0
    assert json.loads(capsys.readouterr().out)["place_published"] == "=HYPERLINK(1)"
    assert ",=" not in csv.read_text()


# A file of places -------------------------------------------------------------------------


def test_a_question_follows_the_reason(tmp_path):
    code, out = locate_text(tmp_path, "place\nHigh St\nCamden\n")
    assert code == 0
    assert tuple(out.columns) == ANSWERED
    assert out["question"].tolist() == ["Which town is it in?", ""]


def test_equal_rows_get_equal_answers_each_in_its_place(tmp_path):
    text = "area,place,force\nIlford,High St,\n,High St,\nIlford,High St,\nIlford,High St,met\n,,\n,Camden,\n"
    code, out = locate_text(tmp_path, text)
    assert code == 0
    assert out["area_name"].tolist() == [
        "Redbridge",
        "",
        "Redbridge",
        "Redbridge",
        "",
        "Camden",
    ]
    assert out["force"].tolist() == ["", "", "", "Metropolitan Police", "", ""]
    assert out.loc[4, "precision"] == "unknown"
    assert out.loc[4, "reason"]


def test_chunks_change_nothing(monkeypatch):
    places = ["Camden", "High St", "Ilford", None, "Camden", "Croydon", "asdf"]
    rows = pd.DataFrame({"place": places, "force": None}, dtype="str", index=list("abcdefg"))
    before = rows.copy()
    whole = locate_rows(rows, force=None)
    monkeypatch.setattr("flows.places.AT_ONCE", 2)
    pieces = locate_rows(rows, force=None)
    pd.testing.assert_frame_equal(whole, pieces)
    pd.testing.assert_frame_equal(rows, before)
    assert pieces.index.tolist() == list("abcdefg")


def test_a_list_without_quotes_keeps_its_towns(tmp_path):
    code, out = locate_text(tmp_path, 'place\nHigh St, Ilford\n"North End, Croydon"\nCamden\n')
    assert code == 0
    assert out["place_published"].tolist() == [
        "High St, Ilford",
        "North End, Croydon",
        "Camden",
    ]
    assert out["area_name"].tolist() == ["Redbridge", "Croydon", "Camden"]


def test_a_header_alone_has_no_answers(tmp_path, capsys):
    code, out = locate_text(tmp_path, "place,force\n")
    assert (code, len(out)) == (0, 0)
    assert tuple(out.columns) == ANSWERED
    assert capsys.readouterr().out == "0 rows in, 0 located, 0 unknown\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "its first row is empty"),
        ("place,force,Place\nCamden,,Croydon\n", "has the column place more than once"),
        ("place,force\nHigh St, Ilford, met\n", "row 2 has 3 cells, but there are 2 columns"),
        ('place\n"' + "x" * 200_000, "Close its quotes"),
    ],
)
def test_files_that_cannot_be_answered_are_told(tmp_path, capsys, text, said):
    code, out = locate_text(tmp_path, text)
    errors = capsys.readouterr().err
    assert (code, out) == (2, None), errors
    assert said in errors
    assert errors.count("\n") == 1


def test_a_cell_of_five_thousand_characters_is_a_row_like_others(tmp_path):
    noise = "<b>'; DROP TABLE x -- " * 250
    code, out = locate_text(tmp_path, f'place\n"{noise}"\nCamden\n')
    assert code == 0
    assert out["precision"].tolist() == ["unknown", "area"]
    assert "5499 characters" in out.loc[0, "reason"]


def test_the_answers_never_overwrite_the_places(tmp_path, capsys):
    path = tmp_path / "places.csv"
    path.write_text(SAVED)
    (tmp_path / "alias.csv").symlink_to(path)
    for target in (path, tmp_path / "alias.csv"):
        for command in ("locate", "predict"):
            assert main([command, "--file", str(path), "--csv", str(target)]) == 2
            assert "is the file that is read" in capsys.readouterr().err
    assert path.read_text() == SAVED


@pytest.mark.parametrize(
    ("target", "said"), [(".", "is a folder"), ("no/such/out.csv", "does not exist")]
)
def test_what_cannot_be_written_is_told_before_any_work(tmp_path, capsys, target, said):
    (tmp_path / "places.csv").write_text(SAVED)
    csv = ["--csv", str(tmp_path / target)]
    for arguments in (["--file", str(tmp_path / "places.csv")], ["Camden"]):
        assert main(["locate", *arguments, *csv]) == 2
        errors = capsys.readouterr().err
        assert said in errors
        assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--file", "a.csv"], "both --file and --csv"),
        (["--csv", "a.csv"], "either PLACE"),
        (["--json"], "either PLACE"),
        (
            ["--file", "a.csv", "--csv", "b.csv", "--json"],
            "--json tells the candidates for one",
        ),
    ],
)
def test_options_that_do_not_go_together_are_told(arguments, said, capsys):
    assert main(["locate", *arguments]) == 2
    assert said in capsys.readouterr().err


# Progress ---------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "total", "told"),
    [
        (io.StringIO, screen.LONG_WORK - 1, False),
        (io.StringIO, screen.LONG_WORK, True),
        (Terminal, 3, True),
    ],
)
def test_progress_is_told_on_a_terminal_or_of_long_work(
    monkeypatch, capsys, stream, total, told
):
    errors = stream()
    monkeypatch.setattr("sys.stderr", errors)
    with screen.progress("locating places", total=total) as advance:
        advance(total)
    assert (f"{total}/{total}" in errors.getvalue()) == told
    assert capsys.readouterr().out == ""


# A geocoder -------------------------------------------------------------------------------


def test_a_street_that_answers_two_questions_is_one_street(tmp_path, capsys):
    with running() as server:  # it answers everything with Kaivokatu
        place = ["locate", "Kaivokatu, Wibble", "--json", "--country", "fi"]
        assert main([*place, "--nominatim", server.url, "--project", str(tmp_path)]) == 0
        assert len(server.queries) > 1
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert row["question"] is None
    assert row["located_by"] == "Nominatim"


def test_a_login_in_an_address_is_not_told(tmp_path, capsys):
    server = "http://me:secret@127.0.0.1:9"
    place = ["locate", "Qwertyville", "--project", str(tmp_path), "--offline"]
    assert main([*place, "--nominatim", server]) == 0
    told = capsys.readouterr().err
    assert "127.0.0.1:9" in told
    assert "secret" not in told
