"""A file on a web server, read in parts."""

from __future__ import annotations

import io
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import unquote, urlsplit

from data.addresses import Onward, followed, shown
from data.deadlines import done_within
from data.errors import SourceError
from data.fetch import USER_AGENT, require_ok, unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

BLOCK = 65_536
"""Bytes asked for at least: headers and directories of rasters are read in scraps."""

AHEAD_MAX = 32
"""Blocks asked for beyond those wanted, at most, where a file is read on and on."""

_PART = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(frozen=True)
class Patience:
    """
    What reading one file may take.

    Attributes
    ----------
    deadline_s
        Seconds for all of it, from the first request to the last.
    max_bytes
        Most bytes taken, in parts or, from a server that gives no parts, as a whole.
    """

    deadline_s: float = 120.0
    max_bytes: int = 500_000_000


@dataclass(frozen=True)
class _Part:
    """Bytes of a file from some byte on, and the size of the whole."""

    start: int
    content: bytes
    size: int


@dataclass
class _Server:
    """Asks for parts of one file, within one patience."""

    given: str
    patience: Patience
    client: httpx.Client
    ends: float
    taken: int = 0
    url: str = ""

    def find(self) -> _Part:
        """Follow the address to where the file is, and return its first part."""
        try:
            return done_within(self._left(), lambda _: followed(self.given, self._first))
        except TimeoutError:
            msg = f"{shown(self.given)} {self._too_slow()}"
            raise SourceError(msg) from None

    def _first(self, url: str) -> _Part | Onward:
        self.url = url
        return self._ask(0, BLOCK)

    def part(self, start: int, stop: int, size: int) -> _Part:
        """Return some bytes of the file whose first part was found."""
        try:
            found = done_within(self._left(), lambda _: self._ask(start, stop))
        except TimeoutError:
            self._refuse(self._too_slow())
        if isinstance(found, Onward) or found.size != size or found.start != start:
            self._refuse("changed while it was read. Try again, or give the file itself.")
        return found

    def _ask(self, start: int, stop: int) -> _Part | Onward:
        """Return a part, or where the server says it is."""
        import httpx

        headers = {"Range": f"bytes={start}-{stop - 1}"}
        try:
            with self.client.stream(
                "GET", self.url, headers=headers, timeout=self._left()
            ) as answer:
                if answer.has_redirect_location:
                    return Onward(answer.headers["Location"])
                return self._part_in(answer, start, stop)
        except httpx.TimeoutException:
            self._refuse(self._too_slow())
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(unreachable(self.given, error)) from error

    def _part_in(self, answer: httpx.Response, start: int, stop: int) -> _Part:
        status = answer.status_code
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._refuse("is empty. Look for the file at its publisher.")
        if status != HTTPStatus.PARTIAL_CONTENT:
            require_ok(self.given, answer)
            self._require_small(int(answer.headers.get("Content-Length") or 0))
            content = self._body(answer, self.patience.max_bytes - self.taken)
            return _Part(0, content, len(content))
        said = _PART.fullmatch(answer.headers.get("Content-Range", "").strip())
        if said is None or int(said[1]) != start or int(said[2]) >= stop:
            self._refuse("was answered with a part that was not asked for. Give the file.")
        content = self._body(answer, stop - start)
        if len(content) != int(said[2]) - start + 1:
            self._refuse("broke off in the middle. Try again, or give the file itself.")
        return _Part(start, content, int(said[3]))

    def _body(self, answer: httpx.Response, room: int) -> bytes:
        pieces = bytearray()
        for piece in answer.iter_raw():
            pieces += piece
            self.taken += len(piece)
            self._require_small(len(pieces), room)
            if time.monotonic() > self.ends:
                self._refuse(self._too_slow())
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            self._refuse("came packed, which was not asked for. Give the file itself.")
        return bytes(pieces)

    def _require_small(self, count: int, room: int | None = None) -> None:
        limit = self.patience.max_bytes
        if count > (limit if room is None else room) or self.taken > limit:
            self._refuse(
                f"would take more than {limit:,} bytes: its server gives no parts of it, or "
                "more of it is wanted than that. Download it, clip it to the region, and give "
                "the file."
            )

    def _left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            self._refuse(self._too_slow())
        return left

    def _too_slow(self) -> str:
        return (
            f"did not answer within {self.patience.deadline_s:.3g} s. Try again later, or "
            "download it and give the file."
        )

    def _refuse(self, what: str) -> NoReturn:
        msg = f"{shown(self.given)} {what}"
        raise SourceError(msg) from None


