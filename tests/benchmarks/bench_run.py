"""
How long a run takes, beside Prefect's own way of starting a flow: `make bench`.

Four commands take turns, so that a machine whose speed drifts drifts for all of them:

- the whole job, called plainly (`passersby run --direct --offline`);
- the whole job as a Prefect flow on our own server;
- an empty ten-task flow on our own server;
- the same empty flow as Prefect starts it by itself, with a child process for its server.

Times are of whole processes. The ratio to quote is the last one, empty flow against empty flow.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FLOW = """
from prefect import flow, task

@task
def step(number: int) -> int:
    return number + 1

@flow
def ten() -> int:
    number = 0
    for _ in range(10):
        number = step(number)
    return number

assert ten() == 10
"""
OURS = f"""
import sys
from pathlib import Path
from flows.orchestration import prefect_server
with prefect_server(Path(sys.argv[1])):
{"".join("    " + line + chr(10) for line in FLOW.splitlines())}
"""
TIMEOUT = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}


def timed(command: list[str], folder: Path, extra: dict[str, str]) -> float:
    """Return the seconds a whole process takes."""
    environment = {**os.environ, "PYTHONSAFEPATH": "1", **extra}
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} failed:\n{done.stdout}{done.stderr}")
    return seconds


def commands(folder: Path) -> dict[str, tuple[list[str], dict[str, str]]]:
    """Return what to time, by name: the command and its extra environment."""
    run = [sys.executable, "-m", "flows.command", "run", "--project", str(folder)]
    run += ["--out", str(folder / "site")]
    return {
        "whole job, direct": ([*run, "--direct", "--offline"], {}),
        "whole job, Prefect": (run, {}),
        "empty flow, our server": ([sys.executable, "-c", OURS, str(folder / "ours")], {}),
        "empty flow, Prefect's own": (
            [sys.executable, "-c", FLOW],
            {**TIMEOUT, "PREFECT_HOME": str(folder / "theirs")},
        ),
    }


def main() -> None:
    """Time each command in turn and print medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--runs", type=int, default=3, help="counted runs after the first")
    rounds = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="passersby-bench-") as name:
        folder = Path(name)
        plan = commands(folder)
        first = {label: timed(command, folder, env) for label, (command, env) in plan.items()}
        later: dict[str, list[float]] = {label: [] for label in plan}
        for _ in range(rounds):
            for label, (command, env) in plan.items():
                later[label].append(timed(command, folder, env))
    print(f"{'':28} first run   later (median of {rounds})")
    for label in plan:
        print(f"{label:28} {first[label]:7.1f} s   {statistics.median(later[label]):7.1f} s")
    ours, theirs = later["empty flow, our server"], later["empty flow, Prefect's own"]
    fresh = first["empty flow, Prefect's own"] / first["empty flow, our server"]
    kept = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    print(
        f"Prefect's own start takes {fresh:.1f}x ours on a fresh home, {kept:.1f}x on a kept one"
    )


if __name__ == "__main__":
    main()
