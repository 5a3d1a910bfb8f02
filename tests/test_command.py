"""The command says what went wrong in one paragraph, and answers single questions."""

import http.server
import io
import re

import pandas as pd
import pytest
from loopback import answering
from running import one_paragraph, run_command

from flows import command
from flows.command import main
from flows.offline import OfflineError, confined
from flows.parser import UsageError, parse_renames

TABLE = "Date,Location,Duration,Faces seen\n06/05/23,Camden,5h,1200\n"


def write_broken(folder):
    """Write one file of every kind that cannot be read; return names by kind."""
    import openpyxl
    from msoffcrypto.format.ooxml import OOXMLFile
    from reportlab.pdfgen import canvas

    def pdf(name, draw):
        page = canvas.Canvas(str(folder / name))
        draw(page)
        page.showPage()
        page.save()

    pdf("words.pdf", lambda page: page.drawString(100, 700, "No table stands on this page."))
    pdf("scan.pdf", lambda page: page.rect(50, 50, 400, 600, fill=1))
    whole = (folder / "words.pdf").read_bytes()
    (folder / "cut.pdf").write_bytes(whole[: len(whole) // 3])
    book = openpyxl.Workbook()
    book.active.append(["Date", "Location"])
    plain = io.BytesIO()
    book.save(plain)
    plain.seek(0)
    with (folder / "locked.xlsx").open("wb") as locked:
        OOXMLFile(plain).encrypt("secret", locked)
    (folder / "empty.csv").write_bytes(b"")
    (folder / "lacking.csv").write_text("Date,Faces seen\n06/05/23,1200\n")
    (folder / "junk.csv").write_bytes(bytes(range(256)) * 40)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("broken")
    write_broken(folder)
    return folder


BROKEN = {
    "cut.pdf": "cut.pdf",
    "scan.pdf": "scan",
    "words.pdf": "table",
    "locked.xlsx": "password",
    "empty.csv": "empty",
    "lacking.csv": "place",
    "junk.csv": "not a text table",
    "no-such.pdf": "no file",
}


@pytest.mark.parametrize(("name", "said"), BROKEN.items())
def test_broken_input_is_one_paragraph(broken, capsys, name, said):
    assert main(["ingest", str(broken / name)]) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert errors.startswith("passersby: ")
    assert name in errors
    assert said.lower() in errors.lower()


@pytest.mark.parametrize("name", ["scan.pdf", "junk.csv"])
def test_broken_input_of_a_run_publishes_nothing(broken, tmp_path, name):
    run = run_command("run", broken / name, "--direct", folder=tmp_path)
    assert name in one_paragraph(run)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_broken_input_under_prefect_is_one_paragraph_too(broken, tmp_path):
    run = run_command("run", broken / "junk.csv", folder=tmp_path)
    assert "junk.csv" in one_paragraph(run)
    assert not (tmp_path / "site").exists()


@pytest.fixture
def server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/met-lfr.csv"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(TABLE.encode() if found else b"no")

        def log_message(self, *arguments):
            pass

    with answering(Handler) as url:
        yield url


def test_address_that_answers_404(server, capsys):
    assert main(["ingest", f"{server}/gone.pdf"]) == 2
    assert "404" in capsys.readouterr().err


def test_address_is_read(server, tmp_path):
    arguments = [f"{server}/met-lfr.csv", "--csv", str(tmp_path / "rows.csv")]
    assert main(["ingest", *arguments]) == 0
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert rows["faces_seen"].tolist() == [1200]


def test_address_with_offline_is_refused(server, tmp_path, capsys):
    options = [
        "--offline",
        "--direct",
        "--project",
        str(tmp_path),
        "--out",
        str(tmp_path / "o"),
    ]
    assert main(["run", f"{server}/met-lfr.csv", *options]) == 2
    assert "--offline" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fly"], "fly"),
        (["run", "--no-such"], "--no-such"),
        (["run", "--add"], "no SOURCE"),
        (["run", "--project", "/no/such/folder"], "not a folder"),
        (["run", "--site-url", "somewhere"], "--site-url"),
        (["ingest", "x.csv", "--map", "Faces"], "Header=column"),
        (["locate"], "--file"),
        (["locate", "Camden", "--file", "x.csv", "--csv", "y.csv"], "either"),
        (["predict", "--place", "Camden"], "--hours"),
        (["predict", "--place", "Camden", "--date", "soon", "--hours", "5"], "soon"),
        (["predict", "--place", "Camden", "--date", "2025", "--hours", "500"], "72"),
        (["explain", "met-1999-01-01-1"], "no deployment"),
        (["explain", "met-2023-05-06-1", "--out", "/no/such/site"], "passersby run"),
    ],
)
def test_bad_usage_is_one_paragraph(arguments, said, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert said in errors


def test_other_peoples_folder_is_refused_before_anything_runs(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["run", "--direct", "--out", str(tmp_path)]) == 2
    assert "--out" in capsys.readouterr().err


def test_a_fault_of_ours_asks_for_a_report(capsys, monkeypatch):
    def break_down(options):
        return options.no_such_thing

    monkeypatch.setattr(command, "_locate", break_down)
    assert main(["locate", "Camden"]) == 2
    errors = capsys.readouterr().err
    assert "AttributeError" in errors
    assert "report" in errors
    monkeypatch.setenv("PASSERSBY_DEBUG", "1")
    with pytest.raises(AttributeError):
        main(["locate", "Camden"])


def test_being_stopped_is_told(capsys, monkeypatch):
    def stop(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_locate", stop)
    assert main(["locate", "Camden"]) == 130
    assert "Stopped" in capsys.readouterr().err


def test_help_and_version(capsys):
    assert main(["--help"]) == 0
    assert main([]) == 0
    assert main(["run", "--help"]) == 0
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("passersby ")


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("cp1252", ";"), ("utf-16", ","), ("utf-8-sig", "\t")]
)
def test_text_tables_of_any_kind_read(tmp_path, capsys, encoding, delimiter):
    text = TABLE.replace("Camden", "Café Row").replace(",", delimiter)
    (tmp_path / "met-lfr.csv").write_bytes(text.encode(encoding))
    assert main(["ingest", str(tmp_path / "met-lfr.csv")]) == 0
    out = capsys.readouterr().out
    assert "Café Row" in out
    assert out.splitlines()[-1].startswith("1 rows in, 1 kept, 0 rejected")


