"""Which addresses a program may be sent to."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from data.errors import SourceError
from data.fetch import is_web_address
from data.http_json import is_here

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


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
    """
    if not is_web_address(url):
        msg = f"{url!r} is no web address; it must begin with http:// or https://."
        raise SourceError(msg)
    for address in _addresses(url):
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            msg = f"{url} leads to {address}, which no map's server has. Check the address."
            raise SourceError(msg)
        if named is not None and _is_inner(address) and not _names_inner(named):
            msg = (
                f"{named} passes on to {url}, which is on this machine or a private network. "
                "Give that server's own address if it is meant."
            )
            raise SourceError(msg)


def _names_inner(url: str) -> bool:
    return any(_is_inner(address) for address in _addresses(url))


def _is_inner(address: Address) -> bool:
    return address.is_private or address.is_loopback


def _addresses(url: str) -> list[Address]:
    """Return the addresses of a host, none if its name cannot or need not be looked up."""
    parts = urlsplit(url)
    host = (parts.hostname or "").partition("%")[0]
    try:
        return [_unmapped(ipaddress.ip_address(host))]
    except ValueError:
        pass
    if parts.scheme in getproxies() and not is_here(url) and not proxy_bypass(host):
        return []
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    said = {str(entry[4][0]).partition("%")[0] for entry in found}
    return [_unmapped(ipaddress.ip_address(text)) for text in sorted(said)]


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one may stand for."""
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped
