"""Extracts downloaded: resumed after a kill, checked, and refused where they are none."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shapely
from extract_server import md5_of, page, publishing, silence
from helsinki_streets import extract

import data
from data.download_bar import download_bar
from data.errors import SourceError, UnreachableError
from data.extract_download import download, note_of, noted
from data.extract_offers import Limits, look
from data.extracts import extract_for, load_extracts
from data.turns import alone

pytestmark = pytest.mark.slow

CONTENT = extract().read_bytes()
QUICK = Limits(probe_s=5.0, stall_s=5.0, deadline_s=60.0)


@pytest.fixture
def publisher():
    with publishing(CONTENT) as server:
        yield server


@pytest.fixture(autouse=True)
def short_backoff(monkeypatch):
    monkeypatch.setattr("data.extract_download.backoff_s", lambda _: 0.02)


def address(publisher):
    return publisher.url + publisher.path


def fetched(publisher, path, limits=QUICK):
    return download(look(address(publisher), limits=limits), path, limits=limits)


def test_an_extract_is_taken_whole_and_noted(publisher, tmp_path):
    publisher.md5 = md5_of(CONTENT)
    path = tmp_path / "extracts" / "london.osm.pbf"
    seen = []
    offer = look(address(publisher))
    assert (offer.size, offer.validator) == (len(CONTENT), '"one"')
    made = download(
        offer, path, limits=QUICK, progress=lambda at, size: seen.append((at, size))
    )
    assert path.read_bytes() == CONTENT
    assert made.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert made.md5_agreed
    assert noted(path) == made
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert sorted(p.name for p in path.parent.iterdir()) == ["london.osm.pbf", "london.osm.pbf.json"]  # fmt: skip


KILLED = """
import sys
from pathlib import Path
from data.extract_download import download
from data.extract_offers import look
download(look(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_killed_download_goes_on_where_it_was(publisher, tmp_path):
    publisher.pause_s = 0.2
    path, part = tmp_path / "london.osm.pbf", tmp_path / "london.osm.pbf.part"
    root = str(Path(data.__file__).resolve().parent.parent)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, address(publisher), str(path)],
        env=os.environ | {"PYTHONPATH": root, "PYTHONSAFEPATH": "1"},
        cwd=tmp_path,
    )
    ends = time.monotonic() + 60
    while not (part.is_file() and part.stat().st_size >= 100_000):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < ends, "nothing came"
        time.sleep(0.02)
    process.kill()
    process.wait()
    came = part.stat().st_size
    assert 100_000 <= came < len(CONTENT)
    assert not path.exists()
    publisher.pause_s = 0.0
    fetched(publisher, path)
    assert path.read_bytes() == CONTENT
    assert publisher.downloads() == ["", f"bytes={came}-"]


