"""
What the 80 % interval leaves out, in figures: `python tests/benchmarks/coverage_ahead.py`.

Prints the figures that docs/method.md gives of deployments of one day, of a level that drifts or
trends after the record ends, and of a break between eras. The level's mean, spread and number of
counts are the last era's own; only what comes after it is simulated.
"""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from data.eras import load_eras
from flows.stages import embedded_record
from geo.eras import assign_eras

DRAWS = 200_000
YEAR_MONTHS = 12
TREND_MONTHS = 6


def half_width(rates: np.ndarray) -> float:
    """Return half the 80 % prediction interval of one more log rate."""
    count = len(rates)
    return float(stdtrit(count - 1, 0.9) * rates.std(ddof=1) * np.sqrt(1 + 1 / count))


def drifting(rates: np.ndarray, *, sd_per_month: float) -> float:
    """Return the share held after a year in which the level walks at random."""
    rng = np.random.default_rng(1)
    spread = np.hypot(rates.std(ddof=1), sd_per_month * np.sqrt(YEAR_MONTHS))
    return float(np.mean(np.abs(rng.normal(0, spread, DRAWS)) < half_width(rates)))


def trending(rates: np.ndarray, *, months: np.ndarray, growth: float) -> float:
    """Return the share held after six months of a trend that the record's months had too."""
    rng = np.random.default_rng(2)
    slope, sd = np.log1p(growth), rates.std(ddof=1)
    held = []
    for _ in range(4_000):
        seen = rng.normal(slope * months, sd)
        new = rng.normal(slope * (months.max() + TREND_MONTHS), sd, 50)
        held.append(np.mean(np.abs(new - seen.mean()) < half_width(seen)))
    return float(np.mean(held))


def main() -> None:
    """Print every figure."""
    record = embedded_record()
    record = record.assign(era=assign_eras(record, load_eras()))
    record = record[(record["faces_seen"] > 0) & (record["duration_h"] > 0)]
    record = record.assign(rate=np.log(record["faces_seen"] / record["duration_h"]))
    by_era = dict(iter(record.groupby("era")))
    for era in ("met-2023-12", "met-2024-09"):
        part = by_era[era].merge(by_era[era], on="date")
        part = part[part["deployment_id_x"] != part["deployment_id_y"]]
        alike = np.corrcoef(part["rate_x"], part["rate_y"])[0, 1]
        print(f"{era}: log rates of one day correlate by {alike:.2f}")
    last = by_era["met-2024-09"]
    rates = last["rate"].to_numpy(float)
    dates = np.array(last["date"], dtype="datetime64[D]")
    months = (dates - dates.min()).astype(float) / 30.44
    for sd in (0.0, 0.05, 0.10):
        print(f"walk of {sd:.2f} a month: {drifting(rates, sd_per_month=sd):.0%} a year on")
    for growth in (0.05, -0.05):
        share = trending(rates, months=months, growth=growth)
        print(f"trend of {growth:+.0%} a month: {share:.0%} after {TREND_MONTHS} months")
    first = by_era["met-2023"]["rate"].to_numpy(float)
    after = by_era["met-2023-12"]["rate"].to_numpy(float)
    held = np.mean(np.abs(after - first.mean()) < half_width(first))
    print(f"interval of April-November 2023 over the next era: {held:.0%}")


if __name__ == "__main__":
    main()
