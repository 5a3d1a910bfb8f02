"""Hand-counted tables: unknown stays unknown, and estimates enter no sum."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from data.schemas import CORE_FLAGS, OUT_AREAS, OUT_DEPLOYMENTS, OUT_PLACES
from data.tabulate import (
    conform,
    distinct_places,
    tabulate_areas,
    tabulate_deployments,
    tabulate_places,
    with_published_spots,
)

# One town of two areas, E1 west and E2 east of the meridian.
AREAS = gpd.GeoDataFrame(
    {"area_code": ["E1", "E2"], "area_name": ["West", "East"]},
    geometry=[box(-1, 51, 0, 52), box(0, 51, 1, 52)],
    crs="EPSG:4326",
)


def make_core():
    rows = [
        # id, date, place, hours, faces, arrests, lon, lat
        ("met-2024-02-01-1", "2024-02-01", "Oak St", 2.0, 100, 1, None, None),
        ("met-2024-01-01-1", "2024-01-01", "Oak St", None, 50, None, None, None),
        ("met-2024-01-02-1", "2024-01-02", "Elm St", None, None, None, None, None),
        ("met-2024-01-03-1", "2024-01-03", "Elm St", 1.5, None, None, 0.5, 51.5),
    ]
    names = ["deployment_id", "date", "place_published", "duration_h", "faces_seen", "arrests"]
    core = pd.DataFrame(rows, columns=[*names, "lon", "lat"])
    core["force"], core["date_precision"] = "Met", "day"
    unsaid = ["area_published", "place_told", "told_by", "postcode_told"]
    unsaid += ["place_corrected", "correction"]
    core[unsaid] = None
    core = core.astype({"lon": "float64", "lat": "float64", **dict.fromkeys(unsaid, "str")})
    return core.assign(source_document="a.csv", source_sha256="00", source_page=1, source_row=1)


def make_places(core):
    places = distinct_places(core)
    located = gpd.GeoDataFrame(
        places.drop(columns=["lon", "lat", "correction"]).assign(
            place_read=places["place_published"],
            area_name="West",
            area_code="E1",
            precision="street",
            lon=-0.5,
            lat=51.5,
            uncertainty_m=300.0,
            located_by="gazetteer",
            reason="by name",
        ),
        geometry=[Point(-0.5, 51.5)] * len(places),
        crs="EPSG:4326",
    )
    located = with_published_spots(located, places, AREAS)
    return located.assign(
        telling=pd.Series(None, index=places.index, dtype="str"),
        published_lon=places["lon"],
        published_lat=places["lat"],
        residents_800m=1000.0,
        residents_method="toy",
    )


def make_exposure(core):
    return pd.DataFrame({"faces_expected": 70.0, "exposure": 70.0}, index=core.index)


def test_a_record_with_its_own_position_is_another_place():
    core = make_core()
    places = make_places(core)
    assert places["precision"].tolist() == ["street", "street", "site"]
    assert places["area_name"].tolist() == ["West", "West", "East"]
    assert (places.loc[2, "lon"], places.loc[2, "uncertainty_m"]) == (0.5, 100.0)


def test_deployments_come_by_date_with_every_published_column():
    core = make_core()
    out = tabulate_deployments(core, make_places(core), make_exposure(core))
    assert tuple(out.columns) == (*OUT_DEPLOYMENTS.names, "geometry")
    assert out["date"].tolist() == ["2024-01-01", "2024-01-02", "2024-01-03", "2024-02-01"]
    assert out["lon"].tolist() == [-0.5, -0.5, 0.5, -0.5]
    assert out.geometry[2].equals(Point(0.5, 51.5))
    assert out["walk_past_per_h"].isna().all()


def test_sums_of_places_are_of_reported_figures_only():
    core = make_core()
    out = tabulate_places(core, make_places(core))
    assert tuple(out.columns) == (*OUT_PLACES.names, "geometry")
    oak = out[out["place_published"] == "Oak St"].iloc[0]
    # 100 + 50 faces; hours and arrests known of one row only
    assert (oak["deployments"], oak["faces_seen"], oak["duration_h"], oak["arrests"]) == (
        2, 150, 2.0, 1,
    )  # fmt: skip
    elm = out[out["place_published"] == "Elm St"]
    assert elm["faces_seen"].isna().all()
    assert elm["arrests"].isna().all()


def test_sums_of_areas_by_hand():
    core = make_core()
    deployments = tabulate_deployments(core, make_places(core), make_exposure(core))
    residents = pd.DataFrame(
        {"area_code": ["E1"], "residents": [9000.0], "residents_method": ["toy"]}
    )
    out = tabulate_areas(deployments, residents)
    assert tuple(out.columns) == OUT_AREAS.names
    assert out["deployments"].tolist() == [3, 1]
    assert out.loc[0, "faces_seen"] == 150
    assert out.loc[0, ["first_date", "last_date"]].tolist() == ["2024-01-01", "2024-02-01"]
    assert pd.isna(out.loc[1, "faces_seen"])
    assert pd.isna(out.loc[1, "residents"])


def test_inputs_are_not_changed():
    core = make_core()
    before = core.copy(deep=True)
    places = make_places(core)
    tabulate_deployments(core, places, make_exposure(core))
    tabulate_places(core, places)
    pd.testing.assert_frame_equal(core, before)


@pytest.mark.parametrize("rows", [[], [{"flag": "late"}]])
def test_conform_fills_what_is_lacking_with_null(rows):
    out = conform(pd.DataFrame(rows), CORE_FLAGS)
    assert tuple(out.columns) == CORE_FLAGS.names
    assert out["detail"].isna().all()
    assert len(out) == len(rows)


def test_no_deployments_no_areas():
    core = make_core().head(0)
    deployments = tabulate_deployments(core, make_places(core), make_exposure(core))
    residents = pd.DataFrame(
        columns=["area_code", "residents", "residents_method"], dtype="str"
    )
    assert tabulate_areas(deployments, residents).empty
