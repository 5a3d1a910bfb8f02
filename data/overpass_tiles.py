"""The squares in which ground is asked for, and the question put for one."""

from __future__ import annotations

import math

import shapely

TILES_PER_DEGREE = 20
"""Ground is asked for in squares of a twentieth of a degree: some 19 km² in Britain, five to
ten megabytes where streets are densest, and always the same, so that runs share answers."""

QUERY_S = 60
"""Seconds that the server may work on a question."""

Tile = tuple[int, int]


def tiles_of(ground: shapely.Geometry) -> list[Tile]:
    """
    Return the squares that some ground touches, from south-west to north-east.

    Parameters
    ----------
    ground
        In EPSG:4326.

    Returns
    -------
    tiles
        Column and row of each, counted from 0 degrees east and north.

    Examples
    --------
    >>> tiles_of(shapely.box(-0.01, 51.51, 0.01, 51.52))
    [(-1, 1030), (0, 1030)]
    """
    if ground.is_empty:
        return []
    west, south, east, north = (side * TILES_PER_DEGREE for side in ground.bounds)
    shapely.prepare(ground)
    return [
        (column, row)
        for column in range(math.floor(west), math.floor(east) + 1)
        for row in range(math.floor(south), math.floor(north) + 1)
        if ground.intersects(box_of((column, row)))
    ]


def box_of(tile: Tile) -> shapely.Geometry:
    """Return a square in EPSG:4326."""
    column, row = tile
    sides = (column, row, column + 1, row + 1)
    return shapely.box(*(side / TILES_PER_DEGREE for side in sides))


def query_for(tile: Tile) -> str:
    """
    Write the question for the streets of a square.

    Examples
    --------
    >>> query_for((-1, 1030))
    '[out:json][timeout:60];way["highway"](51.50,-0.05,51.55,0.00);out body;>;out skel qt;'
    """
    west, south, east, north = box_of(tile).bounds
    box = ",".join(f"{side + 0.0:.2f}" for side in (south, west, north, east))
    return f'[out:json][timeout:{QUERY_S}];way["highway"]({box});out body;>;out skel qt;'
