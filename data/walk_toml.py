"""Write tables as TOML, the same bytes every time."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DIGITS = 5
"""Significant digits kept of a number: more would be noise, and differ between machines."""

PER_LINE = 12
"""Numbers of a list that stand on one line: half a day."""


def as_toml(document: Mapping[str, Any], *, heading: str) -> str:
    """
    Return tables as TOML.

    Parameters
    ----------
    document
        Tables by name: a mapping of keys to texts, numbers, lists of numbers or mappings of
        texts to numbers; or a list of such mappings. None and NaN are left out.
    heading
        Comment at the top.

    Returns
    -------
    text
        Numbers to five significant digits.

    Examples
    --------
    >>> print(as_toml({"a": {"b": 0.1234567, "c": "d", "e": None}}, heading="Made."), end="")
    # Made.
    <BLANKLINE>
    [a]
    b = 0.12346
    c = "d"
    """
    lines = [f"# {line}".rstrip() for line in heading.splitlines()]
    for name, content in document.items():
        tables = content if isinstance(content, list) else [content]
        mark = f"[[{name}]]" if isinstance(content, list) else f"[{name}]"
        for table in tables:
            lines += ["", mark, *_rows(table)]
    return "\n".join(lines) + "\n"


def _rows(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        if isinstance(value, list | tuple):
            yield f"{key} = ["
            for first in range(0, len(value), PER_LINE):
                row = ", ".join(_scalar(item) for item in value[first : first + PER_LINE])
                yield f"    {row},"
            yield "]"
        else:
            yield f"{key} = {_scalar(value)}"


def _scalar(value: object) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{_quoted(key)} = {_scalar(item)}" for key, item in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        rounded = float(f"{value:.{DIGITS}g}")
        return str(int(rounded)) + ".0" if rounded == int(rounded) else repr(rounded)
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
