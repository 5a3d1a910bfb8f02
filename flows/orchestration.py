"""
Serve Prefect from our own process, with a home of its own.

Prefect's way of running a flow without a server is to start one as a child process, from the
user's profile, on a database it migrates first: 20 to 40 seconds, and an orphan when the parent
is killed. Here the same application is served by a thread, on a loopback port, from a database
whose tables are laid out at once from a template made when the environment was set up. Nothing
of the user's Prefect (home, profile, settings) is read, unless ``PREFECT_API_URL`` names a
server.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import re
import socket
import sqlite3
import sys
import threading
import time
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import uvicorn


def template() -> Path:
    """
    Return where this environment keeps the schema of an empty Prefect database.

    The file is made on this machine by `flows.prefect_schema` (``make map`` does so when it
    sets up the environment), from what the installed Prefect migrates to. Without it nothing is
    lost but the seconds that migrating a new home takes.
    """
    return (
        Path(sys.prefix) / "share" / "passersby" / f"prefect-{metadata.version('prefect')}.sql"
    )


START_TIMEOUT_S = 120
"""How long a slow machine may take to start the server; Prefect's own 20 s are too few."""

STOP_TIMEOUT_S = 10
"""How long the server may take to finish its last write before we leave it behind."""

SETTLE_S = 0.5
"""How long the server gets to write down the last tasks it was told of."""

LOGGERS = ("EventsWorker", "docket", "prefect", "sqlalchemy", "uvicorn")
"""Loggers that would comment on the start and stop of the server."""

SERVICES_OFF = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "DB_VACUUM",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "SCHEDULER",
    "TRIGGERS",
)
"""Services for schedules, workers and automations, of which a single run has none."""

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    # The command prints the one paragraph about an error; Prefect would add its traceback.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
"""Settings that hold whichever server is used."""

PROFILE_VARIABLES = ("PREFECT_PROFILE", "PREFECT_PROFILES_PATH", "PREFECT_HOME")


class OrchestrationError(InputError):
    """Prefect could not be started; the run itself does not need it."""


