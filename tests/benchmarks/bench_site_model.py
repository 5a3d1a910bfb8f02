"""
What the hierarchical model recovers, and what it costs: `python tests/benchmarks/bench_site_model.py`.

Prints the share of known effects inside their 90 % intervals over simulated records (200, or the
number given), the share of new rows inside theirs, and the processor time and memory of 36
refits, each to the months before one more month of 2,000 rows. Records are drawn with spreads
that the model does not know; places are vague three times in ten.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from made_rates import Recipe, made_rates  # noqa: E402

from geo.prediction import quantiles  # noqa: E402
from geo.site_model import SiteModel, fit_sites  # noqa: E402

COVARIATES = ("c0", "c1")
RECORDS = {
    "three eras of 8 months, 250 rows": Recipe(),
    "the same, normal errors": Recipe(freedom=1e6),
    "the same, less than a step of drift in a year": Recipe(drift_sd=0.02),
    "the same, twice the drift expected": Recipe(drift_sd=0.14),
    "one era of 4 months, 60 rows": Recipe(rows=60, eras=1, months_per_era=4, places=20),
}
LATEST_MONTHS = 36


def recovery(recipe: Recipe, count: int) -> None:
    """Print the shares of known effects inside their intervals."""
    hits: dict[str, list[bool]] = {}
    widths: dict[str, list[float]] = {}
    for seed in range(count):
        made = made_rates(seed, recipe)
        model = fit_sites(made.rows, covariates=COVARIATES)
        for kind, name, _, low, high in model.effects().itertuples(index=False):
            if (kind, name) in made.effects:
                hits.setdefault(kind, []).append(low <= made.effects[kind, name] <= high)
                widths.setdefault(kind, []).append(high - low)
    for kind, own in hits.items():
        width = np.median(widths[kind])
        print(f"  {kind}: {np.mean(own):.1%} of {len(own)}, median width {width:.2f}")


def ahead(count: int) -> None:
    """Print the shares of the last three months' rows inside intervals made before them."""
    held80, held90, widths = [], [], []
    for seed in range(count):
        rows = made_rates(seed, Recipe()).rows
        later = rows["month"] >= rows["month"].max() // 1 - 2
        model = fit_sites(rows[~later], covariates=COVARIATES)
        ends = quantiles(model.predict(rows[later]), [0.05, 0.1, 0.9, 0.95])
        rates = rows["log_rate"][later].to_numpy()
        held90 += [*((ends[:, 0] <= rates) & (rates <= ends[:, 3]))]
        held80 += [*((ends[:, 1] <= rates) & (rates <= ends[:, 2]))]
        widths += [*(ends[:, 2] - ends[:, 1])]
    print(
        f"one to three months ahead: {np.mean(held80):.1%} in 80 %, {np.mean(held90):.1%} in "
        f"90 %, of {len(held80)}; median 80 % width {np.median(widths):.2f}"
    )


def cost(places: int) -> None:
    """Print what 36 refits cost."""
    recipe = Recipe(rows=2000, eras=4, months_per_era=12, places=places)
    rows = made_rates(1, recipe).rows
    model: SiteModel | None = None
    began, worst = time.process_time(), 0.0
    for origin in range(48 - LATEST_MONTHS, 48):
        since = time.process_time()
        model = fit_sites(rows[rows["month"] < origin], covariates=COVARIATES, start=model)
        model.predict(rows[np.floor(rows["month"]) == origin])
        worst = max(worst, time.process_time() - since)
    spent = time.process_time() - began
    since = time.process_time()
    fit_sites(rows, covariates=COVARIATES)
    cold = time.process_time() - since
    sites = rows.groupby(["place", "era"]).ngroups
    print(
        f"{places} places ({sites} places within eras): {LATEST_MONTHS} refits {spent:.1f} s "
        f"of processor time, the slowest {worst:.1f} s; all 2,000 rows from nothing {cold:.1f} s"
    )


def main() -> None:
    """Print every figure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for places in (80, 300):
        cost(places)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB")
    for name, recipe in RECORDS.items():
        print(f"{count} records, {name}")
        recovery(recipe, count)
    ahead(count)


if __name__ == "__main__":
    main()
