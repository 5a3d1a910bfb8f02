"""Which addresses of the web may be asked: never a machine's own services by surprise."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit, urlunsplit

from data.errors import SourceError
from data.fetch import is_web_address

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def require_reachable(url: str, *, private: bool) -> None:
    """
    Raise unless an address is one that we may ask.

    Parameters
    ----------
    url
        The address. Its host is looked up.
    private
        Whether machines of the reader's own network, and this one, may be asked.

    Raises
    ------
    SourceError
        If it is not http or https; if its host is link-local, as the services are that tell a
        cloud machine its secrets; if it is private and may not be; or if there is no such host.

    Examples
    --------
    >>> require_reachable("http://169.254.169.254/latest", private=True)
    Traceback (most recent call last):
        ...
    data.errors.SourceError: http://169.254.169.254/latest leads to 169.254.169.254, a \
link-local address, which is never asked. Give a public address, or the downloaded file.
    """
    if not is_web_address(url):
        msg = (
            f"{shown(url)} is no web address; it must begin with http:// or https:// and name "
            "a host."
        )
        raise SourceError(msg)
    for address in _addresses(url):
        kind = _refusal(address, private=private)
        if kind:
            msg = (
                f"{shown(url)} leads to {address}, {kind}. Give a public address, or the "
                "downloaded file."
            )
            raise SourceError(msg)


def is_private(url: str) -> bool:
    """
    Tell whether an address names a machine of one's own network, or this one.

    Examples
    --------
    >>> [is_private(f"http://{host}/a") for host in ("localhost:80", "10.1.2.3", "192.0.32.8")]
    [True, True, False]
    """
    return any(_is_own(address) for address in _addresses(url))


def shown(url: str) -> str:
    """
    Return an address as messages give it: without a login or a query, which hold secrets.

    Examples
    --------
    >>> shown("https://me:secret@example.org:8443/a.tif?token=abc")
    'https://example.org:8443/a.tif'
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _addresses(url: str) -> list[Address]:
    """Return what a host's name stands for; none where only a proxy could know it."""
    host = (urlsplit(url).hostname or "").partition("%")[0]
    try:
        return [_plain(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    texts = sorted({str(entry[4][0]).partition("%")[0] for entry in found})
    return [_plain(ipaddress.ip_address(text)) for text in texts]


def _plain(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one wraps, so that none hides behind the other."""
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return mapped or address


def _is_own(address: Address) -> bool:
    return not address.is_global and not address.is_multicast


def _refusal(address: Address, *, private: bool) -> str | None:
    if address.is_link_local or str(address) == "fd00:ec2::254":
        return "a link-local address, which is never asked"
    if address.is_multicast:
        return "a group of machines and no one server"
    if _is_own(address) and not private:
        return "an address of a private network, which is asked only where it was given itself"
    return None
