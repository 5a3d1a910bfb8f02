"""A real HTTP server on loopback that counts, passes on, answers by itself or misbehaves."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
from loopback import answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Fault = Callable[["Handler"], None]

PACKED = gzip.compress(b"[" + b" " * 50_000_000, compresslevel=1)
LICENCE = "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright"


def street(name: str = "Kaivokatu", number: int = 1) -> dict[str, object]:
    """Return a row as Nominatim gives it of a piece of a street."""
    return {
        "place_id": number, "licence": LICENCE, "osm_type": "way", "osm_id": number,
        "lat": "60.1705", "lon": "24.9420", "category": "highway", "type": "residential",
        "place_rank": 26, "addresstype": "road", "name": name, "namedetails": {"name": name},
        "address": {"road": name, "country_code": "fi"},
        "boundingbox": ["60.170", "60.171", "24.940", "24.944"],
        "geojson": {"type": "LineString", "coordinates": [[24.94, 60.17], [24.944, 60.171]]},
    }  # fmt: skip


@dataclass
class Proxy:
    """What a test sees of the server, and how it tells it to misbehave."""

    url: str
    upstream: str | None
    usual: Fault
    faults: list[Fault] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def gaps(self) -> list[float]:
        """Return the seconds between one request and the next."""
        return [b - a for a, b in pairwise(self.times)]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one request."""

    proxy: Proxy
    timeout = 60

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.meet(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self.meet(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def meet(self, asked: str) -> None:
        """Note a request, and answer as usual or with the next fault."""
        self.proxy.times.append(time.monotonic())
        query = parse_qs(asked, keep_blank_values=True)
        self.proxy.queries.append({key: values[0] for key, values in query.items()})
        self.proxy.agents.append(self.headers.get("User-Agent", ""))
        fault = self.proxy.faults.pop(0) if self.proxy.faults else self.proxy.usual
        with suppress(ConnectionError):
            fault(self)

    def give(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        said = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in said.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def pass_on(handler: Handler) -> None:
    """Ask the server behind, or answer with one street where there is none."""
    if handler.proxy.upstream is None:
        handler.give(json.dumps([street()]).encode())
        return
    answer = httpx.get(handler.proxy.upstream + handler.path, timeout=60, trust_env=False)
    handler.give(answer.content, status=answer.status_code)


def status(code: int, **headers: str) -> Fault:
    """Answer with a status."""
    return lambda handler: handler.give(b'{"error": "no"}', status=code, **headers)


def body(content: bytes, **headers: str) -> Fault:
    """Answer with some bytes."""
    return lambda handler: handler.give(content, **headers)


def rows(*given: object) -> Fault:
    """Answer with some rows."""
    return body(json.dumps(given).encode())


def silence(handler: Handler) -> None:
    """Say nothing until the test is over."""
    handler.proxy.closing.wait(60)


def drip_head(handler: Handler) -> None:
    """Send the head of an answer a byte at a time, without end."""
    drip(handler, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000)


def drip_body(handler: Handler) -> None:
    """Send the body of an answer a byte at a time, without end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    drip(handler, b"[" + b" " * 10_000)


def drip(handler: Handler, content: bytes) -> None:
    """Send a byte every twentieth of a second."""
    for byte in content:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        if handler.proxy.closing.wait(0.05):
            return


def cut_off(handler: Handler) -> None:
    """Promise more than is sent."""
    handler.give(b'[{"name": "Kai', Content_Length="5000")
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def endless(handler: Handler) -> None:
    """Send spaces until the other side has had enough."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    while not handler.proxy.closing.is_set():
        handler.wfile.write(b" " * 1_000_000)


def bomb(handler: Handler) -> None:
    """Send fifty million spaces packed into fifty thousand bytes."""
    handler.give(PACKED, Content_Encoding="gzip")


@contextmanager
def running(upstream: str | None = None, *, usual: Fault = pass_on) -> Iterator[Proxy]:
    """Run the server on a free port of loopback; it answers as usual, or with the next fault."""
    handler = type("Handler", (Handler,), {})
    with answering(handler) as url:
        proxy = Proxy(url, upstream, usual)
        handler.proxy = proxy
        try:
            yield proxy
        finally:
            proxy.closing.set()
