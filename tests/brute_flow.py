"""Walk flows by enumerating every path with networkx: slow, and nothing of ours."""

import math
from collections import defaultdict
from itertools import pairwise

import networkx as nx


def streets_of(network):
    """
    Return the streets as a graph of whole millimetres.

    A second part of each length counts stretches of no length, so that of equally long paths
    those over the fewest such stretches are the shorter.
    """
    streets = nx.MultiGraph()
    streets.add_nodes_from(range(len(network.nodes)))
    edges = network.edges
    rows = zip(edges["start_node"], edges["end_node"], edges["length_m"], strict=True)
    for row, (start, end, length_m) in enumerate(rows):
        mm = round(length_m * 1000)
        streets.add_edge(start, end, key=row, length=mm * 10**6 + (mm == 0))
    return streets


def simple_streets(streets):
    """Return the graph with one link where several join the same nodes: the shortest."""
    simple = nx.Graph()
    simple.add_nodes_from(streets)
    for start, end, length in streets.edges(data="length"):
        if (
            start != end
            and length < simple.get_edge_data(start, end, {"length": math.inf})["length"]
        ):
            simple.add_edge(start, end, length=length)
    return simple


def lanes(streets, start, end, length):
    """Return the rows of the edges of a length between two nodes."""
    return [row for row, of in streets[start][end].items() if of["length"] == length]


def paths_between(streets, simple, start, end):
    """Return every shortest path as rows of edges."""
    found = []
    for nodes in nx.all_shortest_paths(simple, start, end, weight="length"):
        paths = [[]]
        for near, far in pairwise(nodes):
            choices = lanes(streets, near, far, simple[near][far]["length"])
            paths = [[*path, (row, near)] for path in paths for row in choices]
        found += paths
    return found


def trips_between(network, ends, model):
    """Return the trips of each pair, and of each origin that is not served."""
    simple = simple_streets(streets_of(network))
    cutoff = round(model.cutoff_m * 1000) * 10**6 + 10**6 - 1
    trips, unserved = {}, {}
    for start, weight in enumerate(ends["origins"]):
        if not weight > 0:
            continue
        reach = nx.single_source_dijkstra_path_length(simple, start, cutoff, weight="length")
        drawn = {}
        for end, length in reach.items():
            decay = float(model.decay.weights(length // 10**6 / 1000))
            if ends["destinations"].iloc[end] > 0 and (end != start or model.own_node):
                drawn[end] = ends["destinations"].iloc[end] * decay
        if not drawn:
            unserved[start] = weight
        total = math.fsum(drawn.values()) if model.constrained else 1.0
        trips |= {(start, end): weight * draw / total for end, draw in drawn.items()}
    return trips, unserved


def brute_flow(network, ends, model):
    """Return trips along each edge, forward ones, and through each node, as dicts."""
    streets = streets_of(network)
    simple = simple_streets(streets)
    trips, unserved = trips_between(network, ends, model)
    along, forward, passing = defaultdict(list), defaultdict(list), defaultdict(list)
    for (start, end), number in trips.items():
        paths = paths_between(streets, simple, start, end)
        for path in paths:
            for step, (row, near) in enumerate(path):
                along[row].append(number / len(paths))
                if network.edges["start_node"].iloc[row] == near:
                    forward[row].append(number / len(paths))
                if step:
                    passing[near].append(number / len(paths))
    sums = [
        {key: math.fsum(terms) for key, terms in part.items()}
        for part in (along, forward, passing)
    ]
    return (*sums, trips, unserved)


def detour_flow(network, ends, model):
    """Return trips along each edge by listing every path that leads ever farther away."""
    streets = streets_of(network)
    simple = simple_streets(streets)
    trips, _ = trips_between(network, ends, model)
    cutoff = round(model.cutoff_m * 1000) * 10**6 + 10**6 - 1
    along = defaultdict(list)
    for start in {start for start, _ in trips}:
        reach = nx.single_source_dijkstra_path_length(simple, start, cutoff, weight="length")
        for end in {end for begin, end in trips if begin == start} - {start}:
            paths = list(outward_paths(streets, reach, start, end))
            excess = [(length // 10**6 - reach[end] // 10**6) / 1000 for length, _ in paths]
            weights = [math.exp(-metres / model.detour_m) for metres in excess]
            for weight, (_, rows) in zip(weights, paths, strict=True):
                for row in rows:
                    along[row].append(trips[start, end] * weight / math.fsum(weights))
    return {row: math.fsum(terms) for row, terms in along.items()}


def outward_paths(streets, reach, start, end):
    """Yield the length and rows of every path whose nodes are ever farther from its start."""
    if start == end:
        yield 0, []
        return
    for near in streets[end]:
        if near in reach and reach[near] < reach[end]:
            for row, of in streets[near][end].items():
                for length, rows in outward_paths(streets, reach, start, near):
                    yield length + of["length"], [*rows, row]
