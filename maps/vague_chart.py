"""Draw how vaguely a force tells its places: columns by month, of deployments and of faces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from maps import words
from maps.month_axis import BREAK, LEFT, MONTHS_A_YEAR, Axis, lines_of, spans_of, width_of
from maps.svg import group, tag
from maps.vagueness import (
    FEW,
    KINDS,
    caption_of,
    described,
    month_number,
    tally_line,
    title_of,
    turn_line,
)

if TYPE_CHECKING:
    from maps.vagueness import Month, Vagueness

RIGHT = 4
"""Room for a last column that has none beside it."""

WIDEST_SLOT = 26.0
"""A short record is drawn no wider than this by month."""

NARROWEST_CHART = 250.0
"""So that its headings fit over a single month."""

DEPLOYMENTS_TALL, FACES_TALL = 112.0, 72.0
TURN_TALL, HEADING_TALL, COUNTS_TALL = 16.0, 20.0, 13.0
MONTHS_TALL, YEARS_TALL, LINES_APART = 13.0, 14.0, 20.0

MEANINGS = {
    "site": "station, venue or junction",
    "street": "somewhere along it",
    "district": "part of a borough or town",
    "area": "a borough or town, no more",
    "unknown": "no place could be read",
}
"""What a key says of each precision where there is no map beside it."""

_THIN = 0.4
_YEAR_WIDE = 32.0


@dataclass(frozen=True)
class Shape:
    """
    How wide a chart is, and after how many months it goes on in the next line.

    Attributes
    ----------
    name
        Class of the drawing, by which a page shows the one that fits.
    width
        Width in pixels, at most.
    months
        Months to a line: as many as leave room for a number above each.
    """

    name: str
    width: float
    months: int


SHAPES = (Shape("broad", 772.0, 48), Shape("slim", 343.0, 21))
"""For a desk, and for a phone of 375 px."""


@dataclass(frozen=True)
class Line:
    """
    One line of columns: an axis, how far down it begins, and what stands in it.

    Attributes
    ----------
    axis
        Where its months stand.
    top
        Where it begins.
    months
        Its months with deployments.
    turn
        Day of the turn, if in this line.
    has_faces
        Whether faces are drawn beneath.
    """

    axis: Axis
    top: float
    months: tuple[Month, ...]
    turn: str | None
    has_faces: bool

    @cached_property
    def heading(self) -> float:
        """Baseline of what the upper columns are called."""
        return self.top + (TURN_TALL if self.turn else 0.0) + 11

    @cached_property
    def base(self) -> float:
        """Where the upper columns stand."""
        return self.heading + 7 + COUNTS_TALL + DEPLOYMENTS_TALL

    @cached_property
    def foot(self) -> float:
        """Where the lowest columns stand."""
        return self.base + (HEADING_TALL + 6 + FACES_TALL if self.has_faces else 0.0)

    @cached_property
    def bottom(self) -> float:
        """Where the line ends, its months and years written."""
        return self.foot + MONTHS_TALL + YEARS_TALL


def figure_of(force: Vagueness, *, key: str) -> dict[str, Any]:
    """
    Return a figure with its words, for the template to set.

    Parameters
    ----------
    force
        What it shows.
    key
        Start of its ids, unlike any other on the page.
    """
    kinds = [
        {"id": kind, "name": words.PRECISION_NAMES[kind], "meaning": MEANINGS[kind]}
        for kind in force.kinds
    ]
    return {
        "name": force.name,
        "title": title_of(force),
        "turn": turn_line(force),
        "caption": caption_of(force),
        "kinds": kinds,
        "svg": draw(force, key=key),
    }


def draw(force: Vagueness, *, key: str) -> Markup:
    """
    Draw the chart of one force, once for a desk and once for a phone.

    Parameters
    ----------
    force
        What to draw; months that are not known are left out.
    key
        Start of the drawing's ids, unlike any other on the page.

    Returns
    -------
    svg
        Two drawings of which a page shows one, or nothing where no month is known.
    """
    dated = tuple(month for month in force.months if month.is_dated)
    if not dated:
        return Markup("")
    return Markup("\n").join(
        _drawing(force, dated, shape, f"{key}-{shape.name}") for shape in SHAPES
    )


def _drawing(force: Vagueness, dated: tuple[Month, ...], shape: Shape, key: str) -> Markup:
    lines = _lines(force, dated, shape)
    width = max(NARROWEST_CHART, *(line.axis.right + RIGHT for line in lines))
    height = lines[-1].bottom
    parts = [tag("title", title_of(force), id=f"{key}-title")]
    told = f"{turn_line(force)} {described(force)}"
    parts.append(tag("desc", told, id=f"{key}-desc"))
    parts += [part for line in lines for part in _line(line)]
    return tag(
        "svg",
        Markup("").join(parts),
        class_=f"chart {shape.name}",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_labelledby=f"{key}-title",
        aria_describedby=f"{key}-desc",
    )


def _lines(force: Vagueness, dated: tuple[Month, ...], shape: Shape) -> list[Line]:
    months = [month_number(month.iso) for month in dated]
    sets = lines_of(spans_of(months, longest=shape.months), longest=shape.months)
    longest = max(width_of(spans) for spans in sets)
    slot = min(WIDEST_SLOT, (shape.width - LEFT - RIGHT) / longest)
    turn = force.turn.date if force.turn else None
    lines: list[Line] = []
    for spans in sets:
        axis = Axis(spans, slot)
        top = lines[-1].bottom + LINES_APART if lines else 0.0
        own = tuple(month for month in dated if axis.holds(month.iso))
        turned = turn if turn and axis.holds(turn) else None
        lines.append(Line(axis, top, own, turned, force.has_faces))
    return lines


def _line(line: Line) -> list[Markup]:
    parts = _grid(line)
    for month in line.months:
        parts.append(_deployments(line, month))
        if line.has_faces:
            parts.append(_faces(line, month))
    parts += _calendar(line)
    return parts + (_turn(line, line.turn) if line.turn else [])


def _grid(line: Line) -> list[Markup]:
    parts = [tag("text", "Deployments", class_="strong", x=LEFT, y=line.heading)]
    parts += _scale(line, line.base, DEPLOYMENTS_TALL)
    if line.has_faces:
        y = line.base + HEADING_TALL - 1
        parts.append(tag("text", "Faces reported", class_="strong", x=LEFT, y=y))
        parts += _scale(line, line.foot, FACES_TALL)
    return parts


def _scale(line: Line, base: float, tall: float) -> list[Markup]:
    parts = []
    for share in (0, 50, 100):
        y = base - tall * share / 100
        parts.append(tag("line", class_="grid", x1=LEFT, x2=line.axis.right, y1=y, y2=y))
        parts.append(tag("text", f"{share} %", x=LEFT - 5, y=y + 4, text_anchor="end"))
    return parts


def _place(line: Line, month: Month) -> tuple[float, float]:
    """Return where a month's column begins and how wide it is."""
    slot = line.axis.slot
    width = (slot - 2) * (_THIN if month.total < FEW else 1.0)
    return line.axis.x(month.iso) + (slot - width) / 2, width


