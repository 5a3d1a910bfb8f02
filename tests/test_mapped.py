"""Maps at hand narrow what the embedded tables leave wide, and never widen or contradict it."""

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_map import CROYDON, ILFORD, around, features, line, row

from data.gazetteer import load_gazetteer
from geo.candidates import circle_of
from geo.locate import locate_places, read_place

MET = "Metropolitan Police"
EMBEDDED = load_gazetteer()
SURREY = row("Surrey Street", "street", line((0, 0), (0, 300)))
CROWN = row("Crown Hill", "street", line((-200, 150), (200, 150)))
HIGH_STREETS = [
    row("High Street", "street", line((0, -400), (0, 0), at=ILFORD), ref="way/2"),
    row("High Street", "street", line((-100, -500), (-100, 100)), ref="way/3"),
]


def read(text, *rows, extent=None, force=MET):
    gazetteer = EMBEDDED.with_features([features(*rows, extent=extent)])
    return read_place(text, gazetteer, force=force)


def test_a_street_no_table_holds_is_found_on_the_map():
    before = read_place("Surrey St, Croydon", EMBEDDED, force=MET)
    after = read("Surrey St, Croydon", SURREY)
    assert (before.precision, after.precision) == ("area", "street")
    assert circle_of(after)[1] < 250 < circle_of(before)[1]
    assert after.located_by == "Toy map"
    assert after.area_code == "E09000008"


def test_parts_choose_among_streets_of_one_name():
    for text in ("High St, South Norwood", "South Norwood, High Street"):
        assert read(text, *HIGH_STREETS).lost == ("High Street",), "neither is near it"
    found = read("High St, Croydon", HIGH_STREETS[1])
    assert (found.precision, found.area_code) == ("street", "E09000008")
    assert read("High Street", *HIGH_STREETS).precision == "unknown", "every town has one"


def test_a_street_is_not_taken_from_another_town_than_its_landmark_names():
    spur = row("Spur Road", "street", line((0, 0), (300, 0), at=CROYDON))
    text = "Spur Road / Orpington War Memorial"
    found = read(text, spur, extent=around(CROYDON, 2000))
    assert found.precision == "unknown"
    assert found.question == "Which is meant: that in Bromley or in Croydon?"
    near = row("Spur Road", "street", line((0, 0), (200, 0), at=(546_500, 166_100)))
    assert read(text, near).area_code == "E09000006"
    assert read(text, near).precision == "street"


def test_a_junction_is_a_site_where_two_streets_meet():
    for text in ("Surrey St j/w Crown Hill, Croydon", "Croydon, Crown Hill / Surrey Street"):
        found = read(text, SURREY, CROWN)
        assert found.precision == "site"
        assert found.shape.distance(shapely.Point(CROYDON[0], CROYDON[1] + 150)) < 1
        assert circle_of(found)[1] <= 80


def test_streets_that_do_not_meet_stay_what_they_are():
    apart = row("Crown Hill", "street", line((400, 0), (900, 0)))
    found = read("Surrey St j/w Crown Hill, Croydon", SURREY, apart)
    assert found.precision != "site"
    assert circle_of(found)[1] >= 400


def test_a_landmark_on_its_street_is_a_site_and_one_elsewhere_is_not():
    shop = row("Primark", "venue", shapely.Point(CROYDON[0] + 20, CROYDON[1] + 200))
    far = row("Primark", "venue", shapely.Point(ILFORD))
    found = read("Surrey St o/s Primark, Croydon", SURREY, shop, far)
    assert found.precision == "site"
    assert found.shape.distance(shop["geometry"]) < 1
    assert read("Surrey St o/s Primark, Croydon", SURREY, far).precision == "street"


def test_an_unknown_landmark_leaves_the_street_as_narrow_as_it_is():
    found = read("Surrey St o/s Nobody's, Croydon", SURREY)
    assert found.precision == "street"
    assert circle_of(found)[1] == circle_of(read("Surrey St, Croydon", SURREY))[1]
    assert "Nobody's" in found.reason


