"""
Records of counts whose level runs a known course, and how breaks in them are found.

Deployments come two a day, some 18 a month, alike within a day (correlation 0.2), with errors
Student t of 4 degrees of freedom about the level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.breaks import detect_breaks

FORCE = "Simulated Police"


@dataclass(frozen=True)
class Course:
    """How a simulated level runs: drift and trend by the month, and one break or none."""

    rows: int = 120
    drift_sd_log: float = 0.0
    trend_log: float = 0.0
    break_after: int | None = None
    break_log: float = 0.0
    noise_sd_log: float = 0.45


def simulate(course: Course, seed: int) -> pd.DataFrame:
    """Return one record: two deployments a day, nine days a month."""
    rng = np.random.default_rng(seed)
    days = -(-course.rows // 2)
    gaps = rng.integers(1, 6, days)
    months = np.cumsum(gaps) / (9 * gaps.mean())
    walk = np.cumsum(rng.normal(0, course.drift_sd_log * np.sqrt(np.diff(months, prepend=0))))
    shared, own = (rng.standard_t(4, size) / np.sqrt(2) for size in (days, 2 * days))
    level = np.log(600) + np.repeat(walk + course.trend_log * months, 2)
    error = course.noise_sd_log * (np.sqrt(0.2) * np.repeat(shared, 2) + np.sqrt(0.8) * own)
    if course.break_after is not None:
        level[course.break_after :] += course.break_log
    hours = rng.uniform(3, 8, 2 * days)
    faces = np.round(np.exp(level + error) * hours)
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.round(months * 30.44), "D")
    frame = pd.DataFrame(
        {
            "force": FORCE,
            "date": np.repeat(dates.strftime("%Y-%m-%d"), 2),
            "duration_h": hours,
            "faces_seen": faces,
        }
    )
    return frame.head(course.rows)


def false_alarm_share(course: Course, records: int) -> float:
    """Return the share of records without a break in which one is found."""
    found = [len(detect_breaks(simulate(course, n), force=FORCE)) > 0 for n in range(records)]
    return float(np.mean(found))


def power(course: Course, records: int) -> tuple[float, float, float]:
    """Return shares of records whose break is found within four days, and with others."""
    near = more = inside = 0
    for seed in range(records):
        rows = simulate(course, seed)
        true = rows["date"].iloc[course.break_after]
        found = detect_breaks(rows, force=FORCE)
        around = pd.Series(rows["date"].unique())
        place = int((around < true).sum())
        window = set(around[max(place - 4, 0) : place + 5])
        hit = found["first_date"].isin(window)
        near += bool(hit.any())
        more += bool((~hit).any())
        if hit.any():
            line = found[hit].iloc[0]
            inside += line["first_date_lo90"] <= true <= line["first_date_hi90"]
    return near / records, more / records, inside / max(near, 1)
