"""Tell a slip of the pen from another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable

LIKENESS_MIN = 80.0
"""Per cent of two whole names in common below which no further look is taken."""

SHORTEST_TYPO = 5
"""Characters; shorter names have too many neighbours to forgive a slip."""

LONG_WORD = 8
"""Characters from which a word is forgiven a second slip."""


def is_slip(written: str, meant: str) -> bool:
    """
    Tell whether one key is another with the slips that fingers make.

    One letter too many, too few, wrong or swapped per word (two in long words), or a
    space gone or come. The first letter must be right: people get it right, and most
    pairs of real names differ in it.

    Examples
    --------
    >>> is_slip("shepherds buh", "shepherds bush"), is_slip("northend", "north end")
    (True, True)
    >>> is_slip("high street hornsey", "high street hounslow"), is_slip("watford", "catford")
    (False, False)
    """
    if written.replace(" ", "") == meant.replace(" ", ""):
        return True
    ours, theirs = written.split(), meant.split()
    if len(ours) != len(theirs):
        return OSA.distance(written.replace(" ", ""), meant.replace(" ", "")) <= 1 and (
            written[0] == meant[0]
        )
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    return all(
        a[0] == b[0] and OSA.distance(a, b) <= (2 if len(b) >= LONG_WORD else 1)
        for a, b in pairs
    )


def is_one_slip(written: str, meant: str) -> bool:
    """
    Tell whether one key is another with one slip in all of it.

    Among all the streets of a city two slips are as often another street.

    Examples
    --------
    >>> is_one_slip("surery street", "surrey street"), is_one_slip("stafford", "stratford")
    (True, False)
    """
    return OSA.distance(written, meant) <= 1


def alike(key: str, keys: Iterable[str]) -> list[tuple[str, float]]:
    """
    Return the keys that a misspelt one is most like, with their likeness, 0 to 1.

    Examples
    --------
    >>> [name for name, _ in alike("walthamstwo", ["walthamstow", "waltham forest"])]
    ['walthamstow']
    """
    if len(key) < SHORTEST_TYPO:
        return []
    near = process.extract(
        key, list(keys), scorer=fuzz.ratio, score_cutoff=LIKENESS_MIN, limit=12
    )
    slips = [(name, score / 100) for name, score, _ in near if is_slip(key, name)]
    return [(name, score) for name, score in slips if score >= slips[0][1] - 0.001]
