"""
Which interval of a rate holds what it should: `python tests/benchmarks/coverage_rates.py`.

Simulates deployments whose rate is known, with negative-binomial counts, unequal hours or faces,
and a day's deployments a little alike; prints how often each candidate's 90 % interval holds the
rate, and how wide it is. Cells under the floor (`geo.rate_terms`) are left out, as in print.
The candidate that ships is computed by `geo.rate_cells` itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from geo.rate_cells import quasi_score, rate_cells
from geo.rate_terms import FEWEST_DAYS, FEWEST_EVENTS

RUNS = 4_000
RESAMPLES = 299
COUNTS = (3, 5, 10, 20, 40, 60)
"""Deployments of a cell."""

SHIPPED = "larger of both, days, score (ships)"


@dataclass(frozen=True)
class Setting:
    """
    How counts arise.

    ``rate`` is per hour; ``dispersion`` that of a typical deployment, of which a day's
    deployments share ``alike``. ``spread`` is the log sd of faces per hour, 0 for a rate per
    hour; ``by_hours`` says that events follow the hours and not the faces.
    """

    rate: float = 0.6
    dispersion: float = 1.7
    alike: float = 0.2
    spread: float = 0.0
    by_hours: bool = False


SETTINGS = {
    "per hour, 0.6 an hour, dispersion 1.7": Setting(),
    "per hour, 0.2 an hour, dispersion 1.7": Setting(rate=0.2),
    "per hour, a Poisson count": Setting(dispersion=1.0001),
    "per face, dispersion 2, faces' log sd 0.4": Setting(dispersion=2, spread=0.4),
    "per face, dispersion 3, faces' log sd 0.6": Setting(dispersion=3, spread=0.6),
    "per face, dispersion 4, faces' log sd 0.6": Setting(dispersion=4, spread=0.6),
    "per face, events follow hours, log sd 0.6": Setting(spread=0.6, by_hours=True),
    "per face, events follow hours, log sd 0.9": Setting(spread=0.9, by_hours=True),
}

Cells = dict[str, np.ndarray]


def simulate(setting: Setting, deployments: int, rng: np.random.Generator) -> Cells:
    """Return events, what they are divided by, and the day of each deployment, a run a row."""
    shape = (RUNS, deployments)
    # One or two deployments a day, as in the record.
    day = np.cumsum(rng.random(shape) < 2 / 3, axis=1)
    hours = rng.uniform(2, 9, shape)
    noise = rng.normal(-(setting.spread**2) / 2, setting.spread, shape)
    over = hours * np.exp(noise)
    mean = setting.rate * (hours if setting.by_hours else over)
    excess = (setting.dispersion - 1) / (setting.rate * 5.5)
    shared = rng.gamma(1 / (excess * setting.alike), excess * setting.alike, shape)
    own = excess * (1 - setting.alike)
    each = np.take_along_axis(shared, day - day[:, :1], axis=1) * rng.gamma(1 / own, own, shape)
    return {"events": rng.poisson(mean * each), "over": over, "day": day - day[:, :1]}


def sums_by_day(cells: Cells) -> Cells:
    """Return the same with a column for each day, nought where there is none."""
    runs, most = cells["day"].shape
    at = (np.arange(runs)[:, None] * most + cells["day"]).ravel()
    return {
        name: np.bincount(at, cells[name].ravel(), runs * most).reshape(runs, most)
        for name in ("events", "over")
    }


def pearson(cells: Cells, count: np.ndarray) -> np.ndarray:
    """Return Pearson's dispersion of each run, at least 1."""
    expected = cells["over"] * (cells["events"].sum(1) / cells["over"].sum(1))[:, None]
    parts = (cells["events"] - expected) ** 2 / np.where(expected > 0, expected, 1)
    return np.maximum(1, parts.sum(1) / np.maximum(count - 1, 1))


def jackknife(cells: Cells, count: np.ndarray) -> np.ndarray:
    """Return the dispersion that leaving out a day at a time shows, at least 1."""
    share = cells["over"] / cells["over"].sum(1, keepdims=True)
    rest = cells["events"] - cells["events"].sum(1, keepdims=True) * share
    parts = (rest / np.where(share < 1, 1 - share, 1)) ** 2 * (count - 1)[:, None]
    return np.maximum(1, parts.sum(1) / count / np.maximum(cells["events"].sum(1), 1))


