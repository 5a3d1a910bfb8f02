"""Which addresses a program may be sent to: every kind, as a number, a name and a redirect."""

from __future__ import annotations

import pytest

from data.addresses import (
    MAX_REDIRECTS,
    Onward,
    followed,
    is_web_address,
    require_sendable,
    shown,
)
from data.errors import SourceError

NEVER = {
    "http://169.254.169.254/a": "a link-local address",
    "http://[fe80::1%25eth0]/a": "a link-local address",
    "http://[::ffff:169.254.169.254]/a": "a link-local address",
    "http://[64:ff9b::169.254.169.254]/a": "a link-local address",
    "http://[2002:a9fe:a9fe::1]/a": "a link-local address",
    "http://[fd00:ec2::254]/a": "a link-local address",
    "http://224.0.0.1/a": "a group of machines",
    "http://[ff02::1]/a": "a group of machines",
    "http://0.0.0.0/a": "an address that no server has",
    "http://[::]/a": "an address that no server has",
    "http://0xa9fea9fe/a": "a link-local address",
    "ftp://example.org/a": "is no web address",
    "localhost:80": "is no web address",
    "http://[1]/a": "is no web address",
    "": "is no web address",
}
INNER = [
    "http://127.0.0.1/a", "http://localhost/a", "http://[::1]/a", "http://10.1.2.3/a",
    "http://192.168.0.9/a", "http://100.64.0.1/a", "http://[fc00::1]/a",
    "http://[::ffff:10.0.0.1]/a", "http://2130706433/a",
]  # fmt: skip
PUBLIC = "http://198.51.101.7/a"


@pytest.mark.parametrize(("url", "message"), NEVER.items(), ids=NEVER)
def test_some_addresses_are_never_asked(url, message):
    for named in (None, PUBLIC, "http://127.0.0.1/a"):
        with pytest.raises(SourceError, match=message):
            require_sendable(url, named=named)


@pytest.mark.parametrize("url", INNER)
def test_a_server_may_not_pass_on_to_this_machine(url):
    require_sendable(url)
    require_sendable(url, named="http://10.0.0.5/b")
    with pytest.raises(SourceError, match="on this machine or a private network"):
        require_sendable(url, named=PUBLIC)


def test_public_addresses_are_asked_whoever_names_them():
    for named in (None, PUBLIC, "http://127.0.0.1/a"):
        require_sendable("https://192.0.32.8:8443/a?b", named=named)


def test_a_proxy_looks_names_up_by_itself(monkeypatch):
    def never(*_, **__):
        pytest.fail("the name was looked up here")

    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("socket.getaddrinfo", never)
    for name in ("https_proxy", "all_proxy"):
        with monkeypatch.context() as within:
            within.setenv(name, "http://proxy.example:3128")
            require_sendable("https://overpass.example/api")
            with pytest.raises(SourceError, match="a link-local address"):
                require_sendable("https://169.254.169.254/api")


def test_every_address_of_a_name_counts(monkeypatch):
    def entry(host):
        return (2, 1, 6, "", (host, 0))

    def looked_up(host, *_, **__):
        return [
            entry("192.0.32.8"),
            entry("10.0.0.1" if host == "inner.example" else "192.0.32.9"),
        ]

    monkeypatch.setattr("data.addresses.getproxies", dict)
    monkeypatch.setattr("socket.getaddrinfo", looked_up)
    require_sendable("http://outer.example/", named=PUBLIC)
    with pytest.raises(SourceError, match=r"leads to 10\.0\.0\.1"):
        require_sendable("http://inner.example/", named=PUBLIC)


# Followed --------------------------------------------------------------------------------


def passing(*locations):
    """Return what passes on again and again, then answers with where it was asked."""
    left = [Onward(location) for location in locations]
    return lambda at: left.pop(0) if left else at


def test_one_is_passed_on_a_few_times():
    assert followed(PUBLIC, passing("b/c", "/d?e", "//192.0.32.8/f")) == "http://192.0.32.8/f"
    assert followed(PUBLIC, passing(*["/b"] * MAX_REDIRECTS)) == "http://198.51.101.7/b"
    with pytest.raises(SourceError, match=f"passed on more than {MAX_REDIRECTS} times"):
        followed(PUBLIC, passing(*["/b"] * (MAX_REDIRECTS + 1)))


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://127.0.0.1/b", "on this machine or a private network"),
        ("http://192.0.32.8/b", "which is not encrypted"),
        ("https://169.254.1.1/b", "a link-local address"),
        ("file:///etc/passwd", "is no web address"),
        ("https://[1]/b", "is no web address"),
    ],
)
def test_one_is_not_passed_on_everywhere(location, message):
    url = "https://198.51.101.7/a"
    for ask in (passing(location), passing("/b", location)):
        with pytest.raises(SourceError, match=message) as caught:
            followed(url, ask)
        assert str(caught.value).startswith(f"{url} passes on to ")


# Shown -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://me:secret@example.org/a?token=secret#secret", "https://example.org/a"),
        ("https://me@secret:x@example.org/a@b", "https://example.org/a@b"),
        ("//me:secret@example.org/a", "//example.org/a"),
        ("http://me:secret@[1]/a", "http://[1]/a"),
        ("nothing of the kind", "nothing of the kind"),
    ],
)
def test_secrets_are_not_shown(url, said):
    assert shown(url) == said
    if not is_web_address(url):
        with pytest.raises(SourceError) as caught:
            require_sendable(url)
        assert "secret" not in str(caught.value)
