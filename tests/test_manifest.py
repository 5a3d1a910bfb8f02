"""The manifest names every file, and is the same for the same site."""

import json
from hashlib import sha256

import pandas as pd
import pytest
from toy_tables import SHA, make_tables

from data.manifest import manifest_json
from data.store import write_database

CREDITS = [
    {"title": "Census", "licence": "OGL-UK-3.0", "credit": "ONS", "vintage": "2011"},
    {"title": "Places", "licence": "CC-BY-4.0", "credit": "GeoNames", "vintage": "2025"},
]


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    (folder / "data").mkdir(parents=True)
    (folder / "index.html").write_text("<p>map</p>", encoding="utf-8")
    (folder / "table.html").write_text("<p>table</p>", encoding="utf-8")
    (folder / "manifest.json").write_text("old", encoding="utf-8")
    (folder / "data" / "places.csv").write_bytes(b"a\n")
    write_database(folder / "data" / "passersby.duckdb", make_tables())
    return folder


def describe(folder, **options):
    content = manifest_json(
        folder, version="1.2", tables=make_tables(), credits=CREDITS, **options
    )
    return json.loads(content)


def test_every_file_but_the_manifest_is_named(site):
    files = {entry["path"]: entry for entry in describe(site)["files"]}
    assert list(files) == [
        "data/passersby.duckdb",
        "data/places.csv",
        "index.html",
        "table.html",
    ]
    assert files["data/places.csv"] == {
        "path": "data/places.csv",
        "bytes": 2,
        "sha256": sha256(b"a\n").hexdigest(),
        "licence": "CC-BY-4.0; OGL-UK-3.0",
    }
    assert files["index.html"]["licence"] == "CC-BY-4.0; OGL-UK-3.0; MIT; BSD-2-Clause"
    assert files["table.html"]["licence"].endswith("MIT")


def test_the_database_is_told_by_its_rows(site):
    (database,) = [f for f in describe(site)["files"] if f["path"].endswith(".duckdb")]
    assert "sha256" not in database
    assert "bytes" not in database
    assert database["rows"]["out_deployments"] == 3
    assert database["rows"]["core_corrections"] == 0


def test_counts_and_sources(site):
    manifest = describe(site)
    assert manifest["version"] == "1.2"
    assert manifest["counts"] == {
        "rows_in": 4,
        "rows_core": 3,
        "rows_rejected": 1,
        "rows_flagged": 1,
    }
    (source,) = manifest["sources"]
    assert (source["name"], source["sha256"], source["url"]) == ("toy.csv", SHA, None)
    assert (source["rows_in"], source["rows_core"], source["rows_rejected"]) == (4, 3, 1)


def test_the_same_site_gives_the_same_bytes(site, tmp_path):
    elsewhere = tmp_path / "deeper" / "folder"
    elsewhere.parent.mkdir()
    first = manifest_json(site, version="1", tables=make_tables(), credits=CREDITS)
    site.rename(elsewhere)
    tables = make_tables()
    write_database(elsewhere / "data" / "passersby.duckdb", tables)
    assert manifest_json(elsewhere, version="1", tables=tables, credits=CREDITS) == first
    assert str(tmp_path).encode() not in first


def test_sources_are_in_order_of_name(site):
    tables = make_tables()
    second = tables["core_sources"].assign(
        source_document="another.csv", source_sha256="b" * 64
    )
    tables["core_sources"] = pd.concat([tables["core_sources"], second], ignore_index=True)
    content = manifest_json(site, version="1", tables=tables, credits=CREDITS)
    names = [source["name"] for source in json.loads(content)["sources"]]
    assert names == ["another.csv", "toy.csv"]


def test_a_file_may_have_a_licence_of_its_own(site):
    files = describe(site, licences={"data/places.csv": "ODbL-1.0"})["files"]
    assert {f["path"]: f["licence"] for f in files}["data/places.csv"] == "ODbL-1.0"


def test_keys_are_sorted(site):
    content = manifest_json(site, version="1", tables=make_tables(), credits=CREDITS)
    described = json.loads(content, object_pairs_hook=lambda pairs: [key for key, _ in pairs])
    assert described == sorted(described)
