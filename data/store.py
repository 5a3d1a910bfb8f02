"""The one door to DuckDB: tables in and out, checked on the way."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from data.arrow import to_arrow
from data.errors import SchemaError
from data.schemas import TABLES
from data.sql import bound_checks, ddl, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb
    import pandas as pd

    from data.schema import Table

_SHOWN = 3
"""Offending rows that a message names."""

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # A database must not fetch code: what core DuckDB lacks is an error, not a download.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass(frozen=True)
class Check:
    """
    A query that must find no rows.

    Attributes
    ----------
    name
        Short name, as the message gives it.
    rule
        What must hold, in one sentence.
    query
        The SQL; its first column says which row breaks the rule.
    """

    name: str
    rule: str
    query: str


def load_checks() -> list[Check]:
    """
    Read the checks of ``data/checks``, by name.

    Returns
    -------
    checks
        One per file, its first line being the rule.

    Examples
    --------
    >>> load_checks()[0].name
    'aborted_expects_nothing'
    """
    checks = []
    for file in sorted((files("data") / "checks").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            first, _, query = file.read_text(encoding="utf-8").partition("\n")
            checks.append(
                Check(file.name.removesuffix(".sql"), first.removeprefix("-- "), query)
            )
    return checks


@contextmanager
def connect(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """
    Open a database and close it again.

    Parameters
    ----------
    path
        The file; made where there is none, unless ``read_only``.
    read_only
        Whether to leave it as it is, so that others may read at the same time.

    Yields
    ------
    connection
        A connection that never installs or loads an extension by itself.
    """
    import duckdb

    connection = duckdb.connect(str(path), read_only=read_only, config=_CONFIG)
    try:
        yield connection
    finally:
        connection.close()


def write_database(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """
    Write tables into a new database, whole or not at all.

    Parameters
    ----------
    path
        The file. One already there is replaced in a single step, and only when every check
        has passed; until then it stays as it is.
    tables
        Frames by table name, each with exactly the columns its schema states, in any order.
        Those of a spatial table may have a ``geometry`` in EPSG:4326, which is stored as
        longitude and latitude.

    Raises
    ------
    SchemaError
        If a table is unknown, a column is missing, unknown or of another type, a key is
        doubled, a value lies out of bounds, or a check of ``data/checks`` finds rows. The
        message names the check and up to three rows.

    Notes
    -----
    A check that reads a table not given is not run. The same tables give the same rows;
    DuckDB files are not the same byte for byte.
    """
    unknown = sorted(set(tables) - {table.name for table in TABLES})
    if unknown:
        msg = (
            f"There is no schema for {unknown}; data/schemas.py has {[t.name for t in TABLES]}."
        )
        raise SchemaError(msg)
    partial = path.with_name(path.name + ".partial")
    _remove(partial)
    try:
        with connect(partial) as connection:
            connection.begin()
            for table in TABLES:
                if table.name in tables:
                    _fill(connection, table, tables[table.name])
            _run_checks(connection, set(tables))
            connection.commit()
        path.with_name(path.name + ".wal").unlink(missing_ok=True)
        partial.replace(path)
    finally:
        _remove(partial)


def read_table(path: Path, name: str) -> pd.DataFrame:
    """
    Read a table, in the order it was written.

    Parameters
    ----------
    path
        A database from `write_database`.
    name
        Name of the table.

    Returns
    -------
    frame
        The columns of its schema, without geometry: text as ``str``, counts as ``Int64``.

    Raises
    ------
    SchemaError
        If there is no such file, or no such table in it.
    """
    from data.arrow import to_pandas

    known = {table.name: table for table in TABLES}
    if name not in known or not path.is_file():
        msg = f"There is no table {name!r} to read in {path.name}."
        raise SchemaError(msg)
    columns = ", ".join(map(quoted, known[name].names))
    with connect(path, read_only=True) as connection:
        present = connection.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [name]
        ).fetchone()
        if present == (0,):
            msg = f"{path.name} holds no table {name!r}. It was written without it."
            raise SchemaError(msg)
        query = f"SELECT {columns} FROM {quoted(name)} ORDER BY rowid"  # noqa: S608 - our names
        return to_pandas(connection.execute(query).to_arrow_table(), known[name])


def _remove(partial: Path) -> None:
    """Take away a database that is not finished, with its log."""
    for name in (partial.name, partial.name + ".wal"):
        partial.with_name(name).unlink(missing_ok=True)


def _fill(connection: duckdb.DuckDBPyConnection, table: Table, frame: pd.DataFrame) -> None:
    connection.execute(ddl(table))
    connection.register("incoming", to_arrow(frame, table))
    columns = ", ".join(map(quoted, table.names))
    spot = ", ST_GeomFromWKB(geometry)" if table.spatial else ""
    connection.execute(f"INSERT INTO {table.name} SELECT {columns}{spot} FROM incoming")  # noqa: S608 - our names
    connection.unregister("incoming")


def _run_checks(connection: duckdb.DuckDBPyConnection, given: set[str]) -> None:
    """Refuse tables of which a bound or a check finds a broken row."""
    names = {table.name for table in TABLES}
    bounds = [
        Check(label, "every value lies within the bounds that data/schemas.py states", query)
        for table in TABLES
        if table.name in given
        for label, query in bound_checks(table)
    ]
    for check in [*bounds, *load_checks()]:
        if {name for name in names if name in check.query} <= given:
            found = connection.execute(check.query).fetchall()
            if found:
                raise SchemaError(_broken(check, found))


def _broken(check: Check, found: list[tuple[object, ...]]) -> str:
    shown = ", ".join(str(row[0]) for row in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    rule = check.rule[:1].lower() + check.rule[1:].rstrip(".")
    return (
        f"Check {check.name!r} found {len(found)} rows that break it: {shown}{more}. "
        f"It holds that {rule}. Nothing was written; mend the rows or their source."
    )