def test_ingest_gathers_a_flag_that_many_rows_share(tmp_path, capsys):
    rows = [f"Camden,{day:02d}/04/23,5h,{100 * day},10" for day in range(1, 8)]
    path = tmp_path / "grid.csv"
    path.write_text("\n".join(["Location,Date,Duration,Faces,Alerts", *rows]))
    assert main(["ingest", str(path)]) == 0
    out = capsys.readouterr().out
    assert "7 rows" in out
    assert out.count("force-not-stated") == 1
    assert "and 4 more. The first:" in " ".join(out.split())
    path.write_text("\n".join(["Location,Date,Duration,Faces,Alerts", *rows[:5]]))
    assert main(["ingest", str(path)]) == 0
    assert capsys.readouterr().out.count("force-not-stated") == 5


def test_ingest_shows_headers_set_aside(tmp_path, capsys):
    (tmp_path / "met-lfr.csv").write_text(TABLE.replace("Duration", "Weather"))
    arguments = ["ingest", str(tmp_path / "met-lfr.csv"), "--map", "Weather=-"]
    assert main(arguments) == 0
    assert "Unmapped columns: Weather" in capsys.readouterr().out


def test_ingest_shows_rejected_rows_with_reasons(tmp_path, capsys):
    (tmp_path / "met-lfr.csv").write_text(TABLE + "32/05/23,Camden,5h,1200\n")
    assert main(["ingest", str(tmp_path / "met-lfr.csv")]) == 0
    out = capsys.readouterr().out
    assert "Rejected rows" in out
    assert "32/05/23" in out


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("met-lfr-grid-2020-2022.pdf", (9, None)),
        ("met-lfr-grid-2023-to-2024.pdf", (203, 1_229_140)),
    ],
)
def test_ingest_reads_the_published_grids(reference_dir, tmp_path, capsys, name, counted):
    rows, faces = counted
    csv = tmp_path / "rows.csv"
    assert main(["ingest", str(reference_dir / "lfr" / name), "--csv", str(csv)]) == 0
    read = pd.read_csv(csv)
    assert len(read) == rows
    assert faces is None or read["faces_seen"].sum() == faces
    assert f"{rows} rows in, {rows} kept, 0 rejected" in capsys.readouterr().out


def test_predict_tells_the_arithmetic(capsys):
    plan = ["--place", "North End, Croydon", "--date", "2025-05-06", "--hours", "5h30m"]
    assert main(["predict", *plan]) == 0
    out = capsys.readouterr().out
    assert "Metropolitan Police, 2025-05-06, 5.50 h" in out
    assert "80 % prediction interval" in out


