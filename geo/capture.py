"""Put the faces a force counted beside the people who walk past: the capture of a place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.capture_notes import notes_of
from geo.checks import require_columns
from geo.errors import EraError, InputError
from geo.moments import LEAST_SD_LOG
from geo.student_sums import END, ENDLESS, sum_of_students

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.passages import Calibration

    Floats = NDArray[np.float64]

PLACE = ("force", "place_read", "area_name", "precision", "lon", "lat", "town")
"""What tells one place from another."""

COLUMNS = (
    "force", "counting_era", "place_read", "area_name", "precision", "lon", "lat",
    "deployments", "faces_per_h", "walk_past_per_h", "ratio", "ratio_lo80", "ratio_hi80",
    "ratio_to_median", "ratio_to_median_lo80", "ratio_to_median_hi80", "note",
)  # fmt: skip
"""Columns of the published table, in order."""

NEEDED = frozenset(
    {*PLACE, "counting_era", "date", "duration_h", "faces_seen", "walk_past_per_h"}
) | {"walk_past_per_h_lo80"}

ENOUGH_FREEDOM = 3
"""Repeats at places, beyond one at each, from which an era's own spread is taken."""

LEAST_PLACES = 3
"""Fewest places that have a middle to be compared with."""

_MEDIAN = math.pi / 2
"""Variance of a median over that of a mean, of normal errors."""

_HALVINGS = 30


@dataclass(frozen=True)
class SharedError:
    """
    The errors of walk-past that all places of one town have in common, and their like.

    Attributes
    ----------
    carry_variance, carry_freedom
        Of carrying the level of the counters to another town, in logarithms.
    mean_variance, mean_freedom
        Of the counters' own mean level.
    area_variance
        Of one borough beside the next within a town: not shared, but no part of the interval
        of a single place, where the towns' part holds it.
    """

    carry_variance: float
    carry_freedom: float
    mean_variance: float
    mean_freedom: float
    area_variance: float


def shared_error(calibration: Calibration, *, area_log_sd: float) -> SharedError:
    """
    Split off what all places of a town share from the error of a calibration.

    Parameters
    ----------
    calibration
        What turned walk flow, or its stand-in, into passages per hour.
    area_log_sd
        Standard deviation of the log level from one borough of a town to the next.

    Returns
    -------
    shared
        The town's part, and the mean of the counters. How far years move a street is measured
        with what is common to a town and what is a street's own together, so all of it stays
        the place's own, which makes comparisons a little too wide and never too narrow.
    """
    level = calibration.level
    return SharedError(
        carry_variance=calibration.carry_log_sd**2,
        carry_freedom=calibration.carry_freedom,
        mean_variance=level.street_log_sd**2 / level.counters,
        mean_freedom=level.street_freedom,
        area_variance=area_log_sd**2,
    )


def capture_ratios(deployments: pd.DataFrame, shared: SharedError) -> pd.DataFrame:
    r"""
    Return faces counted per modelled passage, for every place and counting era.

    It is neither a share of people nor a rate of recognition: one face may be counted often,
    a passage may be out of the camera's sight, and the passages are not counted but modelled.

    Parameters
    ----------
    deployments
        Rows with the columns `NEEDED`: ``faces_seen``, ``duration_h`` [h],
        ``walk_past_per_h`` and the lower end of its 80 % interval [passages per hour], the
        place, its ``town`` (places of one town share the error of carrying a calibration
        there; null where not known), the era and the ISO date. Rows without a count above 0,
        hours, a place, an era or a walk-past say nothing and are left out.
    shared
        What the walk-past of all places of a town has in common.

    Returns
    -------
    ratios
        The columns `COLUMNS`, one row per place and era, ordered by them, and besides
        ``town``, ``own_log_sd`` and ``own_freedom``, the error of the log ratio without what
        its town and area share, for `compare`. ``faces_per_h`` is the geometric mean of the
        place's counts per hour. Null, with the reason in ``note``, where no interval can be
        given.

    Raises
    ------
    MissingColumnError
        If a column is missing.

    Notes
    -----
    With :math:`\bar y` the mean log faces per hour of a place's deployments on :math:`d` days
    and :math:`w` its walk-past, the log ratio is :math:`\bar y - \log w`. Its variance is
    :math:`s^2 / d`, with :math:`s` the spread of counts about their places' means in that era,
    and the variance of :math:`\log w`, whose shared part is that of `shared_error` and whose
    own part is what is left of the published interval. The interval is a quantile of the sum
    of these Student t errors (`geo.student_sums`).

    Beside the median place of its force, era and town, of :math:`K`, the shared part falls
    out; the borough's is added, and the variance is
    :math:`v (1 - 2/K) + \pi \bar v / 2K` for the error of the median and what a place has in
    common with it.
    """
    require_columns(deployments, NEEDED, name="deployments")
    rates = _rates(deployments)
    if rates.empty:
        extra = ["town", "own_log_sd", "own_freedom"]
        return pd.DataFrame(columns=[*COLUMNS, *extra])
    places = _with_own(_places(rates), shared)
    spreads = _spreads(rates)
    parts = [
        _with_ratios(own.reset_index(drop=True), spreads[str(force), str(era)], shared)
        for (force, era), own in places.groupby(["force", "counting_era"], sort=True)
    ]
    together = pd.concat(parts, ignore_index=True)
    return _beside_median(together, shared)[[*COLUMNS, "town", "own_log_sd", "own_freedom"]]


