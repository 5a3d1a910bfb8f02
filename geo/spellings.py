"""Keys of names, found as written or, failing that, by the slip that made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from rapidfuzz import fuzz

from geo.likeness import SHORTEST_TYPO, alike, is_slip
from geo.name_index import NameIndex

FEW = 2000
"""Keys up to which each is compared; beyond it an index of letters is made first."""

AS_LIKE = 0.03
"""The index ranks by letters in common: keys within this of the likest are looked at."""

Row = TypeVar("Row", int, str)
"""What a key leads to: a position in a table, or a code."""


class Spellings(Mapping[str, list[Row]]):
    """
    Rows by key.

    Parameters
    ----------
    rows
        Rows of a table that each key may mean.

    Examples
    --------
    >>> spellings = Spellings({"walthamstow": [4], "waltham forest": [7]})
    >>> spellings["walthamstow"], spellings.hits("walthamstwo", exact=False)
    ([4], [('walthamstow', 0.9090909090909091)])
    """

    def __init__(self, rows: Mapping[str, list[Row]]) -> None:
        self._rows: dict[str, list[Row]] = dict(rows)

    def __getitem__(self, key: str) -> list[Row]:
        return self._rows[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def hits(self, key: str, *, exact: bool) -> list[tuple[str, float]]:
        """
        Return the keys that a key is, or is a slip for.

        Parameters
        ----------
        key
            A name's key.
        exact
            Whether to look for the key itself or for what it may be a slip for.

        Returns
        -------
        hits
            Keys with their likeness, 0 to 1. Where the key likest by its letters is no
            slip, none is returned: "brikston hill" is nearer Brixton Hill, two slips away,
            than Brighton Hill, which by the rules is a slip away.
        """
        if exact:
            return [(key, 1.0)] if key in self._rows else []
        if len(key) < SHORTEST_TYPO:
            return []
        return self._slips(key) if len(self) > FEW else alike(key, self._rows)

    @cached_property
    def _index(self) -> NameIndex:
        return NameIndex(tuple(self._rows))

    def _slips(self, key: str) -> list[tuple[str, float]]:
        """Look a slip up in the index of letters."""
        near = self._index.nearest([key], within=AS_LIKE)[0]
        if not near or not is_slip(key, near[0].name):
            return []
        slips = [one.name for one in near if is_slip(key, one.name)]
        return [(name, fuzz.ratio(key, name) / 100) for name in slips]