@contextlib.contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """
    Serve Prefect's API for as long as the block lasts.

    Must be entered before anything imports Prefect, since Prefect reads its settings then.

    Parameters
    ----------
    home
        Folder for Prefect's database and settings, made where missing. Kept between runs, so
        that earlier runs and their artifacts stay on record.

    Yields
    ------
    address
        Address of the API in use.

    Raises
    ------
    OrchestrationError
        If the server does not start.

    Notes
    -----
    With ``PREFECT_API_URL`` in the environment that server is used, and none is started.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    _bypass_proxies()
    external = os.environ.get("PREFECT_API_URL")
    if external:
        _apply(dict.fromkeys(PROFILE_VARIABLES) | _home_settings(home) | QUIET)
        yield external
        return
    with _loopback_socket() as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        current = lay_out_database(home / "prefect.db")
        _apply(_own_settings(home, address, migrate=not current))
        with _collector_paused(), _serving(listener):
            yield address


def lay_out_database(path: Path) -> bool:
    """
    Make Prefect's database from this environment's template, where there is one.

    Migrating an empty database takes Prefect 7 seconds; this takes a tenth of one. Laying out
    is a single transaction under SQLite's own lock, so a second run waits and a killed run
    leaves nothing behind.

    Parameters
    ----------
    path
        Database file. One that is not a database (a half-written disk) is made anew: it holds
        only the record of earlier runs.

    Returns
    -------
    current
        Whether the database is at the template's revision. If not, as without a template or
        after an update of Prefect, its own migrations must run.
    """
    kept = template()
    schema = kept.read_text(encoding="utf-8") if kept.is_file() else ""
    try:
        return _lay_out(path, schema)
    except sqlite3.OperationalError as error:
        msg = f"Prefect's database {path.name} cannot be opened: {error}. {_REMEDY}"
        raise OrchestrationError(msg) from error
    except sqlite3.DatabaseError:
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return _lay_out(path, schema)


_REMEDY = "Run again with --direct, which gives the same map without Prefect."


def _lay_out(path: Path, schema: str) -> bool:
    fits = schema.startswith(f"-- prefect {metadata.version('prefect')}\n")
    connection = sqlite3.connect(path, timeout=START_TIMEOUT_S, isolation_level=None)
    with contextlib.closing(connection) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("BEGIN EXCLUSIVE")
        found = database.execute(
            "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
        ).fetchone()
        if not found and fits:
            for statement in schema.split(";\n"):
                database.execute(statement)
        database.execute("COMMIT")
        if not found and not fits:
            return False
        revision = database.execute("SELECT version_num FROM alembic_version").fetchone()
    return fits and revision is not None and f"'{revision[0]}'" in schema


def _home_settings(home: Path) -> dict[str, str | None]:
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
    }


def _own_settings(home: Path, address: str, *, migrate: bool) -> dict[str, str | None]:
    """Return the settings of our own server; every other Prefect variable is set aside."""
    database = f"sqlite+aiosqlite:///{home / 'prefect.db'}"
    others = [name for name in os.environ if re.match("PREFECT_", name, re.IGNORECASE)]
    services = {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in SERVICES_OFF}
    # The recorders write tasks and events; they need not gather them for five seconds first.
    recorders = {
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "0.2",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "0.2",
    }
    return (
        dict.fromkeys(others)
        | _home_settings(home)
        | QUIET
        | services
        | recorders
        | {
            "PREFECT_API_URL": address,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
            "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": str(migrate).lower(),
            "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_TIMEOUT_S),
            "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
            "PREFECT_SERVER_UI_ENABLED": "false",
            "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
        }
    )


def _apply(settings: dict[str, str | None]) -> None:
    for name, value in settings.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _bypass_proxies() -> None:
    """Reach loopback directly: a proxy would be a connection beyond it, and would fail."""
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [os.environ[name]] if os.environ.get(name) else []
        os.environ[name] = ",".join([*hosts, "127.0.0.1", "localhost"])


def _loopback_socket() -> socket.socket:
    """Listen on a free port; the socket is handed over, so that no other process takes it."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind(("127.0.0.1", 0))
    except OSError as error:
        listener.close()
        msg = f"No loopback port can be opened for Prefect: {error}. {_REMEDY}"
        raise OrchestrationError(msg) from error
    return listener


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """
    Spare the garbage collector Prefect's hundred thousand lasting objects.

    Collecting while they are imported costs 1.1 s and once more at exit 1.5 s; all of them
    live until the process ends, so they are frozen instead.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _serving(listener: socket.socket) -> Iterator[None]:
    server = _build_server()
    failures: list[BaseException] = []
    thread = threading.Thread(
        target=_serve, args=(server, listener, failures), name="prefect-server", daemon=True
    )
    thread.start()
    try:
        _wait_until_started(server, thread, failures)
        try:
            yield
        finally:
            _hand_over_events()
    finally:
        server.should_exit = True
        thread.join(STOP_TIMEOUT_S)


def _hand_over_events() -> None:
    """
    Let Prefect's client send its last events while the server still listens.

    Left to the end of the process it would try each of them for seven seconds in vain.
    """
    from prefect.events.worker import EventsWorker

    EventsWorker.drain_all(timeout=STOP_TIMEOUT_S)
    time.sleep(SETTLE_S)


def _build_server() -> uvicorn.Server:
    import uvicorn
    from prefect.server.api.server import create_app

    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        create_app(ephemeral=True),
        lifespan="on",
        loop="asyncio",
        http="h11",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=STOP_TIMEOUT_S // 2,
    )
    return uvicorn.Server(config)


def _serve(
    server: uvicorn.Server, listener: socket.socket, failures: list[BaseException]
) -> None:
    try:
        server.run(sockets=[listener])
    except BaseException as error:  # noqa: BLE001 - told to the waiting thread, which raises
        failures.append(error)


def _wait_until_started(
    server: uvicorn.Server, thread: threading.Thread, failures: list[BaseException]
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            cause = failures[0] if failures else None
            why = f": {type(cause).__name__}: {cause}" if cause else ""
            msg = f"Prefect's server did not start within {START_TIMEOUT_S} s{why}. {_REMEDY}"
            if not thread.is_alive():
                msg = f"Prefect's server stopped while starting{why}. {_REMEDY}"
            raise OrchestrationError(msg) from cause
        time.sleep(0.01)