def test_predict_answers_every_row_in_order(tmp_path, capsys):
    plans = tmp_path / "planned.csv"
    plans.write_text(
        "place,date,hours,force\n"
        '"North End, Croydon",2025-05-06,5.5,\n'
        "Camden,never,5.5,\n"
        "Cardiff,2025-05-06,4,South Wales Police\n"
    )
    csv = tmp_path / "predicted.csv"
    assert main(["predict", "--file", str(plans), "--csv", str(csv)]) == 0
    out = pd.read_csv(csv)
    assert out["force"].tolist() == ["Metropolitan Police"] * 2 + ["South Wales Police"]
    assert out["exposure_source"].fillna("").tolist() == ["modelled", "", "borrowed"]
    assert "never" in out.loc[1, "reason"]
    ordered = out.loc[[0, 2]]
    names = [f"faces_expected{end}" for end in ("_lo90", "_lo80", "", "_hi80", "_hi90")]
    assert (ordered[names].diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert capsys.readouterr().out.splitlines()[-1] == "3 rows in, 2 predicted, 1 not"


def test_predict_says_in_one_sentence_what_moved_it(capsys, tmp_path):
    plan = ["--place", "North End, Croydon", "--date", "2025-05-06", "--hours", "5h30m"]
    assert main(["predict", *plan, "--project", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    (said,) = [line for line in out.splitlines() if line.startswith("Moved by ")]
    assert "the last 30 of 62 other counts of met-2024-09" in said
    assert "the total told for 2025-01-01 to 2025-12-31 (x 1." in said
    assert "the drift of 4.5 months after the last count" in said
    assert "not by the place" in said
    assert "Rests on the embedded record, 211 counts to 2024-12-20." in out
    short = re.search(
        r"In short: about ([\d,]+) faces, likely ([\d,]+) to ([\d,]+) \(80 %\)", out
    )
    digits = [number.replace(",", "").rstrip("0") for number in short.groups()]
    assert all(len(number) <= 2 for number in digits), "an estimate has two figures"


def test_predict_without_a_count_says_so_once(capsys, tmp_path):
    plan = [
        "--place",
        "Camden",
        "--date",
        "2025-05-06",
        "--hours",
        "5",
        "--as-of",
        "2022-01-01",
    ]
    assert main(["predict", *plan, "--project", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "2 counts to 2020-02-27, as known before 2022-01-01." in out
    assert out.count("No count is expected") == 1
    assert "In short" not in out


def test_predict_says_why_the_place_names_no_force(capsys, tmp_path):
    plan = ["--place", "Brixton", "--date", "2025-05-06", "--hours", "5"]
    assert main(["predict", *plan, "--project", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "'Brixton' fits 2 places" in said
    assert "--force" in said


def predicted(tmp_path, *options):
    plans, csv = tmp_path / "planned.csv", tmp_path / "predicted.csv"
    plans.write_text("place,date,hours\n" + '"North End, Croydon",2024-12-06,5.5\n')
    arguments = ["--file", str(plans), "--csv", str(csv), "--project", str(tmp_path)]
    assert main(["predict", *arguments, *options]) == 0
    return pd.read_csv(csv).iloc[0]


def test_predict_as_of_a_day_knows_nothing_later(tmp_path, capsys):
    now = predicted(tmp_path)
    then = predicted(tmp_path, "--as-of", "2024-11-01")
    assert now["counting_era"] == "met-2024-09"
    # The era known then began, by the counts themselves, in the second half of August.
    assert then["counting_era"].startswith("metropolitan-police-2024-08-")
    assert then["faces_expected"] != now["faces_expected"]
    assert "the drift of 1.2 months after the last count" in then["evidence"]
    before = predicted(tmp_path, "--as-of", "2024-07-01")
    assert before["faces_expected"] < then["faces_expected"] / 2
    assert "total told" not in before["evidence"]
    capsys.readouterr()
    for wrong, said in (("2024", "needs a day"), ("soon", "soon")):
        arguments = ["--place", "Camden", "--date", "2025-05-06", "--hours", "5"]
        assert main(["predict", *arguments, "--as-of", wrong]) == 2
        assert said in capsys.readouterr().err


def test_predict_rests_on_the_last_run_too(tmp_path, capsys):
    rows = "".join(
        f'0{day}/03/2025,"North End, Croydon",5h00m,{20_000 + 700 * day}\n'
        for day in range(1, 10)
    )
    record = tmp_path / "met-2025.csv"
    record.write_text("Date,Deployment,Duration,Faces Seen\n" + rows)
    project = ["--project", str(tmp_path), "--out", str(tmp_path / "site")]
    options = ["--force", "Metropolitan Police", "--offline", "--direct"]
    assert main(["run", str(record), *options, *project]) == 0
    capsys.readouterr()
    plan = ["--place", "North End, Croydon", "--date", "2025-03-11", "--hours", "5"]
    assert main(["predict", *plan, "--project", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "and on 9 more of this project's last run" in out
    assert "the last 9" in out or "of 71 other counts" in out


@pytest.mark.parametrize("pair", ["Faces", "=faces_seen", "Faces="])
def test_renames_need_both_ends(pair):
    with pytest.raises(UsageError, match="Header=column"):
        parse_renames([pair])


def test_offline_confines_to_this_machine(monkeypatch):
    import socket

    with confined():
        with pytest.raises(OfflineError, match=r"192\.0\.2\.1"):
            socket.create_connection(("192.0.2.1", 80), timeout=1)
        with pytest.raises(OfflineError, match=r"a\.example"):
            socket.getaddrinfo("a.example", 80)
    monkeypatch.setenv("PREFECT_API_URL", "https://prefect.example/api")
    with pytest.raises(OfflineError, match="PREFECT_API_URL"), confined():
        pass