def _stack(
    tally: dict[str, int], at: tuple[float, float], *, base: float, tall: float
) -> list[Markup]:
    whole, y, parts = sum(tally.values()), base, []
    for kind in KINDS:
        height = tall * tally.get(kind, 0) / whole
        if height:
            y -= height
            shown = max(height - 1, 0.5)
            parts.append(tag("rect", class_=kind, x=at[0], y=y, width=at[1], height=shown))
    return parts


def _number(line: Line, month: Month, text: str, y: float) -> Markup:
    middle = line.axis.x(month.iso) + line.axis.slot / 2
    return tag("text", text, class_="small", x=middle, y=y, text_anchor="middle")


def _deployments(line: Line, month: Month) -> Markup:
    parts = _stack(
        month.deployments, _place(line, month), base=line.base, tall=DEPLOYMENTS_TALL
    )
    above = line.base - DEPLOYMENTS_TALL - 4
    parts.append(_number(line, month, words.count(month.total), above))
    return group(parts, title=f"{words.date(month.iso)}: {tally_line(month.deployments)}")


def _faces(line: Line, month: Month) -> Markup:
    whole = sum(month.faces.values())
    if not whole:
        said = "none" if month.faces else "not"
        parts = [_number(line, month, words.NONE, line.foot - 3)]
        return group(parts, title=f"{words.date(month.iso)}: faces {said} reported")
    parts = _stack(month.faces, _place(line, month), base=line.foot, tall=FACES_TALL)
    shares = [
        f"{words.PRECISION_NAMES[kind].lower()} {words.percent(month.faces[kind] / whole)}"
        for kind in KINDS
        if kind in month.faces
    ]
    told = f"{words.count(whole)} faces reported, {', '.join(shares)}"
    return group(parts, title=f"{words.date(month.iso)}: {told}")


