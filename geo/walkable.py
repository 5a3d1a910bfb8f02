"""Whether one may walk along a way, by its tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.checks import require_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

OPEN = frozenset({
    "footway", "pedestrian", "path", "steps", "living_street", "residential",
    "unclassified", "road", "service", "track", "bridleway", "escalator", "elevator",
    "tertiary", "tertiary_link", "secondary", "secondary_link", "primary", "primary_link",
    "trunk", "trunk_link",
})  # fmt: skip
"""Classes open to walkers unless a tag says otherwise."""

WHERE_TOLD = frozenset({"cycleway", "busway", "bus_guideway", "corridor"})
"""Classes open to walkers only where ``foot`` says so. No other class is."""

ROADS = frozenset({
    "residential", "unclassified", "road", "service", "tertiary", "tertiary_link",
    "secondary", "secondary_link", "primary", "primary_link", "trunk", "trunk_link",
    "busway",
})  # fmt: skip
"""Classes whose pavements may be drawn as ways of their own."""

ALLOWED = frozenset({
    "yes", "designated", "official", "public", "permissive", "destination", "customers",
})  # fmt: skip
"""Values of ``foot`` and ``access`` that let a walker in."""

BARRED = frozenset({
    "no", "private", "use_sidepath", "discouraged", "permit", "residents", "employees",
    "staff", "members", "delivery", "agricultural", "forestry", "military", "emergency",
    "restricted", "prohibited", "closed",
})  # fmt: skip
"""Values that keep a passer-by out. Any other value says nothing."""

TO_A_DOOR = frozenset({"driveway", "emergency_access", "drive-through"})
"""Values of ``service`` that lead to one property, or are for vehicles alone."""

_YES = frozenset({"yes", "true", "1"})
_RAIL = frozenset({"platform", "platform_edge"})
_SIDES = ("sidewalk:left", "sidewalk:right")


def walkable(
    tags: pd.DataFrame, *, rules: Literal["strict", "osmnx"] = "strict"
) -> NDArray[np.bool_]:
    """
    Tell which ways a passer-by may walk along.

    Parameters
    ----------
    tags
        One row per way, with the column ``highway`` and any others of `geo.ways.WAY_KEYS`; a
        column that is not there counts as untagged.
    rules
        ``strict``, ours; or ``osmnx``, what OSMnx 2.1 takes for a network to walk.

    Returns
    -------
    open_ways
        True where one may, shape (ways,).

    Raises
    ------
    MissingColumnError
        If there is no column ``highway``.

    Notes
    -----
    Ours follow the order that OpenStreetMap documents [1]_: ``foot`` overrules ``access``,
    which overrules the default of the class [2]_. By default one walks along footways,
    pedestrian streets, paths, steps, living streets, bridleways, tracks and roads up to trunk
    roads, never along motorways, and along cycleways, busways and indoor corridors only where
    ``foot`` allows it: countries differ on those, and an omission is the smaller error. So
    with motorroads, whatever is ``indoor``, and service ways marked ``private``. Driveways,
    emergency accesses and drive-throughs lead past nobody and want ``foot`` or ``access`` to
    allow them; alleys and aisles of car parks are open. A road whose pavements are drawn apart
    (``sidewalk=separate``, or each side separate or none) is left to them, and so is one with
    ``foot=use_sidepath``. Outlines of areas, railway platforms, and whatever is proposed,
    under construction or gone are no ways to walk.

    OSMnx's are the filter that it sends to Overpass for ``network_type="walk"``: expressions
    that match anywhere in a value. They look at no ``foot=yes``, leave out every cycleway, and
    keep trunk roads, motorroads, driveways, ``access=no`` and ``foot=use_sidepath``.

    References
    ----------
    .. [1] https://wiki.openstreetmap.org/wiki/Key:access
    .. [2] https://wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions,
       revision of 21 July 2024.

    Examples
    --------
    >>> tags = pd.DataFrame({
    ...     "highway": ["primary", "motorway", "cycleway", "service", "footway"],
    ...     "foot": [None, None, "yes", None, None],
    ...     "access": [None, None, None, "private", "no"],
    ... })
    >>> walkable(tags).tolist()
    [True, False, True, False, False]
    >>> walkable(tags, rules="osmnx").tolist()
    [True, False, False, False, True]
    """
    require_columns(tags, {"highway"}, name="tags")
    return _strict(tags) if rules == "strict" else _osmnx(tags)


def _where(tags: pd.DataFrame, key: str, told: Callable[[str], object]) -> NDArray[np.bool_]:
    """Mark the ways whose value passes a test, which looks at each distinct value once."""
    if key not in tags:
        return np.zeros(len(tags), dtype=bool)
    codes, values = pd.factorize(tags[key])
    passed = [bool(told(str(value))) for value in values]
    return np.array([*passed, False])[codes]  # untagged has code -1, the last


def _any_of(wanted: frozenset[str]) -> Callable[[str], bool]:
    """Return a test whether one of a tag's values, parted by semicolons, is wanted."""
    return lambda value: any(part.strip() in wanted for part in value.split(";"))


