"""A real HTTP server on loopback that gives a file in parts, or misbehaves."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loopback import answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Fault = Callable[["Handler"], None]


@dataclass
class Site:
    """What a test sees of the server, and how it tells it to misbehave."""

    url: str
    content: bytes
    parts: bool = True
    faults: list[Fault] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    sent: int = 0
    closing: threading.Event = field(default_factory=threading.Event)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one request after another."""

    protocol_version = "HTTP/1.1"
    site: Site
    timeout = 60

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.site.paths.append(self.path)
        fault = self.site.faults.pop(0) if self.site.faults else give
        with suppress(ConnectionError):
            fault(self)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        said = {"Content-Length": str(len(body))}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in said.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.site.sent += len(body)


def give(handler: Handler) -> None:
    """Answer as a good server does."""
    content, asked = handler.site.content, handler.headers.get("Range")
    if not handler.site.parts or asked is None:
        handler.answer(200, content)
        return
    first, last = (int(text) for text in asked.removeprefix("bytes=").split("-"))
    if first >= len(content):
        handler.answer(416, b"", Content_Range=f"bytes */{len(content)}")
        return
    part = content[first : last + 1]
    said = f"bytes {first}-{first + len(part) - 1}/{len(content)}"
    handler.answer(206, part, Content_Range=said)


def status(code: int, **headers: str) -> Fault:
    """Answer with a status and nothing else."""
    return lambda handler: handler.answer(code, b"", **headers)


def drip(handler: Handler) -> None:
    """Send a byte now and then, so that no single wait is long."""
    handler.send_response(206)
    handler.send_header("Content-Range", "bytes 0-65535/1000000")
    handler.send_header("Content-Length", "65536")
    handler.end_headers()
    while not handler.site.closing.wait(0.05):
        handler.wfile.write(b"I")
        handler.wfile.flush()


def drip_head(handler: Handler) -> None:
    """Send the head of an answer a letter at a time."""
    for letter in b"HTTP/1.1 206 Partial Content\r\nX: " + b"a" * 10_000:
        if handler.site.closing.wait(0.05):
            return
        handler.wfile.write(bytes([letter]))
        handler.wfile.flush()


def hang_up(handler: Handler) -> None:
    """Promise a part and close the connection in the middle of it."""
    handler.send_response(206)
    handler.send_header("Content-Range", "bytes 0-65535/1000000")
    handler.send_header("Content-Length", "65536")
    handler.end_headers()
    handler.wfile.write(handler.site.content[:100])
    handler.close_connection = True


@contextmanager
def serving(content: bytes, *, parts: bool = True) -> Iterator[Site]:
    """Run the server on a free port of loopback."""
    handler = type("Handler", (Handler,), {})
    with answering(handler) as url:
        site = Site(url, content, parts)
        handler.site = site
        try:
            yield site
        finally:
            site.closing.set()
