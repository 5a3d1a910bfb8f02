"""The house rules that a reader can rely on, checked on the syntax tree."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OTHERS_LOCK = "requirements-nominatim.lock"
PACKAGES = ("flows", "geo", "data", "maps")
ALLOWED = {
    "flows": {"flows", "data", "maps", "geo"},
    "data": {"data", "geo"},
    "maps": {"maps", "geo"},
    "geo": {"geo"},
}
IMPURE = {
    "asyncio", "builtins.open", "datetime", "duckdb", "fcntl", "glob", "http", "httpx", "io",
    "os", "pathlib", "random", "requests", "shutil", "socket", "sqlite3", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib",
}  # fmt: skip
"""What `geo` may not import: it has no network, files, clock or globals."""


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imported(source: str) -> set[str]:
    """Return the dotted names that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import on line {node.lineno}"
            names.add(node.module or "")
    return names


def wrong_arrows(package: str, source: str) -> set[str]:
    """Return the imports by which a package points the wrong way."""
    tops = {name.partition(".")[0] for name in imported(source)}
    wrong = (tops & set(PACKAGES)) - ALLOWED[package]
    if package != "flows" and "prefect" in tops:
        wrong.add("prefect")
    if package == "geo":
        wrong |= tops & IMPURE
    return wrong


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_one_way(path):
    package = path.relative_to(ROOT).parts[0]
    assert not wrong_arrows(package, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("geo", "import data.schemas"),
        ("geo", "def f():\n    from maps import style"),
        ("geo", "import os"),
        ("geo", "from datetime import datetime"),
        ("data", "from maps.page import draw"),
        ("data", "import flows"),
        ("maps", "from data.store import open_store"),
        ("maps", "import prefect"),
        ("data", "from prefect import task"),
    ],
)
def test_a_reversed_arrow_is_caught(package, source):
    assert wrong_arrows(package, source)


def test_allowed_arrows_pass():
    assert not wrong_arrows(
        "flows", "import prefect\nfrom geo.crs import to_metric\nimport maps.site"
    )
    assert not wrong_arrows("data", "from geo.errors import InputError\nimport os")


def import_graph() -> dict[str, set[str]]:
    """Return, for each module of ours, the modules of ours that it names, types included."""
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in modules()
    }
    return {name: imported(source) & set(names) for name, source in names.items()}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, or none."""
    left = dict(graph)
    while left:
        free = [name for name, needed in left.items() if not needed & set(left)]
        if not free:
            return sorted(left)
        for name in free:
            del left[name]
    return []


def test_modules_import_each_other_in_no_circle():
    assert circle(import_graph()) == []


def test_a_circle_is_caught():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": set()}) == ["a", "b", "c"]


def test_no_module_hides_a_package():
    # A file `flows/geo.py` would hide `geo` when Prefect puts `flows/` first on sys.path.
    for folder in (*PACKAGES, "tests"):
        hidden = {path.stem for path in (ROOT / folder).glob("*")} & set(PACKAGES)
        assert not hidden, f"{folder} holds {hidden}"


def test_tests_are_flat():
    inside = [path for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "tests"]
    assert all(path.parent.name == "benchmarks" for path in inside)
    assert not (ROOT / "tests" / "__init__.py").exists()


def test_no_module_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_geo_keeps_no_mutable_state():
    for path in sorted((ROOT / "geo").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Global), (
                f"{path.name}: global on line {node.lineno}"
            )


def test_top_level_is_the_agreed_one():
    expected = {
        "pyproject.toml", "flows", "geo", "data", "maps", "tests", "docs", "README.md",
        "CHANGELOG.md", "LICENSE", "Makefile", "requirements.lock", ".ci",
    }  # fmt: skip
    assert all((ROOT / name).exists() for name in expected)


def test_lock_files_name_no_host_and_pin_with_hashes():
    locks = ("requirements.lock", 100), ("requirements-test.lock", 100), (OTHERS_LOCK, 30)
    for name, fewest in locks:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "index" not in re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
        pins = re.findall(r"^[a-z0-9][^\s=]*==", text, flags=re.MULTILINE)
        assert len(pins) > fewest
        blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in block for block in blocks)


def test_the_geocoder_of_the_tests_is_in_a_lock_of_its_own():
    # Nominatim is under the GPL: started by tests in its own environment, imported by nothing.
    assert "nominatim-api==" in (ROOT / OTHERS_LOCK).read_text(encoding="utf-8")
    for name in ("requirements.lock", "requirements-test.lock"):
        assert "nominatim" not in (ROOT / name).read_text(encoding="utf-8")
    for path in (*modules(), *(ROOT / "tests").rglob("*.py")):
        tops = {name.partition(".")[0] for name in imported(path.read_text(encoding="utf-8"))}
        assert not tops & {"nominatim_api", "nominatim_db"}, path


def test_every_dependency_is_in_the_lock():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=!~\s\[]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", lock, flags=re.MULTILINE), name
