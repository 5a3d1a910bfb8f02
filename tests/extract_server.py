"""A real HTTP server on loopback that publishes an extract, resumes it, and misbehaves."""

from __future__ import annotations

import hashlib
import http.server
import re
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loopback import answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Fault = Callable[["Handler"], None]


@dataclass
class Publisher:
    """What a test sees of the server, and how it tells it to misbehave."""

    url: str
    content: bytes
    path: str = "/europe/united-kingdom/england/greater-london-latest.osm.pbf"
    etag: str = '"one"'
    md5: str | None = None
    moved_to: str | None = None
    pause_s: float = 0.0
    cut_after: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def downloads(self) -> list[str]:
        """Return the ranges asked for by those who took the extract, "" for all of it."""
        return [span for method, path, span in self.asked if method == "GET" and not path.endswith(".md5")]  # fmt: skip


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one request."""

    publisher: Publisher
    timeout = 60

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        """Answer with the extract, its md5, another address, or the next fault."""
        publisher = self.publisher
        publisher.asked.append((self.command, self.path, self.headers.get("Range", "")))
        with suppress(ConnectionError):
            if publisher.faults:
                publisher.faults.pop(0)(self)
            elif self.path == f"{publisher.path}.md5" and publisher.md5:
                self.give(f"{publisher.md5}  greater-london.osm.pbf\n".encode())
            elif publisher.moved_to and self.path == publisher.path:
                self.give(b"", status=302, Location=publisher.moved_to)
            elif self.path in {publisher.path, publisher.moved_to}:
                self.extract()
            else:
                self.give(b"none", status=404)

    def give(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def extract(self) -> None:
        """Send the extract, or the range of it that is wanted if it is still the same."""
        publisher = self.publisher
        body, start = publisher.content, 0
        span = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range", publisher.etag) == publisher.etag
        if span and same:
            start = int(span[1])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(body) - start))
        self.send_header("ETag", publisher.etag)
        self.end_headers()
        if self.command == "GET":
            self.send(body[start:])

    def send(self, body: bytes) -> None:
        """Send bytes at the publisher's pace, breaking off where a test wants it."""
        publisher = self.publisher
        upto = publisher.cut_after.pop(0) if publisher.cut_after else len(body)
        for at in range(0, min(upto, len(body)), 50_000):
            self.wfile.write(body[at : min(at + 50_000, upto)])
            self.wfile.flush()
            if publisher.closing.wait(publisher.pause_s):
                return
        self.close_connection = True


def silence(handler: Handler) -> None:
    """Say nothing until the test is over."""
    handler.publisher.closing.wait(60)


def page(handler: Handler) -> None:
    """Answer as the login page of a café does."""
    handler.give(b"<html>", Content_Type="text/html")


def md5_of(content: bytes) -> str:
    """Return the md5 of some bytes."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@contextmanager
def publishing(content: bytes) -> Iterator[Publisher]:
    """Publish some bytes on a free port of loopback."""
    handler = type("Handler", (Handler,), {})
    with answering(handler) as url:
        publisher = Publisher(url, content)
        handler.publisher = publisher
        try:
            yield publisher
        finally:
            publisher.closing.set()
