"""One place on the screen: how it was read, the answer, the other readings, the question."""

from __future__ import annotations

import textwrap
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

MOST_SHOWN = 8
"""Other readings on the screen; ``--csv`` and ``--json`` give them all."""

LONGEST_SHOWN = 120
"""Characters of a text that is shown; what is no place at all may have thousands."""

CLASSES = {
    "site": "a spot (site)",
    "street": "somewhere along a street (street)",
    "district": "somewhere in a district (district)",
    "area": "somewhere in a whole borough or authority (area)",
}
"""What a class means, with its name as in every table."""

_WHOLE = {"published", "read", "names"}
"""Fields of a place taken apart that are not one of its parts."""

_HEAD = "bold"
_KM = 1000

Line = tuple[str, str]


def print_card(place: str, found: pd.DataFrame, *, bound: str) -> None:
    """
    Print how a place was read and what it may be.

    Parameters
    ----------
    place
        The place as published.
    found
        Candidates from `flows.places.list_candidates`.
    bound
        What bounds the search, in words.
    """
    from flows.screen import print_lines, text_width

    print_lines(card_lines(place, found, bound=bound, width=text_width()))


def card_lines(place: str, found: pd.DataFrame, *, bound: str, width: int) -> Iterator[Line]:
    """
    Compose what `print_card` prints.

    Parameters
    ----------
    place, found, bound
        As for `print_card`.
    width
        Characters in a line; only the line to paste may be longer.

    Yields
    ------
    text, style
        Lines, and rich's style for each or nothing.
    """
    from data.tables import as_rows
    from maps.words import clean

    rows = as_rows(found)
    answer, others = rows[0], rows[1:]
    shown = clean(place, longest=LONGEST_SHOWN) or "(no text)"
    yield from _wrapped(f"{shown} \N{EN DASH} {bound}", width, style=_HEAD)
    yield from _parts(place, width)
    yield "", ""
    yield "Answer", _HEAD
    yield from _wrapped(_sentence(answer, found=bool(others)), width, indent=2)
    yield from _wrapped(clean(answer["reason"]), width, indent=2)
    yield from _readings(others, width, instead=answer["precision"] == "unknown")
    if answer["question"]:
        yield from _question(place, answer["question"], width)


def _parts(place: str, width: int) -> Iterator[Line]:
    """Say how the place was taken apart, part by part."""
    from geo.errors import GeocodeError
    from geo.place import parse_place
    from maps.words import clean

    try:
        parts = parse_place(place)
    except GeocodeError:
        return
    said = [("read as", parts.read)]
    for field in fields(parts):
        value = getattr(parts, field.name)
        if value and field.name not in _WHOLE:
            text = value if isinstance(value, str) else "; ".join(map(str, value))
            said.append((field.name.replace("_", " "), text))
    for label, text in said:
        told = clean(text, longest=LONGEST_SHOWN)
        yield from _wrapped(f"{label:<13} {told}", width, indent=2, under=14)


def _sentence(row: Mapping[str, Any], *, found: bool) -> str:
    from maps.words import clean

    if row["precision"] == "unknown":
        why = "it fits more than one place" if found else "no place was found"
        return f"Not known (unknown): {why}, so it has no position and no radius."
    by = clean(row["located_by"])
    return f"{_named(row)}: {CLASSES[row['precision']]}, {_within(row)}, by {by}."


def _named(row: Mapping[str, Any]) -> str:
    from maps.words import clean

    name, area = (clean(row[key] or "") for key in ("place_read", "area_name"))
    if not area or area.casefold() in name.casefold():
        return name or area
    return f"{name}, in {area}" if name else area


def _within(row: Mapping[str, Any]) -> str:
    return (
        f"within {radius(row['uncertainty_m'])} of longitude {row['lon']:.5f}, "
        f"latitude {row['lat']:.5f}"
    )


def radius(length_m: float) -> str:
    """
    Write a radius, which is a multiple of ten metres, in full.

    Examples
    --------
    >>> radius(410.0), radius(1550.0), radius(12000.0)
    ('410 m', '1.55 km', '12 km')
    """
    if length_m < _KM:
        return f"{length_m:.0f} m"
    return f"{length_m / _KM:.2f}".rstrip("0").rstrip(".") + " km"


def _readings(
    others: Sequence[Mapping[str, Any]], width: int, *, instead: bool
) -> Iterator[Line]:
    from maps.words import clean

    if not others:
        return
    yield "", ""
    yield f"{'Readings' if instead else 'Other readings'} ({len(others)}), best first", _HEAD
    for number, row in enumerate(others[:MOST_SHOWN], start=1 if instead else 2):
        where = "" if row["precision"] == "unknown" else f", {_within(row)}"
        told = f"{_named(row)}: {row['precision']}{where}; score {row['score']:g}."
        yield from _wrapped(f"{number:>2}. {told}", width, indent=2, under=4)
        why = f"{clean(row['reason'])} ({clean(row['located_by'])})"
        yield from _wrapped(why, width, indent=6)
    more = len(others) - MOST_SHOWN
    if more > 0:
        yield from _wrapped(
            f"And {more} more: --csv FILE or --json lists all.", width, indent=2
        )


def _question(place: str, question: str, width: int) -> Iterator[Line]:
    from data.open_questions import line_to_paste
    from maps.words import clean

    yield "", ""
    yield "Question", _HEAD
    yield from _wrapped(clean(question), width, indent=2)
    how = "To answer it for one deployment, finish this line of corrections.csv:"
    yield from _wrapped(how, width, indent=2)
    yield line_to_paste("DEPLOYMENT_ID", clean(place), question=question), ""


def _wrapped(
    text: str, width: int, *, indent: int = 0, under: int = 0, style: str = ""
) -> Iterator[Line]:
    """Wrap a text; lines after the first stand ``under`` characters further in."""
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + under),
        drop_whitespace=True,
        break_on_hyphens=False,
    )
    for line in lines:
        yield line, style
