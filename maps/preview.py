"""The still picture: the same marks and words, for where no map can run."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps import words
from maps.headline import counting_forces, headline
from maps.marks import DRAWN, Mark, build_marks
from maps.page import credit_line
from maps.rows import Row, as_rows
from maps.style import LIGHT, RELIEF_LIGHT, mark_radius_px

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from maps.site import SiteTables

WIDTH_PX, HEIGHT_PX = 1200, 630
"""What social networks crop to."""

DPI = 100
FONT = "DejaVu Sans"
"""Ships inside matplotlib, so that every machine draws the same letters."""

TOP_PX, FOOT_PX = 128, 40
_POINTS_PER_PX = 72 / DPI
_METRES_PER_DEGREE = 111_320.0
_SIMPLIFY_DEGREES = 0.0008


def render_preview(tables: SiteTables) -> dict[str, bytes]:
    """
    Draw ``preview.png`` and ``preview.svg``.

    Parameters
    ----------
    tables
        The tables of the site.

    Returns
    -------
    pictures
        Bytes under ``png`` and ``svg``; the same tables give the same bytes.
    """
    import matplotlib as mpl

    settings = {
        "svg.hashsalt": "passersby",
        "svg.fonttype": "path",
        "font.family": [FONT],
        "hatch.linewidth": 0.7,
        "path.simplify": True,
    }
    with mpl.rc_context(settings):
        figure = _figure(tables)
        return {"png": _png(figure), "svg": _svg(figure)}


def _png(figure: Figure) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = io.BytesIO()
    FigureCanvasAgg(figure).print_png(out, metadata={"Software": None})
    return out.getvalue()


def _svg(figure: Figure) -> bytes:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = io.StringIO()
    FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Title": words.TITLE})
    return out.getvalue().encode()


def _figure(tables: SiteTables) -> Figure:
    from matplotlib.figure import Figure

    rows = as_rows(tables.deployments)
    marks = build_marks(tables.deployments, rows)
    figure = Figure(figsize=(WIDTH_PX / DPI, HEIGHT_PX / DPI), dpi=DPI, facecolor=LIGHT["paper"])
    height = HEIGHT_PX - TOP_PX - FOOT_PX
    axes = figure.add_axes((0, FOOT_PX / HEIGHT_PX, 1, height / HEIGHT_PX))
    axes.set_axis_off()
    axes.add_patch(_backdrop(axes))
    shown = _frame_on(axes, rows, marks, height)
    _draw_base(axes, tables)
    _draw_marks(axes, tables, rows, shown)
    _draw_words(figure, tables, rows, len(marks) - len(shown))
    _draw_legend(figure)
    return figure


def _backdrop(axes: Axes) -> Any:  # noqa: ANN401 - matplotlib is untyped
    from matplotlib.patches import Rectangle

    return Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor=LIGHT["water"], zorder=0)


def _frame_on(
    axes: Axes, rows: Sequence[Row], marks: Sequence[Mark], height: int
) -> list[Mark]:
    """Frame the part of the country with most deployments; return the marks inside."""
    tally: dict[str, int] = {}
    for mark in marks:
        name = words.region(rows[mark.rows[0]]["force"])
        tally[name] = tally.get(name, 0) + len(mark.rows)
    if not tally:
        axes.set_xlim(-1, 1)
        axes.set_ylim(51, 52)
        return []
    chosen = max(sorted(tally), key=tally.__getitem__)
    shown = [mark for mark in marks if words.region(rows[mark.rows[0]]["force"]) == chosen]
    xy = np.array([(mark.lon, mark.lat) for mark in shown])
    (west, south), (east, north) = xy.min(axis=0) - 0.03, xy.max(axis=0) + 0.03
    # Wide enough for the frame at this latitude, so that a metre is a metre both ways.
    squeeze = math.cos(math.radians((south + north) / 2))
    wide = max((east - west) * squeeze, (north - south) * WIDTH_PX / height) / squeeze
    tall = wide * squeeze * height / WIDTH_PX
    middle_x, middle_y = (west + east) / 2 - 0.06 * wide, (south + north) / 2
    axes.set_xlim(middle_x - wide / 2, middle_x + wide / 2)
    axes.set_ylim(middle_y - tall / 2, middle_y + tall / 2)
    axes.set_aspect("auto")
    return shown


def _path(shape: shapely.Geometry) -> Any:  # noqa: ANN401
    from matplotlib.path import Path

    rings = [
        shapely.get_coordinates(ring)
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return Path.make_compound_path(*[Path(ring, closed=True) for ring in rings]) if rings else None


def _fill(axes: Axes, shape: shapely.Geometry, **style: object) -> None:
    from matplotlib.patches import PathPatch

    path = _path(shape)
    if path is not None:
        axes.add_patch(PathPatch(path, **style))


def _draw_base(axes: Axes, tables: SiteTables) -> None:
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    window = shapely.box(west, south, east, north)
    shapes = [] if tables.boroughs is None else list(tables.boroughs.geometry)
    near = [shape for shape in shapes if shape.intersects(window)]
    simple = [shapely.simplify(shape, _SIMPLIFY_DEGREES) for shape in near]
    for shape in simple:
        _fill(axes, shape, facecolor=LIGHT["paper"], edgecolor="none", zorder=1)
    if tables.relief is not None:
        for level, shape in zip(tables.relief["level"], tables.relief.geometry, strict=True):
            if shape.intersects(window):
                colour = RELIEF_LIGHT[int(level) - 1]
                _fill(axes, shape, facecolor=colour, edgecolor="none", zorder=1 + int(level) / 10)
    for shape in simple:
        _fill(axes, shape, facecolor="none", edgecolor=LIGHT["second"], alpha=0.4, lw=0.5, zorder=2)


def _draw_marks(axes: Axes, tables: SiteTables, rows: Sequence[Row], marks: Sequence[Mark]) -> None:
    areas = {}
    if tables.boroughs is not None:
        areas = dict(zip(tables.boroughs["area_code"], tables.boroughs.geometry, strict=True))
    for order, precision in enumerate(DRAWN, start=3):
        for mark in (mark for mark in marks if mark.precision == precision):
            dashed = all(rows[i]["exposure_source"] != "reported" for i in mark.rows)
            style = {"zorder": order, "linestyle": (0, (3, 2)) if dashed else "solid"}
            if precision == "area":
                _hatched(axes, areas.get(mark.area_code, mark.geometry), style)
            elif precision == "site":
                _dot(axes, mark, rows, dashed=dashed, order=order)
            elif precision == "street" and mark.geometry is not None:
                _line(axes, mark.geometry, order)
            else:
                _disc(axes, mark, style)


def _hatched(axes: Axes, shape: shapely.Geometry | None, style: dict[str, Any]) -> None:
    if shape is None:
        return
    simple = shapely.simplify(shape, _SIMPLIFY_DEGREES)
    signal = LIGHT["signal"]
    _fill(axes, simple, facecolor="none", edgecolor=signal, hatch="/////", lw=0, alpha=0.42, **style)
    _fill(axes, simple, facecolor="none", edgecolor=signal, lw=0.8, alpha=0.75, **style)


def _dot(axes: Axes, mark: Mark, rows: Sequence[Row], *, dashed: bool, order: int) -> None:
    stated = [rows[i]["duration_h"] for i in mark.rows if rows[i]["duration_h"] is not None]
    size = 2.4 * mark_radius_px(sum(stated) if stated else None) * _POINTS_PER_PX
    axes.plot(
        [mark.lon],
        [mark.lat],
        marker="o",
        markersize=size,
        markerfacecolor=LIGHT["tint"] if dashed else LIGHT["signal"],
        markeredgecolor=LIGHT["signal"] if dashed else LIGHT["paper"],
        markeredgewidth=0.8,
        zorder=order,
    )


def _line(axes: Axes, shape: shapely.Geometry, order: int) -> None:
    for part in shapely.get_parts(shape):
        xy = shapely.get_coordinates(part)
        axes.plot(xy[:, 0], xy[:, 1], color=LIGHT["signal"], lw=3, solid_capstyle="round", zorder=order)


def _disc(axes: Axes, mark: Mark, style: dict[str, Any]) -> None:
    """Draw a disc of true radius whose edge fades in four steps."""
    from matplotlib.patches import Ellipse

    tall = 2 * mark.radius_m / _METRES_PER_DEGREE
    wide = tall / math.cos(math.radians(mark.lat))
    for share, alpha in ((1.0, 0.10), (0.85, 0.12), (0.68, 0.14), (0.5, 0.16)):
        axes.add_patch(
            Ellipse((mark.lon, mark.lat), wide * share, tall * share, facecolor=LIGHT["signal"], edgecolor="none", alpha=alpha, zorder=style["zorder"])
        )
    axes.add_patch(
        Ellipse((mark.lon, mark.lat), wide, tall, facecolor="none", edgecolor=LIGHT["signal"], lw=0.6, alpha=0.6, **style)
    )


def _text(figure: Figure, x: float, y: float, text: str, **style: Any) -> Any:  # noqa: ANN401
    """Write a text at pixels from the left and the top."""
    size = style.pop("px", 15) * _POINTS_PER_PX
    return figure.text(x / WIDTH_PX, 1 - y / HEIGHT_PX, text, fontsize=size, va="baseline", parse_math=False, **style)


def _draw_words(figure: Figure, tables: SiteTables, rows: Sequence[Row], elsewhere: int) -> None:
    main, aside = headline(rows, counting=counting_forces(rows))
    parts = main.split(" · ")
    figures, until = (parts[:-1], parts[-1]) if len(parts) > 1 else (parts, "")
    line = " · ".join(figures)
    _text(figure, 32, 38, words.TITLE, px=17, color=LIGHT["signal"], fontweight="bold")
    size = min(31.0, 31.0 * 62 / max(len(line), 1))
    _text(figure, 32, 77, line, px=size, color=LIGHT["ink"], fontweight="bold")
    rest = until[:1].upper() + until[1:]
    beyond = f" · {words.plural(elsewhere, 'place')} outside this frame" if elsewhere else ""
    _text(figure, 32, 106, f"{rest}{f' ({aside})' if aside else ''}{beyond}", px=16, color=LIGHT["second"])
    credit = words.clean(credit_line(tables), longest=150)
    _text(figure, 32, HEIGHT_PX - 15, credit, px=11, color=LIGHT["second"])


def _draw_legend(figure: Figure) -> None:
    """Explain the four marks at the lower right, on a card of paper."""
    from matplotlib.patches import Rectangle

    left, top, wide, tall = WIDTH_PX - 272, HEIGHT_PX - FOOT_PX - 156, 252, 140
    card = figure.add_axes((left / WIDTH_PX, 1 - (top + tall) / HEIGHT_PX, wide / WIDTH_PX, tall / HEIGHT_PX), zorder=20)
    card.set_xlim(0, wide)
    card.set_ylim(tall, 0)
    card.set_axis_off()
    card.add_patch(Rectangle((0, 0), wide, tall, facecolor=LIGHT["paper"], edgecolor=LIGHT["hairline"], lw=1))
    signal = LIGHT["signal"]
    for line, (kind, sign) in enumerate((("site", "a spot"), ("street", "somewhere on a street"), ("district", "somewhere in a district"), ("area", "somewhere in a borough"))):
        y = 26 + 31 * line
        card.text(52, y, sign, fontsize=15 * _POINTS_PER_PX, color=LIGHT["ink"], va="center")
        if kind == "site":
            card.plot([28], [y], marker="o", markersize=8, color=signal)
        elif kind == "street":
            card.plot([16, 40], [y + 5, y - 5], color=signal, lw=3.4, solid_capstyle="round")
        elif kind == "district":
            for size, alpha in ((18, 0.18), (13, 0.22), (8, 0.28)):
                card.plot([28], [y], marker="o", markersize=size, color=signal, alpha=alpha, markeredgewidth=0)
        else:
            card.add_patch(Rectangle((16, y - 10), 24, 20, facecolor="none", edgecolor=signal, hatch="/////", lw=0.9))
