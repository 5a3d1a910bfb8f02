"""What a tagged thing of OpenStreetMap is to people on foot: a shop, a stop, a school."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

POI_CLASSES = (
    "shop",
    "food",
    "station",
    "transit_stop",
    "office",
    "school",
    "service",
    "leisure",
)
"""What people on foot come from and go to; kept apart because they draw different numbers."""

STREET_MODES = ("bus", "trolleybus", "tram", "ferry")
TRACK_MODES = ("train", "subway", "light_rail", "monorail")
"""Tags that say which vehicles stop at a platform."""

POI_KEYS = (
    "shop", "amenity", "office", "leisure", "tourism", "healthcare", "railway",
    "public_transport", "highway", "station", "building", "building:levels", "height",
    "disused", "abandoned", *STREET_MODES, *TRACK_MODES,
)  # fmt: skip
"""Every key that decides anything here."""

CLOSED = frozenset({"no", "vacant", "disused", "empty", "abandoned", "closed", "none"})
"""Values by which a mapper says that there is nothing to go to."""

FOOD = frozenset({
    "bar", "biergarten", "cafe", "fast_food", "food_court", "ice_cream", "pub", "restaurant",
})  # fmt: skip
SCHOOLS = frozenset({
    "childcare", "college", "kindergarten", "language_school", "music_school", "school",
    "university",
})  # fmt: skip
SERVICES = frozenset({
    "bank", "bureau_de_change", "clinic", "community_centre", "courthouse", "dentist",
    "doctors", "fire_station", "fuel", "hospital", "library", "marketplace", "pharmacy",
    "place_of_worship", "police", "post_office", "social_centre", "social_facility", "townhall",
    "veterinary",
})  # fmt: skip
"""Values of ``amenity``: errands of people who are not shopping, worship and care included."""

LEISURE = {
    "amenity": frozenset({
        "arts_centre", "casino", "cinema", "concert_hall", "conference_centre", "events_venue",
        "gambling", "nightclub", "theatre",
    }),
    "leisure": frozenset({
        "adult_gaming_centre", "amusement_arcade", "bowling_alley", "dance", "escape_game",
        "fitness_centre", "ice_rink", "sports_centre", "sports_hall", "stadium", "water_park",
    }),
    "tourism": frozenset({
        "aquarium", "attraction", "gallery", "guest_house", "hostel", "hotel", "museum",
        "theme_park", "zoo",
    }),
}  # fmt: skip
"""Where people go for pleasure and stay: venues, not parks, whose edges are streets too."""

TELLING: dict[str, frozenset[str] | None] = {
    "shop": None,
    "office": None,
    "healthcare": None,
    "amenity": FOOD
    | SCHOOLS
    | SERVICES
    | LEISURE["amenity"]
    | {"bus_station", "ferry_terminal"},
    "leisure": LEISURE["leisure"],
    "tourism": LEISURE["tourism"],
    "railway": frozenset({"station", "halt", "tram_stop"}),
    "public_transport": frozenset({"station", "platform", "stop_position"}),
    "highway": frozenset({"bus_stop"}),
}
"""Keys, and the values of each, of which a point of interest has one at least; None for any."""


def classify_pois(tags: pd.DataFrame) -> pd.Series:
    """
    Return what each tagged thing is to people on foot.

    Parameters
    ----------
    tags
        One row per thing, a column for each of `POI_KEYS` that is at hand, null where
        untagged. Other columns are not looked at.

    Returns
    -------
    poi_class
        One of `POI_CLASSES`, null where it is none; indexed like ``tags``.

    Notes
    -----
    The first that fits of: station, stop, shop, food, school, service, leisure, office. What
    is said to be vacant, disused or abandoned is none. Entrances of stations, platforms and
    stop positions of trains belong to a station that has a tag of its own.

    Examples
    --------
    >>> tags = pd.DataFrame(
    ...     {"shop": ["bakery", "vacant", None], "amenity": ["cafe", None, "pub;restaurant"]}
    ... )
    >>> classify_pois(tags).tolist()
    ['shop', nan, 'food']
    """
    keys = [key for key in POI_KEYS if key in tags.columns]
    if not keys or tags.empty:
        return pd.Series(pd.NA, index=tags.index, dtype="str", name="poi_class")
    # Few combinations of tags differ: a city of 200,000 shops has some hundreds.
    rows = tags[keys].astype("str")
    numbers = rows.groupby(keys, dropna=False, sort=False).ngroup().to_numpy()
    distinct = rows.iloc[np.unique(numbers, return_index=True)[1]]
    told = _classes(distinct.reset_index(drop=True))
    return pd.Series(told.to_numpy()[numbers], index=tags.index, dtype="str", name="poi_class")


def first_value(text: str) -> str:
    """
    Return the first of the values of a tag, in lower case.

    Examples
    --------
    >>> first_value(" Pub;restaurant")
    'pub'
    """
    return text.partition(";")[0].strip().casefold()[:64]


def may_be_poi(tags: Mapping[str, str]) -> bool:
    """
    Tell whether tags hold one that makes a point of interest, quickly.

    Examples
    --------
    >>> may_be_poi({"amenity": "bench"}), may_be_poi({"amenity": "cafe", "name": "Joe's"})
    (False, True)
    """
    for key, values in TELLING.items():
        text = tags.get(key)
        if text is not None and (values is None or first_value(text) in values):
            return True
    return False


# Rules -----------------------------------------------------------------------------------


def _classes(rows: pd.DataFrame) -> pd.Series:
    """Class distinct rows of tags; of a list of values the first counts."""
    first = {key: first_values(rows[key]) for key in rows.columns}
    said = pd.DataFrame(first).reindex(columns=list(POI_KEYS)).astype("str")
    open_now = ~(said["disused"].eq("yes") | said["abandoned"].eq("yes"))
    rail = _is_rail(said)
    amenity = said["amenity"]
    rules = {
        "station": _is_station(said),
        "transit_stop": (is_platform(said) | _is_stop_position(said)) & ~rail,
        "shop": said["shop"].notna() & ~said["shop"].isin(CLOSED),
        "food": amenity.isin(FOOD),
        "school": amenity.isin(SCHOOLS),
        "service": amenity.isin(SERVICES) | is_set(said["healthcare"]),
        "leisure": _is_leisure(said),
        "office": is_set(said["office"]),
    }
    told = pd.Series(pd.NA, index=said.index, dtype="str")
    for name, fits in reversed(rules.items()):
        told = told.mask((fits & open_now).to_numpy(dtype=bool), name)
    return told


def first_values(values: pd.Series) -> pd.Series:
    """Return what stands before a semicolon, in lower case and without space around it."""
    firsts = {value: first_value(value) for value in values.dropna().unique()}
    return values.map(firsts).replace("", pd.NA).astype("str")


def is_set(values: pd.Series) -> pd.Series:
    """Mark values that say that there is something, and that it is not closed."""
    return values.notna() & ~values.isin(CLOSED)


def _is_station(said: pd.DataFrame) -> pd.Series:
    return (
        said["railway"].isin({"station", "halt"})
        | said["public_transport"].eq("station")
        | said["amenity"].eq("bus_station")
    )


def is_platform(said: pd.DataFrame) -> pd.Series:
    """Mark where people wait for a bus, tram or train, by tags."""
    return (
        said["highway"].eq("bus_stop")
        | said["public_transport"].eq("platform")
        | said["amenity"].eq("ferry_terminal")
    )


def _is_stop_position(said: pd.DataFrame) -> pd.Series:
    return said["railway"].eq("tram_stop") | said["public_transport"].eq("stop_position")


def _is_rail(said: pd.DataFrame) -> pd.Series:
    """Mark where only trains stop: those belong to a station."""
    street = said[list(STREET_MODES)].isin(["yes"]).any(axis=1)
    street |= said["highway"].eq("bus_stop") | said["railway"].eq("tram_stop")
    street |= said["amenity"].eq("ferry_terminal")
    track = said[list(TRACK_MODES)].isin(["yes"]).any(axis=1)
    track |= said["railway"].isin({"platform", "platform_edge", "stop"})
    return track & ~street


def _is_leisure(said: pd.DataFrame) -> pd.Series:
    fits = pd.Series(data=False, index=said.index)
    for key, values in LEISURE.items():
        fits |= said[key].isin(values)
    return fits
