"""A place told twice: the narrower is shown and credited, and what conflicts is held whole."""

import math

import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.gazetteer import load_gazetteer
from data.ingest import ingest
from data.records import embedded_documents, told_elsewhere
from data.tellings import telling_of, with_tellings
from geo.candidates import Candidate, circle_of
from geo.crs import to_metric
from geo.locate import read_place
from geo.tellings import (
    KEY,
    by_postal_district,
    hold_both,
    locate_told,
    read_told,
    relate_places,
)

MET = "Metropolitan Police"
NARROWED = {
    "met-2023-04-06-1": ("Camden (NW1)", "district", "Camden", 1550),
    "met-2023-04-14-1": ("Camden (NW1)", "district", "Camden", 1550),
    "met-2023-04-20-1": ("Islington (N1)", "district", "Islington", 1890),
    "met-2023-08-11-1": ("Wardour Street, W1", "street", "Westminster", 580),
    "met-2023-08-18-1": ("Wardour Street, W1", "street", "Westminster", 580),
}
CONFLICTING = {
    "met-2023-09-08-1": ("Camden", "Wardour Street, W1"),
    "met-2023-09-09-1": ("Westminster", "Islington (N1)"),
    "met-2023-09-24-1": ("Islington", "Camden High Street"),
}


@pytest.fixture(scope="module")
def gazetteer():
    return load_gazetteer()


@pytest.fixture(scope="module")
def deployments(direct_run):
    return pd.read_csv(direct_run[0] / "site" / "data" / "deployments.csv")


def key_of(telling):
    place, told = telling["place_in_grid"], telling["place_told"]
    return [MET, place, None, told, telling["source"], telling["postcode_told"] or None]


@pytest.mark.parametrize("telling", told_elsewhere(), ids=lambda telling: telling["date"])
def test_the_relation_stated_is_the_one_of_the_shapes(telling, gazetteer):
    assert read_told(key_of(telling), gazetteer).relation == telling["relation"]


@pytest.mark.parametrize("telling", told_elsewhere(), ids=lambda telling: telling["date"])
def test_every_spot_of_either_is_held(telling, gazetteer):
    told = read_told(key_of(telling), gazetteer)
    middle, radius_m = circle_of(told.shown)
    held = [told.own, told.other] if told.relation == "different" else [told.shown]
    for place in held:
        ground = place.shape.buffer(place.margin_m)
        assert middle.buffer(radius_m, quad_segs=256).covers(ground)
        assert told.shown.shape.buffer(told.shown.margin_m + 0.01).covers(ground)


def test_the_postcode_told_lies_where_the_telling_is_placed(gazetteer):
    given = [telling for telling in told_elsewhere() if telling["postcode_told"]]
    assert len(given) == 5
    for telling in given:
        shown = read_told(key_of(telling), gazetteer).shown
        spot = shapely.Point(gazetteer.postcode_at(telling["postcode_told"]))
        assert shown.shape.distance(spot) <= shown.margin_m
        assert telling["postcode_told"] in shown.reason


def test_every_telling_finds_its_one_deployment():
    core = with_tellings(ingest(embedded_documents()).core)
    told = core[core["place_told"].notna()].set_index("deployment_id")
    assert set(told.index) == {*NARROWED, *CONFLICTING}
    assert len(told) == len(told_elsewhere()) == 8


def test_a_position_in_the_record_is_better_than_words_elsewhere():
    core = ingest(embedded_documents()).core
    core = core[core["deployment_id"] == "met-2023-08-11-1"]
    assert with_tellings(core)["place_told"].notna().all()
    assert with_tellings(core.assign(lon=-0.1, lat=51.5))["place_told"].isna().all()
    assert telling_of({**core.iloc[0].to_dict(), "faces_seen": None}) is None


def test_five_are_narrowed_and_credited(deployments):
    rows = deployments.set_index("deployment_id")
    for name, (read, precision, area, radius_m) in NARROWED.items():
        row = rows.loc[name]
        shown = row[["place_read", "precision", "area_name", "uncertainty_m"]].tolist()
        assert shown == [read, precision, area, radius_m]
        assert row["place_published"] in {"Camden", "Islington", "Westminster"}
        assert row["located_by"].startswith("told elsewhere: ")
        assert "place-told-narrower" in row["flags"]


def test_three_conflict_and_show_both(deployments):
    rows = deployments.set_index("deployment_id")
    for name, (own, other) in CONFLICTING.items():
        row = rows.loc[name]
        assert row["place_read"] == f"{own}, or {other} (told differently)"
        assert (row["place_published"], row["precision"]) == (own, "area")
        assert pd.isna(row["area_name"])
        assert "; told elsewhere: " in row["located_by"]
        assert "place-told-differently" in row["flags"]


