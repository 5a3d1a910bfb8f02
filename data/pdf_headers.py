"""Read the words above a PDF table's columns, whatever rules are drawn around them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from data.grids import LEVELS
from data.pdf_grid import COVERED_SHARE, Box, Char, in_reading_order, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Span = tuple[int, int]
"""First and last column that something stands over."""

Rule = dict[str, Any]

_PHRASE_GAP = 0.8  # of the letter height: a space is a third, gaps between labels are more
_LEAF_SHARE = 0.6  # of columns that must have a header of their own
_SAME_LINE = 0.5  # of the letter height


@dataclass(frozen=True)
class Phrase:
    """Words that stand together on one line: their text, extent and letter height."""

    text: str
    x0: float
    x1: float
    top: float
    height: float


def read_header(
    chars: Sequence[Char],
    rules: Sequence[Rule],
    region: Box,
    edges: Sequence[float],
) -> tuple[str, ...]:
    """
    Return the header over each column of a table.

    Header cells are ruled carelessly: shading splits them, rules are missing, and they
    seldom meet the rules of the body below. So nothing here depends on closed cells. Each
    letter lies between two upright rules; those tell which columns it stands over. Words
    over one column are its own; words over several are a group label for all of them,
    unless they stand apart on their line, each within one column.

    Parameters
    ----------
    chars
        Letters as pdfplumber gives them.
    rules
        Upright edges drawn on the page.
    region
        Box that holds the header.
    edges
        Left edges of the body's columns and the right edge of the last.

    Returns
    -------
    headers
        One per column, empty where nothing stands over it; lines joined by a space,
        levels by ``" / "``.
    """
    left, top, right, bottom = region
    inside = [
        c
        for c in chars
        if left <= (c["x0"] + c["x1"]) / 2 <= right
        and top <= (c["top"] + c["bottom"]) / 2 <= bottom
    ]
    cells: dict[Span, list[Char]] = {}
    for char in inside:
        span = columns_under(_between_rules(char, rules, (left, right)), edges)
        cells.setdefault(span, []).append(char)
    labels = [label for span, held in cells.items() for label in _labels(held, span, edges)]
    columns = len(edges) - 1
    # Words over every column name the table, not a column.
    labels = [
        (span, phrase) for span, phrase in labels if span != (0, columns - 1) or columns == 1
    ]
    return tuple(_join(labels, column) for column in range(columns))


def is_header(headers: Sequence[str]) -> bool:
    """
    Tell whether headers name columns: most have one of their own.

    Parameters
    ----------
    headers
        One text per column, as `read_header` gives them.

    Returns
    -------
    named
        True when the distinct headers are at least 0.6 of the columns, and two or more.
    """
    distinct = {text for text in headers if text}
    return len(distinct) >= max(2, _LEAF_SHARE * len(headers))


def columns_under(extent: tuple[float, float], edges: Sequence[float]) -> Span:
    """
    Return the first and last column that an extent covers.

    Parameters
    ----------
    extent
        Left and right of a header cell or phrase.
    edges
        Left edges of the columns and the right edge of the last.

    Returns
    -------
    span
        Columns of which at least half is covered, or the one holding the extent's middle.

    Examples
    --------
    >>> columns_under((4, 69), [10, 61, 103]), columns_under((60, 104), [10, 61, 103, 120])
    ((0, 0), (1, 1))
    """
    left, right = extent
    covered = [
        i
        for i, (x0, x1) in enumerate(pairwise(edges))
        if min(right, x1) - max(left, x0) >= COVERED_SHARE * (x1 - x0)
    ]
    if covered:
        return covered[0], covered[-1]
    middle = (left + right) / 2
    held = sum(middle >= edge for edge in edges[1:-1])
    return held, held


def _between_rules(
    char: Char, rules: Sequence[Rule], limits: tuple[float, float]
) -> tuple[float, float]:
    x = (char["x0"] + char["x1"]) / 2
    y = (char["top"] + char["bottom"]) / 2
    beside = [rule["x0"] for rule in rules if rule["top"] <= y <= rule["bottom"]]
    left = max((r for r in beside if r <= x), default=limits[0])
    right = min((r for r in beside if r > x), default=limits[1])
    return max(left, limits[0]), min(right, limits[1])


def _labels(
    chars: Sequence[Char], span: Span, edges: Sequence[float]
) -> Iterator[tuple[Span, Phrase]]:
    upended = [c for c in chars if not c.get("upright", True)]
    if 2 * len(upended) > len(chars):
        yield span, _upended(upended)
        return
    apart = False  # once labels stand side by side, lone ones below are their next lines
    for line in lines_of(chars):
        apart = apart or len(line) > 1
        for phrase in line:
            own = columns_under((phrase.x0, phrase.x1), edges)
            within = edges[own[0]] <= phrase.x0 + phrase.height and (
                phrase.x1 - phrase.height <= edges[own[1] + 1]
            )
            single = apart and own[0] == own[1] and within
            lies_in_span = span[0] <= own[0] and own[1] <= span[1]
            yield (
                (own if lies_in_span and (single or _partly(apart, own, span)) else span),
                phrase,
            )


def _partly(apart: bool, own: Span, span: Span) -> bool:  # noqa: FBT001 - said by its name
    """Tell whether a phrase among others on its line is a label for some of the columns."""
    return apart and own != span and own[0] != own[1]


def _upended(chars: Sequence[Char]) -> Phrase:
    """Read letters that run up the page, or down it, to save width."""
    words = words_of(chars, upended="up" if chars[0]["matrix"][1] > 0 else "down")
    text = " ".join(word["text"] for word in words)
    x0, x1 = min(c["x0"] for c in chars), max(c["x1"] for c in chars)
    top, bottom = min(c["top"] for c in chars), max(c["bottom"] for c in chars)
    return Phrase(text, x0, x1, top, bottom - top)


def _phrases(chars: Sequence[Char]) -> list[Phrase]:
    words = words_of(chars)
    phrases: list[Phrase] = []
    for word in words:
        height = word["bottom"] - word["top"]
        last = phrases[-1] if phrases else None
        if (
            last is not None
            and abs(word["top"] - last.top) < _SAME_LINE * height
            and -height < word["x0"] - last.x1 < _PHRASE_GAP * height
        ):
            text = f"{last.text} {word['text']}"
            phrases[-1] = Phrase(text, last.x0, word["x1"], last.top, last.height)
        else:
            phrases.append(Phrase(word["text"], word["x0"], word["x1"], word["top"], height))
    return phrases


def lines_of(chars: Sequence[Char]) -> Iterator[list[Phrase]]:
    """
    Yield lines of text, each as the phrases that stand apart on it.

    Parameters
    ----------
    chars
        Letters as pdfplumber gives them.

    Yields
    ------
    line
        Its phrases from left to right; lines come from the top.
    """
    line: list[Phrase] = []
    for phrase in in_reading_order(_phrases(chars)):
        if line and abs(phrase.top - line[0].top) > _SAME_LINE * line[0].height:
            yield line
            line = []
        line.append(phrase)
    if line:
        yield line


def _join(labels: Sequence[tuple[Span, Phrase]], column: int) -> str:
    over = [(span, phrase) for span, phrase in labels if span[0] <= column <= span[1]]
    # Wider labels stand above narrower ones, even where their lines overlap a little.
    over.sort(key=lambda pair: (pair[0][0] - pair[0][1], pair[1].top))
    levels = groupby(over, key=lambda pair: pair[0])
    return LEVELS.join(" ".join(phrase.text for _, phrase in held) for _, held in levels)
