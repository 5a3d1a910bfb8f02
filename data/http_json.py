"""Ask a server for JSON, whatever it does, within a time and a size."""

from __future__ import annotations

import json
import random
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

from data.addresses import is_here, shown
from data.deadlines import done_within
from data.errors import GeocoderError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    import httpx

Answer = TypeVar("Answer")

TRIES = 3
"""How often one question is put at most."""

MAX_BYTES = 16_000_000
"""Largest answer taken, unpacked; forty polygons are seldom a megabyte."""

PASSING = {
    HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT,
}  # fmt: skip
"""Answers that may be others in a moment."""

UNCLEAR = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_URI_TOO_LONG}
"""Answers that blame the question, not the server."""

_REMEDIES = {
    HTTPStatus.UNAUTHORIZED: "It asks for a login; ask another server.",
    HTTPStatus.FORBIDDEN: "It refuses us, perhaps for asking too much; ask another server.",
    HTTPStatus.NOT_FOUND: "There is no {service} there; check the address.",
}


class PassingError(GeocoderError):
    """
    A failure that another try may mend.

    Attributes
    ----------
    wait_s
        Seconds after which the server wants to be asked again, where it says.
    """

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class QuestionError(GeocoderError):
    """The question, not the server, is at fault; others can still be asked."""


@dataclass(frozen=True)
class Request:
    """
    One request.

    Attributes
    ----------
    url
        Address, without its query.
    query
        Its query.
    user_agent
        Who asks.
    service
        What should be at that address, for messages.
    max_bytes
        Largest answer taken, unpacked.
    post
        Whether the query is sent as a form, not in the address, and an answer may be called
        anything but a web page.
    """

    url: str
    query: Mapping[str, str]
    user_agent: str
    service: str = "Nominatim"
    max_bytes: int = MAX_BYTES
    post: bool = False

    @property
    def host(self) -> str:
        """The server's name, as messages give it."""
        return host_of(self.url)


def host_of(url: str) -> str:
    """
    Return the server that an address names, without a login that stands in it.

    Examples
    --------
    >>> host_of("http://me:secret@localhost:8080/search")
    'localhost:8080'
    """
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2]


def client_for(request: Request) -> httpx.Client:
    """
    Return a client for one request, ready before its turn comes.

    Parameters
    ----------
    request
        What it will ask.

    Returns
    -------
    client
        To be closed when the request is over, answered or not.
    """
    import httpx

    headers = {
        "User-Agent": request.user_agent,
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }
    return httpx.Client(headers=headers, trust_env=not is_here(request.url))


def get_json(request: Request, client: httpx.Client, *, within_s: float) -> tuple[str, object]:
    """
    Ask once, for no longer than some seconds however slowly the server speaks.

    Parameters
    ----------
    request
        What to ask.
    client
        From `client_for`.
    within_s
        Seconds for looking the host up, connecting, asking and reading, all together.

    Returns
    -------
    text, value
        The JSON as it came, and what it says.

    Raises
    ------
    PassingError
        If another try may bring more: nobody there, too slow, too busy, cut short.
    QuestionError
        If the server finds fault with the question.
    GeocoderError
        If it answers with what is no answer; the message says what, in one paragraph.

    Notes
    -----
    A socket's own timeout begins anew with every byte, so a server that drips would hold us
    for ever; see `data.deadlines.done_within`.
    """
    try:
        return done_within(within_s, lambda over: _get(request, client, within_s, over))
    except TimeoutError:
        raise PassingError(_too_slow(request, within_s)) from None


def insist(
    ask: Callable[[], Answer],
    *,
    left_s: Callable[[], float],
    deadline_s: float,
    wait_s: Callable[[int], float],
) -> Answer:
    """
    Ask until there is an answer, the tries are used up or the time is over.

    Parameters
    ----------
    ask
        Asks once.
    left_s
        Returns the seconds that are left for asking.
    deadline_s
        What they were at first, for messages.
    wait_s
        Returns the seconds to wait after a failed try, numbered from 0, where the server does
        not say.

    Returns
    -------
    answer
        The first that there is.

    Raises
    ------
    GeocoderError
        If there is none; the message says why there are no more tries.
    """
    for attempt in range(TRIES):
        try:
            return ask()
        except PassingError as error:
            pause_s = wait_s(attempt) if error.wait_s is None else error.wait_s
            if attempt == TRIES - 1:
                msg = f"{error} It was asked {TRIES} times."
                raise GeocoderError(msg) from error
            if pause_s >= left_s():
                msg = (
                    f"{error} It can be asked again in {pause_s:.0f} s, but the "
                    f"{deadline_s:.0f} s for asking end before."
                )
                raise GeocoderError(msg) from error
            time.sleep(pause_s)
    raise AssertionError  # the last try returns or raises


