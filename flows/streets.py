"""``passersby streets``: a city's walkable streets, each with the passages on foot along it."""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flows.parser import UsageError
from flows.screen import print_table

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geo.street_network import StreetNetwork
    from geo.trip_ends import TripEnds
    from geo.walk_flow import WalkFlow, WalkModel

ENDING = ".parquet"
LONGEST_NAME = 80
ROUGH = (
    "These are orders of magnitude: on eight cameras of Leeds walk flow did no better than "
    "their plain mean."
)
"""What the calibration's scores say of passages by walk flow; see docs/streets.md."""

EMBEDDED = (
    "Residents: the census of 2011 in Greater London and Cardiff, elsewhere in Britain so many "
    "for each postcode, too many where postcodes are of businesses. --population takes others."
)
"""Whom walks from home begin at, where no raster was given."""

_KIB_PER_MIB = 1024
_BYTES_PER_MIB = 1 << 20


@dataclass(frozen=True)
class Wanted:
    """
    What a city's layer is made of.

    Attributes
    ----------
    extract
        The map.
    out
        File to write.
    points
        A file of shops and the like, where the map itself holds streets alone.
    population, population_unit, jobs
        Rasters or tables of people; see `data.population`.
    hours
        Hours of the week that passages are told for, as typed.
    offline
        Whether no connection may be made.
    """

    extract: Path
    out: Path
    points: Path | None = None
    population: str | None = None
    population_unit: str = "auto"
    jobs: str | None = None
    hours: str = "weekdays 10-17"
    offline: bool = False


@dataclass(frozen=True)
class Walked:
    """
    The walks of a city: where they begin and end, what flows, and the seconds it took.

    ``told`` says whether enough is known of what people walk to.
    """

    ends: TripEnds
    flow: WalkFlow
    flow_s: float
    told: bool


def write_streets(wanted: Wanted) -> None:
    """
    Write the streets of an extract with the walks along them, and say what was done.

    Parameters
    ----------
    wanted
        What to make.

    Raises
    ------
    InputError
        If a file cannot be read or written, or the hours mean nothing.
    """
    from data.drawn_ways import CREDIT
    from data.street_ways import load_network
    from data.walk_calibration import load_walk_calibration
    from data.week_hours import read_hours
    from geo.street_layer import street_layer

    _require_writable(wanted)
    hours, calibration = read_hours(wanted.hours), load_walk_calibration()
    network = load_network(wanted.extract)
    walked = _walked(network, calibration.model, wanted)
    flow = walked.flow if walked.told else walked.flow.unknown()
    edges = street_layer(network, flow, calibration.walk_flow, hours=hours)
    edges.attrs = {"hours": wanted.hours, "credit": CREDIT}
    _write(edges, wanted.out)
    _tell(edges, walked, wanted)


def _require_writable(wanted: Wanted) -> None:
    out = wanted.out
    if out.suffix.casefold() != ENDING:
        msg = f"--out {out} does not end in {ENDING}; streets are written as GeoParquet."
        raise UsageError(msg)
    read = {path.resolve() for path in (wanted.extract, wanted.points) if path}
    if out.is_dir() or out.resolve() in read:
        msg = f"--out {out} is a folder, or a map that is read. Name another file."
        raise UsageError(msg)
    folder = out.resolve().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        msg = f"--out {out}: the folder {folder} is not there or cannot be written to. Make it."
        raise UsageError(msg)


