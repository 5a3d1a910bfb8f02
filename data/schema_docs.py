"""Write the reference page of tables and columns: `python -m data.schema_docs`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from data.schemas import TABLES

if TYPE_CHECKING:
    from data.schema import Column, Table

HEAD = """# Tables and columns

Made from `data/schemas.py` by `python -m data.schema_docs`; a test fails when the two differ.
Null means unknown; it is never written as 0. Layers: `raw_` as published, `core_` tidy and
keyed, `rejected_` with reasons, `out_` for readers.
"""


def _allowed(column: Column) -> str:
    if column.values:
        return ", ".join(f"`{value}`" for value in column.values)
    if column.low is not None and column.high is not None:
        return f"{column.low:g} to {column.high:g}"
    if column.low is not None:
        return f"at least {column.low:g}"
    return ""


def _row(column: Column) -> str:
    null = "yes" if column.nullable else "no"
    return (
        f"| `{column.name}` | {column.dtype} | {column.unit} | {_allowed(column)} | {null} "
        f"| {column.meaning} |"
    )


def _section(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    lines = [
        f"## `{table.name}`",
        "",
        table.meaning + (f" Key: {key}." if key else ""),
        "",
        "| column | type | unit | values | may be null | meaning |",
        "| --- | --- | --- | --- | --- | --- |",
        *map(_row, table.columns),
    ]
    return "\n".join(lines)


def describe_tables() -> str:
    """
    Return the reference page of all tables, in Markdown.

    Examples
    --------
    >>> print(describe_tables().splitlines()[0])
    # Tables and columns
    """
    return "\n\n".join([HEAD.strip(), *map(_section, TABLES)]) + "\n"


if __name__ == "__main__":
    page = Path(__file__).resolve().parent.parent / "docs" / "columns.md"
    page.write_text(describe_tables(), encoding="utf-8")
