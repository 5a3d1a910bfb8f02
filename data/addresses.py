"""Which addresses of the web a program may be sent to, and how messages show them."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Answer = TypeVar("Answer")

MAX_REDIRECTS = 5

_SECRETS_OF_CLOUDS = ipaddress.ip_address("fd00:ec2::254")
_WRAPPED = ipaddress.ip_network("64:ff9b::/96")
_LOGIN = re.compile(r"^([^/?#]*//)[^/?#]*@")


@dataclass(frozen=True)
class Onward:
    """
    A server's answer that what was asked for is elsewhere.

    Attributes
    ----------
    location
        Where, as it says: an address, or a part of one.
    """

    location: str


def followed(url: str, ask: Callable[[str], Answer | Onward]) -> Answer:
    """
    Ask at an address, and where its server passes us on, each looked at before it is asked.

    Parameters
    ----------
    url
        The address that the user named.
    ask
        Asks at an address, and returns what is there, or where it is said to be.

    Returns
    -------
    answer
        What is there.

    Raises
    ------
    SourceError
        If `require_sendable` refuses an address, a server passes us from an encrypted one to
        one that is not, or we are passed on more than `MAX_REDIRECTS` times.

    Examples
    --------
    >>> followed("http://192.0.32.8/a", lambda at: Onward("/b") if at.endswith("a") else at)
    'http://192.0.32.8/b'
    """
    require_sendable(url)
    at = url
    for _ in range(MAX_REDIRECTS + 1):
        found = ask(at)
        if not isinstance(found, Onward):
            return found
        at = _next(at, found.location, named=url)
    msg = (
        f"{shown(url)} was passed on more than {MAX_REDIRECTS} times. Open it in a browser and "
        "give the address it ends at."
    )
    raise SourceError(msg)


def require_sendable(url: str, *, named: str | None = None) -> None:
    """
    Raise unless an address is one that a program may ask.

    Parameters
    ----------
    url
        The address.
    named
        The address that the user named, if a server passed us on from there.

    Raises
    ------
    SourceError
        If it is no http or https address; if it is, or its name leads to, a link-local address
        (where clouds keep their machines' credentials), or one that no server has; or if a
        server passes us on to this machine or a private network that the user did not name.

    Notes
    -----
    A name that cannot be looked up, or that a proxy will look up, is let through: whoever
    connects will say if it is unknown.

    Examples
    --------
    >>> require_sendable("http://169.254.169.254/latest?key=secret")
    Traceback (most recent call last):
        ...
    data.errors.SourceError: http://169.254.169.254/latest leads to 169.254.169.254, a \
link-local address: it is never asked. Check the address.
    """
    said = shown(url) if named is None else f"{shown(named)} passes on to {shown(url)}, which"
    if not is_web_address(url):
        msg = (
            f"{said} is no web address; it must begin with http:// or https:// and name a host."
        )
        raise SourceError(msg)
    for address in _addresses(url):
        never = _never(address)
        if never:
            msg = f"{said} leads to {address}, {never}: it is never asked. Check the address."
            raise SourceError(msg)
        if named is not None and _is_inner(address) and not _names_inner(named):
            msg = (
                f"{said} leads to {address}, on this machine or a private network. Give that "
                "server's own address if it is meant."
            )
            raise SourceError(msg)


def is_web_address(url: str) -> bool:
    """
    Tell whether a text is an http or https address that names a host.

    Examples
    --------
    >>> [is_web_address(text) for text in ("https://example.org/a", "file:///a", "http://[1]")]
    [True, False, False]
    """
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # brackets that hold no IPv6 address
        return False


def is_here(url: str) -> bool:
    """
    Tell whether an address is on this machine: a proxy for the web does not lead back to it.

    Examples
    --------
    >>> [is_here(url) for url in ("http://localhost:8080/a", "http://example.org/localhost")]
    [True, False]
    """
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def shown(url: str) -> str:
    """
    Return an address as messages give it: without a login or a query, which hold secrets.

    Examples
    --------
    >>> shown("https://me:secret@example.org:8443/a.tif?token=abc")
    'https://example.org:8443/a.tif'
    """
    return _LOGIN.sub(r"\1", re.split(r"[?#]", url, maxsplit=1)[0])


def _next(at: str, location: str, *, named: str) -> str:
    try:
        target = urljoin(at, location)
    except ValueError:  # brackets, as above
        target = location
    require_sendable(target, named=named)
    if urlsplit(at).scheme == "https" and urlsplit(target).scheme == "http":
        msg = (
            f"{shown(named)} passes on to {shown(target)}, which is not encrypted. Give that "
            "address itself if you trust it."
        )
        raise SourceError(msg)
    return target


# Numbers ---------------------------------------------------------------------------------


def _addresses(url: str) -> list[Address]:
    """Return the addresses of a host, none if its name cannot or need not be looked up."""
    parts = urlsplit(url)
    host = (parts.hostname or "").partition("%")[0]
    try:
        return [_unwrapped(ipaddress.ip_address(host))]
    except ValueError:
        pass
    proxied = not getproxies().keys().isdisjoint({parts.scheme, "all"})
    if proxied and not is_here(url) and not proxy_bypass(host):
        return []
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    said = {str(entry[4][0]).partition("%")[0] for entry in found}
    return [_unwrapped(ipaddress.ip_address(text)) for text in sorted(said)]


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one wraps, so that none hides behind the other."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _WRAPPED:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _never(address: Address) -> str | None:
    if address.is_link_local or address == _SECRETS_OF_CLOUDS:
        return "a link-local address"
    if address.is_multicast:
        return "a group of machines and no one server"
    return "an address that no server has" if address.is_unspecified else None


def _names_inner(url: str) -> bool:
    return any(_is_inner(address) for address in _addresses(url))


def _is_inner(address: Address) -> bool:
    return not address.is_global
