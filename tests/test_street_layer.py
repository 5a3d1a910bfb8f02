"""The layer of a city: walks and passages on the streets that they are of."""

import numpy as np
import pandas as pd
import pytest
import toy_city

from data.walk_calibration import load_walk_calibration
from data.week_hours import read_hours
from geo.decay import ExponentialDecay
from geo.errors import InputError
from geo.passages import COLUMNS
from geo.street_layer import LAYER_COLUMNS, street_layer
from geo.walk_flow import WalkModel, walk_flow

CALIBRATION = load_walk_calibration().walk_flow
HOME = toy_city.network()


def named(network):
    """Return the toy city with what a real network has beside lengths."""
    import geopandas as gpd
    import shapely

    nodes, edges = network.nodes, network.edges
    ends = nodes[["lon", "lat"]].to_numpy()
    pairs = edges[["start_node", "end_node"]].to_numpy()
    shapes = [shapely.LineString(ends[[a, b]]) for a, b in pairs]
    told = {"name": "A", "class": "footway", "way_id": np.arange(len(edges))}
    made = gpd.GeoDataFrame(edges.assign(**told), geometry=shapes, crs="EPSG:4326")
    return type(network)(nodes, made, None)


@pytest.fixture(scope="module")
def flow():
    model = WalkModel(cutoff_m=toy_city.CUTOFF_M, decay=ExponentialDecay(0.0))
    return walk_flow(HOME, toy_city.ends(), model)


def test_walks_are_put_on_their_own_streets(flow):
    network = named(HOME)
    before = network.edges.copy()
    layer = street_layer(network, flow, CALIBRATION)
    assert tuple(layer.columns) == LAYER_COLUMNS
    assert layer.crs == "EPSG:4326"
    expected = [trips for *_, trips, _ in toy_city.STREETS]
    assert layer["walk_flow"].tolist() == pytest.approx(expected, abs=1e-6)
    assert (layer["walk_past_per_h_lo80"] < layer["walk_past_per_h"]).all()
    assert (layer["walk_past_per_h"] < layer["walk_past_per_h_hi80"]).all()
    pd.testing.assert_frame_equal(network.edges, before)


def test_hours_change_passages_by_the_profile_of_the_week(flow):
    network, ratios = named(HOME), np.array(CALIBRATION.profile.ratios)
    base, night = (
        street_layer(network, flow, CALIBRATION, hours=read_hours(text))
        for text in ("weekdays 10-17", "Sunday 3")
    )
    assert base["walk_flow"].equals(night["walk_flow"])
    factor = (night["walk_past_per_h"] / base["walk_past_per_h"]).to_numpy()
    base_ratio = ratios[list(read_hours("weekdays 10-17"))].mean()
    assert factor == pytest.approx(ratios[6 * 24 + 3] / base_ratio, rel=1e-9)
    assert ratios[6 * 24 + 3] < 0.5, "nights are not quiet: the test shows nothing"


def test_what_is_unknown_stays_null(flow):
    layer = street_layer(named(HOME), flow.unknown(), CALIBRATION)
    assert layer[["walk_flow", *COLUMNS]].isna().all(axis=None)
    assert layer["length_m"].notna().all()


def test_an_hour_beyond_the_week_is_refused(flow):
    with pytest.raises(InputError, match="hours of the week"):
        street_layer(named(HOME), flow, CALIBRATION, hours=[168])
