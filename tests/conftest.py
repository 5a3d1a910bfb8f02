"""Fixtures that many tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Return the folder of reference data kept beside the project, or skip."""
    folder = ROOT.parent / "shared" / "data" / "reference"
    if not folder.is_dir():
        pytest.skip("the reference data are not beside this checkout")
    return folder
