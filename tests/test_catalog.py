"""Every embedded file is known, credited and unchanged."""

from dataclasses import replace

import pytest

from data.catalog import HERE, check_entry, entries_owed, load_catalog
from data.errors import SourceError

ENTRIES = load_catalog()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_the_file_is_the_one_reviewed(entry):
    check_entry(entry)


def test_every_embedded_file_has_an_entry():
    files = {
        path.relative_to(HERE).as_posix()
        for folder in ("embedded", "records")
        for path in (HERE / folder).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert files == {entry.file for entry in ENTRIES}


def test_every_entry_says_everything():
    for entry in ENTRIES:
        assert all(vars(entry).values()), entry.id


def test_a_changed_file_is_noticed():
    entry = replace(ENTRIES[0], sha256="0" * 64)
    with pytest.raises(SourceError, match=r"expected sha256 00000000\.\.\., got .*Review"):
        check_entry(entry)
    with pytest.raises(SourceError, match="missing"):
        check_entry(replace(entry, file="embedded/none.csv"))


def test_a_malformed_catalog_is_refused(tmp_path):
    path = tmp_path / "catalog.toml"
    path.write_text('[[entry]]\nid = "a"\n')
    with pytest.raises(SourceError, match="entry 1 \\(a\\): check"):
        load_catalog(path)


@pytest.mark.parametrize(
    ("located_by", "owed"),
    [
        ([], False),
        (["stations", "GeoNames, wards", "none"], False),
        (["OpenStreetMap"], False),
        (["curated table", "railway stations"], True),
        (["GeoNames, wards, railway stations"], True),
        (["correction: railway stations"], True),
        (["area boundary; told elsewhere: railway stations"], True),
    ],
)
def test_railway_stations_are_credited_where_a_place_rests_on_them(located_by, owed):
    found = [entry.id for entry in entries_owed(ENTRIES, located_by=located_by)]
    every = [entry.id for entry in ENTRIES if entry.credited != "street extracts"]
    assert found == [i for i in every if owed or i != "rail-stations"]
