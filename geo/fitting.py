"""Weigh the readings of a place's parts against one another, and narrow one by another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from geo.candidates import NARROWEST_FIRST, Candidate
from geo.features import junction_of

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR_M = 700.0
"""Two parts of one text lie no farther apart than a ten minutes' walk."""

BORDER_M = 300.0
"""A part lies no farther beyond the borough that the text names: as far as the generalised
boundaries outside London stray, and as wide as a street on the border is read."""

OUTSIDE_WEIGHT = 0.9
"""What is left of a reading's score where it lies wholly outside what another part names."""

JUNCTION_MARGIN_M = 60.0
"""From where two streets cross to the farthest corner, and as far as two maps of it differ."""

ALONG_STREET_M = 80.0
"""A landmark this near a street's ground stands on it."""

ONE_SPOT_M = 300.0
"""Landmarks of one name within this of one another are one spot to stand at."""


def compatible(candidate: Candidate, others: Sequence[Candidate]) -> bool:
    """
    Tell whether a reading lies in or near a reading of another part of the same text.

    Parameters
    ----------
    candidate
        One reading.
    others
        Every reading of the other part.

    Returns
    -------
    fits
        Whether some shape lies within reach; what has no shape fits nothing.
    """
    return any(_reaches(candidate, other) for other in others)


def _reaches(candidate: Candidate, other: Candidate) -> bool:
    if candidate.shape is None or other.shape is None:
        return False
    areas = "area" in {candidate.precision, other.precision}
    reach = max(candidate.margin_m, other.margin_m, BORDER_M if areas else NEAR_M)
    return bool(shapely.dwithin(candidate.shape, other.shape, reach))


