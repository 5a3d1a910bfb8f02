"""Fixtures that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

# Before numpy loads: tests run side by side, and on a busy machine threads that wait for one
# another make small matrices ten times slower than one thread does.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import nominatim_server
import pytest
from hypothesis import settings

os.environ["PASSERSBY_STREETS"] = "none"  # no test fetches a map from where maps are published

# Machines that run the tests are shared and slow at times: no example is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Return the folder of reference data kept beside the project, or skip."""
    folder = ROOT.parent / "shared" / "data" / "reference"
    if not folder.is_dir():
        pytest.skip("the reference data are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def direct_run(tmp_path_factory):
    """Run the embedded records once without Prefect; return the project and the process."""
    from running import run_command

    folder = tmp_path_factory.mktemp("direct")
    return folder, run_command("run", "--direct", "--offline", folder=folder)


@pytest.fixture(scope="session")
def prefect_run(tmp_path_factory):
    """Run the embedded records once as a Prefect flow, on a home that never saw Prefect."""
    from running import run_command

    folder = tmp_path_factory.mktemp("prefect")
    return folder, run_command("run", folder=folder, HOME=str(folder / "user"))


@pytest.fixture(scope="session")
def nominatim():
    """Return the address of a real Nominatim of Helsinki, where one is built."""
    reason = nominatim_server.why_not()
    if reason:
        if os.environ.get(nominatim_server.REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with nominatim_server.serve() as url:
        yield url
