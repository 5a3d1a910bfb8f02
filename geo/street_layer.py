"""The streets of a city, each with the walks along it and the passages on foot in an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.passages import BASE_HOURS, passages_per_hour

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from geo.passages import Calibration
    from geo.street_network import StreetNetwork
    from geo.walk_flow import WalkFlow

LAYER_COLUMNS = (
    "name", "class", "length_m", "walk_flow", "walk_past_per_h", "walk_past_per_h_lo80",
    "walk_past_per_h_hi80", "start_node", "end_node", "way_id", "geometry",
)  # fmt: skip
"""Columns of `street_layer`, in order."""


def street_layer(
    network: StreetNetwork,
    flow: WalkFlow,
    calibration: Calibration,
    *,
    hours: Sequence[int] = BASE_HOURS,
) -> gpd.GeoDataFrame:
    """
    Put walks and passages on the streets that they are of.

    Parameters
    ----------
    network
        The streets that one can walk along.
    flow
        Walks along them, from the model that ``calibration`` was fitted with.
    calibration
        From walk flow to passages per hour.
    hours
        Hours of the week that the passages are the mean of, as of `geo.passages.hours_of_week`.

    Returns
    -------
    edges
        Indexed as the network's edges, in EPSG:4326, columns `LAYER_COLUMNS`: ``walk_flow``
        [walks per day, before any calibration]; ``walk_past_per_h`` [people-passages per hour]
        and the bounds of its 80 % interval.

    Raises
    ------
    InputError
        If an hour is not of a week.

    Notes
    -----
    The passages are orders of magnitude. Where they were tried, on eight cameras of one city,
    walk flow told streets apart no better than their plain mean (``scores`` in
    ``data/calibration.toml``), so do not read an order of streets into them.

    Near the edge of the network walks to and from beyond it are missing, so within the model's
    cutoff of the edge the flow is too low.
    """
    walks = flow.edges["walk_flow"]
    passages = passages_per_hour(walks, calibration, hours=hours)
    return network.edges.assign(walk_flow=walks).join(passages)[list(LAYER_COLUMNS)]
