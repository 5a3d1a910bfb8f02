"""Regional extracts of OpenStreetMap: which there are, and which holds some places."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BASE = "https://download.geofabrik.de"
"""Where Geofabrik publishes its extracts; a mirror keeps the same paths."""

TABLE = Path(__file__).resolve().parent / "embedded" / "extracts" / "geofabrik_extracts.geojson"


@dataclass(frozen=True)
class Extract:
    """
    A regional extract.

    Attributes
    ----------
    extract_id
        Its short name, such as "greater-london".
    name
        Its name, as readers are told.
    path
        Its address below the publisher's, without "-latest.osm.pbf".
    outline
        The ground it covers in EPSG:4326, to half a kilometre in Britain and Ireland.
    """

    extract_id: str
    name: str
    path: str
    outline: shapely.Geometry

    def url(self, base: str = BASE) -> str:
        """
        Return its address.

        Examples
        --------
        >>> load_extracts()[0].url("http://localhost:8080/")
        'http://localhost:8080/europe/andorra-latest.osm.pbf'
        """
        return f"{base.rstrip('/')}/{self.path}-latest.osm.pbf"


@cache
def load_extracts() -> tuple[Extract, ...]:
    """Return the known extracts, in the order of their names."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    shapes = [json.dumps(feature["geometry"]) for feature in table["features"]]
    told = [feature["properties"] for feature in table["features"]]
    return tuple(
        Extract(row["id"], row["name"], row["path"], shapely.from_geojson(shape))
        for row, shape in zip(told, shapes, strict=True)
    )


def extract_for(
    spots: Sequence[shapely.Point], *, among: Iterable[Extract] | None = None
) -> tuple[Extract, int] | None:
    """
    Return the extract that holds the most places, the smaller of two that hold as many.

    Parameters
    ----------
    spots
        Where the places are, in EPSG:4326.
    among
        The extracts to choose from; None for all.

    Returns
    -------
    extract, held
        It and how many of the places it holds; None if none holds any.

    Examples
    --------
    >>> camden, epsom = shapely.Point(-0.1426, 51.539), shapely.Point(-0.27, 51.333)
    >>> extract, held = extract_for([camden, camden, epsom])
    >>> extract.name, held
    ('Greater London', 2)
    """
    counted = [
        (extract, int(shapely.covers(extract.outline, spots).sum()))
        for extract in (load_extracts() if among is None else among)
    ]
    held = [pair for pair in counted if pair[1]]
    return min(held, key=_merit, default=None)


def _merit(pair: tuple[Extract, int]) -> tuple[int, float, str]:
    extract, held = pair
    return -held, float(extract.outline.area), extract.extract_id
