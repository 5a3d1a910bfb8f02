"""The text of one published cell, made plain enough to parse without changing its meaning."""

from __future__ import annotations

import re
import unicodedata

from data.errors import ValueParseError

UNKNOWN = frozenset(
    {
        "", "-", "--", "n/a", "n / a", "n\\a", "na", "n.a", "n.a.", "not applicable",
        "not available", "not known", "not recorded", "not stated", "not published", "unknown",
        "withheld", "redacted", "tbc", "tba", "nan", "null", "?", "...", "#n/a",
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
    if "！" <= char <= "～":  # the full-width letters and stops beside full-width digits  # noqa: RUF001 - these
        return chr(ord(char) - 0xFEE0)
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


def refuse(text: str | None, kind: str, accepted: str) -> ValueParseError:
    """
    Return the error that says what a cell is not, and what would do.

    Parameters
    ----------
    text
        The cell as published.
    kind
        What it should have been.
    accepted
        What would do, by example.

    Returns
    -------
    error
        To be raised.

    Examples
    --------
    >>> str(refuse("1O", "an exact count", "28220"))
    "'1O' is not an exact count. It holds 'O' where a 0 may be meant. Accepted: 28220."
    """
    shown = clean_cell(text)
    also = _letters_for_figures(shown)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."  # noqa: PLR2004 - a line's worth
    return ValueParseError(f"'{shown}' is not {kind}.{also} Accepted: {accepted}.")


def _letters_for_figures(shown: str) -> str:
    found = re.search(r"(?:^|[0-9:.,])([oOlI|])(?=[0-9:.,]|$)", shown)
    if not found:
        return ""
    return f" It holds '{found[1]}' where a {'0' if found[1] in 'oO' else '1'} may be meant."
