"""Fetch a document from the web."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from data.addresses import Onward, followed, shown
from data.deadlines import done_within
from data.errors import SourceError
from data.readers import MAX_BYTES

if TYPE_CHECKING:
    import threading

    import httpx

USER_AGENT = "passersby (maps police records of facial recognition)"

_REMEDIES = {
    HTTPStatus.UNAUTHORIZED: "It asks for a login; download it in a browser and give the file.",
    HTTPStatus.FORBIDDEN: "It refuses programs; download it in a browser and give the file.",
    HTTPStatus.NOT_FOUND: "The page may have moved; look for its new address at the publisher.",
    HTTPStatus.GONE: "It was taken down; look for a copy at the publisher or in a web archive.",
    HTTPStatus.TOO_MANY_REQUESTS: "It was asked too often; wait a while and try again.",
}


@dataclass(frozen=True)
class Limits:
    """
    What one download may take.

    Attributes
    ----------
    deadline_s
        Seconds for the whole of it.
    max_bytes
        Largest document taken.
    """

    deadline_s: float = 60.0
    max_bytes: int = MAX_BYTES


def fetch(url: str, *, limits: Limits | None = None) -> tuple[bytes, str]:
    """
    Fetch a document.

    Parameters
    ----------
    url
        Its address, http or https.
    limits
        How long it may take and how large it may be.

    Returns
    -------
    content, name
        The bytes, and the bare file name: as the server says, else from the address.

    Raises
    ------
    SourceError
        If it cannot be had; the message names the address, what happened and the remedy.
    """
    import httpx

    limits = limits or Limits()

    def work(over: threading.Event) -> tuple[bytes, str]:
        with httpx.Client(headers={"User-Agent": USER_AGENT}) as client:
            return followed(url, lambda at: _ask(client, at, limits, over))

    try:
        return done_within(limits.deadline_s, work)
    except (TimeoutError, httpx.TimeoutException) as error:
        msg = (
            f"{shown(url)} did not answer within {limits.deadline_s:.0f} s. Try again later, "
            "or download it in a browser and give the file."
        )
        raise SourceError(msg) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceError(unreachable(url, error)) from error


def user_agent() -> str:
    """Name the package and its version, as servers ask of those who use them."""
    name, _, purpose = USER_AGENT.partition(" ")
    try:
        version = metadata.version("passersby")
    except metadata.PackageNotFoundError:
        return USER_AGENT
    return f"{name}/{version} {purpose}"


def _ask(
    client: httpx.Client, url: str, limits: Limits, over: threading.Event
) -> tuple[bytes, str] | Onward:
    """Return a document and its name, or where the server says it is."""
    with client.stream("GET", url, timeout=limits.deadline_s) as response:
        if response.has_redirect_location:
            return Onward(response.headers["Location"])
        require_ok(url, response)
        content = _body(url, response, limits, over)
        name = _name(response)
    if content[:512].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        msg = (
            f"{shown(url)} gave a web page, not a document. Open it in a browser, find the "
            "link to the document, and give that."
        )
        raise SourceError(msg)
    return content, name


def require_ok(url: str, response: httpx.Response) -> None:
    """Raise unless a server answered with the document; the message says what to do."""
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    remedy = _REMEDIES.get(
        HTTPStatus(status) if status in set(HTTPStatus) else HTTPStatus.BAD_REQUEST,
        "Try again later, or download it in a browser and give the file.",
    )
    reason = response.reason_phrase or "no reason given"
    msg = f"{shown(url)} answered {status} ({reason}). {remedy}"
    raise SourceError(msg)


def _body(url: str, response: httpx.Response, limits: Limits, over: threading.Event) -> bytes:
    import httpx

    pieces = bytearray()
    for piece in response.iter_bytes():
        pieces += piece
        if len(pieces) > limits.max_bytes:
            msg = (
                f"{shown(url)} is larger than {limits.max_bytes:,} bytes. Download it and give "
                "the part with the table."
            )
            raise SourceError(msg)
        if over.is_set():
            msg = "the whole took too long"
            raise httpx.ReadTimeout(msg, request=response.request)
    return bytes(pieces)


def _name(response: httpx.Response) -> str:
    said = response.headers.get("Content-Disposition", "")
    match = re.search(r"filename\*=(?:UTF-8|utf-8)''([^;]+)", said) or re.search(
        r'filename="?([^";]+)"?', said
    )
    name = unquote(match[1]) if match else unquote(response.url.path)
    # A server may not choose a folder: only the last part counts, on any system.
    bare = re.split(r"[\\/]", name.strip().rstrip("/\\"))[-1]
    return "".join(c for c in bare if c.isprintable()) or str(response.url.host)


def unreachable(url: str, error: Exception) -> str:
    """Say why a document could not be fetched, from what the connection failed with."""
    said = str(error) or type(error).__name__
    host = urlsplit(url).hostname
    lowered = said.lower()
    if "certificate" in lowered or "ssl" in lowered or "tls" in lowered:
        why, remedy = (
            "its certificate or encryption failed",
            "Check the address and your clock.",
        )
    elif "name or service" in lowered or "getaddrinfo" in lowered or "resolution" in lowered:
        why, remedy = f"there is no host {host}", "Check its spelling and your connection."
    elif "refused" in lowered:
        why, remedy = f"{host} refused the connection", "Check the address, or try again later."
    else:
        why, remedy = "the connection failed", "Try again, or give the downloaded file."
    return f"{shown(url)} cannot be fetched: {why} ({said}). {remedy}"
