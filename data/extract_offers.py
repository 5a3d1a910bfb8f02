"""What a publisher of extracts offers at an address."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from data.addresses import Onward, followed, is_here, shown
from data.deadlines import done_within
from data.errors import SourceError, UnreachableError
from data.fetch import user_agent
from data.http_json import host_of

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Limits:
    """
    What one download may take.

    Attributes
    ----------
    probe_s
        Seconds for finding out whether the publisher can be reached, and what is there.
    stall_s
        Seconds without a byte after which it is broken off, to be resumed.
    deadline_s
        Seconds for the whole of it.
    max_bytes
        Largest extract taken.
    """

    probe_s: float = 4.0
    stall_s: float = 30.0
    deadline_s: float = 3600.0
    max_bytes: int = 1_000_000_000


@dataclass(frozen=True)
class Offer:
    """
    What a publisher offers at an address.

    Attributes
    ----------
    url
        Where it lies, once passed on.
    size
        Bytes.
    validator
        What tells this file from a later one there: a strong ETag, else the date of its last
        change; empty where neither is said.
    """

    url: str
    size: int
    validator: str


def look(url: str, *, limits: Limits | None = None) -> Offer:
    """
    Find out what is at an address, without taking it.

    Parameters
    ----------
    url
        Address of an extract.
    limits
        What it may take; only ``probe_s`` and ``max_bytes`` count here.

    Returns
    -------
    offer
        What is there.

    Raises
    ------
    UnreachableError
        If nobody answers in time.
    SourceError
        If what is there is no extract, or too large.
    """
    limits = limits or Limits()
    try:
        offer = done_within(limits.probe_s, lambda _: _looked(url, limits))
    except TimeoutError:
        msg = f"{host_of(url)} did not answer within {limits.probe_s:g} s."
        raise UnreachableError(msg) from None
    if offer.size > limits.max_bytes:
        allowed = f"{limits.max_bytes / 1e6:,.0f} MB"
        msg = (
            f"{shown(url)} has {offer.size / 1e6:,.0f} MB, more than the {allowed} allowed. "
            "Download a smaller region and give the file."
        )
        raise SourceError(msg)
    return offer


def client_of(url: str, limits: Limits) -> httpx.Client:
    """Return a client that asks for bytes as they are, to be closed."""
    import httpx

    headers = {"User-Agent": user_agent(), "Accept-Encoding": "identity"}
    return httpx.Client(headers=headers, timeout=limits.stall_s, trust_env=not is_here(url))


def _looked(url: str, limits: Limits) -> Offer:
    import httpx

    def ask(at: str) -> Offer | Onward:
        try:
            with client_of(at, limits) as client:
                response = client.head(at)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            msg = f"{host_of(at)} cannot be reached ({error or type(error).__name__})."
            raise UnreachableError(msg) from error
        if response.has_redirect_location:
            return Onward(response.headers["Location"])
        return _offered(at, response)

    return followed(url, ask)


def _offered(url: str, response: httpx.Response) -> Offer:
    status = response.status_code
    if status != HTTPStatus.OK:
        msg = f"{shown(url)} answered {status} ({response.reason_phrase or 'no reason given'})."
        raise UnreachableError(msg)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    size = response.headers.get("Content-Length", "")
    if kind == "text/html" or not size.isdecimal() or not int(size):
        kind = kind or "of no stated type"
        msg = f"{shown(url)} is {kind} and no extract: is a login wanted?"
        raise UnreachableError(msg)
    etag = response.headers.get("ETag", "")
    strong = etag if etag and not etag.startswith("W/") else ""
    return Offer(url, int(size), strong or response.headers.get("Last-Modified", ""))
