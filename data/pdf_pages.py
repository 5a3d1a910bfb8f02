"""Open a PDF and lay out each page: its letters, its upright rules, its ruled tables."""

from __future__ import annotations

import io
import logging
import math
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from data.errors import SourceError
from data.pdf_grid import Box, Char, Grid, build_grid, text_of, within

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PAGES = 2000
"""A longer PDF is no table of deployments, and would take an hour to read."""

_TAIL_BYTES = 4096  # a whole PDF says %%EOF in its last kilobyte, give or take padding
_PICTURE_SHARE = 0.5  # of a page under pictures, without a letter: a scan
_NEAR = 3.0
_MIN_COLUMNS = 4  # upright rules without level ones may part any columns of text
_WIDE = 9.0  # points: a narrower overhang of a rule is no column
_LETTERS_LOOKED_AT = 200
_TWICE_SHARE = 0.02


@dataclass(frozen=True)
class Page:
    """
    One page as laid out.

    Attributes
    ----------
    number
        From 1.
    chars
        Letters as pdfplumber gives them.
    rules
        Upright edges of the rules and boxes drawn.
    grids
        Ruled tables from the top, without those inside another's cells.
    free
        Letters outside the tables.
    scanned
        Whether it is a picture without letters.
    """

    number: int
    chars: tuple[Char, ...]
    rules: tuple[dict[str, Any], ...]
    grids: tuple[Grid, ...]
    free: tuple[Char, ...]
    scanned: bool

    @property
    def outside(self) -> str | None:
        """Text outside the tables."""
        return text_of(self.free)


@contextmanager
def open_pages(content: bytes, *, name: str) -> Iterator[Iterator[Page]]:
    """
    Open a PDF for its pages.

    Parameters
    ----------
    content
        The document's bytes.
    name
        Its name, for messages.

    Yields
    ------
    pages
        Its pages in order, each laid out when asked for.

    Raises
    ------
    SourceError
        If it is cut short, locked, broken, too long, or a page cannot be laid out.
    """
    _require_whole(content, name)
    content, count = _upright(content, name)
    import pdfplumber

    # pdfminer tells of every oddity it gets over; that would bury our one paragraph.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        pdf = pdfplumber.open(io.BytesIO(content))
        pages = pdf.pages
    except Exception as error:  # pdfminer lets out whatever a broken file makes it raise
        raise _broken(name, error) from error
    with pdf:
        if len(pages) != count:
            reason = ValueError(f"{count} pages by one count, {len(pages)} by another")
            raise _broken(name, reason)
        yield (_lay_out(page, name) for page in pages)


def _require_whole(content: bytes, name: str) -> None:
    if b"%%EOF" not in content[-_TAIL_BYTES:]:
        msg = (
            f"{name} is a PDF cut short: its end is missing ({len(content):,} bytes came). "
            "Download it again."
        )
        raise SourceError(msg)


def _broken(name: str, error: Exception) -> SourceError:
    said = " ".join(str(error).split()) or type(error).__name__
    if "password" in f"{type(error).__name__} {said}".lower():
        msg = (
            f"{name} is locked with a password. Open it with the password, save it without, "
            "and read that."
        )
    else:
        msg = (
            f"{name} cannot be read as a PDF; it is broken ({said[:200]}). Download it again, "
            "or open it in a PDF viewer and save a new copy."
        )
    return SourceError(msg)