def test_a_street_cut_by_the_edge_of_the_map_is_a_district():
    cut = SURREY | {"whole": False}
    found = read("Surrey St, Croydon", cut)
    assert found.precision == "district"
    assert circle_of(found)[1] >= 1500
    assert "edge of the map" in found.reason


def test_a_curated_street_is_drawn_as_the_map_has_it_where_it_covers_the_ground():
    before = read_place("North End, Croydon", EMBEDDED, force=MET)
    middle = circle_of(before)[0]
    spots = [(middle.x, middle.y - 150), (middle.x, middle.y + 150)]
    mapped = row("North End", "street", shapely.LineString(spots))
    ground = around((middle.x, middle.y), 3000)
    after = read("North End, Croydon", mapped, extent=ground)
    assert circle_of(after)[1] == 190
    assert after.located_by == "curated table, OpenStreetMap"
    partly = around((middle.x, middle.y), 200)
    assert read("North End, Croydon", mapped, extent=partly).shape.equals(before.shape)


def test_a_map_does_not_reread_what_the_tables_know():
    pub = row("Croydon", "venue", shapely.Point(ILFORD))
    assert read("Croydon", pub).precision == "area"
    namesake = row("Brixton", "street", line((0, 0), (10, 0)))
    assert read("Brixton", namesake).area_code == "E09000022"


def test_several_equal_readings_close_together_are_a_district_and_a_question():
    gates = [
        row("Town Gate", "venue", shapely.Point(CROYDON[0] + x, CROYDON[1])) for x in (0, 700)
    ]
    found = read("Town Gate, Croydon", *gates)
    assert found.precision == "district"
    assert found.question == "Which of the 2 in Croydon is meant?"
    for gate in gates:
        assert found.shape.buffer(1).covers(gate["geometry"])


def test_other_names_and_slips_find_a_feature():
    named = SURREY | {"other_names": "Butcher Row|Stryd Surrey"}
    assert read("Butcher Row, Croydon", named).precision == "street"
    assert read("Surery Street, Croydon", named).precision == "street"


@settings(max_examples=40, deadline=None)
@given(
    st.permutations(range(4)),
    st.lists(st.tuples(*[st.integers(-3000, 3000)] * 2), min_size=4, max_size=4),
)
def test_the_order_of_features_is_irrelevant(order, spots):
    rows = [
        row("Gate House", "venue", shapely.Point(CROYDON[0] + x, CROYDON[1] + y))
        for x, y in spots
    ]
    one = read("Gate House, Croydon", *rows)
    other = read("Gate House, Croydon", *[rows[i] for i in order])
    assert (one.precision, one.area_code) == (other.precision, other.area_code)
    assert circle_of(one)[1] == circle_of(other)[1]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-2500, 2500)] * 2), min_size=1, max_size=5))
def test_the_radius_holds_every_reading_that_fits(spots):
    shapes = [shapely.Point(CROYDON[0] + x, CROYDON[1] + y) for x, y in spots]
    found = read("Gate House, Croydon", *[row("Gate House", "venue", s) for s in shapes])
    middle, radius = circle_of(found)
    borough = EMBEDDED.area_shapes["E09000008"]
    for shape in shapes:
        if borough.covers(shape):
            assert middle.distance(shape) <= radius


@pytest.mark.parametrize("precision", ["street", "site"])
def test_places_of_another_country_are_measured_on_its_own_grid(precision):
    finland = load_gazetteer("fi")
    shape = shapely.LineString([(24.90, 60.17), (24.94, 60.17)])
    frame = features(SURREY).frame.assign(
        name="Mannerheimintie", precision=precision, kind="street"
    )
    frame = frame.set_geometry([shape], crs="EPSG:4326")
    gazetteer = finland.with_features([features(SURREY).__class__(frame)])
    places = pd.DataFrame(
        {"force": [None], "place_published": "Mannerheimintie", "area_published": [None]}
    )
    out = locate_places(places, gazetteer).iloc[0]
    assert out["precision"] == precision
    assert (round(out["lon"], 2), round(out["lat"], 2)) == (24.92, 60.17)
    # 0.04 degrees at 60.17 north are 2,220 m; half of it and the street's margin.
    assert 1130 <= out["uncertainty_m"] <= 1160