def _walked(network: StreetNetwork, model: WalkModel, wanted: Wanted) -> Walked:
    from data.pois import read_pois
    from data.street_people import people_of
    from geo.trip_ends import DRAWS, tells_walks, trip_ends
    from geo.walk_flow import walk_flow

    people = people_of(
        network,
        population=wanted.population,
        unit=wanted.population_unit,
        jobs=wanted.jobs,
        offline=wanted.offline,
    )
    pois = read_pois(wanted.points or wanted.extract).pois
    ends = trip_ends(network, people, pois)
    walk_flow(network, _from_one(ends.nodes), model)  # so that loading is not timed
    start = time.perf_counter()
    flow = walk_flow(network, ends.nodes, model, threads=os.cpu_count() or 1)
    flow_s = time.perf_counter() - start
    placed = (ends.tally["counted"] - ends.tally["unplaced"]).reindex([*DRAWS, "jobs"])
    return Walked(ends, flow, flow_s, tells_walks(pois) and bool(placed.gt(0).any()))


def _from_one(ends: pd.DataFrame) -> pd.DataFrame:
    """Return the same ends with the walks of one node alone."""
    first = ends["origins"].to_numpy().argmax() if len(ends) else 0
    origins = ends["origins"].where(np.arange(len(ends)) == first, 0.0)
    return ends.assign(origins=origins)


def _write(edges: gpd.GeoDataFrame, out: Path) -> None:
    """Write beside the place and move there, so that a file is whole or absent."""
    partial = out.with_name(f"{out.name}.{os.getpid()}.partial")
    try:
        edges.to_parquet(partial, index=False)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _tell(edges: gpd.GeoDataFrame, walked: Walked, wanted: Wanted) -> None:
    from geo.trip_ends import FROM_PEOPLE

    flow, tally = walked.flow, walked.ends.tally
    print(
        f"{_plural(len(edges), 'stretch', 'stretches')} of street, "
        f"{_plural(edges['name'].nunique(), 'name')}, "
        f"{edges['length_m'].sum() / 1000:,.0f} km"
    )
    rows = zip(tally.index, tally["counted"].round(), tally["unplaced"].round(), strict=True)
    print_table("What walks begin and end at", ["", "counted", "on no street"], rows)
    print(
        f"{flow.produced:,.0f} walks a day before calibration, of which {flow.arriving:,.0f} "
        f"arrive and {flow.unserved:,.0f} find nothing to walk to; {walked.ends.method}."
    )
    if walked.ends.method == FROM_PEOPLE and wanted.population is None:
        print(EMBEDDED)
    print(_busiest(edges, wanted.hours))
    print(
        f"Walk flow: {flow.settled:,} settled nodes in {walked.flow_s:.2f} s, "
        f"{flow.settled / walked.flow_s / 1e6:.1f} million a second; peak memory "
        f"{peak_memory_mib():,.0f} MiB."
    )
    print(f"Streets: {edges.attrs['credit']}.")
    print(f"The streets are at {wanted.out.resolve()}")


def _plural(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _busiest(edges: gpd.GeoDataFrame, hours: str) -> str:
    """Name the stretch expected to be busiest, with its interval."""
    told = edges[edges["walk_past_per_h"].notna()]
    if told.empty:
        return (
            "No walks or passages are told: the map holds no shop, office or school that "
            "people walk to. Give a whole extract, or name a file that has them with --points."
        )
    from maps.words import rough

    named = told[told["name"].notna()]
    if named.empty:
        return f"Passages are told for {hours}; no street has a name."
    top = named.loc[named["walk_past_per_h"].idxmax()]
    middle, low, high = (rough(top[f"walk_past_per_h{end}"]) for end in ("", "_lo80", "_hi80"))
    return (
        f"Passages on foot an hour, {hours}: of streets with names most on "
        f"{_printable(top['name'])}, very roughly {middle} (80 % interval {low} to {high}). "
        f"{ROUGH}"
    )


def _printable(name: str) -> str:
    """Return a name as a terminal may be told it: of no great length, and without commands."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:LONGEST_NAME])


def peak_memory_mib() -> float:
    """
    Return the most memory that this process ever held.

    Returns
    -------
    mib
        Mebibytes.

    Examples
    --------
    >>> peak_memory_mib() > 1
    True
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (_BYTES_PER_MIB if sys.platform == "darwin" else _KIB_PER_MIB)
