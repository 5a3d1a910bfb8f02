"""Find the names that a misspelt one is most like, among many, fast."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from geo.place import name_key
from geo.words import ABBREVIATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import scipy.sparse
    from numpy.typing import NDArray

    _Floats = NDArray[np.float32]
    _Places = NDArray[np.intp]

GRAM = 3
"""Letters of a run. A slip spoils at most as many, and the rest still find the name."""

CHUNK = 512
"""Texts looked up together: what they share with 50,000 names fits in 50 MB."""

LETTERS_WEIGHT = 0.7
"""Share of the letters in a score; the rest is the runs shared, by how rare they are, so that
"Church Road, Hael" is less like "Church Road, Hall" than its letters alone would say."""

ALIKE = 1e-5
"""Scores closer than this are equal."""


class Near(NamedTuple):
    """A name, and how like it a text is: 1 is the same words, 0 nothing in common."""

    name: str
    score: float


@dataclass(frozen=True)
class Effort:
    """
    How hard to look.

    Attributes
    ----------
    common_share
        Runs that more of the names hold than this ("roa") are left out: they tell few
        names apart and take most of the time.
    common_least
        But never those that at most so many names hold.
    pool
        How many names, those that share most, are compared letter by letter.
    near_share
        Names that share less than this of what the best one shares are not compared.
    enough
        Score from which the answer stands; below it the next effort is made.
    """

    common_share: float
    common_least: int
    pool: int
    near_share: float
    enough: float


EFFORTS = (Effort(0.02, 200, 12, 0.6, 0.88), Effort(0.1, 2000, 32, 0.5, 0.0))
"""Tuned on 50,000 names, half of them "street, town, authority"."""

_SHORT = {short: name_key(full) for short, full in ABBREVIATIONS.items()} | {
    "street": "st", "str": "st",
}  # fmt: skip


def spelling(text: str) -> str:
    """
    Return a name's key with its shorthand written out, so that spellings can be compared.

    "Street" and "Saint" both become "st": which of them "St" means does not matter here.

    Examples
    --------
    >>> spelling("St. James's Gdns") == spelling("Saint James's Gardens")
    True
    >>> spelling("High Street, Ilford") == spelling("HIGH ST ILFORD")
    True
    """
    return " ".join(_SHORT.get(word, word) for word in name_key(text).split())


@dataclass(frozen=True)
class NameIndex:
    """
    Names to be found by misspelt ones.

    Shorthand, slips of the pen, dropped commas and another order of the parts are seen
    through. What is found is the most alike, not the meant: nothing says it is the same.

    Attributes
    ----------
    names
        Names, their parts separated by commas; order and repetition change no answer.

    Examples
    --------
    >>> index = NameIndex(("High Street, Deal", "High Street, Dean", "Deal Castle"))
    >>> [near.name for near in index.nearest(["Deel, High St"])[0]]
    ['High Street, Deal']
    >>> index.nearest(["deal high street"])
    [[Near(name='High Street, Deal', score=1.0)]]
    """

    names: tuple[str, ...]

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        """Names by their spelling, both in order of the alphabet."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in sorted(set(self.names)):
            found[spelling(name)].append(name)
        found.pop("", None)
        return dict(sorted(found.items()))

    @cached_property
    def _forms(self) -> tuple[NDArray[np.object_], ...]:
        """Spellings, those with the parts the other way round, and those in alphabet order."""
        turned = [
            spelling(" ".join(reversed(names[0].split(",")))) for names in self._named.values()
        ]
        in_order = [_sorted(key) for key in self._named]
        return tuple(
            np.array([*form, None], dtype=object)[:-1]
            for form in (list(self._named), turned, in_order)
        )

    @cached_property
    def _by_order(self) -> dict[str, list[int]]:
        """Positions of the spellings that hold the same words."""
        found: dict[str, list[int]] = defaultdict(list)
        for position, key in enumerate(self._forms[2]):
            found[key].append(position)
        return dict(found)

    @cached_property
    def _levels(self) -> tuple[_Level, ...]:
        grams = [sorted(set(_grams(key))) for key in self._named]
        return tuple(_Level.of(grams, effort) for effort in EFFORTS)

    def nearest(self, texts: Sequence[str], *, within: float = 0.0) -> list[list[Near]]:
        """
        Return the names most like each text.

        Parameters
        ----------
        texts
            Names as somebody wrote them.
        within
            How far below the best score a name may still be returned, 0 to 1.

        Returns
        -------
        nearest
            For each text the best names, best first and then by the alphabet: all that
            are equally good, and none where nothing is shared. Of a name that is spelt
            exactly so only its equals, with score 1.
        """
        keys = list(map(spelling, texts))
        wanted = list(dict.fromkeys(key for key in keys if key))
        found = {key: self._same(key) for key in wanted}
        left = [key for key in wanted if not found[key]]
        for level in self._levels if self._named else ():
            for chunk in _chunks(left):
                found.update(self._look(level, chunk, within=within))
            left = [key for key in left if not _stands(found[key], level.effort)]
        return [list(found.get(key, ())) for key in keys]

    def _same(self, key: str) -> list[Near]:
        """Return the names of just this spelling, or else of the same words."""
        if key in self._named:
            return [Near(name, 1.0) for name in self._named[key]]
        places = self._by_order.get(_sorted(key), [])
        names = [name for place in places for name in self._named[self._forms[0][place]]]
        return [Near(name, 1.0) for name in sorted(names)]

    def _look(
        self, level: _Level, keys: Sequence[str], *, within: float
    ) -> dict[str, list[Near]]:
        """Compare each key with the names that share most with it."""
        which, place, shared = level.shared(keys)
        letters = self._letters(keys, which, place)
        scores = (LETTERS_WEIGHT * letters + (1 - LETTERS_WEIGHT) * shared).round(6)
        best = np.zeros(len(keys), dtype=np.float32)
        np.maximum.at(best, which, scores)
        good = np.flatnonzero(scores >= best[which] - max(within, ALIKE))
        found: dict[str, list[Near]] = {key: [] for key in keys}
        spellings = self._forms[0]
        columns = (which[good].tolist(), place[good].tolist(), scores[good].tolist())
        for key, at, score in zip(*columns, strict=True):
            kept = round(min(score, 1.0), 6)
            found[keys[key]] += [Near(name, kept) for name in self._named[spellings[at]]]
        return {
            key: sorted(near, key=lambda n: (-n.score, n.name)) for key, near in found.items()
        }

    def _letters(self, keys: Sequence[str], which: _Places, place: _Places) -> _Floats:
        """Return the share of letters in common, in whichever order of words it is greatest."""
        written = np.array([*keys, None], dtype=object)[:-1][which].tolist()
        ordered = np.array([*map(_sorted, keys), None], dtype=object)[:-1][which].tolist()
        spelt, turned, in_order = (form[place].tolist() for form in self._forms)
        pairs = ((written, spelt), (written, turned), (ordered, in_order))
        shares = [
            process.cpdist(ours, theirs, scorer=fuzz.ratio, dtype=np.float32)
            for ours, theirs in pairs
        ]
        greatest: _Floats = np.max(shares, axis=0) / np.float32(100)
        return greatest