def test_two_curated_streets_at_a_junction_share_ground():
    shared = read_place("Oxford St j/w Regent St", EMBEDDED, force=MET)
    circus = EMBEDDED.spots_of("station:Oxford Circus")[0]
    assert shared.name == "Oxford Street, junction with Regent Street"
    assert shared.precision == "district"
    assert shared.shape.covers(shapely.Point(circus))
    for alone in ("Oxford Street", "Regent Street"):
        whole = read_place(alone, EMBEDDED, force=MET)
        assert circle_of(shared)[1] < circle_of(whole)[1]


def test_a_street_beyond_the_border_of_the_borough_named_is_not_the_one():
    beyond = row("Toll Lane", "street", line((0, 0), (300, 0), at=ILFORD))
    found = read("Toll Lane, Croydon", beyond)
    assert (found.precision, found.area_code) == ("area", "E09000008")
    assert found.lost == ("Toll Lane",)


def test_streets_cut_by_the_edge_of_the_map_still_meet_where_they_meet():
    found = read(
        "Surrey St j/w Crown Hill, Croydon", SURREY | {"whole": False}, CROWN | {"whole": False}
    )
    assert found.precision == "site"
    assert circle_of(found)[1] <= 80


def test_a_borough_stated_in_the_text_keeps_the_place_to_it():
    camden = read_place("Kilburn", EMBEDDED, force=MET)
    brent = read_place("Kilburn, Brent", EMBEDDED, force=MET)
    assert brent.area_code == "E09000005"
    assert brent.shape.area < camden.shape.area
    assert EMBEDDED.area_shapes["E09000005"].buffer(101).covers(brent.shape)


@pytest.mark.parametrize("text", ["Greek St", "Stafford Road", "Hopton Street"])
def test_a_street_no_table_holds_is_no_slip_for_one_that_is_held(text):
    assert read_place(text, EMBEDDED, force=MET).precision == "unknown"


def test_a_ward_is_not_read_into_the_name_of_a_station():
    found = read_place("Alexandra Palace Rail Station", EMBEDDED, force=MET)
    assert found.area_code != "E09000021"


@pytest.mark.parametrize(
    ("text", "name", "precision"),
    [
        ("Oxford Circus, J/W Argyll St", "Oxford Circus", "site"),
        ("Tube Station, Brixton", "Brixton station", "site"),
        ("George St j/w North End, Croydon", None, "district"),
        ("Westfields, Stratford", "Westfield, Stratford", "site"),
        ("High St o/s Nobody's, Ilford", "High Road, outside Nobody's, Ilford", "street"),
        ("Duke St, Marble Arch", "Duke Street, Marble Arch", "district"),
        (
            "Portobello Rd j/w Talbot Rd",
            "Portobello Road, junction with Talbot Road",
            "district",
        ),
        ("Edgware Rd j/w Foo St", "Edgware Road, junction with Foo Street", "street"),
        ("Foo Street, N4", "Foo Street, N4", "district"),
        ("N4", "N4", "district"),
        ("Coventry St, Piccadilly", "Coventry Street, Piccadilly", "street"),
    ],
)
def test_what_a_place_is_beside_only_narrows_it(text, name, precision):
    found = read_place(text, EMBEDDED, force=MET)
    assert found.precision == precision
    assert name in {None, found.name}


def test_a_postal_district_bounds_a_place():
    wide = read_place("Foo Street, N4", EMBEDDED, force=MET)
    spots = EMBEDDED.postal_districts["N4"]
    assert len(spots) > 500
    assert shapely.covers(wide.shape, shapely.points(spots)).all()
    assert wide.area_code is None, "N4 lies in several boroughs"
    assert read_place("Foo Street, N4", EMBEDDED, force="Essex Police").precision == "unknown"
    stated = read_place("Foo Street, N4, Haringey", EMBEDDED, force=MET)
    assert (stated.precision, stated.area_code) == ("district", "E09000014")
    assert wide.shape.buffer(1).covers(stated.shape)


