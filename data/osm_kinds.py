"""What a named thing of OpenStreetMap is to a reader of places: a street, a station, a town."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from geo.features import STREET_MARGIN_M
from geo.labels import distinct_names
from geo.place import name_key

if TYPE_CHECKING:
    from collections.abc import Mapping

STREETS = frozenset({
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
    "living_street", "pedestrian", "service", "track", "road", "footway", "path",
    "cycleway", "bridleway", "steps", "busway", "bus_guideway", "motorway_link",
    "trunk_link", "primary_link", "secondary_link", "tertiary_link",
})  # fmt: skip
"""Values of ``highway`` that are ways to walk or drive along; the rest are bus stops, crossings
and ways not built yet or no more."""

PLACE_MARGINS_M = {
    "city": 3000.0, "town": 1500.0, "borough": 1500.0, "suburb": 1000.0, "village": 700.0,
    "quarter": 600.0, "neighbourhood": 600.0, "locality": 500.0, "hamlet": 400.0,
}  # fmt: skip
"""How far a place of each kind goes from the point it is mapped as. Assumed, not measured: the
usual walk from the middle of one to where the next begins."""

TOWNS = frozenset({"city", "town", "village", "hamlet"})
"""Values of ``place`` that stand alone; the others are parts of one."""

PLACE_OUTLINE_MARGIN_M = 100.0
"""Districts have no sharp edge, though mappers draw one."""

STATION_MARGINS_M = {"station": 250.0}
OTHER_STOP_MARGIN_M = 150.0
STATION_OUTLINE_MARGIN_M = 150.0
"""From a station's point, a tram stop's or a station's outline to its farthest entrance."""

VENUE_POINT_MARGIN_M = 80.0
VENUE_OUTLINE_MARGIN_M = 60.0
"""From a venue's point or outline to the pavement opposite its doors."""

SQUARE_MARGIN_M = 30.0
"""From a square's outline to the house fronts round it."""

VENUE_KEYS = (
    "shop", "amenity", "leisure", "tourism", "historic", "office", "craft", "healthcare",
    "club", "man_made", "aeroway", "landuse", "building", "attraction",
)  # fmt: skip
"""Keys that make a named thing a place one can stand outside of."""

NOT_VENUES = {
    "amenity": frozenset({
        "atm", "bbq", "bench", "bicycle_parking", "bicycle_rental", "bicycle_repair_station",
        "car_sharing", "charging_station", "clock", "compressed_air", "drinking_water",
        "grit_bin", "hunting_stand", "letter_box", "loading_dock", "lounger",
        "motorcycle_parking", "parcel_locker", "parking_entrance", "parking_space",
        "payment_terminal", "photo_booth", "post_box", "recycling", "scooter_parking", "shower",
        "smoking_area", "telephone", "ticket_validator", "toilets", "trolley_bay",
        "vending_machine", "waste_basket", "waste_disposal", "water_point",
    }),
    "leisure": frozenset({"picnic_table", "slipway", "bleachers", "firepit"}),
    "tourism": frozenset({"information"}),
    "shop": frozenset({"vacant", "disused"}),
    "man_made": frozenset({
        "surveillance", "street_cabinet", "manhole", "utility_pole", "mast", "antenna",
        "pipeline", "cutline", "embankment", "flagpole", "survey_point", "courtyard",
    }),
    "landuse": frozenset({"grass", "farmland", "meadow", "forest", "highway", "railway"}),
    "aeroway": frozenset({"gate", "runway", "taxiway", "parking_position", "holding_position"}),
}  # fmt: skip
"""Furniture and ground cover: their names are numbers, brands or remarks. Hire docks are named
after streets that they are not."""

OTHER_NAME_KEYS = (
    "name:en", "name:cy", "alt_name", "official_name", "loc_name", "short_name", "old_name",
)  # fmt: skip
"""Keys of other names that people use."""

READ_KEYS = frozenset(
    {"name", "highway", "railway", "public_transport", "place", "area", "brand", "type"}
).union(OTHER_NAME_KEYS, VENUE_KEYS)
"""Every key that decides anything here."""

NAME_LENGTH_MAX = 255
"""OpenStreetMap's own limit on a value, in characters."""

_FORMAT_SIGNS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_NOT_NAMED = frozenset({"no", "none", "unnamed", "noname"})


@dataclass(frozen=True)
class Kind:
    """
    What a thing is.

    Attributes
    ----------
    kind
        One of `geo.features.KINDS`, or ``plaza``: an area to walk on, which may be the broad
        part of a street of its name.
    precision
        The class of a place read as it.
    margin_m
        How far beyond its shape a spot "at" it may lie.
    """

    kind: str
    precision: str
    margin_m: float


