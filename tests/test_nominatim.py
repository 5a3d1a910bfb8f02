"""
A real Nominatim of Helsinki on this machine, asked through a proxy that counts and interferes.

`make nominatim` builds it; where there is none these tests are skipped, and in CI they must run.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from nominatim_proxy import cut_off, drip_body, pass_on, running, silence, status

from data.answers import AnswerBook
from data.nominatim import Nominatim, ask_all
from geo.answers import gathered
from geo.crs import to_system
from geo.questions import Question

pytestmark = pytest.mark.slow

CENTRE = (24.93, 60.16, 24.96, 60.18)
METRES = "EPSG:3067"  # Finland's own grid


@pytest.fixture
def server(nominatim):
    with running(nominatim) as proxy:
        yield proxy


@pytest.fixture
def book(tmp_path):
    return AnswerBook(tmp_path / "answers.duckdb")


def asking(server, book, **options):
    return Nominatim(server.url, book, **{"pause_s": 0.05, "deadline_s": 20.0, **options})


def of(text, **more):
    return Question(text, country="fi", **more)


def found(server, book, question):
    (features,) = ask_all([question], asking(server, book)).features
    return features.frame


# Found -----------------------------------------------------------------------------------


def test_a_street_is_found_in_all_its_pieces(server, book):
    frame = found(server, book, of("Mannerheimintie"))
    pieces = frame[(frame["name"] == "Mannerheimintie") & (frame["kind"] == "street")]
    assert set(pieces["precision"]) == {"street"}
    assert set(pieces.geom_type) == {"LineString"}
    assert len(pieces) > 40, "Nominatim gives 40 rows at most: the rest was not asked for"
    assert pieces["ref"].is_unique
    # The extract cuts off all but some 800 m of it.
    (pieces,) = ask_all([of("Mannerheimintie")], asking(server, book)).features
    asked = gathered(pieces, crs=METRES)
    (whole,) = to_system(asked.frame[asked.frame["kind"] == "street"], METRES).geometry
    assert 700 < whole.minimum_rotated_rectangle.length / 2 < 900


def test_a_station_is_told_from_its_stops(server, book):
    frame = found(server, book, of("Rautatientori"))
    stations = frame[frame["kind"] == "station"]
    assert {"node/418089207"} <= set(stations["ref"])
    assert set(stations["precision"]) == {"site"}
    assert "node/338861278" not in set(frame["ref"]), "a bus stop of that name"
    assert "venue" in set(frame["kind"]), "the square of that name"
    assert "street" in set(frame["kind"]), "the streets of that name"


def test_a_station_of_a_longer_name_is_a_building(server, book):
    frame = found(server, book, of("Helsingin päärautatieasema"))
    (hall,) = frame[frame["name"] == "Helsingin päärautatieasema"].itertuples()
    assert (hall.kind, hall.precision, hall.margin_m) == ("station", "site", 200)
    assert hall.geometry.geom_type == "Polygon"
    assert "Helsinki Hauptbahnhof" in hall.other_names.split("|")


def test_a_venue_is_a_site_and_a_street_like_it_a_street(server, book):
    frame = found(server, book, of("Ateneum")).set_index("name")
    assert frame.loc["Ateneum", "precision"] == "site"
    assert frame.loc["Ateneum", "kind"] == "venue"
    assert frame.loc["Ateneuminkuja", "precision"] == "street"


def test_a_district_is_a_district(server, book):
    frame = found(server, book, of("Kluuvi"))
    (district,) = frame[frame["kind"] == "district"].itertuples()
    assert (district.name, district.precision, district.margin_m) == ("Kluuvi", "district", 0)
    assert "Gloet" in district.other_names.split("|")
    assert district.geometry.area > 0, "a district has an extent"


def test_a_postcode_is_one(server, book):
    (code,) = found(server, book, of("00100")).itertuples()
    assert (code.name, code.kind, code.precision, code.ref) == (
        "00100",
        "postcode",
        "district",
        "",
    )


def test_the_city_is_no_pin(server, book):
    (city,) = found(server, book, of("Helsinki")).itertuples()
    # The extract cuts the city's boundary, so Nominatim has its middle only.
    assert (city.kind, city.precision) == ("town", "district")
    assert city.geometry.geom_type == "Polygon"


def test_another_language_finds_the_same(server, book):
    ours = set(found(server, book, of("Mannerheimvägen"))["ref"])
    assert ours & set(found(server, book, of("Mannerheimintie"))["ref"])


def test_nothing_is_an_answer(server, book):
    for text in (
        "Xyzzyplugh",
        "'; DROP TABLE placex; --",
        "<script>alert(1)</script>",
        "?" * 500,
    ):
        asked = ask_all([of(text)], asking(server, book))
        assert asked.answered == (True,), asked.notes
    count = len(server.times)
    assert ask_all([of("Xyzzyplugh")], asking(server, book)).answered == (True,)
    assert len(server.times) == count


def test_another_country_is_not_searched(server, book):
    (features,) = ask_all([Question("Kluuvi", country="gb")], asking(server, book)).features
    assert features.frame.empty


def test_a_bounded_search_refuses_what_lies_outside(server, book):
    beside = (24.5, 60.0, 24.6, 60.1)
    assert len(found(server, book, of("Ateneum", viewbox=CENTRE, bounded=True)))
    assert found(server, book, of("Ateneum", viewbox=beside, bounded=True)).empty
    assert len(found(server, book, of("Ateneum", viewbox=beside))), (
        "a preference refuses nothing"
    )


# Kept ----------------------------------------------------------------------------------

AGAIN = """
import sys
from pathlib import Path
from data.answers import AnswerBook
from data.nominatim import Nominatim, ask_all
from geo.questions import Question
book = AnswerBook(Path(sys.argv[2]))
asked = ask_all([Question("Kluuvi", country="fi")], Nominatim(sys.argv[1], book, pause_s=0.05))
print(asked.fetched, len(asked.features[0].frame), asked.failed)
"""


def test_the_second_call_makes_no_request(server, book):
    first = found(server, book, of("Kluuvi"))
    count = len(server.times)
    assert count > 0
    assert found(server, book, of("Kluuvi")).equals(first)
    command = [sys.executable, "-c", AGAIN, server.url, str(book.path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["0", str(len(first)), "False"]
    assert len(server.times) == count


def test_offline_falls_back_on_what_is_kept(server, book):
    kept = found(server, book, of("Kluuvi"))
    count = len(server.times)
    asked = ask_all([of("Kluuvi"), of("Ateneum")], asking(server, book, offline=True))
    assert asked.features[0].frame.equals(kept)
    assert (asked.answered, asked.failed) == ((True, False), False)
    assert "1 question" in asked.notes[0]
    assert "offline" in asked.notes[0]
    assert len(server.times) == count


# The rate ------------------------------------------------------------------------------


def test_the_rate_is_a_request_a_second(server, book):
    questions = [of("Kluuvi"), of("Ateneum"), of("Kaivokatu")]
    asked = ask_all(questions, Nominatim(server.url, book))
    assert all(asked.answered)
    assert len(server.times) >= 3
    assert min(server.gaps()) >= 1.0


def test_two_processes_keep_the_rate_together(server, book):
    code = AGAIN.replace('"Kluuvi"', "sys.argv[3]").replace("0.05", "1.1")
    names = ["Kluuvi", "Ateneum", "Kaivokatu"]
    command = [sys.executable, "-c", code, server.url, str(book.path)]
    others = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in names
    ]
    said = [other.communicate(timeout=60)[0].split() for other in others]
    assert [words[0] for words in said] == ["1", "1", "1"]
    # The turns are exactly 1.1 s apart (test_answers); a busy machine delays what comes after.
    assert min(server.gaps()) >= 0.5, "processes of one project asked at once"


# Faults --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "faults",
    [[status(429, Retry_After="1")], [status(500)], [silence], [drip_body], [cut_off]],
    ids=["429", "500", "timeout", "drip", "cut off"],
)
def test_a_fault_that_passes_costs_a_try(server, book, faults):
    server.faults += [*faults, pass_on]
    asked = ask_all([of("Kluuvi")], asking(server, book, request_s=3.0))
    assert (asked.answered, asked.failed, asked.notes) == ((True,), False, ())
    assert "Kluuvi" in set(asked.features[0].frame["name"])
    assert len(server.times) == 2


def test_a_server_that_fails_leaves_the_others_answers(server, book):
    kept = found(server, book, of("Kluuvi"))
    server.faults += [status(503, Retry_After="999")]
    asked = ask_all([of("Ateneum"), of("Kluuvi"), of("Kaivokatu")], asking(server, book))
    assert asked.answered == (False, True, False)
    assert asked.features[1].frame.equals(kept)
    assert asked.failed
    assert "asked again in 999 s" in asked.notes[0]
    assert asked.notes[1].startswith("2 questions")