class Comparison(NamedTuple):
    """How many times one place's ratio is another's, with its 80 % interval."""

    times: float
    lo80: float
    hi80: float


def compare(ratios: pd.DataFrame, one: int, other: int, *, shared: SharedError) -> Comparison:
    """
    Compare two places, not counting twice what their walk-past has in common.

    Parameters
    ----------
    ratios
        From `capture_ratios`.
    one, other
        Labels of two rows.
    shared
        As for `capture_ratios`.

    Returns
    -------
    comparison
        The one's ratio over the other's.

    Raises
    ------
    EraError
        If they were counted by different forces or in different eras.
    InputError
        If they lie in different towns, or a ratio is not known.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    first, second = ratios.loc[one], ratios.loc[other]
    if (first["force"], first["counting_era"]) != (second["force"], second["counting_era"]):
        msg = (
            f"{first['place_read']} ({first['force']}, {first['counting_era']}) and "
            f"{second['place_read']} ({second['force']}, {second['counting_era']}) were "
            "counted in different ways, so their ratios cannot be compared. Take two of one "
            "era."
        )
        raise EraError(msg)
    if pd.isna(first["ratio"] * second["ratio"]) or first["town"] != second["town"]:
        msg = (
            f"{first['place_read']} and {second['place_read']} lie in different towns, or the "
            "ratio of one is not known. Compare places of one town that both have a ratio."
        )
        raise InputError(msg)
    area = 0.0 if first["area_name"] == second["area_name"] else 2 * shared.area_variance
    own = np.array([[first["own_log_sd"] ** 2], [second["own_log_sd"] ** 2], [area]])
    freedoms = np.array([first["own_freedom"], second["own_freedom"], ENDLESS])
    scale, freedom = sum_of_students(own, freedoms)
    times = float(first["ratio"] / second["ratio"])
    reach = math.exp(float((scale * stdtrit(freedom, END))[0]))
    return Comparison(times, times / reach, times * reach)


def _rates(deployments: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have a rate and a walk-past, with the logarithm of the rate."""
    rows = pd.DataFrame(deployments).copy()
    numbers = ["faces_seen", "duration_h", "walk_past_per_h", "walk_past_per_h_lo80"]
    rows[numbers] = rows[numbers].astype("float64")
    known = (rows[numbers] > 0).all(axis=1) & rows[["counting_era", "place_read"]].notna().all(
        axis=1
    )
    rows = rows[known]
    return rows.assign(log_rate=np.log(rows["faces_seen"] / rows["duration_h"]))


def _places(rates: pd.DataFrame) -> pd.DataFrame:
    """Sum up the deployments of each place and era, in order."""
    key = ["force", "counting_era", *PLACE[1:]]
    found = []
    for names, own in rates.groupby(key, dropna=False, sort=True):
        row = dict(zip(key, names, strict=True))
        row["deployments"] = len(own)
        row["days"] = own["date"].nunique()
        row["mean_log"] = math.fsum(own["log_rate"]) / len(own)
        row["walk_past_per_h"] = float(own["walk_past_per_h"].median())
        row["walk_past_per_h_lo80"] = float(own["walk_past_per_h_lo80"].median())
        row["note"] = notes_of(own["date"].tolist(), own["duration_h"].tolist())
        found.append(row)
    return pd.DataFrame(found)


class _Spread(NamedTuple):
    """Log standard deviation of counts about their place, and its degrees of freedom."""

    log_sd: float
    freedom: float


def _spreads(rates: pd.DataFrame) -> dict[tuple[str, str], _Spread | None]:
    """
    Return the spread of counts about their place in every era.

    Where too few places were counted twice, the spread about the means of the force's eras
    stands in, which holds how places differ too and so is wider.
    """
    era = ["force", "counting_era"]
    about_place = _squares(rates, [*era, *PLACE[1:]], era)
    about_era = _squares(rates, era, ["force"])
    spreads: dict[tuple[str, str], _Spread | None] = {}
    for (force, name), within in about_place.items():
        squares, freedom = within if within[1] >= ENOUGH_FREEDOM else about_era[force,]
        spread = math.sqrt(squares / freedom) if freedom else math.nan
        known = _Spread(max(spread, LEAST_SD_LOG), freedom) if freedom else None
        spreads[str(force), str(name)] = known
    return spreads