def _upright(content: bytes, name: str) -> tuple[bytes, int]:
    """Count pages with the second engine; turn those whose letters run up or down."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as document:
            count = len(document)
            _require_few(count, name)
            turned = [number for number in range(count) if _turn(document[number])]
            if not turned:
                return content, count
            saved = io.BytesIO()
            document.save(saved)
            return saved.getvalue(), count
    except pypdfium2.PdfiumError as error:
        raise _broken(name, error) from error


def _require_few(count: int, name: str) -> None:
    if count > MAX_PAGES:
        msg = (
            f"{name} has {count:,} pages; at most {MAX_PAGES:,} are read. "
            "Give only the pages with the table."
        )
        raise SourceError(msg)


def _turn(page: Any) -> bool:  # noqa: ANN401 - pypdfium2 has no types
    """Turn a page upright in place; tell whether it needed it."""
    from pypdfium2.raw import FPDFText_CountChars, FPDFText_GetCharAngle

    text = page.get_textpage()
    count = FPDFText_CountChars(text)
    step = max(1, count // _LETTERS_LOOKED_AT)
    angles = [FPDFText_GetCharAngle(text, i) for i in range(0, count, step)]
    quarters = Counter(round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
    most, number = quarters.most_common(1)[0] if quarters else (0, 0)
    # PDFium counts angles clockwise, and without the page's own rotation.
    rotation = -90 * most % 360
    if 2 * number <= len(angles) or rotation == page.get_rotation():
        return False
    page.set_rotation(rotation)
    return True


def _lay_out(page: Any, name: str) -> Page:  # noqa: ANN401 - pdfplumber has no types
    try:
        clean = page.dedupe_chars() if _drawn_twice(page.chars) else page
        chars, edges = tuple(clean.chars), clean.edges
        found = clean.find_tables() or _between_upright_rules(clean)
        tables = [(table.bbox, table.cells) for table in found]
    except Exception as error:  # pdfminer lets out whatever a broken page makes it raise
        where = f"{name}, page {page.page_number},"
        raise _broken(where, error) from error
    grids = _grids(clean, tables)
    rules = tuple(edge for edge in edges if edge["orientation"] == "v")
    free = tuple(c for c in chars if not any(within([c], grid.box) for grid in grids))
    laid_out = Page(page.page_number, chars, rules, grids, free, _is_scanned(page))
    page.close()
    return laid_out


def _between_upright_rules(page: Any) -> list[Any]:  # noqa: ANN401 - as above
    """Find the end of a row cut by the page break before: it has no rule at its head."""
    spans = Counter(
        (round(edge["top"]), round(edge["bottom"]))
        for edge in page.edges
        if edge["orientation"] == "v" and edge["height"] > _WIDE / 2
    )
    (top, bottom), number = max(spans.items(), key=lambda item: item[1], default=((0, 0), 0))
    if number <= _MIN_COLUMNS:
        return []
    strip = page.crop((0, max(0, top - _NEAR), page.width, min(page.height, bottom + _NEAR)))
    return list(strip.find_tables({"explicit_horizontal_lines": [top, bottom]}))


def _drawn_twice(chars: list[Char]) -> bool:
    """Tell letters drawn twice to look bold: they would read as doubled."""
    places = Counter((c["text"], round(c["x0"]), round(c["top"])) for c in chars)
    return sum(places.values()) - len(places) > _TWICE_SHARE * len(chars)


def _is_scanned(page: Any) -> bool:  # noqa: ANN401 - pdfplumber has no types
    if any(char["text"].strip() for char in page.chars):
        return False
    area = sum(abs(i["x1"] - i["x0"]) * abs(i["bottom"] - i["top"]) for i in page.images)
    return bool(area >= _PICTURE_SHARE * page.width * page.height)


def _grids(page: Any, tables: list[tuple[Box, list[Box]]]) -> tuple[Grid, ...]:  # noqa: ANN401
    outer = [
        (box, *_closed(page, box, cells))
        for box, cells in tables
        if not any(_inside(box, other) for other, _ in tables if other != box)
    ]
    grids = [
        replace(
            build_grid(cells, page.chars, whole),
            cut=(whole[1] < box[1] - _WIDE / 2, box[3] + _WIDE / 2 < whole[3]),
        )
        for box, whole, cells in outer
    ]
    return tuple(sorted((g for g in grids if g.rows), key=lambda g: (g.box[1], g.box[0])))


def _closed(page: Any, box: Box, cells: list[Box]) -> tuple[Box, list[Box]]:  # noqa: ANN401 - as above
    """Close a table whose rules reach beyond its outermost ones that cross them."""
    reach = _reach(page, box)
    if all(abs(a - b) < _WIDE for a, b in zip(reach, box, strict=True)):
        return box, cells
    left, top, right, bottom = reach
    strip = page.crop((0, max(0, top - _NEAR), page.width, min(page.height, bottom + _NEAR)))
    found = strip.find_tables(
        {"explicit_vertical_lines": [left, right], "explicit_horizontal_lines": [top, bottom]}
    )
    best = max(found, key=lambda table: len(table.cells), default=None)
    if best is None or not _inside(box, best.bbox):
        return box, cells
    return best.bbox, best.cells


def _reach(page: Any, box: Box) -> Box:  # noqa: ANN401 - as above
    """Return how far the rules that cross a table run: level ones, and most upright ones."""
    level = [
        edge
        for edge in page.edges
        if edge["orientation"] == "h" and box[1] - _NEAR <= edge["top"] <= box[3] + _NEAR
    ]
    upright = [
        edge
        for edge in page.edges
        if edge["orientation"] == "v"
        and box[0] - _NEAR <= edge["x0"] <= box[2] + _NEAR
        and edge["top"] <= box[3] + _NEAR
        and box[1] - _NEAR <= edge["bottom"]
    ]
    return (
        min((edge["x0"] for edge in level), default=box[0]),
        _common(upright, "top", beyond=box[1]),
        max((edge["x1"] for edge in level), default=box[2]),
        _common(upright, "bottom", beyond=box[3]),
    )


def _common(upright: list[dict[str, Any]], end: str, *, beyond: float) -> float:
    """Return the height beyond a table at which half or more of its upright rules end."""
    sign = -1 if end == "top" else 1
    ends = Counter(
        round(edge[end]) for edge in upright if sign * (edge[end] - beyond) > _WIDE / 2
    )
    height, number = max(ends.items(), key=lambda item: item[1], default=(0, 0))
    rules = len({round(edge["x0"]) for edge in upright})
    return float(height) if number > 1 and 2 * number >= rules else beyond


def _inside(box: Box, other: Box) -> bool:
    return (
        other[0] - _NEAR <= box[0]
        and other[1] - _NEAR <= box[1]
        and box[2] <= other[2] + _NEAR
        and box[3] <= other[3] + _NEAR
    )
