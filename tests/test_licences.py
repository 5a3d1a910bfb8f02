"""No AGPL or GPL package is needed at run time."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COPYLEFT = re.compile(r"\bA?GPL|Affero|GNU General Public", re.IGNORECASE)
ALTERNATIVE = {
    "text-unidecode": "Artistic License",  # offered under either; we take the Artistic one
}
"""Packages that offer a permissive licence beside a copyleft one."""


def pinned() -> list[str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"^([a-z0-9][^\s=]*)==", text, flags=re.MULTILINE)))


def licence_of(name: str) -> str:
    """Return the SPDX expression, else classifiers, else the field, else the file's heading."""
    about = metadata.metadata(name)
    expression = about.get("License-Expression")
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    field = " ".join((about.get("License") or "").split())[:80]
    return expression or "; ".join(classifiers) or field or licence_file(name)


def licence_file(name: str) -> str:
    """Return the first words of the LICENSE file that a wheel ships."""
    for path in metadata.files(name) or []:
        if path.name == "LICENSE":
            return " ".join(path.read_text(encoding="utf-8").split())[:80]
    return ""


@pytest.mark.parametrize("name", pinned())
def test_run_time_licence_is_permissive(name):
    try:
        licence = licence_of(name)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{name} is pinned for another platform")
    assert licence, f"{name} states no licence"
    stripped = re.sub(r"\bLGPL\S*|GNU Lesser[^;]*", "", licence)
    if COPYLEFT.search(stripped):
        assert ALTERNATIVE.get(name, "-") in licence, f"{name}: {licence}"