def _squares(
    rates: pd.DataFrame, centre: list[str], by: list[str]
) -> dict[tuple[str, ...], tuple[float, float]]:
    """Sum squares about the means of groups, and their degrees of freedom, by wider groups."""
    groups = rates.groupby(centre, dropna=False)["log_rate"]
    squared = (rates["log_rate"] - groups.transform("mean")) ** 2
    out = {}
    for names, rows in rates.groupby(by, sort=True):
        own = groups.ngroup().loc[rows.index].nunique()
        out[tuple(map(str, names))] = (
            math.fsum(squared.loc[rows.index]),
            float(len(rows) - own),
        )
    return out


def _with_own(places: pd.DataFrame, shared: SharedError) -> pd.DataFrame:
    """Add the variance of each log walk-past that is the place's own; null where not known."""
    ends = places["walk_past_per_h"] / places["walk_past_per_h_lo80"]
    half = np.log(ends.to_numpy(dtype="float64"))
    own = np.where(half > 0, _own_variances(np.where(half > 0, half, 1.0), shared), np.nan)
    return places.assign(own=own)


def _with_ratios(
    places: pd.DataFrame, spread: _Spread | None, shared: SharedError
) -> pd.DataFrame:
    """Add the ratios of one era with their intervals."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    out = places.assign(faces_per_h=np.exp(places["mean_log"]))
    own = places["own"].to_numpy(dtype="float64")
    why = "no interval of walk-past" if spread else "too few counts to tell their spread"
    known = np.isfinite(own) & (spread is not None)
    notes = zip(out["note"], known.tolist(), strict=True)
    out["note"] = [
        note if good else "; ".join(filter(None, (note, why))) for note, good in notes
    ]
    count, freedom = spread or _Spread(math.nan, 1.0)
    counted = count**2 / places["days"].to_numpy(dtype="float64")
    fixed = np.ones(len(places))
    variances = [shared.carry_variance * fixed, shared.mean_variance * fixed, own, counted]
    freedoms = [shared.carry_freedom, shared.mean_freedom, shared.mean_freedom, freedom]
    centre = (places["mean_log"] - np.log(places["walk_past_per_h"])).to_numpy()
    scale, free = _summed(variances, freedoms)
    reach = scale * stdtrit(free, END)
    quantiles = {"": centre, "_lo80": centre - reach, "_hi80": centre + reach}
    for ending, value in quantiles.items():
        out[f"ratio{ending}"] = np.exp(np.where(known, value, np.nan))
    scale, free = _summed(variances[2:], freedoms[2:])
    return out.assign(own_log_sd=scale, own_freedom=free)


def _summed(variances: list[Floats], freedoms: list[float]) -> tuple[Floats, Floats]:
    """Sum errors of which some rows are not known; those rows are not known either."""
    parts = np.array(variances)
    known = np.flatnonzero(np.isfinite(parts).all(axis=0))
    scale, freedom = np.full((2, parts.shape[1]), np.nan)
    if len(known):
        scale[known], freedom[known] = sum_of_students(parts[:, known], np.array(freedoms))
    return scale, freedom


def _own_variances(half: Floats, shared: SharedError) -> Floats:
    """
    Return what is left of the variance of a log walk-past beside what places share.

    Parameters
    ----------
    half
        Half the width of its 80 % interval, in logarithms, above 0.
    shared
        What all places of a town share.

    Returns
    -------
    variances
        With which the sum of all parts has that interval; 0 where the shared parts alone have
        a wider one.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    freedoms = [shared.carry_freedom, shared.mean_freedom, shared.mean_freedom]
    low = np.zeros(len(half))
    high = (half / stdtrit(shared.mean_freedom, END)) ** 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        fixed = np.ones(len(half))
        parts = [shared.carry_variance * fixed, shared.mean_variance * fixed, middle]
        scale, freedom = sum_of_students(np.array(parts), np.array(freedoms))
        below = scale * stdtrit(freedom, END) < half
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)


def _beside_median(ratios: pd.DataFrame, shared: SharedError) -> pd.DataFrame:
    """Add each ratio beside that of the median place of its force, era and town."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    out = ratios.copy()
    endings = ("", "_lo80", "_hi80")
    for ending in endings:
        out[f"ratio_to_median{ending}"] = np.nan
    known = out[out["ratio"].notna() & out["town"].notna()]
    for _, own in known.groupby(["force", "counting_era", "town"], sort=True):
        places = len(own)
        if places < LEAST_PLACES:
            continue
        variance = (own["own_log_sd"] ** 2 + shared.area_variance).to_numpy()
        both = variance * (1 - 2 / places) + _MEDIAN * variance.mean() / places
        reach = np.sqrt(both) * stdtrit(own["own_freedom"].to_numpy(), END)
        centre = np.log(own["ratio"]) - float(np.median(np.log(own["ratio"])))
        for ending, sign in zip(endings, (0, -1, 1), strict=True):
            out.loc[own.index, f"ratio_to_median{ending}"] = np.exp(centre + sign * reach)
    return out
