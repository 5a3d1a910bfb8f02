"""The squares in which ground is asked for, and the question put for one."""

from __future__ import annotations

import math

import shapely

from geo.poi_classes import TELLING

TILES_PER_DEGREE = 20
"""Ground is asked for in squares of a twentieth of a degree: some 19 km² in Britain, seven to
fifteen megabytes where streets and shops are densest, and always the same, so that runs share
answers."""

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
    Write the question for the streets and the points of interest of a square.

    Parameters
    ----------
    tile
        The square.

    Returns
    -------
    query
        In Overpass QL. The streets come with the identifiers of their nodes, by which they
        meet; what else there is comes drawn, as what is large is told by its outline
        (`geo.pois.pois_of`). What is both comes once, as a street.

    Examples
    --------
    >>> query = query_for((-1, 1030))
    >>> query[:84]
    '[out:json][timeout:60];way["highway"](51.50,-0.05,51.55,0.00)->.streets;.streets out'
    >>> 'nwr["railway"~"^ *(halt|station|tram_stop) *(;|$)",i](51.50,-0.05,51.55' in query
    True
    """
    west, south, east, north = box_of(tile).bounds
    box = ",".join(f"{side + 0.0:.2f}" for side in (south, west, north, east))
    things = "".join(f"nwr[{_filter(key, values)}]({box});" for key, values in TELLING.items())
    return (
        f'[out:json][timeout:{QUERY_S}];way["highway"]({box})->.streets;'
        ".streets out body;.streets >;out skel qt;"
        f"({things})->.things;(.things;-.streets;);out geom qt;"
    )


def _filter(key: str, values: frozenset[str] | None) -> str:
    """Write a filter for what `geo.poi_classes.may_be_poi` takes, its first value alone."""
    if values is None:
        return f'"{key}"'
    return f'"{key}"~"^ *({"|".join(sorted(values))}) *(;|$)",i'
