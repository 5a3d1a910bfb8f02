"""What a feature is called, and its identifiers, as one cell of a table holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.place import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

REFS_SHOWN = 20
"""Identifiers that a cell lists; it counts the rest."""


def keys_of(names: pd.Series) -> pd.Series:
    """
    Return the key of each name, made once for each spelling.

    Examples
    --------
    >>> import pandas as pd
    >>> keys_of(pd.Series(["King's Road", "Kings Road"])).tolist()
    ['kings road', 'kings road']
    """
    return names.map({name: name_key(name) for name in names.unique()}).astype(str)


def distinct_names(names: Iterable[str], *, besides: str) -> list[str]:
    """
    Return names that differ from a name and from each other, sorted.

    Examples
    --------
    >>> distinct_names(["Kings Rd", "King's Road", "Heol y Brenin", ""], besides="Kings Road")
    ['Heol y Brenin', 'Kings Rd']
    """
    found = {"": "", name_key(besides): ""}
    for name in sorted(names):
        found.setdefault(name_key(name), name)
    return sorted(name for name in found.values() if name)


def joined_refs(texts: Iterable[str]) -> str:
    """
    Join identifiers, lowest first, up to `REFS_SHOWN` and a count.

    Examples
    --------
    >>> joined_refs(["way/21;way/3", "way/3", "way/100"])
    'way/3;way/21;way/100'
    >>> joined_refs([f"way/{n}" for n in range(30)])[-23:]
    'way/18;way/19;+ 10 more'
    """
    given = {ref for text in texts for ref in text.split(";") if ref}
    counts = [ref for ref in given if ref.startswith("+ ")]
    refs = sorted(given.difference(counts), key=_ref_order)
    more = len(refs[REFS_SHOWN:]) + sum(int(count.split()[1]) for count in counts)
    return ";".join(refs[:REFS_SHOWN] + ([f"+ {more} more"] if more else []))


def _ref_order(ref: str) -> tuple[str, int, str]:
    kind, _, number = ref.rpartition("/")
    return kind, int(number) if number.isdecimal() else -1, number
