"""What a geocoder is asked: only what it could settle, and only where the rest says."""

import pandas as pd
import pytest
import shapely
from toy_map import features, line, row

from data.gazetteer import load_gazetteer
from geo.questions import Question, open_questions

MET = "Metropolitan Police"
EMBEDDED = load_gazetteer()


def ask(*texts, force=MET, area=None, gazetteer=EMBEDDED):
    places = pd.DataFrame(
        {"force": force, "place_published": list(texts), "area_published": area}
    )
    return open_questions(places, gazetteer)


def test_a_lost_street_is_asked_for_within_what_is_known():
    (question,) = ask("Surrey St, Croydon")
    assert question.text == "Surrey Street"
    assert question.bounded
    west, south, east, north = question.viewbox
    croydon = EMBEDDED.areas.set_index("area_code").geometry["E09000008"]
    assert shapely.box(west, south, east, north).covers(croydon)
    assert 0.01 < east - west < 0.3
    assert 0.01 < north - south < 0.3


def test_what_is_held_is_not_asked_for():
    assert ask("Camden", "Oxford Circus", "North End, Croydon", "High St, Ilford") == []
    held = EMBEDDED.with_features(
        [features(row("Surrey Street", "street", line((0, 0), (0, 9))))]
    )
    assert ask("Surrey St, Croydon", gazetteer=held) == []


@pytest.mark.parametrize(
    "text", ["High St", "Station Road", "the Broadway", "Abbey Road", "", "---", None]
)
def test_no_geocoder_knows_which_of_many_is_meant(text):
    assert ask(text) == []


def test_a_place_of_which_nothing_is_held_is_asked_for_whole_and_part_by_part():
    asked = ask("Zzyzx Lane, Qwertyham")
    assert [question.text for question in asked] == [
        "Zzyzx Lane, Qwertyham", "Zzyzx Lane", "Qwertyham",
    ]  # fmt: skip
    assert all(question.bounded for question in asked)
    anywhere = ask("Zzyzx Lane, Qwertyham", force=None)
    assert all(q.viewbox is None and not q.bounded for q in anywhere)


def test_each_question_is_asked_once():
    assert len(ask("Surrey St, Croydon", "Croydon, Surrey Street", "Surrey St, Croydon")) == 1


def test_another_country_is_asked_about_in_its_own_name():
    finland = load_gazetteer("fi")
    assert ask("Mannerheimintie", force=None, gazetteer=finland) == [
        Question("Mannerheimintie", "fi")
    ]