def test_a_connection_that_breaks_off_is_taken_up_again(publisher, tmp_path):
    publisher.cut_after = [120_000, 70_000]
    fetched(publisher, tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT
    assert publisher.downloads() == ["", "bytes=120000-", "bytes=190000-"]


def test_what_came_is_kept_for_the_next_run(publisher, tmp_path):
    publisher.cut_after = [60_000, 10, 10, 10]
    with pytest.raises(UnreachableError, match=r"broke off after 0\.1 of 0\.7 MB .*goes on from there"):  # fmt: skip
        fetched(publisher, tmp_path / "a.pbf")
    assert noted(tmp_path / "a.pbf") is None
    fetched(publisher, tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT
    assert publisher.downloads()[-1] == "bytes=60030-"


def test_a_newer_extract_is_not_mixed_with_the_older(publisher, tmp_path):
    publisher.cut_after = [60_000, 10, 10, 10]
    with pytest.raises(UnreachableError):
        fetched(publisher, tmp_path / "a.pbf")
    publisher.content, publisher.etag = CONTENT[:-7] + b"another", '"two"'
    fetched(publisher, tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == publisher.content
    assert publisher.downloads()[-1] == "", "it is taken from its beginning"


def test_an_extract_that_changes_meanwhile_is_refused(publisher, tmp_path):
    offer = look(address(publisher))
    publisher.content, publisher.etag = CONTENT + b"more", '"two"'
    with pytest.raises(UnreachableError, match="another file than it offered"):
        download(offer, tmp_path / "a.pbf", limits=QUICK)
    assert not (tmp_path / "a.pbf").exists()


def test_a_damaged_extract_is_refused_and_not_kept(publisher, tmp_path):
    publisher.md5 = "0" * 32
    with pytest.raises(SourceError, match="damaged: its md5 is not the published one"):
        fetched(publisher, tmp_path / "a.pbf")
    assert list(tmp_path.iterdir()) == []
    publisher.md5 = "the page is not here"
    assert not fetched(publisher, tmp_path / "a.pbf").md5_agreed


def test_what_is_no_extract_is_refused(publisher, tmp_path):
    publisher.content = b"x" * 5000
    with pytest.raises(SourceError, match="is no PBF extract"):
        fetched(publisher, tmp_path / "a.pbf")
    assert list(tmp_path.iterdir()) == []


def test_one_is_passed_on_but_not_everywhere(publisher, tmp_path):
    publisher.moved_to = "/europe/greater-london-261101.osm.pbf"
    assert look(address(publisher)).url == publisher.url + publisher.moved_to
    fetched(publisher, tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT
    publisher.moved_to = "http://169.254.169.254/latest/meta-data"
    with pytest.raises(SourceError, match=r"169\.254\.169\.254, a link-local address"):
        look(address(publisher))
    publisher.moved_to = publisher.path
    with pytest.raises(SourceError, match="passed on more than 5 times"):
        look(address(publisher))


NOT_THERE = {
    "a login page": (page, "is text/html and no extract"),
    "nothing there": (lambda handler: handler.give(b"", status=404), "answered 404"),
    "busy": (lambda handler: handler.give(b"", status=503), "answered 503"),
    "empty": (lambda handler: handler.give(b""), "no extract"),
    "silence": (silence, "did not answer within 1 s"),
}


@pytest.mark.parametrize(("fault", "message"), NOT_THERE.values(), ids=NOT_THERE)
def test_a_publisher_that_offers_nothing_is_a_reason(publisher, fault, message):
    publisher.faults = [fault]
    with pytest.raises(UnreachableError, match=message):
        look(address(publisher), limits=Limits(probe_s=1.0))


def test_nobody_there_is_a_reason():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match="cannot be reached"):
        look(f"http://127.0.0.1:{port}/a.osm.pbf")


def test_too_large_an_extract_is_refused_before_it_is_taken(publisher):
    with pytest.raises(SourceError, match=r"more than the 0 MB allowed.*smaller region"):
        look(address(publisher), limits=Limits(max_bytes=100_000))
    assert publisher.downloads() == []


def test_a_disk_without_room_is_told_before(publisher, tmp_path, monkeypatch):
    usage = shutil._ntuple_diskusage(10, 9, 100_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(SourceError, match="0 MB free, and the extract needs 201 MB"):
        fetched(publisher, tmp_path / "a.pbf")
    assert publisher.downloads() == []


def test_a_connection_slower_than_use_is_broken_off(publisher, tmp_path, monkeypatch):
    monkeypatch.setattr("data.extract_download.SLOWEST_BYTES_PER_S", 50_000_000)
    publisher.pause_s = 0.3
    slow = Limits(probe_s=5.0, stall_s=0.5, deadline_s=3.0)
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=r"kB a second came|are over"):
        fetched(publisher, tmp_path / "a.pbf", slow)
    assert time.monotonic() - began < 30


def test_two_runs_do_not_write_to_one_file(publisher, tmp_path):
    with (
        alone(tmp_path / "a.pbf.part"),
        pytest.raises(UnreachableError, match="Another run is downloading"),
    ):
        fetched(publisher, tmp_path / "a.pbf")
    fetched(publisher, tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT


class Screen(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_shows_on_a_terminal_alone(monkeypatch):
    for screen, shown in ((Screen(), True), (io.StringIO(), False)):
        monkeypatch.setattr("sys.stderr", screen)
        monkeypatch.setenv("TERM", "xterm")
        with download_bar("Greater London") as progress:
            progress(40, 100)
            progress(100, 100)
        assert ("Greater London" in screen.getvalue()) == shown


@pytest.mark.parametrize("note", ["", "{}", "[]", '{"size": 5}', None])
def test_a_file_without_its_note_does_not_count(publisher, tmp_path, note):
    path = tmp_path / "a.pbf"
    fetched(publisher, path)
    if note is None:
        path.write_bytes(CONTENT[:-1])
    else:
        note_of(path).write_text(note)
    assert noted(path) is None


# The table -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lon", "lat", "name"),
    [
        (-0.1426, 51.539, "Greater London"),
        (-0.27, 51.333, "Surrey"),  # Epsom, within London's box
        (-0.4, 51.656, "Hertfordshire"),  # Watford, too
        (-3.18, 51.48, "Wales"),
        (-1.54, 53.797, "West Yorkshire"),
        (0.71, 51.537, "Essex"),
        (174.76, -36.85, "New Zealand"),
        (24.94, 60.17, "Finland"),
    ],
)
def test_the_extract_that_holds_a_place(lon, lat, name):
    found, held = extract_for([shapely.Point(lon, lat)])
    assert (found.name, held) == (name, 1)


def test_the_extract_that_holds_most_places():
    london, cardiff = shapely.Point(-0.1, 51.5), shapely.Point(-3.18, 51.48)
    found, held = extract_for([cardiff, london, cardiff])
    assert (found.name, held) == ("Wales", 2)
    assert extract_for([shapely.Point(-40, 40)]) is None
    assert extract_for([]) is None
    assert extract_for([london], among=()) is None


def test_the_table_is_sound():
    extracts = load_extracts()
    assert len({e.extract_id for e in extracts}) == len(extracts) == 74
    assert all(e.outline.is_valid and not e.outline.is_empty for e in extracts)
    (london,) = [e for e in extracts if e.extract_id == "greater-london"]
    assert london.url() == "https://download.geofabrik.de/europe/united-kingdom/england/greater-london-latest.osm.pbf"  # fmt: skip
    assert json.dumps([e.extract_id for e in extracts]) == json.dumps(sorted(e.extract_id for e in extracts))  # fmt: skip
