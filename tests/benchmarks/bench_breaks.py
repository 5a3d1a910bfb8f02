"""
Print how often breaks are found where there are none, and how often those there are.

    python tests/benchmarks/bench_breaks.py [RECORDS]

Records are those of `tests/simulated_counts.py`, with a log sd of .45 about the level. Then the
embedded record is replayed day by day.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from flows.stages import embedded_record
from geo.breaks import detect_breaks, known_eras

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from simulated_counts import Course, false_alarm_share, power

MET = "Metropolitan Police"


def print_false_alarms(records: int) -> None:
    """Print the rates of false alarms."""
    print(f"False alarms, share of {records} records")
    for rows in (30, 60, 120, 240):
        for name, course in {
            "steady": Course(rows),
            "steady, log sd .7": Course(rows, noise_sd_log=0.7),
            "drift .05": Course(rows, 0.05),
            "drift .10": Course(rows, 0.1),
            "drift .15": Course(rows, 0.15),
            "drift .20": Course(rows, 0.2),
            "trend +3 %": Course(rows, trend_log=np.log(1.03)),
            "trend +5 %": Course(rows, trend_log=np.log(1.05)),
            "trend -5 %, drift .1": Course(rows, 0.1, trend_log=np.log(0.95)),
        }.items():
            print(f"  {rows:4d} rows  {name:22s} {false_alarm_share(course, records):.3f}")


def print_power(records: int) -> None:
    """Print how often breaks are found, by size and rows on each side."""
    print(f"Power, share of {records} records (drift .1): found within 4 days of deployments,")
    print("  with another besides, day inside its 90 % interval where found")
    for size in (0.5, 1.0, 1.5):
        for before, after in ((2, 60), (6, 60), (60, 2), (60, 4), (60, 6), (60, 12), (60, 60)):
            course = Course(before + after, 0.1, break_after=before, break_log=size)
            near, more, inside = power(course, records)
            print(
                f"  step {size}  {before:3d} + {after:3d}  {near:.2f} {more:.2f} {inside:.2f}"
            )


def print_replay() -> None:
    """Replay the embedded record by day and print when the breaks known change."""
    record = embedded_record()
    own = record[(record["force"] == MET) & (record["date"].str.len() == len("2024-07-25"))]
    print("The embedded record: breaks found in all of it")
    print(detect_breaks(own, force=MET).drop(columns="force").T.to_string(header=False))
    print("Replayed: after each day, first days of the eras known, where they change")
    last: list[str] = []
    for day in sorted(set(own["date"])):
        after = str(np.datetime64(day) + 1)
        now = known_eras(own, as_of=after)["first_date"].tolist()
        if now != last:
            print(f"  {day} ({int((own['date'] <= day).sum())} deployments): {', '.join(now)}")
        last = now


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    began = time.process_time()
    print_false_alarms(count)
    print_power(count)
    print_replay()
    print(f"{time.process_time() - began:.0f} s of processor time")
