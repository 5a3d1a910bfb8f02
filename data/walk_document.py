"""Make the calibration of passages: fit it to counters, score it, lay it out as tables."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from data.counters import Counters, load_auckland, load_leeds, within
from data.leeds_flow import SHIPPED, FlowAtCameras, flows_at_cameras
from data.london_stations import load_station_flows
from data.walk_fit import (
    WEIGHTS,
    WEIGHTS_TRIED,
    Stations,
    Town,
    boroughs_apart,
    fit_town,
    level_table,
    stand_in_at,
    stations_around,
    town_table,
)
from data.walk_scores import (
    Row,
    period_row,
    score_boroughs,
    score_cameras,
    score_carried,
    score_hours,
    score_shipped,
    score_weeks,
)
from geo.passage_fit import (
    FREE,
    IN_PROPORTION,
    LEVEL_ONLY,
    Line,
    Scale,
    Slope,
    drift,
    fit_line,
    levels_of,
    pooled,
    towns_apart,
    typical_week,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.stand_in import StandInWeights

    Floats = NDArray[np.float64]

LEEDS_YEARS = (2015,)
AUCKLAND_YEARS = (2023, 2024, 2025)
"""Three whole years after the pandemic's rules; the others are set beside them."""

OTHER_YEARS = {
    "Leeds": ((2009,), (2016,), tuple(range(2009, 2017))),
    "Auckland": ((2019,), (2020, 2021), (2022,), (2025,)),
}

YEARS_APART = {"Leeds": (2009, 2016), "Auckland": (2019, 2025)}
"""How levels drift is measured between these, seven and six years apart."""

LEEDS_SOURCE = "Leeds City Council, footfall cameras in the city centre"
AUCKLAND_SOURCE = "Heart of the City Auckland, street counters (CC BY 4.0)"
LONDON_SOURCE = "Transport for London, passengers by station and quarter of an hour"
LONDON_PERIOD = "weekdays of autumn 2015, 10 to 17 o'clock"
STREETS_SOURCE = "(c) OpenStreetMap contributors, streets and places around Leeds (ODbL)"

TOWN_WEIGHT = 1.0
"""London's boroughs count for as much as the two towns in how far towns lie apart. With twice
that, 80 % intervals about one town's level would hold two thirds of the other's counters."""

FLOW_SLOPE_SD = 0.2
"""Assumed: lines of flow on stand-in and of stand-in on flow both lie within two of it."""


class Inputs(NamedTuple):
    """What the calibration is fitted on."""

    leeds: Counters
    auckland: Counters
    stations: Stations
    tried: list[tuple[StandInWeights, Stations]]
    built: Floats
    flows: list[FlowAtCameras]


class Fit(NamedTuple):
    """The towns, the spreads and the slopes, fitted."""

    leeds: Town
    auckland: Town
    street: Scale
    boroughs: tuple[float, float]
    towns: Scale
    slope: Slope


def read_inputs(leeds: Path, leeds_streets: Path, london: Path) -> Inputs:
    """
    Read all that the calibration is fitted on.

    Parameters
    ----------
    leeds, leeds_streets, london
        Folders of Leeds's counts, of its streets, and of London's station counts.

    Returns
    -------
    inputs
        Counters, stations, and stand-in and flows at Leeds's cameras, ordered by camera.

    Raises
    ------
    SourceError
        If a file is missing or is not the known one.
    """
    cameras, passengers = load_leeds(leeds), load_station_flows(london)
    tried = [(one, stations_around(passengers, weights=one)) for one in WEIGHTS_TRIED]
    return Inputs(
        leeds=cameras,
        auckland=load_auckland(),
        stations=dict(tried)[WEIGHTS],
        tried=tried,
        built=stand_in_at(cameras.places),
        flows=flows_at_cameras(cameras.places, leeds_streets, weights=WEIGHTS),
    )


