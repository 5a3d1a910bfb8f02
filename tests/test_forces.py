"""Who a document speaks for: named in it, or not stated, never guessed from a place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.forces import (
    NOT_STATED,
    force_named,
    force_of,
    force_of_document,
    load_forces,
)


def test_the_list_holds_every_territorial_force_and_two_more():
    forces = load_forces()
    # 43 of England and Wales (the City's among them), two more nations, the railways'.
    assert len(forces) == 46
    assert len({force.code for force in forces}) == 46
    assert len({force.name for force in forces}) == 46
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", force.code) for force in forces)


def test_no_two_forces_share_a_name():
    called = [name.casefold() for f in load_forces() for name in {f.code, f.name, *f.aliases}]
    called = [name for name in called if name]
    codes = {f.code for f in load_forces()}
    doubled = {name for name in called if called.count(name) > 1}
    assert doubled <= codes  # a code may equal its own force's alias: "essex"
    assert all(
        len(
            {
                f
                for f in load_forces()
                if name in map(str.casefold, (f.code, f.name, *f.aliases))
            }
        )
        == 1
        for name in called
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MPS LFR DEPLOYMENTS 2020 – 2022", "met"),
        ("More Trust │Less Crime │ High Standards\nMPS LFR DEPLOYMENTS 2023 –Date", "met"),
        ("Metropolitan Police Service: live facial recognition", "met"),
        ("Deployments by South Wales Police in 2024", "south-wales"),
        ("BTP facial recognition trial", "btp"),
        ("Avon & Somerset Police", "avon-and-somerset"),
    ],
)
def test_titles_that_name_a_force(text, code):
    assert force_of(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "LFR deployments 2024",
        "Kent Road, Essex Street",
        "Records we met last year",
        "Essex Police and Kent Police",
    ],
)
def test_titles_that_name_none_or_two(text):
    assert force_of(text) is None


def test_cells_name_a_force_in_short():
    assert force_named("Essex").name == "Essex Police"
    assert force_named(" the  MET ").code == "met"
    assert force_named("BTP").code == "btp"
    assert force_named("Ruritanian Guard").code == "ruritanian-guard"
    assert force_named("Ruritanian Guard").name == "Ruritanian Guard"
    assert force_named(" ") == NOT_STATED


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"title": "MPS LFR deployments", "url": None, "name": "grid.pdf"}, "met"),
        ({"title": None, "url": "https://www.met.police.uk/a.pdf", "name": "a.pdf"}, "met"),
        ({"title": None, "url": None, "name": "met-lfr-grid-2020-2022.pdf"}, "met"),
        ({"title": None, "url": None, "name": "south_wales_deployments.csv"}, "south-wales"),
        ({"title": None, "url": None, "name": "essex_police_2024.csv"}, "essex"),
        ({"title": None, "url": None, "name": "kent-street.csv"}, None),
        ({"title": None, "url": "https://notmet.police.uk.example/", "name": "x"}, None),
        ({"title": "Deployments", "url": None, "name": "grid.csv"}, None),
    ],
)
def test_documents_tell(document, code):
    force = force_of_document(**document)
    assert (force and force.code) == code


@given(st.text())
def test_any_cell_names_something(text):
    force = force_named(text)
    assert force.code
    assert force.name
    force_of_document(title=text, url=text, name=text)
