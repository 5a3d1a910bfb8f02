"""
Parse one published cell strictly: a value, unknown, or an error that says what would do.

Each parser takes the cell's text and returns the value, or None where the record says that it
has none (blank, ``N/A``, a dash). Anything else raises `ValueParseError`; nothing is guessed.
"""

from __future__ import annotations

import re

from data.cell import clean_cell, is_unknown, refuse
from data.errors import ValueParseError

_MAX_COUNT = 10**12  # beyond any crowd: a telephone number or a slip
_COUNT = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)(?:\.00?)?")
_DECIMAL = re.compile(r"[0-9]*\.?[0-9]+|[0-9]+\.")
_STATUS = {
    "reported": "reported completed complete deployed done held concluded finished",
    "announced": "announced planned scheduled upcoming intended",
    "aborted": "aborted cancelled canceled abandoned stopped stood-down terminated",
}
_STATUS_OF = {word: status for status, words in _STATUS.items() for word in words.split()}


def parse_count(text: str | None) -> int | None:
    """
    Read a whole number, with or without separators for thousands.

    Parameters
    ----------
    text
        The cell as published.

    Returns
    -------
    count
        The number; None where the record has none. ``nil`` and ``zero`` are 0. ``none`` is
        refused, since it says zero in one document and unknown in another.

    Raises
    ------
    ValueParseError
        If the text is no exact count: ``c. 500``, ``500+``, ``-3``, ``4.5``.

    Examples
    --------
    >>> parse_count("28,220"), parse_count("28 220"), parse_count("N/A"), parse_count("nil")
    (28220, 28220, None, 0)
    """
    if text is not None and text.isascii() and text.isdigit() and len(text) <= 12:  # noqa: PLR2004 - the plain case, fast
        return int(text)
    plain = clean_cell(text).casefold()
    if is_unknown(plain):
        return None
    if plain in {"nil", "zero"}:
        return 0
    if plain == "none":
        raise refuse(text, "a count: it may mean zero or unknown", "0, or N/A where unknown")
    if not _COUNT.fullmatch(plain):
        accepted = "28220, 28,220, 28 220, nil, or N/A where unknown"
        raise refuse(text, "an exact count", accepted)
    count = int(re.sub(r"\.00?$", "", plain).replace(",", "").replace(" ", ""))
    if count > _MAX_COUNT:
        raise refuse(text, "a count of people or alerts", f"at most {_MAX_COUNT}")
    return count


def _decimal(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) and len(text) <= 24 else None  # noqa: PLR2004 - keeps it finite


def parse_share(text: str | None, *, percent: bool = False) -> float | None:
    """
    Read a share: ``0.08%`` is 0.0008.

    Parameters
    ----------
    text
        The cell as published.
    percent
        Whether the header says that figures are percentages, sign or no sign.

    Returns
    -------
    share
        In 0..1; None where the record has none. A figure without a sign is taken as a share
        already, which is how spreadsheets store percentages.

    Raises
    ------
    ValueParseError
        If the text is no number, or lies outside 0..1 (0..100 %).

    Examples
    --------
    >>> parse_share("0.08%"), parse_share("0.08", percent=True), parse_share("N/A")
    (0.0008, 0.0008, None)
    """
    plain = clean_cell(text).casefold()
    if is_unknown(plain):
        return None
    signed = re.sub(r"\s*(?:%|per ?cent|pct)$", "", plain)
    number = _decimal(signed)
    in_percent = percent or signed != plain
    if number is None or number > (100 if in_percent else 1):
        raise refuse(text, "a share", "0.08%, or a share from 0 to 1")
    return round(number / 100, 12) if in_percent else number


def parse_threshold(text: str | None, *, percent: bool = False) -> float | None:
    """
    Read a similarity threshold between 0 and 1, or as a percentage.

    Parameters
    ----------
    text
        The cell as published.
    percent
        Whether the header says that figures are percentages.

    Returns
    -------
    threshold
        In 0..1; None where the record has none.

    Raises
    ------
    ValueParseError
        If it is neither.

    Examples
    --------
    >>> parse_threshold("0.60"), parse_threshold("64%")
    (0.6, 0.64)
    """
    try:
        share = parse_share(text, percent=percent)
        # One percent would alert on everybody: such a figure under "%" is a share already.
        return 100 * share if share and percent and _is_bare_share(text) else share
    except ValueParseError:
        raise refuse(text, "a similarity threshold", "0.6, 0.60 or 60%") from None


def _is_bare_share(text: str | None) -> bool:
    number = _decimal(clean_cell(text))
    return number is not None and number <= 1


def parse_coordinate(text: str | None, *, limit: float) -> float | None:
    """
    Read degrees of longitude (limit 180) or latitude (limit 90).

    Examples
    --------
    >>> parse_coordinate("-0.1419", limit=180)
    -0.1419
    """
    plain = clean_cell(text)
    if is_unknown(plain):
        return None
    if re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{1,20})?", plain) and abs(float(plain)) <= limit:
        return float(plain)
    accepted = f"decimal degrees from -{limit:.0f} to {limit:.0f}, such as -0.1419"
    raise refuse(text, "a coordinate", accepted)


def parse_status(text: str | None) -> str | None:
    """
    Read whether a deployment was reported, only announced, or aborted.

    Examples
    --------
    >>> parse_status("Completed"), parse_status("planned"), parse_status("")
    ('reported', 'announced', None)
    """
    plain = clean_cell(text).casefold()
    if is_unknown(plain):
        return None
    if plain.replace(" ", "-") not in _STATUS_OF:
        raise refuse(text, "a status", "reported, announced or aborted")
    return _STATUS_OF[plain.replace(" ", "-")]


def parse_text(text: str | None) -> str | None:
    r"""
    Return text on one line, or None where it says nothing.

    Examples
    --------
    >>> parse_text("Crime\nHotspot")
    'Crime Hotspot'
    """
    line = " ".join((text or "").split())
    return None if is_unknown(line) else line
