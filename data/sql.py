"""The SQL that follows from the schemas: how tables are made, and what must find no rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.schema import Table


def quoted(name: str) -> str:
    """
    Return an SQL identifier, quoted.

    Examples
    --------
    >>> quoted("column")
    '"column"'
    """
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def ddl(table: Table) -> str:
    """
    Return the ``CREATE TABLE`` statement of a table.

    Examples
    --------
    >>> from data.schemas import CORE_FLAGS
    >>> print(ddl(CORE_FLAGS))
    CREATE TABLE core_flags (
        "deployment_id" VARCHAR NOT NULL,
        "flag" VARCHAR NOT NULL,
        "detail" VARCHAR NOT NULL,
        PRIMARY KEY ("deployment_id", "flag")
    )
    """
    lines = [
        f"{quoted(column.name)} {column.dtype}{'' if column.nullable else ' NOT NULL'}"
        for column in table.columns
    ]
    if table.spatial:
        # Without its reference system: DuckDB 1.5 keeps that only in files 1.4 cannot open.
        lines.append("geometry GEOMETRY")
    if table.key:
        lines.append(f"PRIMARY KEY ({', '.join(map(quoted, table.key))})")
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {table.name} (\n    {body}\n)"


def bound_checks(table: Table) -> list[tuple[str, str]]:
    """
    Return SQL queries that must find no rows, one per bounded column.

    Returns
    -------
    checks
        Pairs of a check's name and its query.

    Examples
    --------
    >>> from data.schemas import CORE_DEPLOYMENTS
    >>> dict(bound_checks(CORE_DEPLOYMENTS))["core_deployments.threshold in bounds"]
    'SELECT * FROM core_deployments WHERE "threshold" < 0 OR "threshold" > 1'
    """
    checks = []
    for column in table.columns:
        name = quoted(column.name)
        broken = []
        if column.low is not None:
            broken.append(f"{name} < {column.low}")
        if column.high is not None:
            broken.append(f"{name} > {column.high}")
        if column.values:
            allowed = ", ".join(map(_literal, column.values))
            broken.append(f"{name} NOT IN ({allowed})")
        if broken:
            label = f"{table.name}.{column.name} in bounds"
            checks.append((label, f"SELECT * FROM {table.name} WHERE {' OR '.join(broken)}"))  # noqa: S608 - names are ours
    return checks
