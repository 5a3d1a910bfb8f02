"""Hand-made slips first, then laws that hold for any names and any text."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.name_index import CHUNK, NameIndex, Near, spelling

NAMES = (
    "High Street, Ilford",
    "High Street, Deal",
    "High Street, Dean",
    "St James's Gardens, Camden",
    "Station Road, Barnet",
    "Church Road, Barnes, Richmond upon Thames",
    "North End, Croydon",
    "Walthamstow",
    "Pontypridd, Rhondda Cynon Taf",
)
INDEX = NameIndex(NAMES)
WORDS = st.text("abcde ,'", max_size=12)


def best(text, index=INDEX, **options):
    return [near.name for near in index.nearest([text], **options)[0]]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("High St Ilford", "High Street, Ilford"),
        ("ILFORD, HIGH STR", "High Street, Ilford"),
        ("Deal High Street", "High Street, Deal"),
        ("Hgih St, Deal", "High Street, Deal"),
        ("st. james gdns camden", "St James's Gardens, Camden"),
        ("Saint Jamess Gardens; Camdem", "St James's Gardens, Camden"),
        ("Barnet Stn Rd", "Station Road, Barnet"),
        ("richmond upon thames barnes chruch rd", "Church Road, Barnes, Richmond upon Thames"),
        ("Northend Croydon", "North End, Croydon"),
        ("Walthamstowe", "Walthamstow"),
        ("aWlthamstow", "Walthamstow"),
        ("Pontypryd", "Pontypridd, Rhondda Cynon Taf"),
    ],
)
def test_slips_find_what_was_meant(written, meant):
    assert best(written) == [meant]


def test_a_tie_is_kept():
    # One letter from each, and as many runs shared with each.
    assert best("High Street, Deaz") == ["High Street, Deal", "High Street, Dean"]


def test_two_names_of_one_spelling_are_both_found():
    index = NameIndex(("Kings Cross", "King's Cross", "King's X"))
    assert best("KINGS CROSS", index) == ["King's Cross", "Kings Cross"]


def test_an_exact_name_hides_those_of_the_same_words():
    index = NameIndex(("Park Hill", "Hill Park"))
    assert best("Hill Park", index) == ["Hill Park"]
    assert best("hill, PARK", index) == ["Hill Park"]


def test_another_order_of_the_same_words_is_certain_of_the_words():
    assert INDEX.nearest(["Croydon North End"]) == [[Near("North End, Croydon", 1.0)]]
    index = NameIndex(("a b c", "b a c"))
    assert best("c b a", index) == ["a b c", "b a c"]


def test_within_lets_the_next_best_in():
    assert best("High St Dael", within=0.2)[:2] == ["High Street, Deal", "High Street, Dean"]
    scores = [near.score for near in INDEX.nearest(["High St Dael"], within=0.5)[0]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("text", ["", " ", "?!", ",;", "\n", "zzyzx", "1234", "\u4e2d\u6587"])
def test_nothing_shared_finds_nothing(text):
    assert INDEX.nearest([text]) == [[]]


@pytest.mark.parametrize("names", [(), ("",), ("!", "  ")])
def test_an_index_of_nothing_finds_nothing(names):
    assert NameIndex(names).nearest(["High Street", ""]) == [[], []]
    assert NameIndex(names).nearest([]) == []


def test_answers_keep_the_order_of_the_texts_over_several_chunks():
    texts = [f"{name}{'x' * (i % 7)}" for i in range(CHUNK // 4) for name in NAMES]
    together = INDEX.nearest(texts)
    assert len(texts) > 2 * CHUNK
    assert together[:20] == [INDEX.nearest([text])[0] for text in texts[:20]]
    assert together[-20:] == [INDEX.nearest([text])[0] for text in texts[-20:]]


def test_shorthand_and_its_full_words_are_one_spelling():
    assert spelling("Saint Mary's Sq.") == spelling("ST MARYS SQUARE")
    assert spelling("Victoria & Albert Gdns") == spelling("Victoria and Albert Gardens")
    assert spelling("High Street") != spelling("High Road")


@given(st.lists(WORDS, min_size=1, max_size=8), st.data())
def test_an_exact_name_always_finds_itself(names, data):
    name = data.draw(st.sampled_from(names))
    found = NameIndex(tuple(names)).nearest([name])[0]
    if spelling(name):
        assert Near(name, 1.0) in found
    else:
        assert found == []


@given(st.lists(WORDS, max_size=8), st.lists(WORDS, max_size=4), st.randoms())
def test_order_and_repetition_of_names_change_no_answer(names, texts, rng):
    shuffled = [*names, *names[:2]]
    rng.shuffle(shuffled)
    assert NameIndex(tuple(names)).nearest(texts) == NameIndex(tuple(shuffled)).nearest(texts)


@given(st.lists(WORDS, max_size=8), st.lists(WORDS, max_size=4))
def test_texts_do_not_sway_each_other(names, texts):
    index = NameIndex(tuple(names))
    assert index.nearest(texts) == [index.nearest([text])[0] for text in texts]


@settings(max_examples=200)
@given(st.text(max_size=60), st.floats(0, 1))
def test_any_text_is_answered_with_known_names(text, within):
    found = INDEX.nearest([text], within=within)[0]
    assert {near.name for near in found} <= set(NAMES)
    assert all(0 < near.score <= 1 for near in found)
    top = found[0].score if found else 0
    assert all(near.score >= top - within - 1e-4 for near in found)


def test_many_names_with_the_same_ending_are_told_apart():
    # "Road" and "Town" are in every name, and so are left out of the first look.
    rng = random.Random(5)  # noqa: S311 - no secret
    stems = sorted({"".join(rng.choices("abdeghilmnorstuy", k=7)) for _ in range(3000)})
    names = [f"{stem.title()} Road, {stem[::-1].title()} Town" for stem in stems]
    index = NameIndex(tuple(names))
    meant = names[::50]
    written = [name.replace(name[3], "", 1).replace("Road, ", "Rd ") for name in meant]
    found = index.nearest(written)
    assert sum(near[0].name == name for near, name in zip(found, meant, strict=True)) >= 59
