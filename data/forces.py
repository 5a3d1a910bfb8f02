"""Police forces: their names, what else they are called, and the codes that begin our ids."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from data.cell import clean_cell, one_line


@dataclass(frozen=True)
class Force:
    """
    One police force.

    Attributes
    ----------
    code
        Begins each deployment's id; never changes.
    name
        Full name.
    aliases
        What else it is called, as a whole cell.
    domain
        Host of its web site, or empty.
    """

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    domain: str = ""


NOT_STATED = Force("unstated", "Force not stated")
"""Stands in where neither the document nor the caller says whose record it is."""

_FILE_WORDS = re.compile(
    r"(?:lfr|frt?)[0-9]*|facial|face|live|police|deployments?|grid|records?|[0-9]+"
)


@cache
def load_forces() -> tuple[Force, ...]:
    """
    Return the United Kingdom's forces from ``data/forces.csv``.

    Examples
    --------
    >>> load_forces()[0].code
    'met'
    """
    lines = Path(__file__).with_name("forces.csv").read_text(encoding="utf-8").splitlines()
    return tuple(
        Force(row["code"], row["name"], tuple(row["aliases"].split(";")), row["domain"])
        for row in csv.DictReader(lines)
    )


def _key(text: str) -> str:
    folded = clean_cell(text).casefold().replace("&", " and ")
    return " ".join(re.findall(r"\w+", folded))


@cache
def _by_key() -> dict[str, Force]:
    return {
        _key(called): force
        for force in load_forces()
        for called in (force.code, force.name, *force.aliases)
    }


@cache
def _in_prose() -> tuple[re.Pattern[str], re.Pattern[str]]:
    # Within prose a county's bare name is a place ("Kent Road"), so only names that say
    # police are looked for, and initials, in capitals (MPS is a force, MPs are not).
    # Longest first, so that "South Wales Police" is never a Wales.
    called = {alias for force in load_forces() for alias in (force.name, *force.aliases)}
    initials = sorted(alias for alias in called if alias.isupper())
    keys = {_key(alias) for alias in called if not alias.isupper()}
    names = {key for key in keys if re.search(r"police|constabulary|heddlu|scotland yard", key)}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return (
        re.compile(rf"\b(?:{'|'.join(longest_first)})\b"),
        re.compile(rf"\b(?:{'|'.join(initials)})\b"),
    )


def force_of(text: str | None) -> Force | None:
    """
    Return the one force that a title, or other prose, names.

    Parameters
    ----------
    text
        Any words; a bare county in them is taken for a place, not its force.

    Returns
    -------
    force
        None where no force is named, or more than one.

    Examples
    --------
    >>> force_of("MPS LFR DEPLOYMENTS 2023 - Date").name
    'Metropolitan Police'
    >>> force_of("Kent Road, compared by Essex Police and Surrey Police") is None
    True
    """
    names, initials = _in_prose()
    called = names.findall(_key(text or "")) + initials.findall(clean_cell(text))
    found = {_by_key()[_key(name)] for name in called}
    return found.pop() if len(found) == 1 else None


def force_named(text: str) -> Force:
    """
    Return the force that a cell or an option names.

    Parameters
    ----------
    text
        A name, alias or code. A force that we do not know keeps its name, and gets a code
        made of it.

    Returns
    -------
    force
        Never None; `NOT_STATED` where the text is empty.

    Examples
    --------
    >>> force_named("Met").name, force_named("south-wales").name
    ('Metropolitan Police', 'South Wales Police')
    >>> force_named("Gendarmerie du Rhône")
    Force(code='gendarmerie-du-rhône', name='Gendarmerie du Rhône', aliases=(), domain='')
    """
    key = _key(text)
    if not key:
        return NOT_STATED
    known = _by_key().get(key) or _by_key().get(key.removeprefix("the ")) or force_of(text)
    return known or Force(key.replace(" ", "-"), one_line(text))


def force_of_document(*, title: str | None, url: str | None, name: str) -> Force | None:
    """
    Return the force a whole document speaks for.

    Parameters
    ----------
    title
        Words at its head; they count most.
    url
        Where it was published; a force's own site tells.
    name
        File name or address; ``met-lfr-grid.pdf`` tells too.

    Returns
    -------
    force
        None where nothing tells.

    Examples
    --------
    >>> force_of_document(title=None, url=None, name="met-lfr-grid-2024.pdf").code
    'met'
    >>> force_of_document(title="Deployments", url=None, name="grid.csv") is None
    True
    """
    return force_of(title) or _of_host(url) or _of_host(name) or _of_file(name)


def _of_host(url: str | None) -> Force | None:
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:  # a bracket that is no address
        return None
    domains = {force.domain: force for force in load_forces()}
    return next((domains[d] for d in domains if host == d or host.endswith("." + d)), None)


def _of_file(name: str) -> Force | None:
    words = _key(PurePosixPath(name).stem.replace("_", " ")).split()
    for end in range(min(3, len(words) - 1), 0, -1):
        known = _by_key().get(" ".join(words[:end]))
        if known and _FILE_WORDS.fullmatch(words[end]):
            return known
    return force_of(" ".join(words))