def refit(inputs: Inputs) -> dict[str, Any]:
    """
    Fit the calibration and score it.

    Parameters
    ----------
    inputs
        As of `read_inputs`.

    Returns
    -------
    document
        The tables of ``data/calibration.toml``, in order.
    """
    fit = _fit(inputs)
    shipped = _shipped_flow(inputs)
    built = _held(inputs.built, fit.leeds.logs, fit.slope)
    flow = _held(shipped.x, fit.leeds.logs, _flow_slope(fit, shipped))
    weeks = {"Leeds": fit.leeds.weeks, "Auckland": fit.auckland.weeks}
    return {
        "walk_flow": {
            **level_table(flow, fit.street),
            "specification": asdict(SHIPPED),
            "elasticity": shipped.elasticity,
            "source": STREETS_SOURCE,
        },
        "stand_in": level_table(built, fit.street),
        "stand_in_weights": asdict(WEIGHTS),
        "towns": {
            **fit.towns._asdict(),
            "counted": 2,
            "boroughs_log_sd": fit.boroughs[1],
            "weight_of_boroughs": TOWN_WEIGHT,
        },
        "years": _years(inputs),
        "hours": {"log_sd": _mean_square(fit.leeds.hour_log_sd, fit.auckland.hour_log_sd)},
        "week": asdict(typical_week(weeks)),
        "leeds": town_table(fit.leeds, LEEDS_SOURCE),
        "auckland": town_table(fit.auckland, AUCKLAND_SOURCE),
        "london_stations": _stations_table(inputs.stations, fit),
        "scores": list(_scores(inputs, fit)),
        "week_scores": list(score_weeks(weeks)),
        "weights_tried": list(_weights_tried(inputs)),
        "periods": list(_periods(inputs, fit)),
    }


def _fit(inputs: Inputs) -> Fit:
    leeds = fit_town(inputs.leeds, LEEDS_YEARS)
    auckland = fit_town(inputs.auckland, AUCKLAND_YEARS)
    boroughs = boroughs_apart(inputs.stations)
    levels = [float(leeds.logs.mean()), float(auckland.logs.mean())]
    return Fit(
        leeds=leeds,
        auckland=auckland,
        street=pooled([leeds.logs, auckland.logs]),
        boroughs=boroughs,
        towns=towns_apart(levels, expected_log_sd=boroughs[1], weight=TOWN_WEIGHT),
        slope=inputs.stations.slope,
    )


def _flow_slope(fit: Fit, flow: FlowAtCameras) -> Slope:
    """Return how passages grow with flow: as with the stand-in, per growth of flow with it."""
    return Slope(fit.slope.value / flow.elasticity, FLOW_SLOPE_SD)


def _held(x: Floats, y: Floats, slope: Slope) -> Line:
    """Return the line of a slope known from elsewhere, as well as it is known there."""
    return replace(fit_line(x, y, Slope(slope.value, 0.0)), slope_sd=slope.sd)


def _mean_square(*log_sds: float) -> float:
    return float(np.sqrt(np.mean(np.square(log_sds))))


def _years(inputs: Inputs) -> dict[str, Any]:
    """Return how far levels move in years, both towns weighing the same."""
    moved = []
    for counters in (inputs.leeds, inputs.auckland):
        before, after = (
            levels_of(fit_town(counters, (year,)).weeks) for year in YEARS_APART[counters.city]
        )
        moved.append(drift(before, after))
    return {
        "log_sd": _mean_square(*(one.log_sd for one in moved)),
        "freedom": sum(one.freedom for one in moved),
        "leeds_log_sd": moved[0].log_sd,
        "auckland_log_sd": moved[1].log_sd,
    }


def _stations_table(stations: Stations, fit: Fit) -> dict[str, Any]:
    line = stations.line
    return {
        "source": LONDON_SOURCE,
        "period": LONDON_PERIOD,
        "stations": line.n,
        "slope": line.slope,
        "slope_sd": line.slope_sd,
        "log_sd": line.log_sd,
        "within_boroughs_log_sd": fit.boroughs[0],
        "between_boroughs_log_sd": fit.boroughs[1],
        "boroughs": stations.boroughs.nunique(),
    }