@dataclass(eq=False)
class RangeFile(io.RawIOBase):
    """
    A file on a web server as Python reads files; made by `open_ranges`.

    Attributes
    ----------
    size
        Bytes of the whole file.
    error
        What went wrong while reading, for callers such as GDAL that lose exceptions; else None.
    """

    size: int
    error: SourceError | None = None
    _server: _Server | None = None
    _blocks: dict[int, bytes] = field(default_factory=dict)
    _at: int = 0
    _next: int = -1
    _ahead: int = 1

    @property
    def fetched(self) -> int:
        """Bytes received so far."""
        return self._server.taken if self._server else 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte, counted from the start, from here or from the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return bytes from here on; none, with `error` set, where they cannot be had."""
        end = self.size if size < 0 else min(self._at + size, self.size)
        if self._at >= end or self.error:
            return b""
        try:
            found = self._between(self._at, end)
        except SourceError as error:
            self.error = error
            return b""
        self._at = end
        return found

    def keep(self, part: _Part) -> None:
        """Keep a part that begins where a block does."""
        for offset in range(0, len(part.content), BLOCK):
            block = (part.start + offset) // BLOCK
            self._blocks[block] = part.content[offset : offset + BLOCK]

    def _between(self, start: int, end: int) -> bytes:
        first, last = start // BLOCK, (end - 1) // BLOCK
        for begin, stop in _runs([b for b in range(first, last + 1) if b not in self._blocks]):
            self._take(begin, stop)
        joined = b"".join(self._blocks[block] for block in range(first, last + 1))
        return joined[start - first * BLOCK : end - first * BLOCK]

    def _take(self, first: int, stop: int) -> None:
        """Ask for a run of blocks, and for more beyond it where a file is read on and on."""
        self._ahead = min(2 * self._ahead, AHEAD_MAX) if first == self._next else 1
        blocks = -(-self.size // BLOCK)
        beyond = stop
        while beyond < min(stop + self._ahead - 1, blocks) and beyond not in self._blocks:
            beyond += 1
        self._next = beyond
        if self._server is not None:
            wanted = first * BLOCK, min(beyond * BLOCK, self.size)
            self.keep(self._server.part(*wanted, self.size))


def _runs(blocks: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of following numbers: the first, and the one after the last."""
    start = 0
    for i in range(1, len(blocks) + 1):
        if i == len(blocks) or blocks[i] != blocks[i - 1] + 1:
            yield blocks[start], blocks[i - 1] + 1
            start = i


@contextmanager
def open_ranges(url: str, patience: Patience | None = None) -> Iterator[RangeFile]:
    """
    Open a file on a web server, to be read in parts.

    Parameters
    ----------
    url
        Its address, http or https. Redirects are followed, each address checked.
    patience
        How long reading it may take, and how much.

    Yields
    ------
    file
        For as long as the block lasts. A server that gives no parts has given the whole.

    Raises
    ------
    SourceError
        If the file cannot be had; the message names the address, what happened and the remedy.

    Notes
    -----
    Ours rather than GDAL's ``/vsicurl``, which follows redirects wherever they lead, has no
    deadline for the whole, asks for files beside the one wanted, and opens its connections out
    of sight of ``--offline``.
    """
    import httpx

    patience = patience or Patience()
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
    with httpx.Client(headers=headers, follow_redirects=False) as client:
        server = _Server(url, patience, client, time.monotonic() + patience.deadline_s)
        first = server.find()
        file = RangeFile(first.size, _server=server)
        file.keep(first)
        yield file


def name_of(url: str) -> str:
    """
    Return the bare file name at the end of an address.

    Examples
    --------
    >>> name_of("https://example.org/a/gbr%20ppp_2020.tif?token=abc")
    'gbr ppp_2020.tif'
    """
    path = unquote(urlsplit(url).path)
    return re.split(r"[\\/]", path.rstrip("/\\"))[-1] or shown(url)
