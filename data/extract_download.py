"""Download a regional extract: announced, resumed where it broke off, and checked."""

from __future__ import annotations

import json
import re
import shutil
import time
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from data.addresses import shown
from data.deadlines import done_within
from data.errors import SourceError, UnreachableError
from data.extract_offers import Limits, client_of
from data.http_json import backoff_s, host_of
from data.kept_frames import digest_of, written_beside
from data.turns import alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

    from data.extract_offers import Offer

TRIES = 4
SPARE_BYTES = 200_000_000
"""Room left on the disk beside an extract, for the networks made of it."""

SLOWEST_BYTES_PER_S = 10_000
"""A connection slower than this for ``stall_s`` is broken off: another may be faster."""

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


@dataclass(frozen=True)
class Downloaded:
    """
    An extract on disk, as noted beside it.

    Attributes
    ----------
    url
        Where it came from.
    size
        Bytes.
    sha256
        Of the file.
    md5_agreed
        Whether the publisher's own md5 was offered, and agreed.
    """

    url: str
    size: int
    sha256: str
    md5_agreed: bool


def download(
    offer: Offer,
    path: Path,
    *,
    limits: Limits | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Downloaded:
    """
    Download what is offered, going on where an earlier run broke off.

    Parameters
    ----------
    offer
        As `look` returned it.
    path
        Where it is to lie; a note of where it came from is put beside it (`noted`).
    limits
        What it may take.
    progress
        Told of the bytes there and in all, again and again.

    Returns
    -------
    downloaded
        The extract.

    Raises
    ------
    UnreachableError
        If the publisher cannot be reached, or breaks off again and again; what has come is
        kept, and the next run goes on from there.
    SourceError
        If there is no room for it, or what came is damaged or no extract.
    """
    run = _Run(offer, path, limits or Limits(), progress)
    run.require_room()
    with _locked(run.part):
        run.fetch()
        agreed = run.check()
        found = Downloaded(offer.url, offer.size, digest_of(run.part), agreed)
        with written_beside(note_of(path)) as partial:
            partial.write_text(json.dumps(asdict(found), indent=1), encoding="utf-8")
        run.part.replace(path)
        run.about.unlink(missing_ok=True)
    return found


def noted(path: Path) -> Downloaded | None:
    """Return what is noted of an extract that is there and as long as noted, or None."""
    try:
        said = Downloaded(**json.loads(note_of(path).read_text(encoding="utf-8")))
        return said if path.stat().st_size == said.size else None
    except (OSError, ValueError, TypeError):
        return None


def note_of(path: Path) -> Path:
    """Return where the note of an extract lies."""
    return path.with_name(f"{path.name}.json")


# Fetching --------------------------------------------------------------------------------


class _BrokenOffError(Exception):
    """The connection ended before the file did."""


class _Run:
    """One download: what has come, and how long it may go on."""

    def __init__(
        self,
        offer: Offer,
        path: Path,
        limits: Limits,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.offer, self.path, self.limits, self.progress = offer, path, limits, progress
        self.part = path.with_name(f"{path.name}.part")
        self.about = path.with_name(f"{path.name}.part.json")
        self.ends = time.monotonic() + limits.deadline_s
        self.pace = (0.0, 0)

    def there(self) -> int:
        """Return the bytes that have come of this very file; else begin anew."""
        try:
            said: Any = json.loads(self.about.read_text(encoding="utf-8"))
            size = self.part.stat().st_size
        except (OSError, ValueError):
            return 0
        same = bool(self.offer.validator) and said == asdict(self.offer)
        return size if same and size <= self.offer.size else 0

    def require_room(self) -> None:
        """Raise unless the disk has room for what is still to come."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.path.parent).free
        except OSError as error:
            msg = f"{self.path.parent} cannot be written to ({error.strerror or error})."
            raise SourceError(msg) from error
        needed = self.offer.size - self.there() + SPARE_BYTES
        if free < needed:
            msg = (
                f"{self.path.parent} has {free / 1e6:,.0f} MB free, and the extract needs "
                f"{needed / 1e6:,.0f} MB with what is made of it. Make room."
            )
            raise SourceError(msg)

    def fetch(self) -> None:
        """Fetch until it is whole, the tries are used up or the time is over."""
        for attempt in range(TRIES):
            try:
                if self.there() < self.offer.size:
                    self.fetch_once()
            except _BrokenOffError as error:
                wait_s = backoff_s(attempt)
                if attempt == TRIES - 1 or time.monotonic() + wait_s > self.ends:
                    raise UnreachableError(self.given_up(error)) from error
                time.sleep(wait_s)
            else:
                return

    def given_up(self, error: Exception) -> str:
        """Say how far it came."""
        came, size = self.there() / 1e6, self.offer.size / 1e6
        return (
            f"{host_of(self.offer.url)} broke off after {came:,.1f} of {size:,.1f} MB "
            f"({error}). The next run goes on from there."
        )

    def fetch_once(self) -> None:
        """Ask for what is missing, and take it."""
        import httpx

        there = self.there()
        headers = {"Range": f"bytes={there}-", "If-Range": self.offer.validator}
        try:
            with client_of(self.offer.url, self.limits) as client:
                request = client.build_request(
                    "GET", self.offer.url, headers=headers if there else {}
                )
                response = done_within(
                    self.limits.stall_s, lambda _: client.send(request, stream=True)
                )
                try:
                    self.take(response, self.begin(response, there))
                finally:
                    response.close()
        except (httpx.HTTPError, TimeoutError) as error:
            raise _BrokenOffError(str(error) or type(error).__name__) from error

    def begin(self, response: httpx.Response, there: int) -> int:
        """Return the byte at which an answer begins, having made sure that it fits."""
        status = response.status_code
        if status == HTTPStatus.PARTIAL_CONTENT and there:
            match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if match and (int(match[1]), int(match[2])) == (there, self.offer.size):
                return there
        elif status == HTTPStatus.OK:
            length = response.headers.get("Content-Length", "")
            if length == str(self.offer.size):
                return 0
        self.about.unlink(missing_ok=True)  # so that the next try begins anew
        msg = f"it answered {status} with another file than it offered"
        raise _BrokenOffError(msg)

    def take(self, response: httpx.Response, at: int) -> None:
        """Write what comes behind what is there."""
        try:
            with self.part.open("r+b", buffering=0) as out:
                self.pace = (time.monotonic(), at)
                out.truncate(at)  # before it is called this file's beginning
                out.seek(at)
                self.about.write_text(json.dumps(asdict(self.offer)), encoding="utf-8")
                for piece in response.iter_raw():
                    at += len(piece)
                    if at > self.offer.size:
                        msg = "it sent more than it offered"
                        raise _BrokenOffError(msg)
                    out.write(piece)
                    self.tell(at)
        except OSError as error:
            msg = f"{self.part} cannot be written to ({error.strerror or error}). Make room."
            raise SourceError(msg) from error
        if at < self.offer.size:
            msg = "the connection ended early"
            raise _BrokenOffError(msg)

    def tell(self, at: int) -> None:
        """Tell of the progress, and stop once the time is over."""
        if self.progress:
            self.progress(at, self.offer.size)
        now = time.monotonic()
        if now > self.ends:
            msg = f"the {self.limits.deadline_s:,.0f} s for it are over"
            raise _BrokenOffError(msg)
        since, bytes_then = self.pace
        if now - since > self.limits.stall_s:
            if at - bytes_then < SLOWEST_BYTES_PER_S * (now - since):
                msg = f"less than {SLOWEST_BYTES_PER_S / 1000:g} kB a second came"
                raise _BrokenOffError(msg)
            self.pace = (now, at)

    # Checking ----------------------------------------------------------------------------

    def check(self) -> bool:
        """Raise unless it is an extract, undamaged as far as the publisher tells."""
        with self.part.open("rb") as opened:
            head = opened.read(16)
        said = self.published_md5()
        damaged = said is not None and said != self.md5()
        if damaged or b"OSMHeader" not in head:
            self.part.unlink()
            self.about.unlink(missing_ok=True)
            what = "damaged: its md5 is not the published one" if damaged else "no PBF extract"
            source = shown(self.offer.url)
            msg = f"What came from {source} is {what}. Run again to download it anew."
            raise SourceError(msg)
        return said is not None

    def md5(self) -> str:
        """Return the md5 of what came, which is what publishers of extracts offer."""
        import hashlib

        with self.part.open("rb") as opened:
            digest = hashlib.file_digest(opened, lambda: hashlib.md5(usedforsecurity=False))
        return digest.hexdigest()

    def published_md5(self) -> str | None:
        """Return the md5 that the publisher offers beside the file, if any."""
        import httpx

        def ask(_: object) -> str:
            with client_of(self.offer.url, self.limits) as client:
                response = client.get(f"{self.offer.url}.md5")
                return response.text if response.status_code == HTTPStatus.OK else ""

        try:
            text = done_within(self.limits.probe_s, ask)
        except (httpx.HTTPError, TimeoutError):
            return None
        match = re.match(r"\s*([0-9a-f]{32})\b", text.lower())
        return match[1] if match else None


@contextmanager
def _locked(part: Path) -> Iterator[None]:
    """Keep other runs from writing to the same file meanwhile."""
    with ExitStack() as held:
        try:
            held.enter_context(alone(part))
        except TimeoutError as error:
            msg = f"Another run is downloading {part}. Wait until it is done, and run again."
            raise UnreachableError(msg) from error
        yield
