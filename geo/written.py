"""How else people write the names of towns and stations."""

from __future__ import annotations

import re

from geo.place import name_key

SHORT_FORMS = (
    re.compile(r",? (?:city|county|royal borough|london borough) of$", re.IGNORECASE),
    re.compile(r"^(?:city|county|royal borough|london borough) of ", re.IGNORECASE),
    re.compile(r"[ -](?:up)?on[ -](?:the[ -])?\w+$", re.IGNORECASE),
    re.compile(r" (?:city|county)$", re.IGNORECASE),
)
"""Tails and heads that people leave out: "Kingston upon Thames" is written "Kingston"."""

WARD_TAIL = re.compile(r"\s+(?:Ward|ED)$")
STATION_TAIL = re.compile(r"\s+(?:Rail(?: Station)?|Station)$")
COUNTY_TAIL = re.compile(r"\s+\([^()]+\)$")
"""What tells namesakes apart in a list of stations: "Rainham (Kent)"."""


def spellings(name: str) -> set[str]:
    """
    Return a name's key and the keys of its short forms.

    Examples
    --------
    >>> sorted(spellings("Southend-on-Sea"))
    ['southend', 'southend on sea']
    """
    keys = {name_key(name)}
    for form in SHORT_FORMS:
        short = form.sub("", name)
        if short != name and name_key(short):
            keys.add(name_key(short))
    return keys


def station_spellings(name: str) -> set[str]:
    """
    Return a station's key and the key of its name without a county in brackets.

    Examples
    --------
    >>> sorted(station_spellings("Rainham (Kent)"))
    ['rainham', 'rainham kent']
    """
    return {name_key(name), name_key(COUNTY_TAIL.sub("", name))}


def own_key(name: str) -> set[str]:
    """Return a name's key alone: no other way to write it is known."""
    return {name_key(name)}


SPELLINGS = {"town": spellings, "rail_station": station_spellings}
"""How else people write the names of a kind."""
