"""
Run the tests against the built wheel, from a folder where a hostile `geo.py` lies.

What is installed must work without the checkout: the embedded data and page assets travel in the
wheel, and a file that happens to be called `geo.py` where a reporter works must not be imported.
Tests that read the checkout itself (its Makefile, its docs), simulate records for long, or start a
browser or a Prefect server have run once already and are left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = 'raise SystemExit("the hostile module was imported")\n'
CHECKOUT_ONLY = {
    "test_architecture.py",
    "test_breaks.py",
    "test_capture.py",
    "test_coverage_ahead.py",
    "test_docs.py",
    "test_docs_streets.py",
    "test_event_table.py",
    "test_joint_totals.py",
    "test_known_spots.py",
    "test_licences.py",
    "test_network.py",
    "test_run_eras.py",
    "test_run_plausible.py",
    "test_same_day.py",
    "test_site_model.py",
}


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout, without fetching a build environment."""
    command = [
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)),
    ]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("passersby-*.whl")
    return wheel


def install(wheel: Path, target: Path) -> None:
    """Unpack the wheel into a folder of its own, ahead of the checkout on the path."""
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-index", "--target", str(target), str(wheel)),
    ]
    subprocess.run(command, check=True)


def lay_out(folder: Path) -> Path:
    """Copy the tests to a folder that holds modules named like our packages."""
    work = folder / "elsewhere"
    tests = work / "tests"
    ignored = shutil.ignore_patterns("__pycache__", "benchmarks", *CHECKOUT_ONLY)
    shutil.copytree(ROOT / "tests", tests, ignore=ignored)
    for name in ("geo", "data", "maps", "flows"):
        (work / f"{name}.py").write_text(HOSTILE, encoding="utf-8")
    return tests


def imported_from(work: Path, environment: dict[str, str]) -> Path:
    """Return the folder that `geo` is imported from in a child process."""
    command = [sys.executable, "-c", "import geo; print(geo.__file__)"]
    done = subprocess.run(
        command, check=True, cwd=work, env=environment, capture_output=True, text=True
    )
    return Path(done.stdout.strip()).parent.parent


def main() -> int:
    """Build, install, run; return pytest's exit code."""
    with tempfile.TemporaryDirectory(prefix="passersby-wheel-") as name:
        folder = Path(name).resolve()
        target = folder / "installed"
        install(build_wheel(folder), target)
        tests = lay_out(folder)
        environment = {
            **os.environ,
            "PYTHONPATH": str(target),
            "PYTHONSAFEPATH": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        found = imported_from(tests.parent, environment)
        if found != target:
            sys.exit(f"geo was imported from {found}, not from the wheel in {target}")
        sys.stdout.write(f"Tests against {next(folder.glob('*.whl')).name}\n")
        sys.stdout.flush()
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("--config-file", str(ROOT / "pyproject.toml"), "--rootdir", str(tests.parent)),
            *("-n", "2", "--dist", "loadfile"),
            *("-m", "not browser and not slow and not checkout", str(tests)),
        ]
        return subprocess.run(
            command, check=False, cwd=tests.parent, env=environment
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
