"""What a table and a column are, and short ways to state them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

DuckType = Literal["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"]


@dataclass(frozen=True)
class Column:
    """
    One column: its type, its unit, what it means, and what values it may hold.

    Attributes
    ----------
    name
        Column name; a unit ends it where the quantity has one.
    dtype
        DuckDB type.
    meaning
        One sentence for the reference documentation.
    unit
        Unit of the quantity, empty where there is none.
    nullable
        Whether null (unknown) is allowed.
    low, high
        Inclusive bounds of a number, or None.
    values
        The only values a text may take, or empty for any.
    """

    name: str
    dtype: DuckType
    meaning: str
    unit: str = ""
    nullable: bool = True
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """
    One table: its columns in order, and the columns that identify a row.

    Attributes
    ----------
    name
        Table name with its layer: ``raw_``, ``core_``, ``rejected_`` or ``out_``.
    meaning
        One sentence for the reference documentation.
    columns
        Columns in the order they are stored and exported.
    key
        Names of the columns that together identify a row.
    spatial
        Whether a column ``geometry`` in longitude and latitude follows the others.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(default=())
    spatial: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


def text(name: str, meaning: str, *values: str, null: bool = True) -> Column:
    """Return a column of text, with the only values it may take if any are given."""
    return Column(name, "VARCHAR", meaning, nullable=null, values=values)


def count(name: str, meaning: str, unit: str = "", *, null: bool = True) -> Column:
    """Return a column of whole numbers from 0."""
    return Column(name, "BIGINT", meaning, unit=unit, nullable=null, low=0)


def number(  # noqa: PLR0913 - the fields of a column, by name
    name: str,
    meaning: str,
    unit: str = "",
    *,
    low: float | None = 0,
    high: float | None = None,
    null: bool = True,
) -> Column:
    """Return a column of numbers within bounds."""
    return Column(name, "DOUBLE", meaning, unit=unit, nullable=null, low=low, high=high)


def ordinal(name: str, meaning: str) -> Column:
    """Return a column of whole numbers from 1, never null."""
    return Column(name, "BIGINT", meaning, nullable=False, low=1)


def degrees(name: str, meaning: str, most: float) -> Column:
    """Return a column of degrees up to ``most`` either way."""
    return number(name, meaning, "degree", low=-most, high=most)
