"""Countries whose places can be measured: each with the grid of its own maps."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.errors import SourceError

FILE = Path(__file__).with_name("countries.csv")


@dataclass(frozen=True)
class Country:
    """
    A country and the grid that its places are measured on.

    Attributes
    ----------
    code
        ISO 3166-1 alpha-2, small letters.
    name
        Its name in English.
    measured
        The grid, in metres, as text that pyproj reads (EPSG registry).
    """

    code: str
    name: str
    measured: str


@cache
def load_countries() -> dict[str, Country]:
    """
    Return the countries by code.

    Returns
    -------
    countries
        The rows of ``data/countries.csv``, the first being the one everything else is for.

    Examples
    --------
    >>> load_countries()["fi"].measured
    'EPSG:3067'
    """
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row["code"]: Country(row["code"], row["name"], row["measured"]) for row in rows}


def country_of(code: str) -> Country:
    """
    Return the country of a code.

    Parameters
    ----------
    code
        ISO 3166-1 alpha-2, in any case; "uk" is taken for "gb".

    Returns
    -------
    country
        With the grid to measure on.

    Raises
    ------
    SourceError
        If it is not in the table.

    Examples
    --------
    >>> country_of("UK").name
    'United Kingdom'
    """
    plain = code.strip().lower()
    found = load_countries().get({"uk": "gb"}.get(plain, plain))
    if found is None:
        known = ", ".join(load_countries())
        msg = (
            f"--country {code!r} has no grid to measure on. Give one of {known}, or add a line "
            "with its code and grid to data/countries.csv."
        )
        raise SourceError(msg)
    return found