def _scores(inputs: Inputs, fit: Fit) -> Iterator[Row]:
    """Score every line on Leeds's cameras and London's stations, and each town on the other."""
    y = fit.leeds.logs
    yield from score_cameras(
        "Leeds, 8 cameras", 0 * y, y, slopes={"the others' geometric mean": LEVEL_ONLY}
    )
    held = Slope(fit.slope.value, 0.0)
    slopes = {"in proportion": IN_PROPORTION, "slope of London's stations": held}
    yield from score_cameras("Leeds, stand-in", inputs.built, y, slopes=slopes)
    for flow in inputs.flows:
        known = _flow_slope(fit, flow)
        slopes = {
            "in proportion": IN_PROPORTION,
            "slope held": Slope(known.value, 0.0),
            "slope shrunk to the cameras": known,
        }
        what = f"Leeds, walk flow, {flow.specification}"
        yield from score_cameras(what, flow.x, y, slopes=slopes)
    slopes = {
        "the others' geometric mean": LEVEL_ONLY,
        "in proportion": IN_PROPORTION,
        "slope fitted": FREE,
    }
    london = inputs.stations
    yield from score_boroughs(
        "London, stand-in, boroughs left out",
        london.x,
        london.y,
        london.boroughs,
        slopes=slopes,
    )
    yield from _carried(fit)
    yield from _shipped(inputs, fit)


def _weights_tried(inputs: Inputs) -> Iterator[Row]:
    """Score each way of weighing the stand-in on London's stations, boroughs left out."""
    for weights, stations in inputs.tried:
        rows = score_boroughs(
            "",
            stations.x,
            stations.y,
            stations.boroughs,
            slopes={"proportion": IN_PROPORTION, "fitted": FREE},
        )
        crps = {f"crps_{row['model']}": row["crps"] for row in rows}
        yield {**asdict(weights), **crps, "slope": stations.line.slope}


def _carried(fit: Fit) -> Iterator[Row]:
    """
    Score each town from the other.

    First with a spread between towns that neither had a part in, that of London's boroughs;
    then with the one that is shipped, which was fitted to the difference that it is scored on.
    """
    other = fit.auckland.logs
    yield from score_cameras(
        "Auckland, 21 counters",
        0 * other,
        other,
        slopes={"the others' geometric mean": LEVEL_ONLY},
    )
    before = Scale(float(2**0.5 * fit.boroughs[1]), TOWN_WEIGHT)
    for what, scale in (("boroughs' spread", before), ("spread fitted to both", fit.towns)):
        for one, two in ((fit.leeds, fit.auckland), (fit.auckland, fit.leeds)):
            name = f"{one.name} from {two.name}, {what}"
            yield score_carried(
                name, one.logs, two.logs, street=pooled([two.logs]), towns=scale
            )


def _shipped(inputs: Inputs, fit: Fit) -> Iterator[Row]:
    """Score what is shipped: both lines on cameras, and single hours of both towns."""
    towns = {"Auckland": fit.auckland.logs}
    y = fit.leeds.logs
    yield score_shipped("Leeds, stand-in", inputs.built, y, fit.slope, towns=towns)
    flow = _shipped_flow(inputs)
    slope = _flow_slope(fit, flow)
    yield score_shipped(f"Leeds, walk flow, {SHIPPED}", flow.x, y, slope, towns=towns)
    weeks = {"Leeds": fit.leeds.weeks, "Auckland": fit.auckland.weeks}
    yield score_hours("Leeds", within(inputs.leeds, LEEDS_YEARS), weeks)
    yield score_hours("Auckland", within(inputs.auckland, AUCKLAND_YEARS), weeks)


def _shipped_flow(inputs: Inputs) -> FlowAtCameras:
    return next(flow for flow in inputs.flows if flow.specification == SHIPPED)


def _periods(inputs: Inputs, fit: Fit) -> Iterator[Row]:
    """Set other periods beside the one used."""
    for counters, town in ((inputs.leeds, fit.leeds), (inputs.auckland, fit.auckland)):
        yield period_row(town.name, f"{town.period}, used", town.weeks, town.weeks)
        for years in OTHER_YEARS[town.name]:
            other = fit_town(counters, years)
            yield period_row(town.name, other.period, other.weeks, town.weeks)