STREET = Kind("street", "street", STREET_MARGIN_M)
"""Any way to walk or drive along."""


def classify(tags: Mapping[str, str], *, shape: str) -> Kind | None:
    """
    Return what a named thing is, by its tags.

    Parameters
    ----------
    tags
        Its tags.
    shape
        ``point``, ``line`` or ``outline``. A closed way may be either of the last two: ask
        for ``line`` first.

    Returns
    -------
    kind
        None if it is nothing that a place is told by.

    Examples
    --------
    >>> classify({"highway": "residential"}, shape="line").kind
    'street'
    >>> classify({"highway": "bus_stop"}, shape="point") is None
    True
    >>> classify({"railway": "station"}, shape="point")
    Kind(kind='station', precision='site', margin_m=250.0)
    """
    if _is_station(tags):
        return _station(tags, shape)
    place = _place(tags["place"], shape) if "place" in tags and shape != "line" else None
    if place is not None:
        return place
    return _way(tags, shape) if tags.get("highway") in STREETS else _venue(tags, shape)


def _is_station(tags: Mapping[str, str]) -> bool:
    return (
        tags.get("railway") in {"station", "halt", "tram_stop"}
        or tags.get("public_transport") == "station"
        or tags.get("amenity") == "bus_station"
        or tags.get("building") == "train_station"
    )


def _station(tags: Mapping[str, str], shape: str) -> Kind:
    margin_m = STATION_MARGINS_M.get(tags.get("railway", ""), OTHER_STOP_MARGIN_M)
    return Kind("station", "site", margin_m if shape == "point" else STATION_OUTLINE_MARGIN_M)


def _place(value: str, shape: str) -> Kind | None:
    if value == "square":
        point = shape == "point"
        return Kind("venue", "site", VENUE_POINT_MARGIN_M if point else SQUARE_MARGIN_M)
    if value not in PLACE_MARGINS_M:
        return None
    kind = "town" if value in TOWNS else "district"
    margin_m = PLACE_MARGINS_M[value] if shape == "point" else PLACE_OUTLINE_MARGIN_M
    return Kind(kind, "district", margin_m)


def _way(tags: Mapping[str, str], shape: str) -> Kind | None:
    if shape == "line":
        return None if tags.get("area") == "yes" else STREET
    return Kind("plaza", "site", SQUARE_MARGIN_M) if shape == "outline" else None


def _venue(tags: Mapping[str, str], shape: str) -> Kind | None:
    given = {key: tags[key] for key in VENUE_KEYS if tags.get(key, "no") != "no"}
    if tags.get("highway") == "services":
        given["highway"] = "services"
    if any(value in NOT_VENUES.get(key, ()) for key, value in given.items()):
        given = {key: v for key, v in given.items() if key in {"shop", "building"}}
        given = {key: v for key, v in given.items() if v not in NOT_VENUES.get(key, ())}
    if not given:
        return None
    point = shape == "point"
    return Kind("venue", "site", VENUE_POINT_MARGIN_M if point else VENUE_OUTLINE_MARGIN_M)


# Names -----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def tidy_name(text: str) -> str:
    r"""
    Return a name on one line without control characters, or nothing if it names nothing.

    Examples
    --------
    >>> tidy_name(" Mare\tStreet\u200b"), tidy_name("---"), tidy_name("no")
    ('Mare Street', '', '')
    """
    text = _FORMAT_SIGNS.sub("", text).replace("|", " ")
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    text = " ".join(text.split())[:NAME_LENGTH_MAX]
    return text if name_key(text) and text.casefold() not in _NOT_NAMED else ""


def names_of(tags: Mapping[str, str], kind: Kind) -> tuple[str, str]:
    """
    Return a thing's name, and its other names joined by "|".

    Examples
    --------
    >>> shop = Kind("venue", "site", 80.0)
    >>> names_of({"name": "Boots;Boots Opticians", "brand": "Boots", "old_name": "Dan"}, shop)
    ('Boots', 'Boots Opticians|Dan')
    >>> names_of({"name": "27-31"}, shop)
    ('', '')
    """
    said = [*filter(None, map(tidy_name, tags["name"].split(";")))]
    name, others = "".join(said[:1]), said[1:]
    if not name or (kind.kind == "venue" and not any(map(str.isalpha, name))):
        return "", ""
    keys = (*OTHER_NAME_KEYS, "brand") if kind.kind == "venue" else OTHER_NAME_KEYS
    for key in keys:
        if key in tags:
            others += map(tidy_name, tags[key].split(";"))
    return name, "|".join(distinct_names(others, besides=name)) if others else ""
