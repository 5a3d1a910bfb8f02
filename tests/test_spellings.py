"""A key is found as written, or by the slip that made it, in few names and in many."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.gazetteer import load_gazetteer
from geo.likeness import is_slip
from geo.spellings import FEW, Spellings

MANY = load_gazetteer().name_keys


def test_an_exact_key_is_found_only_exactly():
    assert MANY.hits("brixton", exact=True) == [("brixton", 1.0)]
    assert MANY.hits("brixtom", exact=True) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [("walthamstwo", "walthamstow"), ("twikenham", "twickenham"), ("chelmsfrod", "chelmsford")],
)
def test_a_slip_is_found_among_many(written, meant):
    assert len(MANY) > FEW
    assert [key for key, _ in MANY.hits(written, exact=False)] == [meant]


def test_a_name_likest_to_one_two_slips_away_is_not_taken_for_another():
    assert MANY.hits("brikston hill", exact=False) == []


def test_short_and_empty_keys_are_slips_of_nothing():
    for key in ("", "a", "ilfo"):
        assert MANY.hits(key, exact=False) == []
        assert Spellings({"ilford": [1]}).hits(key, exact=False) == []


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(MANY)), st.integers(0, 40), st.sampled_from("aeiourstln"))
def test_whatever_is_found_is_a_slip_away(key, position, letter):
    spoilt = key[:position] + letter + key[position + 1 :]
    for found, score in MANY.hits(spoilt, exact=False):
        assert is_slip(spoilt, found)
        assert 0 < score <= 1