def backoff_s(attempt: int) -> float:
    """Return seconds to wait after a failed try, doubling, never the same for two of us."""
    return float(2**attempt * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


def _too_slow(request: Request, within_s: float) -> str:
    return f"{request.host} did not answer within {within_s:.3g} s."


def _get(
    request: Request, client: httpx.Client, within_s: float, over: threading.Event
) -> tuple[str, object]:
    import httpx

    try:
        with client.stream(
            "POST" if request.post else "GET",
            request.url,
            params=None if request.post else request.query,
            data=request.query if request.post else None,
            timeout=within_s,
        ) as response:
            _require_ok(request, response)
            body = _body(request, response, over)
    except httpx.TimeoutException as error:
        raise PassingError(_too_slow(request, within_s)) from error
    except httpx.RemoteProtocolError as error:
        msg = f"{request.host} broke off in the middle of an answer ({error})."
        raise PassingError(msg) from error
    except httpx.TransportError as error:
        msg = f"{request.host} cannot be reached ({error or type(error).__name__})."
        raise PassingError(msg) from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        if isinstance(error, GeocoderError):
            raise
        msg = f"{request.host} cannot be asked this ({error})."
        raise QuestionError(msg) from error
    return _parsed(request, body)


def _require_ok(request: Request, response: httpx.Response) -> None:
    status = response.status_code
    if status == HTTPStatus.OK:
        _require_json(request, response)
        return
    said = f"{request.host} answered {status} ({response.reason_phrase or 'no reason given'})."
    if response.is_redirect:
        target = shown(urljoin(request.url, response.headers.get("Location", "")))
        msg = f"{said} It points to {target}: check it, and give that server's own address."
        raise GeocoderError(msg)
    if status in PASSING:
        raise PassingError(said, retry_after_s(response.headers.get("Retry-After")))
    if status in UNCLEAR:
        raise QuestionError(said)
    remedies = {int(code): remedy for code, remedy in _REMEDIES.items()}
    remedy = remedies.get(status, "Check the address, or ask another server.")
    msg = f"{said} {remedy.format(service=request.service)}"
    raise GeocoderError(msg)


def _require_json(request: Request, response: httpx.Response) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    known = kind in {"application/json", "text/json", "application/geo+json"}
    if not known and (not request.post or kind in {"text/html", "application/xhtml+xml"}):
        msg = (
            f"{request.host} answered with {kind or 'an unnamed type'}, not JSON: no "
            f"{request.service} is there. Check the address, and whether the network wants a "
            "login."
        )
        raise GeocoderError(msg)
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in {"identity", "gzip", "x-gzip", ""}:
        msg = f"{request.host} packed its answer as {packed!r}, which it was not asked to."
        raise GeocoderError(msg)


def _body(request: Request, response: httpx.Response, over: threading.Event) -> bytes:
    """Read and unpack an answer piece by piece, and no more of it than we take."""
    import httpx

    packed = "gzip" in response.headers.get("Content-Encoding", "").lower()
    unpack = zlib.decompressobj(wbits=31) if packed else None
    body = bytearray()
    try:
        for piece in response.iter_raw():
            room = request.max_bytes + 1 - len(body)
            body += unpack.decompress(piece, room) if unpack else piece
            if len(body) > request.max_bytes:
                msg = f"{request.host} answered with more than {request.max_bytes:,} bytes."
                raise GeocoderError(msg)
            if over.is_set():
                msg = "the whole took too long"
                raise httpx.ReadTimeout(msg, request=response.request)
    except zlib.error as error:
        msg = f"{request.host} sent an answer that does not unpack ({error})."
        raise PassingError(msg) from error
    if unpack and not unpack.eof:
        msg = f"{request.host} broke off in the middle of a packed answer."
        raise PassingError(msg)
    return bytes(body)


def _parsed(request: Request, body: bytes) -> tuple[str, object]:
    try:
        text = body.decode("utf-8")
        return text, json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        first = str(error).partition("\n")[0][:100]
        msg = f"{request.host} answered with broken JSON ({first})."
        raise PassingError(msg) from error


def _refuse(constant: str) -> float:
    msg = f"{constant} is no JSON"
    raise ValueError(msg)


def retry_after_s(said: str | None) -> float | None:
    """Return the seconds a server asks to be left alone: a number, or a date to wait for."""
    if not said:
        return None
    try:
        return max(float(int(said)), 0.0)
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)
