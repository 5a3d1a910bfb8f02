"""What Nominatim is sent, and which pages of an answer come back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from data.addresses import is_web_address, shown
from data.errors import GeocoderError
from data.http_json import QuestionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.answers import Kept
    from geo.questions import Question

    Page = tuple[Kept, list[Mapping[str, object]]]

LIMIT = 40
"""Rows asked for at once; the most that Nominatim gives."""

PAGES = 4
"""Pages asked for at most: a street of 160 pieces."""

POLYGON_THRESHOLD_DEG = 0.00005
"""How far a simplified shape may stray, in degrees: some four metres."""


def require_address(url: str) -> None:
    """Raise `GeocoderError` unless an address could be a server's."""
    if not is_web_address(url):
        msg = (
            f"{shown(url)!r} is no address of a Nominatim: give one that begins with http:// "
            "or https://, or 'public' for OpenStreetMap's own."
        )
        raise GeocoderError(msg)


def query_of(question: Question) -> dict[str, str]:
    """Write a question as Nominatim's /search takes it, or raise `QuestionError`."""
    text = " ".join(question.text.split())
    if not text or not text.isprintable():
        msg = "A question needs words, of printable characters."
        raise QuestionError(msg)
    if not re.fullmatch(r"[a-z]{2}", question.country):
        msg = f"{question.country!r} is no country code of two small letters, such as 'gb'."
        raise QuestionError(msg)
    query = {
        "q": text, "format": "jsonv2", "countrycodes": question.country, "limit": str(LIMIT),
        "addressdetails": "1", "extratags": "0", "namedetails": "1", "dedupe": "0",
        "polygon_geojson": "1", "polygon_threshold": f"{POLYGON_THRESHOLD_DEG:.5f}",
    }  # fmt: skip
    if question.viewbox is not None:
        west, south, east, north = question.viewbox
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004
            msg = f"The viewbox {question.viewbox} is not west, south, east, north in degrees."
            raise QuestionError(msg)
        query["viewbox"] = ",".join(f"{side:.6f}" for side in question.viewbox)
        query["bounded"] = "1" if question.bounded else "0"
    return query


def places_in(value: object, host: str) -> list[Mapping[str, object]]:
    """Return the rows of an answer; JSON that is no list of places is none."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        msg = f"{host} answered with JSON that is no list of places: no Nominatim is there."
        raise GeocoderError(msg)
    return value


def read_pages(kept: Sequence[Kept]) -> list[Page]:
    """Return the kept pages from the first on, as far as they can be read."""
    pages: list[Page] = []
    for page in sorted(kept, key=lambda page: page.page):
        try:
            rows = places_in(json.loads(page.answer), "the book")
        except (ValueError, RecursionError):
            break
        if page.page != len(pages) + 1:
            break
        pages.append((page, rows))
    return pages


def is_whole(pages: Sequence[Page]) -> bool:
    """Tell whether a server has told all: its last page was not full, or enough is enough."""
    return bool(pages) and (len(pages[-1][1]) < LIMIT or len(pages) >= PAGES)


def but_those_of(
    pages: Sequence[Page],
) -> dict[str, str]:
    """Ask for places that earlier pages did not have."""
    seen = [row.get("place_id") for _, rows in pages for row in rows]
    known = [str(number) for number in seen if isinstance(number, int)]
    return {"exclude_place_ids": ",".join(known)} if known else {}


def licence_of(rows: Sequence[Mapping[str, object]]) -> str | None:
    """Return the licence that the first row to state one states."""
    stated = (row.get("licence") for row in rows)
    return next((said for said in stated if isinstance(said, str) and said), None)
