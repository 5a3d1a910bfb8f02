"""Every embedded place as a person would say it, then laws that hold for any text."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

import data
from data.gazetteer import load_gazetteer
from geo.errors import MissingColumnError
from geo.locate import candidates_for, locate_places

HERE = Path(__file__).resolve().parent
RECORDS = Path(data.__file__).resolve().parent / "records"
MET = "Metropolitan Police"
GAZETTEER = load_gazetteer()
GEOD = Geod(ellps="WGS84")

# Positions are read off the embedded tables or a cited page, not off our own answers.
SPOTS = {
    # 40-44 Powis Street, as mapped by theundergroundmap.com, article 26613.
    "Powis St, Woolwich": (0.06364, 51.49225),
    # Camden Market's postcode told for two deployments in 2023 (NW1 8QH).
    "Camden": (-0.14266, 51.54164),
    "Camden High Rd": (-0.14266, 51.54164),
    # Islington (N1 2TU), told for 20 April 2023.
    "Islington": (-0.10080, 51.53834),
}


def make_places(*texts, force=MET, area=None):
    return pd.DataFrame(
        {"force": force, "place_published": list(texts), "area_published": area}
    )


def locate(*texts, force=MET, area=None):
    return locate_places(make_places(*texts, force=force, area=area), GAZETTEER)


REVIEWED = pd.read_csv(HERE / "reviewed_places.csv")


def test_every_embedded_place_reads_as_reviewed():
    out = locate_places(
        REVIEWED[["force", "place_published"]].assign(area_published=None), GAZETTEER
    )
    columns = ["place_published", "place_read", "precision", "area_name", "uncertainty_m"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(out[columns]), REVIEWED[columns], check_dtype=False
    )


@pytest.mark.parametrize("file", ["met_2020_2024.csv", "other_forces_to_2024.csv"])
def test_every_place_of_the_records_is_reviewed(file):
    frame = pd.read_csv(RECORDS / file, dtype=str)
    published = {" ".join(text.split()) for text in frame["place"].dropna()}
    assert published <= set(REVIEWED["place_published"])


def test_none_is_unknown_and_london_places_lie_in_london():
    assert not REVIEWED["precision"].eq("unknown").any()
    out = locate(*REVIEWED.loc[REVIEWED["force"] == MET, "place_published"])
    assert out["area_code"].str.startswith("E09").all()


def test_the_radius_holds_the_whole_geometry():
    out = locate_places(
        REVIEWED[["force", "place_published"]].assign(area_published=None), GAZETTEER
    )
    for row in out.itertuples():
        lons, lats = shapely.get_coordinates(row.geometry).T
        far = GEOD.inv([row.lon] * len(lons), [row.lat] * len(lats), lons, lats)[2]
        assert max(far) <= row.uncertainty_m, row.place_published


@pytest.mark.parametrize(("text", "spot"), SPOTS.items())
def test_the_radius_holds_known_spots(text, spot):
    row = locate(text).iloc[0]
    assert GEOD.inv(row["lon"], row["lat"], *spot)[2] <= row["uncertainty_m"]


STREETS = {
    "Coventry St, Piccadilly": "Coventry Street",
    "Edgware Rd, Westminster": "Edgware Road",
    "Westminster, Birdcage Walk": "Birdcage Walk",
    "Westminster, Piccadilly": "Piccadilly",
    "Westminster, Savoy Place": "Savoy Place",
    "Westminster, The Mall": "The Mall",
    "Wardour St, W1": "Wardour Street",
    "Oxford Street": "Oxford Street",
    "Regent Street": "Regent Street",
    "Leicester Square": "Leicester Square",
    "Trafalgar Square": "Trafalgar Square",
}


@pytest.mark.reference
def test_streets_lie_within_their_radius_on_openstreetmap(reference_dir):
    """Hold the radii against named ways, which were not used to draw the places."""
    import osmnx

    graph = osmnx.load_graphml(
        reference_dir / "osm/london/westminster_drive_osmnx_2024.graphml"
    )
    edges = osmnx.graph_to_gdfs(graph, nodes=False)[["name", "geometry"]].explode("name")
    out = locate(*STREETS).set_index("place_published")
    for text, name in STREETS.items():
        row = out.loc[text]
        lons, lats = shapely.get_coordinates(edges.loc[edges["name"] == name].geometry).T
        assert len(lons)
        far = GEOD.inv([row["lon"]] * len(lons), [row["lat"]] * len(lats), lons, lats)[2]
        assert max(far) <= row["uncertainty_m"], text


def test_a_bare_borough_is_the_borough_and_part_of_its_name_a_district():
    out = locate("Camden", "Barking", "Hammersmith", "Kingston", "Richmond")
    assert out["precision"].tolist() == ["area", "district", "district", "area", "area"]
    camden = GAZETTEER.areas.set_index("area_code").geometry["E09000007"]
    assert out.geometry.iloc[0].symmetric_difference(camden).area < 1e-6


def test_order_of_parts_does_not_matter():
    out = locate("Croydon, North End", "North End, Croydon", "Croydon, Northend")
    assert set(out["place_read"]) == {"North End, Croydon"}
    assert len(set(out.geometry.to_wkb())) == 1


@pytest.mark.parametrize(
    "text", ["High St", "Station Road", "Church Rd", "the Broadway", "asdf"]
)
def test_a_street_of_every_town_is_a_question(text):
    row = locate(text).iloc[0]
    assert row["question"].endswith("?")
    assert row["question"] in row["reason"]
    assert row["precision"] == "unknown"
    assert row.geometry is None
    assert pd.isna([row["lon"], row["lat"], row["uncertainty_m"]]).all()
    assert "corrections.csv" in row["reason"]


@pytest.mark.parametrize("text", ["", None, "x" * 5000, "'; DROP TABLE places;--", "<b>a</b>"])
def test_noise_is_refused_politely(text):
    row = locate(text).iloc[0]
    assert row["precision"] == "unknown"
    assert row["reason"]


def test_namesakes_are_not_guessed():
    row = locate("Abbey Road").iloc[0]
    assert row["precision"] == "unknown"
    assert "in Newham or in Westminster" in row["reason"]
    assert locate("Richmond", force=None)["precision"].item() == "unknown"
    shown = candidates_for("Abbey Road", GAZETTEER, MET)
    assert set(shown["area_name"].iloc[1:]) == {"Newham", "Westminster"}


def test_two_streets_of_one_borough_are_the_borough():
    row = locate("Haringey, High Rd").iloc[0]
    assert (row["precision"], row["area_name"]) == ("area", "Haringey")
    assert "Which is meant?" in row["reason"]


def test_the_force_bounds_the_search():
    assert locate("Harlow")["precision"].item() == "unknown"
    assert (
        "outside the area of Metropolitan Police: in Harlow."
        in locate("Harlow")["reason"].item()
    )
    assert locate("Harlow", force="Essex Police")["area_name"].item() == "Harlow"
    assert locate("Leeds", force=None)["area_name"].item() == "Leeds"


def test_the_records_own_area_column_helps():
    row = locate("High St", area="Ilford").iloc[0]
    assert (row["place_read"], row["area_name"]) == ("High Road, Ilford", "Redbridge")
    assert locate("Clock Tower", area="Lewisham")["precision"].item() == "area"


def test_a_street_no_table_holds_is_as_wide_as_its_district():
    row = locate("Whitehorse Rd, Thornton Heath").iloc[0]
    assert row["precision"] == "district"
    assert "in no table we hold" in row["reason"]


def test_the_end_of_an_address_adds_nothing():
    row = locate("High St, Uxbridge, London").iloc[0]
    assert (row["place_read"], row["precision"]) == ("High Street, Uxbridge", "street")
    assert locate("Barking, London")["place_read"].item() == "Barking"


def test_a_whole_postcode_is_a_site():
    row = locate("NW1 8QH").iloc[0]
    assert (row["precision"], row["area_name"], row["uncertainty_m"]) == ("site", "Camden", 160)
    assert locate("ZZ1 1ZZ")["precision"].item() == "unknown"


def test_a_contradiction_is_a_question():
    row = locate("Oxford Circus", area="Croydon").iloc[0]
    assert row["precision"] == "unknown"
    assert "in Croydon or in Westminster" in row["reason"]


def test_london_by_itself_is_all_of_it():
    row = locate("London").iloc[0]
    assert row["precision"] == "area"
    assert row["uncertainty_m"] > 25_000


@pytest.mark.parametrize(
    ("force", "text", "precision", "area"),
    [
        ("South Wales Police", "Cardiff city centre", "district", "Cardiff"),
        ("South Wales Police", "Principality Stadium", "site", "Cardiff"),
        ("Essex Police", "Southend", "area", "Southend-on-Sea"),
        ("Essex Police", "Colchester High St", "district", "Colchester"),
        ("West Yorkshire Police", "Briggate, Leeds", "area", "Leeds"),
        ("British Transport Police", "Stratford Stn", "site", "Newham"),
        ("Bedfordshire Police", "Luton town centre", "district", "Luton"),
    ],
)
def test_other_forces(force, text, precision, area):
    row = locate(text, force=force).iloc[0]
    assert (row["precision"], row["area_name"]) == (precision, area)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Walthamstwo", "Walthamstow"),
        ("Uxbridge Rd, Shepherds Buh", "Uxbridge Road, Shepherd's Bush"),
        ("Shepherdsbush", "Shepherds Bush"),
        ("Croyden", "Croydon"),
        ("HIGH ST ILFORD", "High Road, Ilford"),
    ],
)
def test_slips_of_the_pen(text, read):
    assert locate(text)["place_read"].item() == read


def test_columns_index_order_and_input_survive():
    places = make_places("Camden", "asdf", "Oxford Circus").set_index(pd.Index([7, 3, 5]))
    before = places.copy()
    out = locate_places(places, GAZETTEER)
    pd.testing.assert_frame_equal(places, before)
    assert out.index.tolist() == [7, 3, 5]
    assert out.crs == "EPSG:4326"
    assert out.columns.tolist() == [
        "force", "place_published", "area_published", "place_read", "area_name", "area_code",
        "precision", "lon", "lat", "uncertainty_m", "located_by", "reason", "question",
            "geometry",
    ]  # fmt: skip
    assert (out["uncertainty_m"].dropna() > 0).all()
    assert len(locate_places(places.iloc[:0], GAZETTEER)) == 0


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="area_published"):
        locate_places(pd.DataFrame({"force": [], "place_published": []}), GAZETTEER)


PARTS = st.sampled_from(
    ["High St", "Croydon", "Ilford", "Camden", "Stn Parade", "Barking", "Abbey Road", "Leeds",
     "o/s", "Oxford Circus", "Victoria", "xyzzy", "London", "Church Rd", "Richmond", "Southend"]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.one_of(st.lists(PARTS, min_size=1, max_size=4).map(", ".join), st.text(max_size=60)))
def test_any_text_has_a_sane_class(text):
    row = locate(text).iloc[0]
    known = row["precision"] != "unknown"
    assert row["precision"] in {"site", "street", "district", "area", "unknown"}
    assert row["reason"]
    assert known == pd.notna(row["uncertainty_m"]) == (row.geometry is not None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Lecester Sqre", "Leicester Square"),
        ("Lndn Brdg", "London Bridge"),
        ("Kngston on Thms", "Kingston upon Thames"),
    ],
)
def test_an_unknown_name_is_asked_about_but_never_taken_for_a_like_one(text, meant):
    row = candidates_for(text, GAZETTEER).iloc[0]
    assert row["precision"] == "unknown"
    assert pd.isna(row["lon"])
    assert f"Did you mean {meant!r}" in row["reason"]


@pytest.mark.parametrize("text", ["asdf", "Nowhereville", "Station Road", "the Broadway"])
def test_nothing_far_fetched_is_asked(text):
    assert "Did you mean" not in candidates_for(text, GAZETTEER).iloc[0]["reason"]


def test_what_is_asked_lies_within_the_bounds_of_the_force():
    reason = candidates_for("Kngston on Thms", GAZETTEER, force="Essex Police").iloc[0][
        "reason"
    ]
    assert "is in no table we hold" in reason
    assert "Kingston" not in reason


def test_the_index_of_names_waits_until_a_name_is_unknown():
    fresh = replace(GAZETTEER)
    locate_places(REVIEWED[["force", "place_published"]].assign(area_published=None), fresh)
    assert "name_index" not in vars(fresh)
