"""
Make the template that new Prefect homes are laid out from, once per environment.

``python -m flows.prefect_schema`` lets the installed Prefect migrate an empty database and
keeps its tables and revision, without any row of data, inside the environment.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from importlib import metadata
from pathlib import Path

from flows.orchestration import QUIET, template

_MIGRATE = """
import asyncio
from prefect.server.database import provide_database_interface
asyncio.run(provide_database_interface().create_db())
"""


def migrated_schema() -> str:
    """
    Let Prefect migrate an empty database, and return the SQL that lays it out.

    Returns
    -------
    schema
        Statements ending in ``;`` and a line break, under a line naming Prefect's version.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prefect.db"
        settings = QUIET | {
            "PREFECT_HOME": folder,
            "PREFECT_PROFILES_PATH": str(Path(folder) / "profiles.toml"),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{path}",
            "PYTHONSAFEPATH": "1",
            "PYTHONHASHSEED": "0",  # some migrations order constraints by their hash
        }
        names = [name for name in os.environ if "PREFECT" not in name.upper()]
        kept = {name: os.environ[name] for name in names}
        subprocess.run([sys.executable, "-c", _MIGRATE], check=True, env=kept | settings)  # noqa: S603 - our own interpreter
        return _dump(path)


def _dump(path: Path) -> str:
    query = (
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        "ORDER BY type = 'index', type = 'trigger', name"
    )
    with closing(sqlite3.connect(path)) as database:
        statements = [_tidy(sql) for (sql,) in database.execute(query)]
        (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    statements.append(f"INSERT INTO alembic_version VALUES ('{revision}')")  # noqa: S608 - Prefect's own revision
    head = f"-- prefect {metadata.version('prefect')}\n-- Made by flows/prefect_schema.py.\n"
    return head + ";\n".join(statements) + "\n"


def _tidy(sql: str) -> str:
    return "\n".join(line.strip() for line in sql.splitlines() if line.strip())


def keep_template() -> Path:
    """
    Make this environment's template, unless it is there already.

    Returns
    -------
    kept
        The template. It appears whole or not at all.
    """
    kept = template()
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        half = kept.with_suffix(f".{os.getpid()}")
        half.write_text(migrated_schema(), encoding="utf-8")
        half.replace(kept)
    return kept


if __name__ == "__main__":
    keep_template()