def test_places_list_both_and_count_each_deployment_once(direct_run, deployments):
    places = pd.read_csv(direct_run[0] / "site" / "data" / "places.csv")
    assert places["deployments"].sum() == len(deployments) == 227
    assert places["faces_seen"].sum() == deployments["faces_seen"].sum()
    assert places["deployments_elsewhere"].sum() == 3
    both = places[places["telling"].isin(["record", "elsewhere"])]
    pairs = {
        tuple(group.sort_values("telling", ascending=False)["place_read"])
        for _, group in both.groupby(["place_published", "place_told"])
    }
    assert pairs == set(CONFLICTING.values())
    assert both["reason"].str.contains("London Assembly member").all()
    narrower = places[places["telling"] == "narrower"]
    assert narrower["deployments"].tolist() == [2, 1, 2]
    assert narrower["told_by"].str.contains("ALHFRS").all()
    assert narrower["reason"].str.contains("The record says 'Westminster'").sum() == 1
    plain = places[places["telling"].isna()]
    assert not plain.duplicated(["force", "place_published", "area_published"]).any()


@pytest.mark.parametrize(
    ("text", "postcode", "precision"),
    [
        ("Camden (NW1)", None, "district"),
        ("Camden NW1", "NW1 8QH", "district"),
        ("Camden (NW1)", "N1 2TU", "area"),  # the postcode speaks of another district
        ("Camden (SE18)", None, "area"),  # no such district in the borough
        ("Camden (NW1, NW3)", None, "area"),
        ("Camden", "NW1 8QH", "area"),
    ],
)
def test_a_postal_district_in_the_words_narrows_a_borough(text, postcode, precision, gazetteer):
    borough = read_place("Camden", gazetteer, force=MET)
    found = by_postal_district(borough, text, gazetteer, postcode=postcode)
    assert found.precision == precision
    assert borough.shape.buffer(0.01).covers(found.shape)


def test_a_wider_telling_leaves_the_place_and_says_so(gazetteer):
    key = [MET, "Oxford Circus", None, "Westminster", "list", None]
    told = read_told(key, gazetteer)
    assert told.relation == "wider"
    assert told.shown.precision == "site"
    assert told.shown.located_by == told.own.located_by
    assert "told as 'Westminster' elsewhere, by the list" in told.shown.reason


def test_a_telling_nobody_can_place_changes_nothing_but_the_reason(gazetteer):
    told = read_told([MET, "Camden", None, "asdf", "list", None], gazetteer)
    assert (told.relation, told.shown.shape) == ("wider", told.own.shape)


def test_what_is_told_of_an_unknown_place_is_shown(gazetteer):
    told = read_told([MET, "asdf", None, "Oxford Circus", "list", None], gazetteer)
    assert (told.relation, told.shown.precision) == ("narrower", "site")


def test_the_frame_holds_one_row_or_three(gazetteer):
    rows = [
        (MET, "Camden", None, "Camden High Street", "list", None),
        (MET, "Camden", None, "Oxford Circus", "list", None),
    ]
    out = locate_told(pd.DataFrame(rows, columns=KEY, dtype="str"), gazetteer)
    assert out["telling"].tolist() == ["narrower", "both", "record", "elsewhere"]
    assert out["area_name"].fillna("").tolist() == ["Camden", "", "Camden", "Westminster"]
    assert to_metric(out.geometry).notna().all()
    assert locate_told(pd.DataFrame(columns=KEY, dtype="str"), gazetteer).empty


@given(st.floats(-5000, 5000), st.floats(-5000, 5000), st.floats(10, 2000), st.floats(10, 2000))
def test_both_are_held_whatever_their_shapes(x, y, half_m, margin_m):
    own = Candidate(
        "Oak", "area", shapely.box(-half_m, -half_m, half_m, half_m), 0, "E1", 1, "", ""
    )
    other = Candidate("Elm", "street", shapely.Point(x, y), margin_m, "E2", 1, "", "")
    both = hold_both(own, other, words="Two.")
    assert both.precision == "area"
    assert both.shape.buffer(0.01).covers(own.shape)
    assert both.shape.buffer(0.01).covers(other.shape.buffer(margin_m))
    middle, radius_m = circle_of(both)
    far = math.hypot(middle.x - x, middle.y - y) + margin_m
    assert far <= radius_m
    relation = relate_places(own.shape, other.shape)
    back = relate_places(other.shape, own.shape)
    assert (relation == "different") == (back == "different")


def test_the_map_says_who_tells_what(direct_run):
    page = (direct_run[0] / "site" / "index.html").read_text(encoding="utf-8")
    for own, other in CONFLICTING.values():
        read = f"{own}, or {other} (told differently)"
        assert f"{read}: the record and another disclosure disagree" in page
    assert page.count("(so told elsewhere; the record says only Westminster)") == 1
    method = (direct_run[0] / "site" / "method.html").read_text(encoding="utf-8")
    assert "Of 5 deployments another disclosure tells a narrower place" in method
    assert "108 of 156 deployments named neither" in method.replace("\xa0", " ")