def wald(
    events: np.ndarray, dispersion: np.ndarray, count: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of the log mean, as a quasi-Poisson regression gives it."""
    seen = np.maximum(events, 0.5)
    half = stdtrit(np.maximum(count - 1, 1), 0.95) * np.sqrt(dispersion / seen)
    return seen * np.exp(-half), seen * np.exp(half)


def bootstrap(days: Cells, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return percentiles of the rate over resampled days, in events."""
    events, over = days["events"], days["over"]
    ends = []
    for seen, held in zip(events, over, strict=True):
        here = held > 0
        size = int(here.sum())
        drawn = rng.multinomial(size, np.full(size, 1 / size), RESAMPLES)
        rates = drawn @ seen[here] / (drawn @ held[here])
        ends.append(np.quantile(rates, [0.05, 0.95]) * held.sum())
    low, high = np.array(ends).T
    return low, high


def shipped(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Return what `geo.rate_cells` publishes, in events."""
    runs, size = cells["day"].shape
    rows = {name: cells[name].ravel().astype(float) for name in ("events", "over")}
    frame = pd.DataFrame({"run": np.repeat(np.arange(runs), size), **rows})
    frame["date"] = cells["day"].ravel()
    found = rate_cells(frame, ["run"])
    over = found["over"].to_numpy()
    return found["lo90"].to_numpy() * over, found["hi90"].to_numpy() * over


def candidates(cells: Cells, rng: np.random.Generator) -> dict[str, tuple]:
    """Return the ends of every candidate's interval, in events."""
    days = sums_by_day(cells)
    rows, many = np.full(len(days["over"]), cells["day"].shape[1]), (days["over"] > 0).sum(1)
    events = cells["events"].sum(1)
    own, daily, left = pearson(cells, rows), pearson(days, many), jackknife(days, many)
    one = np.ones_like(own)
    return {
        "Poisson, score": quasi_score(events, one, np.full_like(rows, 10**6)),
        "quasi-Poisson, deployments, log": wald(events, own, rows),
        "quasi-Poisson, deployments, score": quasi_score(events, own, rows),
        "quasi-Poisson, days, log": wald(events, daily, many),
        "quasi-Poisson, days, score": quasi_score(events, daily, many),
        "jackknife, days, score": quasi_score(events, left, many),
        SHIPPED: shipped(cells),
        "bootstrap of days": bootstrap(days, rng),
    }


def measure(setting: Setting, deployments: int) -> dict[str, tuple[float, float]]:
    """Return each candidate's coverage, and its median ratio of upper to lower end."""
    rng = np.random.default_rng([deployments, 5])
    cells = simulate(setting, deployments, rng)
    days = (sums_by_day(cells)["over"] > 0).sum(1)
    kept = (cells["events"].sum(1) >= FEWEST_EVENTS) & (days >= FEWEST_DAYS)
    if kept.sum() < RUNS / 20:
        return {}
    true = setting.rate * cells["over"].sum(1)
    out = {}
    for name, (low, high) in candidates(cells, rng).items():
        held = (low <= true) & (true <= high)
        out[name] = (
            float(held[kept].mean()),
            float(np.median(high[kept] / np.maximum(low[kept], 1e-9))),
        )
    return out


def main() -> None:
    """Print a table for each setting, then the lowest coverages."""
    all_found: dict[str, list[float]] = {}
    for title, setting in SETTINGS.items():
        print(f"\n{title}: coverage in % (upper end over lower), by deployments")
        columns = [measure(setting, count) for count in COUNTS]
        names = next(found for found in reversed(columns) if found)
        print(f"{'':38}" + "".join(f"{count:>13}" for count in COUNTS))
        for name in names:
            told = [found.get(name) for found in columns]
            cells = (f"{100 * t[0]:6.1f} ({t[1]:4.1f})" if t else "too few" for t in told)
            print(f"{name:38}" + "".join(f"{cell:>13}" for cell in cells))
            from_ten = zip(COUNTS, told, strict=True)
            all_found.setdefault(name, []).extend(t[0] for n, t in from_ten if t and n >= 10)
    print("\nLowest, mean and highest coverage from 10 deployments on:")
    for name, shares in all_found.items():
        low, mean, high = (100 * f(shares) for f in (min, np.mean, max))
        print(f"{name:38}{low:8.1f}{mean:8.1f}{high:8.1f}")


if __name__ == "__main__":
    main()