def _calendar(line: Line) -> list[Markup]:
    """Write the months and years, and mark where the axis is broken."""
    axis, parts = line.axis, []
    low, starts = line.foot + MONTHS_TALL + YEARS_TALL, axis.starts()
    for start, (first, last) in zip(starts, axis.spans, strict=True):
        for month in range(first, last + 1):
            x = start + (month - first) * axis.slot
            name = words.MONTHS[month % MONTHS_A_YEAR][0]
            at = {"x": x + axis.slot / 2, "y": line.foot + 10, "text_anchor": "middle"}
            parts.append(tag("text", name, class_="small", **at))
            if month == first or month % MONTHS_A_YEAR == 0:
                parts.append(tag("line", class_="year", x1=x, x2=x, y1=line.foot, y2=low))
                if _has_room(month, last, axis.slot):
                    year = str(month // MONTHS_A_YEAR)
                    parts.append(tag("text", year, class_="strong", x=x + 3, y=low - 2))
    for start in starts[1:]:
        parts += _broken(line, start - BREAK * axis.slot / 2)
    return parts


def _has_room(month: int, last: int, slot: float) -> bool:
    """Whether a year can be written before the next year, or the end of its run, is reached."""
    left = min(MONTHS_A_YEAR - month % MONTHS_A_YEAR, last - month + 1 + BREAK)
    return left * slot >= _YEAR_WIDE


def _broken(line: Line, x: float) -> list[Markup]:
    """Rub the scales out around a break and set two strokes there."""
    parts = []
    for base in (line.base, line.foot) if line.has_faces else (line.base,):
        tall = FACES_TALL if base == line.foot and line.has_faces else DEPLOYMENTS_TALL
        at = {"x": x - 4, "width": 8, "y": base - tall - 2, "height": tall + 4}
        parts.append(tag("rect", class_="paper", **at))
        for aside in (-4.0, 4.0):
            ends = {"x1": x + aside - 2, "x2": x + aside + 2, "y1": base + 4, "y2": base - 4}
            parts.append(tag("line", class_="break", **ends))
    return parts


def _turn(line: Line, day: str) -> list[Markup]:
    """Mark the end of a day, past the number that stands above its column."""
    x, top = line.axis.x(day), line.base - DEPLOYMENTS_TALL
    late = x > (LEFT + line.axis.right) / 2
    label = f"to {words.date(day)}" if late else f"after {words.date(day)}"
    beside = {"x": x - 5 if late else x + 5, "y": line.top + 10}
    parts = [
        tag("line", class_=name, x1=x, x2=x, y1=start, y2=end)
        for start, end in ((line.top + 1, top - COUNTS_TALL), (top, line.foot))
        for name in ("halo", "turn")
    ]
    anchor = "end" if late else "start"
    return [*parts, tag("text", label, class_="strong", text_anchor=anchor, **beside)]
