"""Texts as clerks write them first, then laws that hold for any text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.errors import GeocodeError
from geo.place import kind_of, name_key, parse_place

READ = {
    "Belvedere Rd, Waterloo": "Belvedere Road, Waterloo",
    "Ealing B’way Stn": "Ealing Broadway Station",
    "Clapham Junc": "Clapham Junction",
    "Northumberland Pk": "Northumberland Park",
    "Tottenham Ct Rd": "Tottenham Court Road",
    "Stn Parade, Barking": "Station Parade, Barking",
    "St Ann’s, Harrow": "St Ann's, Harrow",
    "St John’s Hill, Clapham Junction": "St John's Hill, Clapham Junction",
    "Croydon, Church St": "Croydon, Church Street",
    "Westfield, Stratford,": "Westfield, Stratford",
    "HIGH ST, ILFORD": "High Street, Ilford",
    "high st,ilford": "High Street, Ilford",
    "Kings X Stn": "Kings Cross Station",
    "High Rd j/w Love Ln": "High Road, junction with Love Lane",
    "High Rd at jct with Love Ln": "High Road, junction with Love Lane",
    "High St o/s Primark, Ilford": "High Street, outside Primark, Ilford",
    "High St opp. Town Hall": "High Street, opposite Town Hall",
    "Rye Ln nr Peckham Rye Stn": "Rye Lane, near Peckham Rye Station",
    "Ave Rd Shopping Ctr": "Avenue Road Shopping Centre",
    "Church St / St. Mary's Gdns": "Church Street, junction with St Mary's Gardens",
    "Elephant & Castle": "Elephant & Castle",
}


@pytest.mark.parametrize(("text", "read"), READ.items())
def test_shorthand_is_written_out(text, read):
    assert parse_place(text).read == read


def test_parts_in_either_order():
    for text in ("Croydon, George St", "George St, Croydon"):
        parts = parse_place(text)
        assert (parts.street, parts.districts) == ("George Street", ("Croydon",))


def test_a_street_and_its_cross_street():
    parts = parse_place("Wood St junction with St Mary's Rd, Walthamstow")
    assert (parts.street, parts.cross_street) == ("Wood Street", "St Mary's Road")
    assert (parts.relation, parts.districts) == ("junction with", ("Walthamstow",))


def test_a_landmark_one_stands_outside_of():
    parts = parse_place("High St o/s McDonald's, Ilford")
    assert (parts.street, parts.landmark, parts.relation) == (
        "High Street",
        "McDonald's",
        "outside",
    )


def test_beside_a_town_a_name_that_may_be_a_street_is_one():
    assert parse_place("Croydon, North End").street == "North End"
    assert parse_place("Crouch End").street is None


def test_remarks_in_brackets_are_kept_apart():
    parts = parse_place("Oxford Circus (technical fault stopped deployment)")
    assert parts.read == "Oxford Circus"
    assert parts.notes == ("technical fault stopped deployment",)
    assert parse_place("(Brixton)").read == "Brixton"


@pytest.mark.parametrize("text", ["", "  ", ",;", "()", "’", "o/s", "near"])
def test_nothing_is_refused_with_the_remedy(text):
    with pytest.raises(GeocodeError, match="names no place"):
        parse_place(text)


def test_kinds_by_words():
    kinds = [kind_of(n) for n in ("Mare Street", "Barking Station", "Station Parade", "Acton")]
    assert kinds == ["street", "landmark", "street", "district"]


@given(st.text(max_size=80))
def test_any_text_reads_or_is_refused_and_reading_is_settled(text):
    try:
        parts = parse_place(text)
    except GeocodeError:
        return
    assert parts.published == text
    again = parse_place(parts.read)
    assert again.read == parts.read
    assert again.names == parts.names


WORDS = st.sampled_from(
    ["High", "St", "St.", "st", "Rd", "Stn", "B’way", "o/s", "opp", "j/w", "jct", "with", "of",
     "Croydon", ",", " - ", "(x)", "King's", "X", "&", "near", "O2", "the", "Pk", "corner", "@"]
)  # fmt: skip


@given(st.lists(WORDS, min_size=1, max_size=9).map(" ".join))
def test_police_shorthand_in_any_order_settles(text):
    try:
        parts = parse_place(text)
    except GeocodeError:
        return
    assert parse_place(parts.read).read == parts.read


@given(st.text(max_size=60))
@example("ℙeckham")
@example("ŉ ﬁ İ K")
def test_a_key_is_its_own_key(text):
    assert name_key(name_key(text)) == name_key(text)
