"""Read streets out of answers of the Overpass API."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from data.drawn_ways import position_ids, rounded, tags_frame
from data.errors import SourceError
from data.osm_overpass import ASK, json_of, understood
from geo.ways import WAY_KEYS, Ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Spot = tuple[float, float]

_MISSING: Spot = (np.nan, np.nan)
_LON_MAX, _LAT_MAX = 180.0, 90.0
_ID_MAX = 2**63 - 1


@dataclass(frozen=True)
class Street:
    """
    A way as an answer has it.

    Attributes
    ----------
    number
        Its identifier.
    nodes
        Identifiers of its nodes.
    spots
        Where they are in EPSG:4326, NaN where the answer does not say.
    tags
        Its tags.
    """

    number: int
    nodes: tuple[int, ...]
    spots: tuple[Spot, ...]
    tags: Mapping[str, str]


def read_street_overpass(path: Path) -> Ways:
    """
    Read the streets of an answer that was kept in a file.

    Parameters
    ----------
    path
        The file: JSON as Overpass sends it or as OSMnx keeps it.

    Returns
    -------
    ways
        See `read_street_answer`.

    Raises
    ------
    SourceError
        If it is not whole JSON, or `read_street_answer` refuses it.
    """
    return read_street_answer(json_of(path), name=path.name)


def read_street_answer(answer: Mapping[str, Any], *, name: str) -> Ways:
    """
    Read the streets of one answer.

    Parameters
    ----------
    answer
        The parsed JSON, with ``elements``: to ``out body; >; out skel qt;`` or ``out geom;``,
        as Overpass sends it or as OSMnx keeps it.
    name
        The file's name, for messages.

    Returns
    -------
    ways
        Its ways with a value of ``highway``; see `geo.ways.Ways`. Ways sent
        without the identifiers of their nodes meet where they share a position.

    Raises
    ------
    SourceError
        If it is not made as Overpass makes it, says that it was cut short, or has no streets.

    Examples
    --------
    >>> way = {"type": "way", "id": 5, "nodes": [1, 2], "tags": {"highway": "steps"}}
    >>> way["geometry"] = [{"lon": 0.0, "lat": 51.0}, {"lon": 0.0, "lat": 51.1}]
    >>> read_street_answer({"elements": [way]}, name="a.json").lat.tolist()
    [51.0, 51.1]
    """
    ways = merge_answers([answer], name=name)
    if not len(ways.way_ids):
        msg = f"{name} holds no street. {ASK}"
        raise SourceError(msg)
    return ways


def merge_answers(answers: Iterable[Mapping[str, Any]], *, name: str) -> Ways:
    """
    Read the streets of several answers about neighbouring ground as one.

    Parameters
    ----------
    answers
        As `read_street_answer` takes them; each is read and let go before the next.
    name
        What to call them, for messages.

    Returns
    -------
    ways
        Each way once, by its identifier in ascending order; none where no answer has any.

    Raises
    ------
    SourceError
        If one of them is no answer, or was cut short.
    """
    found: dict[int, Street] = {}
    for answer in answers:
        found |= streets_in(answer, name=name)
    return ways_of(found)


def streets_in(answer: Mapping[str, Any], *, name: str) -> dict[int, Street]:
    """
    Return the streets of one answer by their identifiers; see `read_street_answer`.

    Raises
    ------
    SourceError
        If it is no answer, or was cut short.
    """
    with understood(answer, name=name):
        return {street.number: street for street in _streets(answer["elements"])}


def _streets(elements: Sequence[Mapping[str, Any]]) -> list[Street]:
    nodes = {e["id"]: _spot(e) for e in elements if e["type"] == "node" and "lat" in e}
    streets = (e for e in elements if e["type"] == "way" and "highway" in e.get("tags", ()))
    ways = [_way(street, nodes) for street in streets]
    drawn = [way for way in ways if not all(spot is _MISSING for spot in way.spots)]
    if ways and not drawn:
        msg = "its ways have no positions"
        raise ValueError(msg)
    return drawn


def _way(way: Mapping[str, Any], nodes: Mapping[int, Spot]) -> Street:
    numbers = tuple(int(node) for node in way.get("nodes", ()))
    spots = tuple(nodes.get(node, _MISSING) for node in numbers)
    if "geometry" in way:
        spots = tuple(_spot(corner) if corner else _MISSING for corner in way["geometry"])
    if len(numbers) != len(spots):
        spots = tuple(spot for spot in spots if spot is not _MISSING)
        lon, lat = np.array(spots, dtype=np.float64).reshape(-1, 2).T
        numbers = tuple(position_ids(lon, lat).tolist())
    tags = {key: _text(value) for key, value in way["tags"].items()}
    numbers = tuple(map(_number, numbers))
    return Street(_number(way["id"]), numbers, spots, tags)


def _number(value: Any) -> int:  # noqa: ANN401 - whatever the JSON holds
    number = int(value)
    if abs(number) > _ID_MAX:
        msg = "an identifier is longer than any of OpenStreetMap"
        raise ValueError(msg)
    return number


def _text(value: object) -> str:
    """Return a value as text; half a character, as JSON may hold, becomes a question mark."""
    return str(value).encode("utf-8", "replace").decode()


def _spot(element: Mapping[str, Any]) -> Spot:
    lon, lat = float(element["lon"]), float(element["lat"])
    if not (abs(lon) <= _LON_MAX and abs(lat) <= _LAT_MAX):
        msg = f"longitude {lon}, latitude {lat} is not on the globe"
        raise ValueError(msg)
    return lon, lat


def ways_of(streets: Mapping[int, Street]) -> Ways:
    """Return streets as ways, in the order of their identifiers."""
    ways = [streets[number] for number in sorted(streets)]
    spots = np.array([spot for way in ways for spot in way.spots], dtype=np.float64)
    lon, lat = rounded(spots.reshape(-1, 2)).T
    tags = {key: [way.tags.get(key) for way in ways] for key in WAY_KEYS}
    return Ways(
        np.array([way.number for way in ways], dtype=np.int64),
        np.cumsum([0, *(len(way.nodes) for way in ways)], dtype=np.int64),
        np.fromiter(chain.from_iterable(way.nodes for way in ways), dtype=np.int64),
        np.ascontiguousarray(lon),
        np.ascontiguousarray(lat),
        tags_frame(tags, len(ways)),
    )
