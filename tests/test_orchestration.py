"""Prefect starts from nothing, quietly, on loopback, and never from the user's own profile."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest

from flows import orchestration, prefect_schema
from flows.orchestration import OrchestrationError, lay_out_database

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def kept_template():
    """Make the environment's template where setting up has not made it."""
    return prefect_schema.keep_template()


FLOW = """
import sys
from pathlib import Path
from flows.orchestration import prefect_server

with prefect_server(Path(sys.argv[1])) as address:
    from prefect import flow, task
    from prefect.artifacts import create_markdown_artifact
    from prefect.settings import get_current_settings

    @task
    def double(number):
        return 2 * number

    @flow(name="doubling")
    def doubling():
        total = sum(double(number) for number in range(10))
        create_markdown_artifact(f"total {total}", key="doubling-summary")
        return total

    print(doubling(), get_current_settings().home, address)
"""


def run_python(code, *arguments, **environment):
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith("PREFECT")}
    # The code under test, wherever it lies: the checkout or an installed wheel.
    package_root = str(Path(orchestration.__file__).resolve().parent.parent)
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
        env=kept | {"PYTHONPATH": package_root, "PYTHONSAFEPATH": "1"} | environment,
    )


def count(home, table):
    with closing(sqlite3.connect(home / "prefect.db")) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608


@pytest.mark.slow
def test_flow_runs_from_nothing_and_ignores_the_users_prefect(tmp_path):
    home = tmp_path / "home"
    hostile = tmp_path / "users-own"
    hostile.mkdir()
    (hostile / "profiles.toml").write_text(
        'active = "cloud"\n[profiles.cloud]\nPREFECT_API_URL = "http://192.0.2.1/api"\n'
    )
    run = run_python(
        FLOW,
        home,
        PREFECT_HOME=str(hostile),
        PREFECT_PROFILES_PATH=str(hostile / "profiles.toml"),
        PREFECT_PROFILE="cloud",
        PREFECT_SERVER_DATABASE_CONNECTION_URL="postgresql+asyncpg://192.0.2.1/prefect",
        HTTP_PROXY="http://192.0.2.1:3128",
        http_proxy="http://192.0.2.1:3128",
    )
    assert run.returncode == 0, run.stderr
    assert re.fullmatch(rf"90 {re.escape(str(home))} http://127\.0\.0\.1:\d+/api\n", run.stdout)
    assert run.stderr == ""
    assert count(home, "flow_run") == 1
    assert count(home, "task_run") == 10
    assert count(home, "artifact") == 1
    assert not (hostile / "prefect.db").exists()


@pytest.mark.slow
def test_template_is_what_the_installed_prefect_migrates_to(kept_template):
    # Constraints of a table come in no fixed order from one Python to the next.
    kept, migrated = (
        sorted(re.findall(r"[^,\n]+", schema))
        for schema in (
            kept_template.read_text(encoding="utf-8"),
            prefect_schema.migrated_schema(),
        )
    )
    assert kept == migrated


def test_without_a_template_prefect_migrates_for_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(orchestration, "template", lambda: tmp_path / "none.sql")
    assert not lay_out_database(tmp_path / "prefect.db")


def test_laid_out_once_and_kept(tmp_path):
    path = tmp_path / "prefect.db"
    assert lay_out_database(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO flow (id, name) VALUES ('1', 'kept')")
        database.commit()
    assert lay_out_database(path)
    assert count(tmp_path, "flow") == 1


def test_two_runs_at_once_lay_out_one_database(tmp_path):
    path = tmp_path / "prefect.db"
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(lay_out_database(path)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 4


def test_leftovers_that_are_no_database_are_made_anew(tmp_path):
    path = tmp_path / "prefect.db"
    path.write_bytes(b"half a page, then the power went" * 100)
    assert lay_out_database(path)
    assert count(tmp_path, "flow") == 0


def test_another_prefect_migrates_for_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(orchestration.metadata, "version", lambda _name: "3.8.99")
    assert not lay_out_database(tmp_path / "prefect.db")


def test_database_of_another_revision_is_migrated(tmp_path):
    path = tmp_path / "prefect.db"
    lay_out_database(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'older'")
        database.commit()
    assert not lay_out_database(path)


def test_template_names_the_version_it_was_made_with(kept_template):
    head = kept_template.read_text(encoding="utf-8").splitlines()[0]
    assert head == f"-- prefect {metadata.version('prefect')}"


def test_unopenable_database_suggests_direct(tmp_path):
    (tmp_path / "prefect.db").mkdir()
    with pytest.raises(OrchestrationError, match="--direct"):
        lay_out_database(tmp_path / "prefect.db")


@pytest.mark.slow
def test_server_that_dies_while_starting_is_told_in_one_paragraph(tmp_path):
    code = """
import sys
from pathlib import Path
from flows import orchestration
orchestration._serve = lambda server, listener, failures: failures.append(RuntimeError("no"))
try:
    with orchestration.prefect_server(Path(sys.argv[1])):
        pass
except orchestration.OrchestrationError as error:
    print(error)
"""
    run = run_python(code, tmp_path)
    assert "stopped while starting: RuntimeError: no" in run.stdout
    assert "--direct" in run.stdout


def test_server_named_in_the_environment_is_used(tmp_path, monkeypatch):
    kept = dict(os.environ)
    monkeypatch.setattr(orchestration.os, "environ", kept)
    kept["PREFECT_API_URL"] = "http://127.0.0.1:9/api"
    kept["PREFECT_PROFILE"] = "mine"
    with orchestration.prefect_server(tmp_path) as address:
        assert address == "http://127.0.0.1:9/api"
        assert "PREFECT_PROFILE" not in kept
        assert kept["PREFECT_HOME"] == str(tmp_path)
    assert not (tmp_path / "prefect.db").exists()
