"""The whole site: every file, the same bytes twice, nothing fetched."""

import re
from dataclasses import replace

import pytest
from toy_site import toy_site, with_places

from maps.site import render_site

CONTRACT = {
    "index.html",
    "embed.html",
    "table.html",
    "method.html",
    "changes.xml",
    "preview.png",
    "preview.svg",
}


@pytest.fixture(scope="module")
def site():
    return render_site(toy_site())


def test_every_file_of_the_contract(site):
    assert set(site) == CONTRACT
    assert all(isinstance(content, bytes) and content for content in site.values())


def test_same_tables_same_bytes(site):
    assert render_site(toy_site()) == site


@pytest.mark.parametrize("name", ["index.html", "embed.html", "table.html", "method.html"])
def test_no_resource_comes_from_elsewhere(site, name):
    html = site[name].decode()
    for tag in re.findall(r"<(?:script|img|link|iframe|source|object|embed|use)\b[^>]*>", html):
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", tag), tag
    assert "sourceMappingURL" not in html
    assert "@import" not in html
    assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", html)


@pytest.mark.parametrize("name", ["index.html", "embed.html", "table.html", "method.html"])
def test_no_inline_handlers_or_style_attributes(site, name):
    html = re.sub(r"<(script|style)\b.*?</\1>", "", site[name].decode(), flags=re.DOTALL)
    assert not re.search(r"<[^>]*\son[a-z]+=", html)
    assert not re.search(r"<[^>]*\sstyle=", html)


def test_sizes_stay_small(site):
    assert len(site["index.html"]) <= 1_200_000
    assert len(site["embed.html"]) <= 800_000


def test_no_deployments_at_all():
    tables = toy_site()
    empty = replace(
        tables,
        deployments=tables.deployments.iloc[:0],
        places=tables.places.iloc[:0],
        **{
            name: getattr(tables, name).iloc[:0]
            for name in ("sources", "corrections", "rejected", "flags", "eras", "scorecard")
        },
    )
    files = render_site(empty)
    assert set(files) == CONTRACT
    assert "No deployments match." in files["index.html"].decode()


def test_no_base_map():
    assert set(render_site(toy_site(boroughs=None, relief=None, stations=None))) == CONTRACT


def test_an_address_appears_only_when_known(site):
    assert b"og:image" not in site["index.html"]
    known = render_site(toy_site(site_url="https://news.example/lfr/"))
    assert b'content="https://news.example/lfr/preview.png"' in known["index.html"]
    assert b'href="https://news.example/lfr/changes.xml"' in known["changes.xml"]


def test_hostile_names_are_text():
    names = [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</script>",
        "javascript:alert(1)",
        "A\u202eB",
        "x" * 10_000,
    ]
    files = render_site(with_places(names))
    for name in ("index.html", "embed.html", "table.html", "method.html"):
        html = files[name].decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "\u202e" not in html
        assert "x" * 400 not in html
    assert b"<script>alert" not in files["changes.xml"]
