"""Files, folders and addresses; the web is a server on this machine."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler

import pytest
from loopback import answering

from data import fetch as fetching
from data.errors import SourceError
from data.fetch import Limits, fetch
from data.sources import open_source

CSV = b"Place,Date\nCamden,06/04/23\n"


class Handler(BaseHTTPRequestHandler):
    moved = "/files/my%20grid.csv?v=2"

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/slow.csv":
            self.answer(200, {"Content-Length": "100"}, b"")
            time.sleep(2)
        elif path == "/loop":
            self.answer(302, {"Location": "/loop"}, b"")
        elif path == "/moved":
            self.answer(301, {"Location": self.moved}, b"")
        elif path == "/elsewhere":
            self.answer(302, {"Location": "file:///etc/hostname"}, b"")
        elif path == "/secrets":
            self.answer(302, {"Location": "http://169.254.169.254/latest/meta-data"}, b"")
        elif path == "/named":
            self.answer(
                200, {"Content-Disposition": 'attachment; filename="../../grid 1.csv"'}, CSV
            )
        elif path == "/page":
            self.answer(200, {}, b"<!DOCTYPE html><html></html>")
        elif path == "/" or path.endswith(".csv"):
            self.answer(200, {}, CSV)
        else:
            self.answer(int(path[1:]), {}, b"<html>no</html>")

    def answer(self, status, headers, body):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def site():
    with answering(Handler) as url:
        yield url


def test_address(site):
    assert open_source(f"{site}/a.csv") == [(CSV, "a.csv", f"{site}/a.csv")]
    assert fetch(f"{site}/moved") == (CSV, "my grid.csv")
    assert fetch(f"{site}/named") == (CSV, "grid 1.csv")
    assert fetch(f"{site}/") == (CSV, "127.0.0.1")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("404", r"answered 404 \(Not Found\)\. The page may have moved"),
        ("403", "refuses programs"),
        ("429", "asked too often"),
        ("500", "answered 500 .* Try again later"),
        ("599", "answered 599"),
        ("page", "gave a web page, not a document"),
        ("loop", "passed on more than 5 times"),
        ("elsewhere", "passes on to file:///etc/hostname, which is no web address"),
        ("secrets", "passes on to .* a link-local address: it is never asked"),
    ],
)
def test_answers_that_are_no_document(site, path, message):
    with pytest.raises(SourceError, match=message) as caught:
        fetch(f"{site}/{path}")
    assert str(caught.value).startswith(f"{site}/{path}")


def test_a_public_server_may_not_pass_on_to_this_machine(site, monkeypatch):
    there = site.replace("127.0.0.1", "127.0.0.2")
    monkeypatch.setattr("data.addresses._is_inner", lambda address: str(address) == "127.0.0.2")
    monkeypatch.setattr(Handler, "moved", f"{there}/a.csv")
    with pytest.raises(SourceError, match=r"127\.0\.0\.2, on this machine or a private"):
        fetch(f"{site}/moved")


def test_a_token_is_not_told(site):
    with pytest.raises(SourceError, match="answered 404") as caught:
        fetch(site.replace("//", "//me:word@") + "/404?token=secret")
    assert str(caught.value).startswith(f"{site}/404 answered")


def test_limits(site):
    with pytest.raises(SourceError, match="larger than 5 bytes"):
        fetch(f"{site}/a.csv", limits=Limits(max_bytes=5))
    with pytest.raises(SourceError, match="did not answer within"):
        fetch(f"{site}/slow.csv", limits=Limits(deadline_s=0.3))


def test_nobody_there(site):
    with pytest.raises(SourceError, match="refused the connection"):
        fetch("http://127.0.0.1:9/a.pdf")
    with pytest.raises(SourceError, match="certificate or encryption failed"):
        fetch(site.replace("http:", "https:") + "/a.csv")
    with pytest.raises(SourceError, match="no web address"):
        open_source("ftp://example.org/a.pdf")


def test_unknown_host():
    message = fetching.unreachable(
        "https://x.test/a", OSError("[Errno -2] Name or service not known")
    )
    assert message.startswith("https://x.test/a cannot be fetched: there is no host x.test")


def test_file_and_folder(tmp_path):
    for name in ("b.csv", "a.CSV", "notes.docx", ".hidden.csv", "~$b.xlsx"):
        (tmp_path / name).write_bytes(CSV)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "c.csv").write_bytes(CSV)
    assert [name for _, name, _ in open_source(str(tmp_path))] == ["a.CSV", "b.csv"]
    assert open_source(str(tmp_path / "notes.docx")) == [(CSV, "notes.docx", None)]


def test_nothing_there(tmp_path):
    with pytest.raises(SourceError, match="There is no file or folder"):
        open_source(str(tmp_path / "no.pdf"))
    with pytest.raises(SourceError, match=r"holds nothing to read: no file ending in \.csv"):
        open_source(str(tmp_path))


def test_path_that_is_no_path():
    with pytest.raises(SourceError):
        open_source("a\x00b.csv")
    with pytest.raises(SourceError):
        open_source("x" * 5000)


@pytest.mark.parametrize(
    "address", ["https://[::1", "http://", "ftp://x.test/a.csv", "file:///a"]
)
def test_address_that_is_none(address):
    with pytest.raises(SourceError, match="is no web address"):
        open_source(address)
