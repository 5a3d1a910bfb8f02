"""Hold a run to this machine: under ``--offline`` no connection leaves it."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import sys
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOPBACK_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
_forbidden: set[str] = set()
"""Holds one mark while connections are forbidden; an audit hook cannot be taken out again."""


class OfflineError(InputError):
    """Something tried to reach another machine although ``--offline`` forbids it."""


@contextlib.contextmanager
def confined() -> Iterator[None]:
    """
    Refuse every connection beyond loopback for as long as the block lasts.

    Raises
    ------
    OfflineError
        If ``PREFECT_API_URL`` names a server elsewhere; also out of any call that resolves a
        name or connects.
    """
    server = os.environ.get("PREFECT_API_URL")
    if server and not is_loopback(urlsplit(server).hostname or ""):
        msg = (
            f"PREFECT_API_URL names {server}, and --offline forbids connections. "
            "Unset it, or run with --direct."
        )
        raise OfflineError(msg)
    _install_hook()
    _forbidden.add("beyond loopback")
    try:
        yield
    finally:
        _forbidden.clear()


def is_loopback(host: str) -> bool:
    """
    Tell whether a host is this machine.

    Parameters
    ----------
    host
        Name or address.

    Returns
    -------
    own
        Whether it is loopback.

    Examples
    --------
    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "192.0.2.1")]
    [True, True, True, False]
    """
    if host.lower() in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@cache
def _install_hook() -> None:
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if not _forbidden or event not in {"socket.connect", "socket.getaddrinfo"}:
        return
    host: object = arguments[0]
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""  # a path is a local socket
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and not is_loopback(host):
        msg = f"A connection to {host} was about to be made, and --offline forbids it."
        raise OfflineError(msg)
