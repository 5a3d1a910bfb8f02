"""Score located places against known spots: coverage, right area, sharpness."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from geo.locate import candidate_table, read_place

if TYPE_CHECKING:
    from geo.candidates import Candidate
    from geo.gazetteer import Gazetteer

GEOD = Geod(ellps="WGS84")
Z95 = 1.959964
CLASS_OF_KIND = {
    "street": "street", "junction": "street", "station": "site", "venue": "site",
    "district": "district", "borough": "area",
}  # fmt: skip
"""Under which class of the record a kind of known spot is counted when reweighting."""


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """
    Return the 95 % Wilson score interval of a share.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(95, 100)]
    [0.888, 0.978]
    >>> wilson(0, 0)
    (nan, nan)
    """
    if not trials:
        return math.nan, math.nan
    share, square = hits / trials, Z95**2
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = Z95 / (1 + square / trials)
    half *= math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    return middle - half, middle + half


def covered_by(candidate: Candidate) -> str:
    """Name what an answer rests on: nothing, curated, station, extract, borough or tables."""
    if candidate.shape is None:
        return "nothing"
    if "OpenStreetMap" in candidate.located_by:
        return "extract"
    if candidate.located_by == "curated table":
        return "curated"
    if candidate.precision == "area":
        return "borough"
    if candidate.precision == "site" and "stations" in candidate.located_by:
        return "station"
    return "tables"


def answers(spots: pd.DataFrame, gazetteer: Gazetteer) -> list[Candidate]:
    """Read each text as `geo.locate.locate_places` does."""
    return [
        read_place(text, gazetteer, force=force)
        for text, force in zip(spots["text"], spots["force"], strict=True)
    ]


def scored(spots: pd.DataFrame, found: list[Candidate], gazetteer: Gazetteer) -> pd.DataFrame:
    """
    Hold answers against known spots.

    Parameters
    ----------
    spots
        Columns of `known_spots_made.COLUMNS`.
    found
        The answer to each, in the same order.
    gazetteer
        Where they were found.

    Returns
    -------
    scores
        ``spots`` with ``answered``, ``right_area`` (the answer's area holds the spot or lies
        within 50 m of it), ``held`` (the spot lies within ``uncertainty_m`` of the answer's
        position), ``drawn`` (it lies within the margin of the geometry), ``radius_m``,
        ``off_m`` (distance from the answer's position), ``covered_by``, ``precision``.
        All but ``answered`` are null where there is no answer.
    """
    table = candidate_table(found, gazetteer)
    lonlat = _degrees(spots)
    known = table["lon"].notna().to_numpy()
    off = np.full(len(spots), np.nan)
    off[known] = GEOD.inv(table.loc[known, "lon"], table.loc[known, "lat"], *lonlat[known].T)[2]
    points = shapely.points(spots[["easting_m", "northing_m"]].to_numpy(float))
    drawn = [
        None if c.shape is None else bool(shapely.distance(c.shape, p) <= c.margin_m + 1)
        for c, p in zip(found, points, strict=True)
    ]
    right = [
        None if c.shape is None else (c.area_code or "none") in codes.split("|")
        for c, codes in zip(found, spots["area_codes"], strict=True)
    ]
    held = pd.Series(off <= table["uncertainty_m"].to_numpy(), dtype="boolean")
    return spots.assign(
        answered=known,
        right_area=pd.array(right, dtype="boolean"),
        held=held.mask(~known).to_numpy(),
        drawn=pd.array(drawn, dtype="boolean"),
        radius_m=table["uncertainty_m"].to_numpy(),
        off_m=off,
        covered_by=[covered_by(c) for c in found],
        precision=table["precision"].to_numpy(),
        place_read=table["place_read"].to_numpy(),
        located_by=table["located_by"].to_numpy(),
        answer_code=table["area_code"].to_numpy(),
    )


def _degrees(spots: pd.DataFrame) -> np.ndarray:
    from pyproj import Transformer

    change = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    return np.column_stack(change.transform(spots["easting_m"], spots["northing_m"]))


def summary(scores: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """
    Summarise scores by some columns.

    Returns
    -------
    table
        One row per group: ``spots``, ``answered_share``, ``right_area_share`` (of the
        answered) and its interval, ``inside_share`` (spot within the radius, of the
        answered) and its interval, ``drawn_share`` (within the geometry), ``radius_median_m``
        and ``radius_p90_m``.
    """
    rows = []
    for keys, group in scores.groupby(by, sort=True, dropna=False) if by else [((), scores)]:
        rows.append(dict(zip(by, keys, strict=True)) | measures(group))
    return pd.DataFrame(rows)


def measures(group: pd.DataFrame) -> dict[str, float]:
    """Return the figures of one group."""
    given = group[group["answered"]]
    count = len(given)
    right, held = int(given["right_area"].sum()), int(given["held"].sum())
    out: dict[str, float] = {"spots": len(group), "answered_share": count / max(len(group), 1)}
    for name, hits in (("right_area", right), ("inside", held)):
        low, high = wilson(hits, count)
        out |= {f"{name}_share": hits / count if count else math.nan}
        out |= {f"{name}_lo95_share": low, f"{name}_hi95_share": high}
    out["drawn_share"] = float(given["drawn"].mean()) if count else math.nan
    out["radius_median_m"] = float(given["radius_m"].median())
    out["radius_p90_m"] = float(given["radius_m"].quantile(0.9))
    return out


def weighted(scores: pd.DataFrame, mix: dict[str, float]) -> dict[str, float]:
    """
    Return figures reweighted so that classes have the shares they have in a record.

    Parameters
    ----------
    scores
        Scored spots.
    mix
        Share of each class (site, street, district, area), adding up to 1.

    Returns
    -------
    figures
        Shares and the weighted median radius of the answered.
    """
    classes = scores["kind"].map(CLASS_OF_KIND)
    counts = classes.value_counts()
    weights = classes.map(lambda c: mix.get(c, 0.0) / counts[c]).to_numpy(float)
    given = scores["answered"].to_numpy(bool)
    inner = weights[given] / weights[given].sum()
    part = scores[given]
    order = np.argsort(part["radius_m"].to_numpy())
    at = int(np.searchsorted(np.cumsum(inner[order]), 0.5))
    return {
        "answered_share": float(weights[given].sum() / weights.sum()),
        "right_area_share": float((inner * part["right_area"].to_numpy(float)).sum()),
        "inside_share": float((inner * part["held"].to_numpy(float)).sum()),
        "radius_median_m": float(part["radius_m"].to_numpy()[order][at]),
    }
