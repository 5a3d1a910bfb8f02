"""Weigh the reviewed counting eras against the counts: levels, rounding, thresholds, breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.breaks import COLUMNS as BREAK_COLUMNS
from geo.breaks import detect_breaks
from geo.checks import require_columns
from geo.eras import assign_eras

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

EVIDENCE = (
    "deployments",
    "first_deployment_date",
    "last_deployment_date",
    "deployments_counted",
    "deployments_rated",
    "faces_per_h_median",
    "faces_per_h_p10",
    "faces_per_h_p90",
    "faces_per_h_min",
    "faces_per_h_max",
    "faces_per_h_log_sd",
    "multiples_of_5_share",
    "multiples_of_10_share",
    "faces_per_h_median_multiples",
    "faces_per_h_median_others",
    "thresholds",
    "break_date",
    "break_date_lo90",
    "break_date_hi90",
    "break_step_log",
    "break_share",
)
"""Columns that `weigh_eras` adds, in order."""

NEAR_DAYS = 62
"""
Days beyond a break's interval within which a reviewed break counts as the same.

Reviewed eras begin with a month where counts alone leave weeks open.
"""

_NEEDED = frozenset({"force", "date", "duration_h", "faces_seen", "threshold"})


def weigh_eras(deployments: pd.DataFrame, eras: pd.DataFrame) -> pd.DataFrame:
    """
    Compute what the counts of each era show.

    Parameters
    ----------
    deployments
        Rows with columns ``force``, ``date``, ``duration_h`` [h], ``faces_seen`` and
        ``threshold``; perhaps ``status``. Counts of aborted deployments are passed over.
    eras
        Counting eras, as for `geo.eras.eras_possible`.

    Returns
    -------
    weighed
        The rows and columns of ``eras`` and `EVIDENCE`: the deployments and their first and
        last day; of those with counts, and with hours besides, how many; median, tenth and
        ninetieth percentile, least and greatest faces per hour, and the standard deviation
        of their logarithms; the shares of counts that are multiples of 5 and of 10, and the
        medians of multiples of 5 and of others, which differ where two ways of counting are
        mixed; each threshold with how many deployments had it; and the break that the counts
        show about the era's beginning. Null where there is nothing to compute from.

    Raises
    ------
    MissingColumnError
        If a column is missing.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": "F", "date": "2023-05-06", "duration_h": 2.0,
    ...     "faces_seen": [100, 205, 401], "threshold": [0.6, 0.6, 0.64]})
    >>> weighed = weigh_eras(rows, eras)
    >>> weighed[["faces_per_h_median", "multiples_of_5_share", "thresholds"]].round(2)
       faces_per_h_median  multiples_of_5_share          thresholds
    0               102.5                  0.67  0.60 (2), 0.64 (1)
    """
    require_columns(deployments, _NEEDED, name="deployments")
    named = assign_eras(deployments, eras)
    breaks = _breaks_of(deployments, set(eras["force"]))
    lines = []
    for era in eras.to_dict("records"):
        inside = (named == era["era"]).fillna(value=False)
        own = deployments[inside & (deployments["force"] == era["force"])]
        lines.append(_evidence(own) | _break_near(breaks, eras, era))
    evidence = pd.DataFrame(lines, index=eras.index, columns=list(EVIDENCE))
    return pd.concat([eras, evidence], axis=1)


def untold_breaks(deployments: pd.DataFrame, eras: pd.DataFrame) -> pd.DataFrame:
    """
    Find breaks of level that no reviewed era tells of, after the last that one does.

    Parameters
    ----------
    deployments
        As for `geo.breaks.detect_breaks`, of any forces.
    eras
        Counting eras, as for `geo.eras.eras_possible`.

    Returns
    -------
    breaks
        The columns of `geo.breaks.detect_breaks`, by force and in order of time; of a force
        without eras, every break.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2024-01-01"], "last_date": [None]})
    >>> days = pd.date_range("2024-01-01", periods=40, freq="5D").strftime("%Y-%m-%d")
    >>> rows = pd.DataFrame({"force": "F", "date": days, "duration_h": 1.0,
    ...     "faces_seen": [301, 333, 362, 341] * 5 + [1201, 1333, 1462, 1341] * 5})
    >>> untold_breaks(rows, eras)["first_date"].tolist()
    ['2024-04-10']
    """
    breaks = _breaks_of(deployments, set(deployments["force"].dropna()))
    untold = [
        _told_by(one, eras) is None and _is_after(one, eras)
        for one in breaks.to_dict("records")
    ]
    return breaks[np.array(untold, dtype=bool)].reset_index(drop=True)


def every_deployment(deployments: pd.DataFrame, record: pd.DataFrame | None) -> pd.DataFrame:
    """
    Add those rows of a record whose force and day the deployments do not tell of.

    Parameters
    ----------
    deployments
        The deployments of a run.
    record
        Further deployments with the same columns, or None.

    Returns
    -------
    together
        The columns of ``deployments``; a new index.
    """
    if record is None or record.empty:
        return deployments.reset_index(drop=True)
    told = set(zip(deployments["force"], deployments["date"], strict=True))
    pairs = zip(record["force"], record["date"], strict=True)
    extra = record[[pair not in told for pair in pairs]].reindex(columns=deployments.columns)
    parts = [part for part in (deployments, extra) if len(part)]
    return pd.concat(parts or [deployments], ignore_index=True)


# --- levels, rounding, thresholds -------------------------------------------------------


def _evidence(own: pd.DataFrame) -> dict[str, object]:
    """Return what the deployments of one era show."""
    if own.empty:
        return {"deployments": 0, "deployments_counted": 0, "deployments_rated": 0}
    dates = own["date"].dropna()
    ran = own[own["status"].fillna("") != "aborted"] if "status" in own else own
    faces = ran["faces_seen"].astype("float64")
    counted = faces[faces.notna()]
    rates = _rates(ran)
    fives = counted % 5 == 0
    return {
        "deployments": len(own),
        "first_deployment_date": dates.min(),
        "last_deployment_date": dates.max(),
        "deployments_counted": len(counted),
        "deployments_rated": len(rates),
        **_spread(rates),
        "multiples_of_5_share": fives.mean() if len(counted) else None,
        "multiples_of_10_share": (counted % 10 == 0).mean() if len(counted) else None,
        "faces_per_h_median_multiples": _median(rates[fives.reindex(rates.index)]),
        "faces_per_h_median_others": _median(rates[~fives.reindex(rates.index)]),
        "thresholds": _thresholds(own["threshold"]),
    }


def _rates(ran: pd.DataFrame) -> pd.Series[float]:
    """Return faces per hour where both are known."""
    hours = ran["duration_h"].astype("float64")
    rates = ran["faces_seen"].astype("float64") / hours.where(hours > 0)
    return rates[np.isfinite(rates)]


def _spread(rates: pd.Series[float]) -> dict[str, object]:
    if rates.empty:
        return {}
    positive = np.log(rates[rates > 0])
    low, median, high = np.quantile(rates, (0.1, 0.5, 0.9))
    return {
        "faces_per_h_median": float(median),
        "faces_per_h_p10": float(low),
        "faces_per_h_p90": float(high),
        "faces_per_h_min": rates.min(),
        "faces_per_h_max": rates.max(),
        "faces_per_h_log_sd": positive.std() if len(positive) > 1 else None,
    }


def _median(rates: pd.Series[float]) -> float | None:
    return None if rates.empty else float(rates.median())


def _thresholds(thresholds: pd.Series[float]) -> str | None:
    """Return each threshold, the lowest first, with how many deployments had it."""
    counts = thresholds.dropna().astype("float64").value_counts().sort_index()
    return ", ".join(f"{value:.2f} ({number})" for value, number in counts.items()) or None


# --- breaks -----------------------------------------------------------------------------


def _breaks_of(deployments: pd.DataFrame, forces: set[str]) -> pd.DataFrame:
    found = [detect_breaks(deployments, force=force) for force in sorted(forces)]
    some = [frame for frame in found if len(frame)]
    if not some:
        return pd.DataFrame(columns=list(BREAK_COLUMNS))
    return pd.concat(some, ignore_index=True)


def _break_near(
    breaks: pd.DataFrame, eras: pd.DataFrame, era: Mapping[Hashable, Any]
) -> dict[str, object]:
    """Return the break that an era's beginning tells of: of several the surest."""
    told = [one for one in breaks.to_dict("records") if _told_by(one, eras) == era["era"]]
    if not told:
        return {}
    best = max(told, key=lambda one: one["break_share"])
    return {
        "break_date": best["first_date"],
        "break_date_lo90": best["first_date_lo90"],
        "break_date_hi90": best["first_date_hi90"],
        "break_step_log": best["step_log"],
        "break_share": best["break_share"],
    }


def _told_by(one: Mapping[Hashable, Any], eras: pd.DataFrame) -> str | None:
    """Return the era whose first date is nearest to a break, if near enough."""
    own = _begun(eras, one["force"])
    low, high = _day(one["first_date_lo90"]), _day(one["first_date_hi90"])
    away = [
        (max(low - _day(first), _day(first) - high, 0), abs(_day(first) - low), era)
        for first, era in own[1:]
    ]
    near = [key for key in away if key[0] <= NEAR_DAYS]
    return min(near)[2] if near else None


def _is_after(one: Mapping[Hashable, Any], eras: pd.DataFrame) -> bool:
    """Say whether a break comes after the beginning of its force's last era."""
    own = _begun(eras, one["force"])
    return not own or bool(one["first_date"] > own[-1][0])


def _begun(eras: pd.DataFrame, force: str) -> list[tuple[str, str]]:
    """Return first date and name of a force's eras, in order of time."""
    own = eras[eras["force"] == force]
    return sorted(zip(own["first_date"], own["era"], strict=True))


def _day(date: str) -> int:
    return int(np.datetime64(date, "D").astype(np.int64))