@dataclass(frozen=True)
class _Level:
    """Names by the runs of letters they hold; see `Effort` for those left out."""

    effort: Effort
    columns: dict[str, int]
    weights: _Floats
    postings: scipy.sparse.csr_array
    rarest: float

    @classmethod
    def of(cls, grams: Sequence[Sequence[str]], effort: Effort) -> _Level:
        """Weigh runs by how few names hold them, and list the names that do."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, rarely needed

        held = Counter(gram for runs in grams for gram in runs)
        limit = max(effort.common_share * len(grams), effort.common_least)
        columns = {gram: -1 if held[gram] > limit else 0 for gram in sorted(held)}
        kept = [gram for gram, column in columns.items() if column == 0]
        columns |= {gram: column for column, gram in enumerate(kept)}
        weights = np.array(
            [math.log1p(len(grams) / held[gram]) for gram in kept], dtype=np.float32
        )
        found = [[columns[gram] for gram in runs if columns[gram] >= 0] for runs in grams]
        table = csr_array(_rows(found, weights), shape=(len(grams), len(kept)))
        lengths = np.sqrt(table.power(2).sum(axis=1))
        table.data /= np.repeat(lengths, np.diff(table.indptr))
        rarest = math.log1p(len(grams))
        return cls(effort, columns, weights, table.T.tocsr(), rarest)

    def shared(self, keys: Sequence[str]) -> tuple[_Places, _Places, _Floats]:
        """
        Return the pairs of key and name that share most, and how much, 0 to 1.

        Returns
        -------
        which, place, shared
            Positions of keys, in order; positions of names; and the cosine of their
            weighted runs.
        """
        written, lengths = self._written(keys)
        product = written @ self.postings
        held = np.diff(product.indptr)
        best = np.zeros(len(keys), dtype=np.float32)
        if product.nnz:
            best[held > 0] = np.maximum.reduceat(product.data, product.indptr[:-1][held > 0])
        least = np.repeat(best * np.float32(self.effort.near_share), held)
        near = np.flatnonzero(product.data >= least)
        which = np.searchsorted(product.indptr, near, side="right") - 1
        place, shared = product.indices[near], product.data[near]
        order = np.lexsort((place, -shared, which))
        which, place, shared = which[order], place[order], shared[order]
        pool = np.arange(len(which)) - np.searchsorted(which, which) < self.effort.pool
        which, place, shared = which[pool], place[pool], shared[pool]
        return which, place, shared / lengths[which]

    def _written(self, keys: Sequence[str]) -> tuple[scipy.sparse.csr_array, _Floats]:
        """Return the weighted runs of keys, and their lengths, runs of no name included."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import, rarely needed

        known: list[list[int]] = []
        strange = np.zeros(len(keys), dtype=np.float32)
        for position, key in enumerate(keys):
            columns = [self.columns.get(gram) for gram in set(_grams(key))]
            known.append(sorted(c for c in columns if c is not None and c >= 0))
            strange[position] = columns.count(None)
        table = csr_array(_rows(known, self.weights), shape=(len(keys), len(self.weights)))
        lengths = np.sqrt(table.power(2).sum(axis=1) + strange * self.rarest**2)
        return table, lengths.astype(np.float32)


def _rows(found: Sequence[Sequence[int]], weights: _Floats) -> tuple[_Floats, _Places, _Places]:
    """Return the weight, column and row ends of a sparse table."""
    ends = np.cumsum([0, *map(len, found)])
    columns = np.fromiter((c for row in found for c in row), dtype=np.intp, count=ends[-1])
    return weights[columns], columns, ends


def _grams(key: str) -> Iterator[str]:
    """Return the runs of letters of each word, its ends included."""
    padded = f" {key} "
    return (padded[i : i + GRAM] for i in range(len(padded) - GRAM + 1) if padded[i + 1] != " ")


def _sorted(key: str) -> str:
    return " ".join(sorted(key.split()))


def _stands(near: Sequence[Near], effort: Effort) -> bool:
    return bool(near) and near[0].score >= effort.enough


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