def fit(readings: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """
    Keep the narrowest readings that agree with every part, weighed by how they lie.

    Parameters
    ----------
    readings
        Per part that is known, its readings.

    Returns
    -------
    fitting
        Readings of the narrowest class among those that lie in or near a reading of every
        other part; empty where the parts contradict one another. A score is the reading's
        likeness times the share of it that lies inside what the other parts name, the
        outside counting nine tenths: "High Street, Ilford" is the one in Ilford rather
        than the one 500 m beyond its edge.

    Examples
    --------
    >>> town = Candidate("Ilford", "district", shapely.box(0, 0, 900, 900), 0, "E1", 1, "", "")
    >>> here = Candidate("High Street", "street", shapely.LineString([(0, 9), (900, 9)]),
    ...                  30, "E1", 1, "", "")
    >>> beyond = replace(here, shape=shapely.LineString([(1000, 9), (1900, 9)]))
    >>> [round(c.score, 2) for c in fit([[here, beyond], [town]])]
    [1.0, 0.9]
    """
    fitting = [
        replace(candidate, score=candidate.score * _inside(candidate, others))
        for position, part in enumerate(readings)
        for others in [[*readings[:position], *readings[position + 1 :]]]
        for candidate in part
        if all(compatible(candidate, other) for other in others)
    ]
    narrow = min((NARROWEST_FIRST[c.precision] for c in fitting), default=0)
    return [c for c in fitting if NARROWEST_FIRST[c.precision] == narrow]


def clipped(street: Candidate, readings: Sequence[Sequence[Candidate]]) -> Candidate:
    """
    Keep a street that a map cuts to what lies in or near the other parts.

    Parameters
    ----------
    street
        A mapped street; one that is whole stays as it is.
    readings
        Per part of the text, its readings.

    Returns
    -------
    street
        Where the map cuts it, no more than `NEAR_M` beyond what the other parts name.
    """
    if street.precision != "district" or street.shape is None:
        return street
    shape = street.shape
    for part in readings:
        around = [r.shape.buffer(r.margin_m + NEAR_M) for r in part if r.shape is not None]
        near = shapely.intersection(shape, shapely.union_all(around))
        shape = shape if near.is_empty else near
    return replace(street, shape=shape)


def agreeing(
    parts: Sequence[tuple[str, list[Candidate]]],
) -> list[tuple[str, list[Candidate]]]:
    """
    Leave out what a map at hand reads into a part against what the other parts say.

    Parameters
    ----------
    parts
        Names with their readings.

    Returns
    -------
    agreeing
        The same names. Where a map's readings of one, or the points of a street, fit no
        reading of the parts before it, those are dropped: a map of one town holds its own
        High Street, not the one that is meant, and the Edgware Road of two stations runs on
        to Cricklewood. Other contradictions between our own tables are left standing.
    """
    tables = [(name, [c for c in found if c.kind is None]) for name, found in parts]
    kept = [found for _, found in tables if found]
    if not kept:
        return list(parts)
    settled = []
    for (name, found), (_, own) in zip(parts, tables, strict=True):
        if own or (found and fit([*kept, found])):
            settled.append((name, found))
            kept += [] if own else [found]
        else:
            settled.append((name, []))
    return settled


def _inside(candidate: Candidate, others: Sequence[Sequence[Candidate]]) -> float:
    """Weigh a reading by the share of it inside each other part's best reading."""
    weights = [
        max(
            OUTSIDE_WEIGHT + (1 - OUTSIDE_WEIGHT) * _share(candidate, reading)
            for reading in other
        )
        for other in others
    ]
    return min(weights, default=1.0)


def _share(candidate: Candidate, other: Candidate) -> float:
    """Return the share of a reading's shape on another's ground."""
    shape, around = candidate.shape, other.shape
    if shape is None or around is None:
        return 0.0
    ground = around.buffer(other.margin_m) if other.margin_m else around
    for size in (shapely.area, shapely.length):
        if size(shape) > 0:
            return float(size(shapely.intersection(shape, ground)) / size(shape))
    return float(shapely.covers(ground, shape))


def one_spot(candidates: Sequence[Candidate]) -> Candidate | None:
    """
    Take sites so near one another that one stands at all of them as one.

    Parameters
    ----------
    candidates
        Equally good readings.

    Returns
    -------
    site
        The first of them, with a radius that holds every one; None where any is no site or
        they lie farther apart than `ONE_SPOT_M`.
    """
    shapes = [c.shape for c in candidates if c.precision == "site" and c.shape is not None]
    if len(shapes) < len(candidates):
        return None
    points = shapely.union_all(shapes)
    if shapely.minimum_bounding_radius(points) > ONE_SPOT_M:
        return None
    first = min(candidates, key=lambda c: (c.name or "", c.margin_m))
    widest = max(candidate.margin_m for candidate in candidates)
    made = _spot(first, points, widest, first.name or "", first.reason)
    return replace(made, kind=first.kind)


def narrowed(candidate: Candidate, details: Sequence[Sequence[Candidate]]) -> Candidate:
    """
    Narrow a street to its crossing with another, or to a landmark that stands on it.

    Parameters
    ----------
    candidate
        A street or district.
    details
        Per further part of the text, its readings.

    Returns
    -------
    narrower
        Of class ``site`` where a further part settles the spot, else the candidate.
    """
    for readings in details:
        near = [reading for reading in readings if compatible(candidate, [reading])]
        narrower = (
            _crossing(candidate, near) or _landmark(candidate, near) or _shared(candidate, near)
        )
        if narrower is not None:
            return narrower
    return candidate


def _shared(candidate: Candidate, readings: Sequence[Candidate]) -> Candidate | None:
    """Return what a street shares with another whose line is not held, or what is narrower."""
    streets = [r for r in readings if r.precision == "street" and r.name != candidate.name]
    if candidate.precision == "street":
        shared = [crossing_grounds(candidate, street) for street in streets]
        return next((ground for ground in shared if ground is not None), None)
    finer = [
        r for r in readings
        if NARROWEST_FIRST[r.precision] < NARROWEST_FIRST[candidate.precision]
    ]  # fmt: skip
    if not finer or candidate.precision == "unknown":
        return None
    best = max(finer, key=lambda reading: reading.score)
    return best if len([r for r in finer if r.score >= best.score]) == 1 else None


def _crossing(candidate: Candidate, readings: Sequence[Candidate]) -> Candidate | None:
    """Return where a mapped street meets another."""
    if candidate.axis is None:
        return None
    for other in readings:
        if other.axis is None or other.name == candidate.name:
            continue
        points = junction_of(candidate.axis, other.axis)
        if points is not None and shapely.minimum_bounding_radius(points) <= ONE_SPOT_M:
            name = _joined(candidate, other)
            return _spot(candidate, points, JUNCTION_MARGIN_M, name, "Where the two meet.")
    return None


def _landmark(candidate: Candidate, readings: Sequence[Candidate]) -> Candidate | None:
    """Return the one landmark of a name that stands in a street or district."""
    if candidate.precision not in {"street", "district"} or candidate.shape is None:
        return None
    ground = candidate.shape.buffer(candidate.margin_m + ALONG_STREET_M)
    sites = [r for r in readings if r.precision == "site" and shapely.covers(ground, r.shape)]
    if not sites:
        return None
    points = shapely.union_all([site.shape for site in sites])
    if shapely.minimum_bounding_radius(points) > ONE_SPOT_M:
        return None
    margin_m = max(site.margin_m for site in sites)
    name = str(sites[0].name)
    if str(candidate.name).partition(",")[0] not in name:
        name = f"{name}, {candidate.name}"
    made = _spot(candidate, points, margin_m, name, sites[0].reason)
    return replace(made, located_by=sites[0].located_by)


def _joined(street: Candidate, other: Candidate) -> str:
    """Name the junction of two streets, and once what both lie in."""
    head, _, around = str(street.name).partition(", ")
    crossed = str(other.name).partition(", ")[0]
    return f"{head}, junction with {crossed}" + (f", {around}" if around else "")


def crossing_grounds(street: Candidate, other: Candidate) -> Candidate | None:
    """
    Take the ground that two streets of one text share.

    Parameters
    ----------
    street, other
        A reading of each.

    Returns
    -------
    shared
        A district: where both may be at once; None where they share no ground.

    Examples
    --------
    >>> east = Candidate("East Street", "street", shapely.LineString([(0, 0), (900, 0)]), 100,
    ...                  "E1", 1, "table", "")
    >>> north = replace(east, name="North Street", shape=shapely.LineString([(0, 0), (0, 900)]))
    >>> shared = crossing_grounds(east, north)
    >>> shared.name, shared.precision, shared.shape.bounds
    ('East Street, junction with North Street', 'district', (-100.0, -100.0, 100.0, 100.0))
    """
    if street.shape is None or other.shape is None:
        return None
    shared = street.shape.buffer(street.margin_m) & other.shape.buffer(other.margin_m)
    if shared.is_empty:
        return None
    return replace(
        street,
        name=_joined(street, other),
        precision="district",
        shape=shared,
        margin_m=0.0,
        score=min(street.score, other.score),
        located_by=", ".join(dict.fromkeys([street.located_by, other.located_by])),
        reason="The ground that the streets named share.",
        kind=None,
        axis=None,
    )


def _spot(
    candidate: Candidate, points: shapely.Geometry, margin_m: float, name: str, reason: str
) -> Candidate:
    middle = shapely.minimum_bounding_circle(points).centroid
    return replace(
        candidate,
        name=name,
        precision="site",
        shape=middle,
        margin_m=margin_m + float(shapely.minimum_bounding_radius(points)),
        reason=reason,
        kind="junction",
        axis=None,
    )
