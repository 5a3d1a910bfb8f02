"""
How many later counts the intervals hold: `python tests/benchmarks/coverage_ahead.py [RECORDS]`.

Prints the figures that docs/method.md gives of dates after the record and of deployments of one
day. Records are those of `tests/simulated_levels.py`: they are made as the forecast does not
know, and their later counts are held against its 80 and 90 % intervals one to six months ahead.
Beside each stands the width that one needs who knows trend, walk and spread. Then the same for
other expectations of the drift, and for levels that break.
"""

from __future__ import annotations

import math
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

import numpy as np

import geo.drift
from data.eras import load_eras
from flows.stages import embedded_record
from geo.breaks import known_eras
from geo.eras import assign_eras
from geo.exposure import expect_faces

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from simulated_levels import (
    COURSES,
    FORCE,
    HISTORIES,
    HORIZONS,
    NOISE_SD_LOG,
    Course,
    History,
    as_record,
    coverage,
    oracle_width,
    simulate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

RECORDS = 400
NOISES = {"normal errors": math.inf, "errors Student t5": 5.0}
PRIORS = (0.035, 0.05, 0.07, 0.1, 0.14)
BREAKS = (0.7, -0.7, 1.5, -1.5)
AFTER = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40)
"""Deployments after a break at which it is asked whether it is told."""

NEXT = 5
"""Counts expected each time from what is known then."""

FORTNIGHT = 14


@contextmanager
def expecting(median: float) -> Iterator[None]:
    """Expect another drift before any count is seen."""
    drifts = geo.drift._DRIFTS * median / geo.drift.PRIOR_MEDIAN
    with patch.multiple(geo.drift, PRIOR_MEDIAN=median, _DRIFTS=drifts):
        yield


def percent(shares: np.ndarray) -> str:
    """Return shares as per cent, one column per horizon."""
    return " ".join(f"{share:5.1%}" for share in shares)


def print_courses(records: int) -> None:
    """Print coverage and widths of every course, history and kind of error."""
    print(f"Coverage {HORIZONS[0]} to {HORIZONS[-1]} months ahead, {records} records each;")
    print("  median factor from end to end after 1, 3, 6 months, (needed by one who knows)")
    for name, freedom in NOISES.items():
        for told, history in HISTORIES.items():
            print(f"{told} counts, {name}")
            for title, course in COURSES.items():
                held = coverage(history, course, records=records, freedom=freedom)
                least = oracle_width(history, course, freedom=freedom)
                most = oracle_width(history, course, freedom=freedom, share=0.9)
                for level, share, width, need in (
                    ("80 %", held.share80, held.width80, least),
                    ("90 %", held.share90, held.width90, most),
                ):
                    pairs = zip(width[[0, 2, 5]], need[[0, 2, 5]], strict=True)
                    factors = " ".join(f"{own:.2f} ({known:.2f})" for own, known in pairs)
                    print(f"  {title:11s} {level}  {percent(share)}   {factors}")


def print_priors(records: int) -> None:
    """Print coverage and width three and six months ahead by the drift expected."""
    print("80 % coverage and factor, 3 and 6 months ahead, by the drift expected a month")
    for told in ("4 x 15", "12 x 10", "4 x 5", "4 x 15, wide elsewhere"):
        print(f"{told} counts, normal errors; drift expected " + ", ".join(map(str, PRIORS)))
        for title, course in COURSES.items():
            cells = []
            for median in PRIORS:
                with expecting(median):
                    held = coverage(HISTORIES[told], course, records=records)
                shares = "/".join(f"{share:.0%}" for share in held.share80[[2, 5]])
                widths = "/".join(f"{width:.1f}" for width in held.width80[[2, 5]])
                cells.append(f"{shares} x{widths}")
            print(f"  {title:11s} " + "   ".join(cells))


def print_breaks(records: int) -> None:
    """Print how soon breaks are told, and how many counts the intervals hold until and since."""
    print(f"A break after 4 x 15 counts, then 15 a month, walk .05; {records} records each")
    for size in BREAKS:
        told = [_one_break(size, seed) for seed in range(records)]
        delays = [one.deployments for one in told]
        late = np.quantile(delays, (0.25, 0.5, 0.75), method="lower")
        days = np.quantile([one.days for one in told], 0.5, method="lower")
        shares = [
            np.mean([held for one in told for held in getattr(one, when)] or [math.nan])
            for when in ("first", "until", "since")
        ]
        print(
            f"  log {size:+.1f}: told within {AFTER[-1]} deployments in "
            f"{np.isfinite(delays).mean():.0%}; after {late[1]:.0f} deployments (half of them "
            f"between {late[0]:.0f} and {late[2]:.0f}), {days:.0f} days; 80 % intervals hold "
            f"{shares[0]:.0%} of the first {NEXT} counts, {shares[1]:.0%} of those until it "
            f"is told, {shares[2]:.0%} of those after"
        )


class Told(NamedTuple):
    """Deployments and days until a break is told, and which counts the intervals held."""

    deployments: float
    days: float
    first: list[bool]
    until: list[bool]
    since: list[bool]


def _one_break(size: float, seed: int) -> Told:
    """Follow one record past its break, by the eras known then."""
    rng = np.random.default_rng(seed)
    dates, logs, _ = simulate(History(7, 15), Course(walk_sd_log=0.05), rng)
    start = 4 * 15
    logs[start:] += size
    found = Told(math.inf, math.inf, [], [], [])
    for more in (0, *AFTER):
        now = start + more
        rows = as_record(dates[:now], logs[:now])
        eras = known_eras(rows)
        if math.isinf(found.deployments) and more and _is_told(eras, dates[start]):
            days = np.datetime64(dates[now - 1]) - np.datetime64(dates[start])
            found = found._replace(deployments=more, days=int(days.astype(int)))
        into = found.until if math.isinf(found.deployments) else found.since
        for place in range(now, now + NEXT):
            piece = expect_faces(rows, eras, force=FORCE, date=dates[place], hours=4.0)
            held = bool(piece.lo80 <= 4.0 * np.exp(logs[place]) <= piece.hi80)
            (found.first if more == 0 else into).append(held)
    return found


def _is_told(eras: pd.DataFrame, true: str) -> bool:
    """Say whether the last era known begins within a fortnight of a break."""
    away = np.datetime64(eras["first_date"].iloc[-1]) - np.datetime64(true)
    return len(eras) > 1 and abs(int(away.astype(int))) <= FORTNIGHT


def print_one_day() -> None:
    """Print how alike deployments of one day are, in the embedded record."""
    record = embedded_record()
    record = record.assign(era=assign_eras(record, load_eras()))
    record = record[(record["faces_seen"] > 0) & (record["duration_h"] > 0)]
    record = record.assign(rate=np.log(record["faces_seen"] / record["duration_h"]))
    for era in ("met-2023-12", "met-2024-09"):
        part = record[record["era"] == era]
        part = part.merge(part, on="date")
        part = part[part["deployment_id_x"] != part["deployment_id_y"]]
        alike = np.corrcoef(part["rate_x"], part["rate_y"])[0, 1]
        print(f"{era}: log rates of one day correlate by {alike:.2f}")


def main() -> None:
    """Print every figure."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    began = time.process_time()
    print_one_day()
    print(f"Errors about the level have a log standard deviation of {NOISE_SD_LOG}")
    print_courses(records)
    print_priors(records // 2)
    print_breaks(max(records // 10, 1))
    print(f"{time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
