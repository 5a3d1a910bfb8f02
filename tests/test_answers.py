"""Answers are kept for good and shared between processes; rows that make no sense vanish."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import pairwise

import duckdb
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nominatim_proxy import street

from data.answers import AnswerBook, Kept, canonical
from data.errors import AnswerBookError
from data.settings import Settings
from geo.answers import answers_as_features, gathered, no_features
from geo.features import COLUMNS, KINDS
from geo.questions import Question

FI = Question("x", country="fi")
SQUARE = [[[24.9, 60.1], [25.0, 60.1], [25.0, 60.2], [24.9, 60.2], [24.9, 60.1]]]


def row(category="amenity", kind="cafe", rank=30, **more):
    """Return a row with a point, unless told otherwise."""
    made = {
        **street("Name", 7), "category": category, "type": kind, "place_rank": rank,
        "addresstype": kind, "geojson": {"type": "Point", "coordinates": [24.94, 60.17]},
    }  # fmt: skip
    return made | more


def read(*rows, question=FI):
    return answers_as_features(rows, question).frame


# What a row is ---------------------------------------------------------------------------

POLYGON = {"geojson": {"type": "Polygon", "coordinates": SQUARE}}
LINE = {"geojson": {"type": "LineString", "coordinates": [[24.94, 60.17], [24.95, 60.17]]}}
READINGS = [
    # category, type, rank, more -> kind, precision, margin
    (
        "boundary",
        "administrative",
        16,
        {**POLYGON, "addresstype": "borough"},
        "area",
        "area",
        0,
    ),
    ("boundary", "administrative", 12, {**POLYGON, "addresstype": "county"}, "area", "area", 0),
    ("boundary", "administrative", 16, {**POLYGON, "addresstype": "city"}, "town", "area", 0),
    ("boundary", "administrative", 16, {"addresstype": "borough"}, "area", "district", 0),
    ("boundary", "administrative", 20, POLYGON, "district", "district", 0),
    ("place", "city", 16, {}, "town", "district", 0),
    ("place", "town", 18, {}, "town", "district", 0),
    ("place", "village", 19, {}, "town", "district", 0),
    ("place", "suburb", 19, {}, "district", "district", 0),
    ("place", "neighbourhood", 24, POLYGON, "district", "district", 0),
    ("place", "postcode", 21, {"osm_type": None, "osm_id": None}, "postcode", "district", 0),
    ("boundary", "postal_code", 21, POLYGON, "postcode", "district", 0),
    ("leisure", "park", 24, POLYGON, "district", "district", 0),
    ("natural", "beach", 22, POLYGON, "district", "district", 0),
    ("place", "square", 25, POLYGON, "venue", "site", 60),
    ("highway", "primary", 26, LINE, "street", "street", 30),
    ("highway", "footway", 27, LINE, "street", "street", 30),
    ("highway", "pedestrian", 26, POLYGON, "street", "street", 30),
    ("railway", "station", 30, {}, "station", "site", 200),
    ("railway", "tram_stop", 30, {}, "station", "site", 200),
    ("public_transport", "station", 30, POLYGON, "station", "site", 200),
    ("building", "train_station", 30, POLYGON, "station", "site", 200),
    ("amenity", "bus_station", 30, {}, "station", "site", 200),
    ("shop", "mall", 30, POLYGON, "venue", "site", 60),
    ("leisure", "stadium", 30, POLYGON, "venue", "site", 60),
    ("highway", "services", 30, {}, "venue", "site", 60),
    ("highway", "motorway_junction", 30, {}, "junction", "site", 40),
    ("junction", "yes", 30, {}, "junction", "site", 40),
]


@pytest.mark.parametrize(
    "reading", READINGS, ids=lambda reading: "-".join(map(str, reading[:3]))
)
def test_rank_and_tags_are_read_right(reading):
    category, kind, rank, more, is_a, precision, margin_m = reading
    (found,) = read(row(category, kind, rank, **more)).itertuples()
    assert (found.kind, found.precision, found.margin_m) == (is_a, precision, margin_m)
    assert found.whole
    assert is_a in KINDS


@pytest.mark.parametrize(
    ("category", "kind", "rank"),
    [
        ("highway", "bus_stop", 30), ("highway", "traffic_signals", 30), ("railway", "stop", 30),
        ("railway", "platform", 30), ("railway", "subway_entrance", 30),
        ("public_transport", "stop_position", 30), ("waterway", "river", 19),
        ("boundary", "administrative", 4), ("place", "sea", 2), ("amenity", "cafe", 31),
        ("amenity", "cafe", None), ("amenity", "cafe", True), ("railway", "rail", 26),
    ],
)  # fmt: skip
def test_what_bears_a_place_name_without_being_one_is_left_out(category, kind, rank):
    assert read(row(category, kind, rank)).empty


def test_a_district_without_a_boundary_is_its_box():
    (found,) = read(row("place", "suburb", 19)).itertuples()
    assert found.geometry.equals(shapely.box(24.940, 60.170, 24.944, 60.171))
    assert read(row("place", "suburb", 19, boundingbox=None)).empty


def test_a_site_without_a_shape_is_its_point():
    (found,) = read(row(geojson=None)).itertuples()
    assert found.geometry.equals(shapely.Point(24.9420, 60.1705))
    (found,) = read(row(geojson=None, lat=None)).itertuples()
    assert found.geometry.geom_type == "Polygon"


def test_a_boundary_that_crosses_itself_is_mended():
    bow = [[[24.0, 60.0], [25.0, 61.0], [25.0, 60.0], [24.0, 61.0], [24.0, 60.0]]]
    (found,) = read(
        row("leisure", "park", 24, geojson={"type": "Polygon", "coordinates": bow})
    ).itertuples()
    assert found.geometry.is_valid
    assert found.geometry.area > 0


def test_names_are_the_features_own():
    details = {
        "name": "Ateneum", "name:en": "The Ateneum|Art Museum", "alt_name": "A; B;Ateneum",
        "old_name": "Old", "name:etymology:wikidata": "Q1", "operator": "Nobody",
        "name:fi-pronunciation": "ah", "name:sv": "A",
    }  # fmt: skip
    (found,) = read(row(namedetails=details, name="localised")).itertuples()
    assert found.name == "Ateneum"
    assert found.other_names == "A|B|The Ateneum Art Museum|Old"


def test_a_house_is_named_by_number_and_street_and_a_shop_is_not():
    address = {"house_number": "12", "road": "Kaivokatu", "country_code": "fi"}
    nameless = {"namedetails": {}, "name": "", "address": address}
    assert list(read(row("place", "house", 30, **nameless))["name"]) == ["12 Kaivokatu"]
    assert read(row("shop", "kiosk", 30, **nameless)).empty
    assert read(row("place", "house", 30, namedetails={}, name="", address={})).empty


def test_what_is_elsewhere_is_left_out():
    abroad = row(address={"country_code": "gb"})
    assert read(abroad).empty
    assert len(read(abroad, question=Question("x"))) == 1
    assert len(read(row(address={}))) == 1
    there = Question("x", "fi", viewbox=(24.9, 60.1, 25.0, 60.2), bounded=True)
    beside = Question("x", "fi", viewbox=(23.0, 60.1, 23.1, 60.2), bounded=True)
    assert len(read(row(), question=there)) == 1
    assert read(row(), question=beside).empty
    assert len(read(row(), question=Question("x", "fi", viewbox=beside.viewbox))) == 1


def test_one_feature_in_two_ways_and_one_way_twice():
    square, street_ = (
        row("place", "square", 25, **POLYGON),
        row("highway", "pedestrian", 26, **POLYGON),
    )
    assert list(read(square, street_, square)["kind"]) == ["venue", "street"]
    postcodes = [
        row("place", "postcode", 21, osm_type=None, name=name, namedetails={}) for name in "AB"
    ]
    assert list(read(*postcodes)["name"]) == ["A", "B"]


def test_a_street_is_whole_unless_more_of_it_may_lie_elsewhere():
    piece = street("A", 1)  # from 24.94, 60.17 to 24.944, 60.171
    inside = Question("x", "fi", viewbox=(24.93, 60.16, 24.96, 60.18), bounded=True)
    at_edge = Question("x", "fi", viewbox=(24.937, 60.16, 24.96, 60.18), bounded=True)
    tiny = Question("x", "fi", viewbox=(24.939, 60.169, 24.945, 60.172), bounded=True)
    preferred = Question("x", "fi", viewbox=tiny.viewbox)
    whole = [
        bool(read(piece, question=q)["whole"].all()) for q in (inside, at_edge, tiny, preferred)
    ]
    assert whole == [True, False, False, True]
    cut = answers_as_features([piece, row()], FI, cut=True).frame
    assert list(cut["whole"]) == [False, True]


def test_pieces_of_a_street_are_gathered():
    def piece(number, lon):
        line = {"type": "LineString", "coordinates": [[lon, 60.17], [lon + 0.004, 60.17]]}
        return {**street("A", number), "geojson": line}

    rows = [piece(1, 24.940), row(), piece(2, 24.944), piece(3, 25.3)]
    frame = gathered(answers_as_features(rows, FI), crs="EPSG:3067").frame
    assert list(frame["kind"]) == ["venue", "street", "street"]
    assert list(frame["ref"]) == ["way/7", "way/1;way/2", "way/3"]
    assert set(frame["source"]) == {"Nominatim"}
    assert list(frame.columns) == list(COLUMNS)
    assert frame.crs == "EPSG:4326"
    assert [str(kind) for kind in frame.dtypes] == [str(kind) for kind in read(row()).dtypes]


def test_what_the_grid_does_not_reach_is_left_out():
    far = {"type": "LineString", "coordinates": [[-92.0, 0.0], [-92.0, 0.1]]}
    rows = [{**street("A", 1), "geojson": far}, row()]
    assert list(gathered(answers_as_features(rows, FI), crs="EPSG:27700").frame["name"]) == [
        "Name"
    ]


def test_the_frame_is_as_agreed_with_rows_or_without():
    for features in (no_features(), answers_as_features([row()], FI)):
        frame = features.frame
        assert list(frame.columns) == list(COLUMNS)
        assert frame.crs == "EPSG:4326"
        assert features.extent is None
        types = [str(kind) for kind in frame.dtypes]
        assert types == ["str"] * 6 + ["float64", "bool", "geometry"]


# Rows of anything ------------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9),
    st.sampled_from(["26", "30", "way", "highway", "1e400", "\ud800", "a\x00|b", "60.17"]),
)  # fmt: skip
JSON_LIKE = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
KNOWN = [
    "place_rank", "category", "class", "type", "addresstype", "name", "namedetails", "address",
    "geojson", "boundingbox", "lat", "lon", "osm_type", "osm_id", "licence",
]  # fmt: skip
NAMES = st.dictionaries(st.sampled_from(["name", "name:en", "alt_name"]), SCALARS, max_size=3)
GEOMETRIES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection", "Circle"]
        ),
        "coordinates": st.recursive(
            st.floats(width=16) | SCALARS,
            lambda inner: st.lists(inner, max_size=5),
            max_leaves=20,
        ),
    }
)
ROWS = st.dictionaries(st.sampled_from(KNOWN), JSON_LIKE | NAMES | GEOMETRIES, max_size=12)
SPOILT = st.builds(
    lambda good, bad: {**good, **bad},
    st.sampled_from([row(), row("place", "suburb", 19, **POLYGON), street()]),
    ROWS,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(JSON_LIKE | ROWS | SPOILT, max_size=4))
def test_rows_of_anything_give_fewer_rows_and_never_raise(rows):
    features = answers_as_features(rows, FI)
    assert len(gathered(features, crs="EPSG:3067").frame) <= len(features.frame)
    frame = features.frame
    assert len(frame) <= len(rows)
    assert set(frame["kind"]) <= set(KINDS)
    assert set(frame["precision"]) <= {"site", "street", "district", "area"}
    assert (frame["name"] != "").all()
    assert not frame.geometry.is_empty.any()
    if len(frame):
        west, south, east, north = frame.total_bounds
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90


# The book --------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path):
    return AnswerBook(tmp_path / "state" / "answers.duckdb", patience_s=0.3)


def test_the_book_lies_with_the_state():
    assert Settings().answers.as_posix() == ".passersby/answers.duckdb"


def test_an_answer_is_kept_as_it_came(book):
    text = '[ {"name":"Käpylä", "lat":"60.20"} ]\n'
    question = Question("Käpylä", "fi", viewbox=(24.9, 60.1, 25.0, 60.3), bounded=True)
    book.keep("http://a", question, Kept(1, text, "ODbL 1.0"))
    assert book.kept("http://a", [question]) == {question: (Kept(1, text, "ODbL 1.0"),)}
    with duckdb.connect(str(book.path), read_only=True) as connection:
        (held,) = connection.execute(
            "SELECT server, text, country, viewbox, bounded, answer, licence,"
            " abs(epoch(asked_at) - epoch(now())) < 60 FROM answers"
        ).fetchall()
    assert held == (
        "http://a", "Käpylä", "fi", [24.9, 60.1, 25.0, 60.3], True, text, "ODbL 1.0", True
    )  # fmt: skip


def test_another_server_or_question_is_another_answer(book):
    book.keep("http://a", FI, Kept(1, "[]", None))
    for server, question in (
        ("http://b", FI),
        ("http://a", Question("x", country="se")),
        ("http://a", Question("y", country="fi")),
        ("http://a", Question("x", country="fi", viewbox=(1.0, 2.0, 3.0, 4.0))),
    ):
        assert book.kept(server, [question]) == {}
    same = Question(" x  ", country="fi", bounded=True)
    assert same in book.kept("http://a", [same, FI])
    assert FI in book.kept("http://a", [same, FI])


def test_a_box_is_the_same_to_a_tenth_of_a_metre():
    a = Question("x", viewbox=(0.1 + 0.2, 51.0, 0.4, 52.0))
    assert canonical(a) == canonical(Question("x", viewbox=(0.3, 51.0, 0.4, 52.0)))
    assert json.loads(canonical(a))[2][0] == 0.3


def test_a_book_not_begun_holds_nothing_and_is_not_made_by_reading(book):
    assert book.kept("http://a", [FI]) == {}
    assert not book.path.exists()


def test_turns_follow_each_other(book):
    before = time.time()
    turns = [book.take_turn("http://a", 10.0) for _ in range(3)]
    assert before <= turns[0] <= time.time()
    assert [turn - turns[0] for turn in turns] == pytest.approx([0, 10, 20])
    assert book.take_turn("http://b", 10.0) <= time.time()


def test_a_clock_gone_wrong_holds_nobody_up(book):
    book.take_turn("http://a", 1.0)
    with duckdb.connect(str(book.path)) as connection:
        connection.execute("UPDATE turns SET asked_at = asked_at + 1e9")
    assert book.take_turn("http://a", 1.0) <= time.time()


def make_foreign(path):
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE answers (a INTEGER)")


def make_torn(path):
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT range AS a FROM range(100000)")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    "make",
    [
        make_foreign,
        make_torn,
        lambda path: path.write_bytes(b"SQLite format 3\x00" + b"x" * 5000),
        lambda path: path.write_bytes(b"garbage" * 1000),
        lambda path: path.mkdir(),
    ],
)
def test_a_file_that_is_no_book_is_named_and_left_alone(tmp_path, make):
    path = tmp_path / "answers.duckdb"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(AnswerBookError, match=r"answers.duckdb cannot be used .* move it away"):
        AnswerBook(path).keep("http://a", FI, Kept(1, "[]", None))
    assert (path.read_bytes() if path.is_file() else None) == before


HOLD = "import duckdb, sys\nwith duckdb.connect(sys.argv[1]):\n    print(1, flush=True)\n    input()\n"


@pytest.mark.slow
def test_a_book_that_stays_locked_is_named_after_a_while(book):
    book.keep("http://a", FI, Kept(1, "[]", None))
    command = [sys.executable, "-c", HOLD, str(book.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(AnswerBookError, match="stayed locked for 0 s by another process"):
            book.kept("http://a", [FI])
        other.communicate(b"\n")
    assert FI in book.kept("http://a", [FI])


WRITE = """
import sys
from pathlib import Path
from data.answers import AnswerBook, Kept
from geo.questions import Question
book = AnswerBook(Path(sys.argv[1]), patience_s=30)
for number in range(15):
    book.keep("http://a", Question(f"{sys.argv[2]}-{number}"), Kept(1, "[]", None))
    print(book.take_turn("http://a", 0.5))
"""


@pytest.mark.slow
def test_processes_at_once_share_the_book(book):
    command = [sys.executable, "-c", WRITE, str(book.path)]
    others = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for name in "ab"
    ]
    results = [(*other.communicate(timeout=60), other.returncode) for other in others]
    assert [code for _, _, code in results] == [0, 0], results
    questions = [Question(f"{name}-{number}") for name in "ab" for number in range(15)]
    assert set(book.kept("http://a", questions)) == set(questions)
    turns = sorted(float(line) for out, _, _ in results for line in out.split())
    assert len(turns) == 30
    assert min(b - a for a, b in pairwise(turns)) > 0.499
