"""
Time the estimates and their scorecard on 2,000 deployments.

    python tests/benchmarks/bench_exposure.py [model]

Two simulated records: one force with five counting eras over eight years, and twenty forces of a
hundred deployments each, without eras. Prints seconds by the clock and of the processor, and the
process's own peak memory; with `model`, also of the scorecard that asks the hierarchical model,
which is fitted anew for every month. To profile: `python -m cProfile -s tottime tests/benchmarks/bench_exposure.py`.
"""

from __future__ import annotations

import resource
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.exposure import estimate_exposure
from geo.scorecard import score_exposure
from geo.site_columns import COVARIATES, SPOTS

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 2_000
YEARS = 8
FORCES = 20
ERA_FIRSTS = ("2018-01-01", "2019-05-01", "2021-02-01", "2022-11-01", "2024-03-01")
ERA_LEVELS = (5.0, 7.5, 6.0, 8.0, 7.0)
PLACES = 120


def make_eras(force: str) -> pd.DataFrame:
    """Return five eras of one force."""
    lasts = [str(np.datetime64(first) - 1) for first in ERA_FIRSTS[1:]]
    return pd.DataFrame(
        {
            "force": force,
            "era": [f"era-{number}" for number in range(len(ERA_FIRSTS))],
            "first_date": ERA_FIRSTS,
            "last_date": [*lasts, None],
            "label": [f"since {first}" for first in ERA_FIRSTS],
        }
    )


def make_record(force: str, rows: int, seed: int) -> pd.DataFrame:
    """Return deployments spread evenly over eight years, one in fifty without a count."""
    rng = np.random.default_rng(seed)
    days = np.sort(rng.integers(0, YEARS * 365, rows))
    dates = (np.datetime64("2018-01-01") + days).astype(str)
    era = np.searchsorted(np.array(ERA_FIRSTS), dates, side="right") - 1
    hours = rng.uniform(2, 9, rows).round(2)
    walk = np.cumsum(rng.normal(0, 0.01, rows))
    logs = np.array(ERA_LEVELS)[era] + walk + np.log(hours) + rng.normal(0, 0.45, rows)
    places = rng.integers(0, PLACES, rows)
    spots = rng.uniform(0, 12_000, (PLACES, 2))
    faces = np.where(rng.uniform(size=rows) < 1 / 50, np.nan, np.round(np.exp(logs)))
    return pd.DataFrame(
        {
            "deployment_id": [f"{force}-{number}" for number in range(rows)],
            "force": force,
            "date": dates,
            "duration_h": np.where(rng.uniform(size=rows) < 1 / 20, np.nan, hours),
            "faces_seen": faces,
            "status": "reported",
            "place_published": [f"Place {place}" for place in places],
            "x_m": 525_000 + spots[places, 0],
            "y_m": 175_000 + spots[places, 1],
            "spread_m": np.where(places % 3 == 0, 700.0, 0.0),
        }
    ).assign(**{name: rng.normal(size=PLACES)[places] for name in COVARIATES})


def timed(name: str, work: Callable[[], pd.DataFrame]) -> None:
    """Print how long some work takes, and the greatest memory the process has held so far."""
    clock, processor = time.perf_counter(), time.process_time()
    rows = len(work())
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  {name}: {rows} lines, {clock:.1f} s, {processor:.1f} s of processor, {peak:.0f} MiB"
    )


def main() -> None:
    """Time both records."""
    names = [f"Force {number:02d}" for number in range(FORCES)]
    many = pd.concat(
        [make_record(name, ROWS // FORCES, seed) for seed, name in enumerate(names)],
        ignore_index=True,
    )
    for title, rows, eras in (
        ("One force, five eras", make_record("Force A", ROWS, 1), make_eras("Force A")),
        (f"{FORCES} forces without eras", many, make_eras("Force A")),
    ):
        print(f"{title}: {len(rows)} deployments")
        timed("estimates", lambda rows=rows, eras=eras: estimate_exposure(rows, eras))
        plain = rows.drop(columns=[*SPOTS, *COVARIATES])
        timed("scorecard", lambda plain=plain, eras=eras: score_exposure(plain, eras))
        if "model" in sys.argv[1:]:
            timed(
                "scorecard with the hierarchical model",
                lambda rows=rows, eras=eras: score_exposure(rows, eras),
            )


if __name__ == "__main__":
    main()
