"""Where every embedded file comes from, and whom to credit."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).resolve().parent
CATALOG = HERE / "catalog.toml"

ALWAYS = "always"
"""Credit that every site owes, whatever its places rest on."""


@dataclass(frozen=True)
class CatalogEntry:
    """
    One embedded file.

    Attributes
    ----------
    id
        Short name.
    file
        Path below the package ``data``.
    title
        What it holds.
    origin
        Where it was taken from.
    licence, credit
        What it may be used for, and the words that are owed.
    vintage
        Date the data describe, not the date they were fetched.
    crs
        Reference system of its coordinates, or none.
    unit
        What one row or cell stands for.
    sha256
        Hash of its bytes, so that a changed file is noticed.
    credited
        When the credit is owed: "always", or the name that ``located_by`` gives the table
        when a place rests on it.
    """

    id: str
    file: str
    title: str
    origin: str
    licence: str
    credit: str
    vintage: str
    crs: str
    unit: str
    sha256: str
    credited: str = ALWAYS


def load_catalog(path: Path = CATALOG) -> list[CatalogEntry]:
    """
    Return the entries of the catalog, in order.

    Raises
    ------
    SourceError
        If an entry lacks a field, has one too many, or repeats an id.

    Examples
    --------
    >>> load_catalog()[0].id
    'london-boroughs'
    """
    known = {field.name for field in fields(CatalogEntry)}
    with path.open("rb") as file:
        rows = tomllib.load(file)["entry"]
    for position, row in enumerate(rows, start=1):
        wrong = sorted((set(row) | {"credited"}) ^ known)
        if wrong:
            msg = f"{path.name}, entry {position} ({row.get('id', 'no id')}): check {wrong}."
            raise SourceError(msg)
    entries = [CatalogEntry(**row) for row in rows]
    ids = [entry.id for entry in entries]
    if len(set(ids)) < len(ids):
        msg = f"{path.name} repeats {sorted({i for i in ids if ids.count(i) > 1})}."
        raise SourceError(msg)
    return entries


def entries_owed(
    entries: Iterable[CatalogEntry], *, located_by: Iterable[str]
) -> list[CatalogEntry]:
    """
    Return the entries that a site owes credit.

    Parameters
    ----------
    entries
        The catalog.
    located_by
        What placed each of the site's places, as ``places.csv`` gives it: tables parted by
        commas, after "told elsewhere:" or "correction:".

    Returns
    -------
    owed
        Entries credited always, and those whose table placed something, in order.

    Examples
    --------
    >>> [entry.id for entry in entries_owed(load_catalog(), located_by=["railway stations"])][9]
    'rail-stations'
    """
    used = {part for text in located_by for part in re.split(r"[,;:]\s*", text)}
    return [entry for entry in entries if entry.credited in {ALWAYS, *used}]


def check_entry(entry: CatalogEntry, *, root: Path = HERE) -> None:
    """
    Raise unless a file is the one that was reviewed.

    Parameters
    ----------
    entry
        The file's entry.
    root
        Folder that the entry's path starts from.

    Raises
    ------
    SourceError
        If the file is missing or its hash differs.
    """
    path = root / entry.file
    if not path.is_file():
        msg = f"{entry.id}: {entry.file} is missing. Reinstall the package."
        raise SourceError(msg)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != entry.sha256:
        msg = (
            f"{entry.id}: expected sha256 {entry.sha256[:8]}..., got {found} for {entry.file}. "
            "Review the new file, then update data/catalog.toml."
        )
        raise SourceError(msg)
