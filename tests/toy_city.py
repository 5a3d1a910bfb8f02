"""
A toy city whose walk flows can be counted by hand.

    0 --100-- 1 --100-- 2        Home is at 0 (8 trips), work at 1 (4 trips).
    |         |         |        A shop at 2 (weight 1), a school at 5 (weight 3),
   100       100       100       a stall at 3 (weight 1).
    |         |         |
    3 --100-- 4 --100-- 5 ==60== 6     two lanes of 60 m, and one of 70 m, to a café at 6
                                       (weight 2); its terrace is a loop from 6 to 6.
    7 --50-- 8                   Across the river: a hermit at 7 (2 trips), nothing at 8.

Without decay, within 250 m, and nobody walking to where they are:

From 0 (8 trips) one reaches 1 and 3 (100 m), 2 and 4 (200 m), not 5 (300 m) or 6. Those that
draw are the shop at 2 (1) and the stall at 3 (1): 4 trips each. To 2 there is one shortest path,
0-1-2; to 3, the street 0-3.

From 1 (4 trips) one reaches 0, 2, 4 (100 m), 3, 5 (200 m); 6 is 260 m away. Weights: shop 1,
stall 1, school 3, so 0.8, 0.8 and 2.4 trips. To 3 there are two shortest paths, 1-0-3 and 1-4-3:
0.4 trips each. To 5 two: 1-2-5 and 1-4-5: 1.2 each. To 2 one.

From 7 (2 trips) one reaches 8, which draws nobody: 2 trips unserved.
"""

import pandas as pd

from geo.street_network import StreetNetwork

CUTOFF_M = 250.0

STREETS = [
    # start, end, length_m, trips, of those forward (from start to end)
    (0, 1, 100.0, 4.4, 4.0),  # 4 from 0 to the shop; 0.4 from 1 by way of 0 to the stall
    (2, 1, 100.0, 6.0, 0.0),  # 4 from 0, 0.8 from 1 to the shop, 1.2 from 1 on to the school
    (0, 3, 100.0, 4.4, 4.4),  # 4 from 0, 0.4 from 1 to the stall
    (1, 4, 100.0, 1.6, 1.6),  # 0.4 from 1 to the stall, 1.2 to the school
    (2, 5, 100.0, 1.2, 1.2),  # from 1 to the school
    (4, 3, 100.0, 0.4, 0.4),  # from 1 to the stall
    (4, 5, 100.0, 1.2, 1.2),  # from 1 to the school
    (5, 6, 60.0, 0.0, 0.0),
    (6, 5, 60.0, 0.0, 0.0),
    (5, 6, 70.0, 0.0, 0.0),
    (6, 6, 30.0, 0.0, 0.0),
    (7, 8, 50.0, 0.0, 0.0),
]

NODES = [
    # lon, lat, origins, destinations, arriving, passing, unserved
    (0.000, 0.001, 8.0, 0.0, 0.0, 0.4, 0.0),  # passing: 1-0-3
    (0.001, 0.001, 4.0, 0.0, 0.0, 4.0, 0.0),  # passing: 0-1-2
    (0.002, 0.001, 0.0, 1.0, 4.8, 1.2, 0.0),  # passing: 1-2-5
    (0.000, 0.000, 0.0, 1.0, 4.8, 0.0, 0.0),
    (0.001, 0.000, 0.0, 0.0, 0.0, 1.6, 0.0),  # passing: 1-4-3 and 1-4-5
    (0.002, 0.000, 0.0, 3.0, 2.4, 0.0, 0.0),
    (0.003, 0.000, 0.0, 2.0, 0.0, 0.0, 0.0),
    (0.009, 0.000, 2.0, 0.0, 0.0, 0.0, 2.0),
    (0.010, 0.000, 0.0, 0.0, 0.0, 0.0, 0.0),
]

SETTLED = 5 + 6 + 2
"""From 0: 0, 1, 3, 2, 4; from 1: 1, 0, 2, 4, 3, 5; from 7: 7, 8."""

WIDER_M = 260.0
"""Within 260 m, the café is in reach of 1 too: of its 4 trips, 8/7 go there, half along each of
the two lanes of 60 m and none along that of 70 m."""


def network() -> StreetNetwork:
    """Return the streets of the toy city."""
    edges = pd.DataFrame(
        [street[:3] for street in STREETS], columns=["start_node", "end_node", "length_m"]
    )
    nodes = pd.DataFrame([node[:2] for node in NODES], columns=["lon", "lat"])
    return StreetNetwork(nodes.assign(node_id=nodes.index), edges)


def ends() -> pd.DataFrame:
    """Return where its trips begin and end."""
    return pd.DataFrame([node[2:4] for node in NODES], columns=["origins", "destinations"])
