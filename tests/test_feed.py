"""The feed is valid Atom whose dates come from the records."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from toy_site import toy_site

from maps.feed import render_feed

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def feed():
    return ET.fromstring(render_feed(toy_site()))  # noqa: S314 - our own


def test_what_atom_requires(feed):
    for node in [feed, *feed.findall(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            assert node.findtext(f"{ATOM}{name}"), name
    assert feed.findtext(f"{ATOM}author/{ATOM}name")


def test_one_entry_per_document_and_correction(feed):
    names = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(names) == len(set(names)) == 3
    assert names[-1] == "tag:passersby,2024:correction/met-2024-02-11-1/date"


def test_dates_are_those_of_the_records(feed):
    assert feed.findtext(f"{ATOM}updated") == "2024-03-12T00:00:00Z"
    dates = [entry.findtext(f"{ATOM}updated") for entry in feed.findall(f"{ATOM}entry")]
    assert dates == ["2024-03-12T00:00:00Z", "2023-08-01T00:00:00Z", "2024-02-11T00:00:00Z"]


def test_hostile_reasons_are_text():
    tables = toy_site()
    fixes = tables.corrections.assign(reason="<script>alert(1)</script> & ]]>\x00")
    parsed = ET.fromstring(render_feed(replace(tables, corrections=fixes)))  # noqa: S314 - our own
    assert "<script>alert(1)</script> &" in parsed.findall(f"{ATOM}entry")[-1].findtext(
        f"{ATOM}summary"
    )
