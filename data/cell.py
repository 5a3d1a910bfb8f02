"""The text of one published cell, made plain enough to parse without changing its meaning."""

from __future__ import annotations

import re
import unicodedata

UNKNOWN = frozenset(
    {
        "", "-", "--", "n/a", "na", "n.a", "n.a.", "not applicable", "not available",
        "not known", "not recorded", "not stated", "not published", "unknown", "withheld",
        "redacted", "tbc", "tba", "nan", "null", "?", "...", "#n/a",
    }
)  # fmt: skip
"""Ways a clerk or a spreadsheet says that there is no figure."""

_MARKS = str.maketrans(
    {"‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "⁄": "/", "−": "-", "…": "..."}  # noqa: RUF001 - these are the marks to replace
)


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":  # any script's digits, but never a superscript: that is a footnote
        return str(unicodedata.decimal(char))
    if category == "Zs" or char in "\t\n\r\v\f\u2028\u2029\x85":
        return " "
    if category == "Pd":
        return "-"
    return "" if category in {"Cf", "Cc"} else char


def clean_cell(text: str | None) -> str:
    r"""
    Return a cell's text with plain digits, spaces, dashes and quotes.

    Superscripts stay as they are, so that a footnote mark never becomes part of a figure.

    Examples
    --------
    >>> clean_cell("28\u00a0220\n")
    '28 220'
    >>> clean_cell(None)
    ''
    """
    if text is None:
        return ""
    if not text.isascii():
        text = "".join(map(_plain, text)).translate(_MARKS)
    return " ".join(text.split())


def is_unknown(text: str | None) -> bool:
    """
    Return whether a cell says that there is no figure.

    Examples
    --------
    >>> is_unknown("N/A"), is_unknown("-"), is_unknown("0")
    (True, True, False)
    """
    return clean_cell(text).casefold() in UNKNOWN


def one_line(text: str | None) -> str:
    r"""
    Return a cell's text on one line, otherwise verbatim.

    Examples
    --------
    >>> one_line("Westminster Bridge\nStreet ")
    'Westminster Bridge Street'
    """
    return re.sub(r"\s+", " ", text or "").strip()