# Ours ------------------------------------------------------------------------------------


def _strict(tags: pd.DataFrame) -> NDArray[np.bool_]:
    asked = _where(tags, "foot", _any_of(ALLOWED))
    open_to_all = _where(tags, "access", _any_of(ALLOWED))
    barred = _where(tags, "foot", _any_of(BARRED)) & ~asked
    closed = _where(tags, "access", _any_of(BARRED)) & ~open_to_all
    let_in = asked | (open_to_all & ~barred)
    kept_out = barred | (closed & ~asked)
    walked = (_where(tags, "highway", OPEN.__contains__) & ~kept_out) | (
        _where(tags, "highway", WHERE_TOLD.__contains__) & asked
    )
    walked &= asked | ~_wants_telling(tags)
    walked &= let_in | ~_where(tags, "service", TO_A_DOOR.__contains__)
    return walked & ~_no_line(tags) & ~_walked_beside(tags)


def _wants_telling(tags: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark what is walked only where ``foot`` says so, whatever its class."""
    return (
        _where(tags, "motorroad", _YES.__contains__)
        | _where(tags, "indoor", lambda value: value != "no")
        | _where(tags, "service", lambda value: value == "private")
    )


def _no_line(tags: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark outlines of areas and edges of platforms: nobody walks along those."""
    return _where(tags, "area", _YES.__contains__) | _where(tags, "railway", _RAIL.__contains__)


def _walked_beside(tags: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the roads with no pavement left to them: those they have are ways of their own."""
    apart = [_where(tags, side, lambda value: value == "separate") for side in _SIDES]
    gone = [_where(tags, side, lambda value: value in {"separate", "no"}) for side in _SIDES]
    both = _where(tags, "sidewalk", lambda value: value == "separate")
    both |= _where(tags, "sidewalk:both", lambda value: value == "separate")
    beside = both | ((apart[0] | apart[1]) & gone[0] & gone[1])
    return beside & _where(tags, "highway", ROADS.__contains__)


# OSMnx's ---------------------------------------------------------------------------------

_OSMNX_LEAVES_OUT = {
    "area": "yes",
    "access": "private",
    "highway": "abandoned|bus_guideway|construction|cycleway|motor|no|planned|platform|"
    "proposed|raceway|razed|rest_area|services",
    "foot": "no",
    "service": "private",
    "sidewalk": "separate",
    "sidewalk:both": "separate",
    "sidewalk:left": "separate",
    "sidewalk:right": "separate",
}
"""What the filter of OSMnx 2.1 for ``walk`` leaves out, wherever in a value it stands."""


def _osmnx(tags: pd.DataFrame) -> NDArray[np.bool_]:
    walked = np.array(tags["highway"].notna())
    for key, left_out in _OSMNX_LEAVES_OUT.items():
        walked &= ~_where(tags, key, re.compile(left_out).search)
    return walked
