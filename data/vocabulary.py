"""
The words of published headers, from ``data/vocabulary.toml``, and what each means by itself.

Words are compared as sets, so that neither their order nor the column's position matters.
Likeness only ever suggests; a slip of one letter in a long word is the sole exception.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from data.cell import clean_cell
from data.errors import HeaderError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from data.times import Unit

_ALIASES = {"place_published": "place"}
_LONG_WORD = 6  # a slip of one letter in a shorter word may make another word of it

_DATE_FORM = re.compile(
    r"\b(?:d{1,2}|m{1,3}|y{2,4})(?:\s*[/.\-]\s*(?:d{1,2}|m{1,3}|y{2,4}))+\b"
)
_CLOCK_FORM = re.compile(r"\bh{1,2}\s*[:.]\s*m{1,2}(?:\s*[:.]\s*s{1,2})?\b")
_DAY_CLOCK = re.compile(r"\b24\s*-?\s*h(?:ou)?rs?(?:\s+clock)?\b")
_UNITS: dict[str, Unit] = {
    "hours": "hours", "minutes": "minutes", "decimal": "decimal", "clock": "clock"
}  # fmt: skip
_HINTS = frozenset({"", *_UNITS, "percent", "month-first"})
_UNIT_WORDS = frozenset(
    {"hour", "h", "minute", "minimum", "m", "percent", "estimate", "person", "decimal"}
)


@dataclass(frozen=True)
class Vocabulary:
    """
    The words of ``data/vocabulary.toml``, ready to look up.

    Attributes
    ----------
    noise
        Words that say nothing about which column it is.
    groups
        Upper levels of nested headers that may be left out.
    words, pairs
        One word for another; two words for others.
    exact, sets, weak
        Column by phrase: in order; as a set without noise; and the yielding ones.
    otherwise
        What a yielding phrase of a column means when another header has that column.
    columns
        Known columns.
    spelling
        Every word that occurs.
    """

    noise: frozenset[str]
    groups: frozenset[frozenset[str]]
    words: Mapping[str, str]
    pairs: Mapping[str, str]
    exact: Mapping[tuple[str, ...], str]
    sets: Mapping[frozenset[str], str]
    weak: Mapping[tuple[str, ...], str]
    otherwise: Mapping[str, str]
    columns: tuple[str, ...]
    spelling: frozenset[str]


@dataclass(frozen=True)
class Hints:
    """
    What a header, or ``--map "Header=column:hint"``, says about how its cells are written.

    Attributes
    ----------
    unit
        Unit of durations that state none.
    percent
        Whether figures are percentages without saying so.
    month_first
        Whether dates have the month first.
    """

    unit: Unit | None = None
    percent: bool = False
    month_first: bool = False


@cache
def load_vocabulary() -> Vocabulary:
    """
    Return the vocabulary of headers.

    Examples
    --------
    >>> load_vocabulary().columns[0]
    'place'
    """
    text = Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    words, pairs, noise = table["words"], table["pairs"], frozenset(table["noise"])
    exact: dict[tuple[str, ...], str] = {}
    sets: dict[frozenset[str], str] = {}
    weak: dict[tuple[str, ...], str] = {}
    for column, entry in table["columns"].items():
        cut = {
            kind: [tuple(_cut(phrase, words, pairs)) for phrase in entry.get(kind, ())]
            for kind in ("phrases", "exact", "weak")
        }
        exact |= dict.fromkeys(cut["exact"], column)
        weak |= dict.fromkeys(cut["weak"], column)
        for phrase in cut["phrases"]:
            if (
                sets.setdefault(frozenset(phrase) - noise or frozenset(phrase), column)
                != column
            ):
                msg = f"vocabulary.toml: {' '.join(phrase)!r} stands under two columns."
                raise HeaderError(msg)
    groups = frozenset(frozenset(_cut(group, words, pairs)) for group in table["groups"])
    return Vocabulary(
        noise=noise,
        groups=groups,
        words=words,
        pairs=pairs,
        exact=exact,
        sets=sets,
        weak=weak,
        otherwise={
            column: entry["otherwise"]
            for column, entry in table["columns"].items()
            if "otherwise" in entry
        },
        columns=tuple(table["columns"]),
        spelling=noise.union(chain(*exact, *weak), *sets, *groups),
    )


def _singular(word: str) -> str:
    if re.search(r"(?:ch|sh|x|ss)es$", word):
        return word[:-2]
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004 - "entries", never "ties"
        return word[:-3] + "y"
    plural = len(word) > 2 and word.endswith("s")  # noqa: PLR2004 - "hrs", never "is"
    return word[:-1] if plural and not word.endswith(("ss", "us", "is")) else word


def _plain(header: str) -> str:
    text = re.sub(r"[¹²³⁰-⁹*†‡]", " ", clean_cell(header).casefold())
    text = _CLOCK_FORM.sub(" ", _DATE_FORM.sub(" ", text))
    text = re.sub(r"(?<=\w)\(e?s\)", "", _DAY_CLOCK.sub(" ", text))  # "Date(s)"
    text = re.sub(r"[(\[][0-9\s.,\-]*[)\]]", " ", text)  # a footnote's mark, a range
    text = re.sub(r"([a-z]{3,})[0-9]{1,2}\b", r"\1", text)  # and one without brackets
    text = re.sub(r"\bno\.|\bno(?=\s+(?:of|on|in)\b)|#|№|\bn[o°]\b(?=\s*$)", " number ", text)
    return text.replace("&", " and ").replace("%", " percent ").replace("'", "")


def _cut(text: str, words: Mapping[str, str], pairs: Mapping[str, str]) -> list[str]:
    cut = []
    for word in re.findall(r"[^\W_]+", _plain(text)):
        singular = _singular(word)
        cut.append(words.get(word) or words.get(singular) or singular)
    joined = " ".join(cut)
    for pair, instead in pairs.items():
        joined = re.sub(rf"\b{pair}\b", instead, joined)
    return joined.split()


def read_words(header: str) -> tuple[str, ...]:
    """
    Return the words of a header that may say what it means.

    Examples
    --------
    >>> read_words("Faces seen (Estimate)1"), read_words("No. of Arrests")
    (('face', 'seen'), ('number', 'of', 'arrest'))
    """
    vocabulary = load_vocabulary()

    def drop_units(match: re.Match[str]) -> str:
        inside = _cut(match[1], vocabulary.words, vocabulary.pairs)
        return " " if _UNIT_WORDS.union(vocabulary.noise).issuperset(inside) else match[0]

    text = re.sub(r"[(\[]([^()\[\]]*)[)\]]", drop_units, _plain(header))
    cut = _cut(text, vocabulary.words, vocabulary.pairs)
    while len(cut) > 1 and re.fullmatch(r"[0-9]", cut[-1]):  # a footnote's mark, standing apart
        cut.pop()
    return tuple(cut)


def read_hints(header: str, target: str = "") -> Hints:
    """
    Return what a header says about how its cells are written.

    Parameters
    ----------
    header
        Header as published.
    target
        Target of a ``--map`` option; ``:hours``, ``:decimal``, ``:clock``, ``:minutes``,
        ``:percent`` or ``:month-first`` after the column overrules the header.

    Returns
    -------
    hints
        All unset where nothing is said.

    Examples
    --------
    >>> read_hints("Duration (mins)").unit, read_hints("Date (MM/DD/YY)").month_first
    ('minutes', True)
    """
    said = target.partition(":")[2].strip()
    words = set(_cut(header, load_vocabulary().words, {}))
    form = _DATE_FORM.search(clean_cell(header).casefold())
    unit: Unit | None = "hours" if words & {"hour", "h"} else None
    if words & {"minute", "minimum"} and unit is None:
        unit = "minutes"
    if _CLOCK_FORM.search(clean_cell(header).casefold()):
        unit = "clock"
    return Hints(
        unit=_UNITS.get(said, unit),
        percent=said == "percent" or "percent" in words,
        month_first=said == "month-first" or bool(form and re.match(r"m+\W+d", form[0])),
    )


def meaning_of(header: str) -> str | None:
    """
    Return the known column that one header means by itself.

    Parameters
    ----------
    header
        Header as published; nested levels joined by ``" / "``.

    Returns
    -------
    column
        None where the words mean no column, or might mean several.

    Examples
    --------
    >>> meaning_of("True Alerts / Confirmed"), meaning_of("Engagement Outcomes / Arrest")
    ('true_alerts_confirmed', 'arrests')
    >>> meaning_of("Confirmed") is None
    True
    """
    levels = [level for level in header.split(" / ") if level.strip()]
    vocabulary = load_vocabulary()
    for first in range(len(levels)):
        if any(
            frozenset(read_words(level)) not in vocabulary.groups for level in levels[:first]
        ):
            break
        if column := _look_up(read_words(" / ".join(levels[first:]))):
            return column
    alternatives = re.split(r"\s*/\s*|\s+or\s+", header)
    meant = {_look_up(read_words(part)) for part in alternatives}
    if meant == {"place", "area_published"}:
        return "place"
    return meant.pop() if len(meant) == 1 else None


def _look_up(words: tuple[str, ...]) -> str | None:
    vocabulary = load_vocabulary()
    for cut in (words, tuple(map(_respell, words))):
        meant = vocabulary.exact.get(cut) or vocabulary.weak.get(cut)
        meant = meant or vocabulary.sets.get(frozenset(cut) - vocabulary.noise)
        if meant:
            return meant
    return None


@cache
def _respell(word: str) -> str:
    from rapidfuzz.distance import OSA

    spelling = load_vocabulary().spelling
    if len(word) < _LONG_WORD or word in spelling:
        return word
    near = [
        known for known in sorted(spelling) if OSA.distance(word, known, score_cutoff=1) <= 1
    ]
    return near[0] if len(near) == 1 else word


def known_column(target: str) -> str | None:
    """
    Return the known column a ``--map`` target names, or None; also for a hint not known.

    Examples
    --------
    >>> known_column("faces_seen"), known_column("date:month-first"), known_column("weather")
    ('faces_seen', 'date', None)
    """
    name, _, hint = (part.strip() for part in target.partition(":"))
    name = _ALIASES.get(name, name)
    return name if name in load_vocabulary().columns and hint in _HINTS else None


def nearest_columns(
    header: str, *, limit: int = 3, taken: Collection[str] = ()
) -> list[tuple[str, float]]:
    """
    Return the known columns whose phrases look most like a header: suggestions only.

    Parameters
    ----------
    header
        Header as published.
    limit
        How many to return.
    taken
        Columns that other headers have.

    Returns
    -------
    nearest
        Column and likeness from 0 to 100, best first.

    Examples
    --------
    >>> nearest_columns("Faces logged")[0][0]
    'faces_seen'
    """
    from rapidfuzz import fuzz, process

    vocabulary = load_vocabulary()
    phrases = {" ".join(phrase): column for phrase, column in vocabulary.exact.items()}
    phrases |= {" ".join(sorted(words)): column for words, column in vocabulary.sets.items()}
    free = sorted(phrase for phrase, column in phrases.items() if column not in taken)
    asked = " ".join(sorted(set(read_words(header)) - vocabulary.noise)) or header.casefold()
    likeness: dict[str, float] = {}
    for phrase, score, _ in process.extract(
        asked, free, scorer=fuzz.token_sort_ratio, limit=20
    ):
        likeness.setdefault(phrases[phrase], score)
    return list(likeness.items())[:limit]