def test_a_postal_district_holds_its_parts_and_itself():
    districts = EMBEDDED.postal_districts
    own = EMBEDDED.postcodes["postcode"].str.match(r"N1[A-Z]? ").sum()
    assert len(districts["N1"]) == own > len(districts["N1C"]) > 0
    assert len(districts["W1"]) > len(districts["W1F"]) > 0


@pytest.mark.parametrize("text", ["Camden, NW1", "NW1, Camden"])
def test_a_postal_district_narrows_a_borough(text):
    found = read_place(text, EMBEDDED, force=MET)
    assert (found.name, found.precision, found.area_code) == (
        "Camden (NW1)", "district", "E09000007",
    )  # fmt: skip
    assert EMBEDDED.area_shapes["E09000007"].buffer(1).covers(found.shape)


def test_the_question_names_the_places_it_asks_about():
    found = read_place("Abbey Road", EMBEDDED, force=MET)
    assert found.question == "Which is meant: that in Newham or in Westminster?"
    high_road = read_place("High Rd, Haringey", EMBEDDED, force=MET)
    assert high_road.question == "Which is meant?"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Edgware (Harrow)", "E09000015"),
        ("Edgware, Harrow", "E09000015"),
        ("Finchley Road, Westminster", "E09000033"),
    ],
)
def test_a_borough_in_brackets_counts_like_one_after_a_comma(text, code):
    found = read_place(text, EMBEDDED, force=MET)
    assert found.area_code == code
    assert EMBEDDED.area_shapes[code].buffer(101).covers(found.shape)


def test_a_bridge_road_is_named_after_its_bridge():
    found = read_place("Vauxhall Bridge Rd", EMBEDDED, force=MET)
    assert found.precision == "unknown"
    assert read_place("Peckham Rye Lane", EMBEDDED, force=MET).precision == "street"


def test_a_road_of_a_station_may_run_on_to_the_district_named():
    found = read_place("A5 Edgware Rd, Cricklewood", EMBEDDED, force=MET)
    cricklewood = read_place("Cricklewood", EMBEDDED, force=MET)
    assert found.precision == "district"
    assert found.shape.equals(cricklewood.shape)
    assert read_place("Edgware Road, Croydon", EMBEDDED, force=MET).area_code == "E09000008"


def test_a_cut_street_never_widens_what_is_known_without_the_map():
    cut = row(
        "Abbey Road", "street", line((0, 0), (200, 0), at=(526_400, 183_200)), whole=False
    )
    before = read_place("Abbey Road, Westminster", EMBEDDED, force=MET)
    after = read("Abbey Road, Westminster", cut)
    assert circle_of(after)[1] <= circle_of(before)[1]
    assert after.area_code == before.area_code


def test_a_cut_street_in_a_district_is_looked_for_there_and_credited():
    cut = row("Zigzag Lane", "street", line((0, 0), (200, 0), at=ILFORD), whole=False)
    ilford = read_place("Ilford", EMBEDDED, force=MET)
    found = read("Zigzag Lane, Ilford", cut)
    assert found.located_by == "Toy map"
    assert ilford.shape.buffer(701).covers(found.shape)
    assert found.shape.covers(cut["geometry"])


def test_a_cut_street_is_not_crossed_with_another_reading_of_its_own_name():
    at = {"at": ILFORD}
    cut = row("Gelder Road", "street", line((0, 0), (300, 0), **at), whole=False)
    also = row("Ring Distributor", "street", line((0, 0), (0, 300), **at), whole=False)
    found = read("Gelder Road, Ilford", cut, also | {"other_names": "Gelder Road"})
    assert found.precision != "site"
    assert "junction" not in found.name
