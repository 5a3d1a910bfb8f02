"""Part names that are written in one breath: streets that meet, a street and its town."""

from __future__ import annotations

from geo.kinds import is_postcode, is_road, kind_of, name_key
from geo.shorthand import LOCATES, MEETINGS, MEETS, WHOLE_NAMES
from geo.words import (
    DIRECTIONS,
    MEETING_WORDS,
    NO_TOWNS,
    PLURALS,
    PREMISES,
    WHOLE_LANDMARKS,
    WHOLE_STREETS,
)

Parted = list[tuple[str | None, list[str]]]
"""Names, word by word, each with how it stands to the name before."""

_FEWEST_SPREAD = 4


def parted(relation: str | None, words: list[str]) -> Parted:
    """
    Part streets that meet, and a street from the town written after it.

    Parameters
    ----------
    relation
        How the name stands to what precedes.
    words
        The name, in full words.

    Examples
    --------
    >>> parted(None, "High Street & Love Lane Haringey".split())
    [(None, ['High', 'Street']), ('junction with', ['Love', 'Lane']), (None, ['Haringey'])]
    """
    if relation == "between":
        return _between(words)
    if len(words) > _FEWEST_SPREAD and words[-1].casefold() == "junction":
        crossed = parted(relation, words[:-1])
        if len(crossed) > 1 and crossed[-1][0] == "junction with":
            return crossed
    lows = [word.casefold() for word in words]
    spread = _spread(words, lows)
    if spread:
        return [(relation, spread[0]), ("junction with", spread[1])]
    for at, low in enumerate(lows):
        if 0 < at < len(words) - 1 and low in MEETS | LOCATES:
            meet = relation in MEETINGS
            link = _link(low, words[:at], words[at + 1 :], meet=meet)
            if link is not None:
                # "Corner of A and B" is A, at its corner with B.
                turned = meet and link == "junction with"
                first, second = (None, relation) if turned else (relation, link or None)
                return [*parted(first, words[:at]), *parted(second, words[at + 1 :])]
    cut = town_after(words, lows)
    if cut:
        return [(relation, words[:cut]), *parted(None, words[cut:])]
    return [(relation, words)]


def _link(low: str, left: list[str], right: list[str], *, meet: bool) -> str | None:
    """Return how two parts joined by a word meet, "" if merely, or None if they are one."""
    crossed = street_first(right) or (meet and may_be_street(right))
    streets = crossed and may_be_street(left)
    if low in LOCATES:
        known = kind_of(" ".join(left)) != "district"
        return "" if known and (low == "in" or street_first(right)) else None
    if streets:
        return "junction with"
    if low in {"/", "+", "@"}:
        return "near" if low == "@" else ""
    return "near" if low == "at" and kind_of(" ".join(left)) == "street" else None


def _spread(words: list[str], lows: list[str]) -> tuple[list[str], list[str]] | None:
    """Read "Church & Station Roads" as two roads."""
    if len(words) < _FEWEST_SPREAD or lows[-1] not in PLURALS:
        return None
    for at in range(1, len(words) - 2):
        if lows[at] in {"&", "and", "/", "+"}:
            one = PLURALS[lows[-1]]
            return [*words[:at], one], [*words[at + 1 : -1], one]
    return None


def _between(words: list[str]) -> Parted:
    """Part the two things that something is between."""
    lows = [word.casefold() for word in words]
    for joins in ({"to"}, {"and"}, {"&"}, {"/", "+"}):
        places = [at for at, low in enumerate(lows) if low in joins and 0 < at < len(words) - 1]
        if places:
            at = places[-1]
            return [("between", words[:at]), *parted("and", words[at + 1 :])]
    return [("between", words)]


def may_be_street(words: list[str]) -> bool:
    """
    Tell whether a name is a street's, or may be where another street meets it.

    Examples
    --------
    >>> [may_be_street(name.split()) for name in ("Mare Street", "Rushey Green", "Ilford")]
    [True, True, False]
    """
    last = words[-1].casefold() if words else ""
    return kind_of(" ".join(words)) == "street" or (len(words) > 1 and last in MEETING_WORDS)


def street_first(words: list[str]) -> bool:
    """
    Tell whether a text begins with a street's name, whatever follows.

    Examples
    --------
    >>> [street_first(text.split()) for text in ("Love Lane Haringey", "Haringey Love")]
    [True, False]
    """
    rest = [word for word in words if not is_postcode(word)]
    if not rest:
        return False
    lows = [word.casefold() for word in rest]
    whole = is_road(rest[0]) or kind_of(" ".join(rest)) == "street"
    return whole or (not WHOLE_STREETS.isdisjoint(lows) and town_after(rest, lows) > 0)


def town_after(words: list[str], lows: list[str]) -> int:
    """
    Return where a town's name begins after a street's, or 0 where none does.

    Examples
    --------
    >>> name = "High Street Teddington".split()
    >>> town_after(name, [word.casefold() for word in name])
    2
    """
    if name_key(" ".join(words)) in WHOLE_NAMES:
        return 0
    if lows[:1] == ["junction"] and len(words) > 2 and words[1].isdigit():  # noqa: PLR2004
        return 2
    for at in range(1, len(words) - 1):
        ends = lows[at] in WHOLE_STREETS | WHOLE_LANDMARKS or (
            lows[at] in {"centre", "hall"} and lows[at - 1] in PREMISES | {"town", "civic"}
        )
        cut = at + 1
        if ends and lows[cut] in DIRECTIONS and cut < len(words) - 1:
            cut += 1
        if ends and _is_town(words[cut:], lows[cut:]):
            return cut
    return 0


def _is_town(words: list[str], lows: list[str]) -> bool:
    """Tell whether what follows a street is another place: a town, or a landmark by name."""
    if lows[0] in {"town", "market"} and len(words) > 1:
        return kind_of(" ".join(words)) == "landmark"
    named = words[0][0].isupper() and not is_road(words[0])
    return named and lows[0] not in NO_TOWNS
