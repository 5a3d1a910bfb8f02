"""The still picture: the same marks and words, for where no map can run."""

from __future__ import annotations

import io
import math
import textwrap
from typing import TYPE_CHECKING, Any

import shapely

from maps import words
from maps.headline import counting_forces, headline
from maps.marks import DRAWN, Mark, build_marks
from maps.page import credit_line
from maps.payload import METRES_PER_DEGREE, build_views
from maps.rows import Row, as_rows
from maps.style import LIGHT, RELIEF_LIGHT, mark_radius_px

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from maps.tables import SiteTables

WIDTH_PX, HEIGHT_PX = 1200, 630
"""What social networks crop to."""

DPI = 100
FONT = "DejaVu Sans"
"""Ships inside matplotlib, so that every machine draws the same letters."""

COLUMN_PX = 404
"""The words stand to the left, the map fills the rest."""

_POINTS_PER_PX = 72 / DPI
INSET_PX = 32
MARGIN = 1.06
"""Of the frame round the marks."""

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

    settings: dict[Any, Any] = {
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
    figure = Figure(
        figsize=(WIDTH_PX / DPI, HEIGHT_PX / DPI), dpi=DPI, facecolor=LIGHT["paper"]
    )
    left = COLUMN_PX / WIDTH_PX
    axes = figure.add_axes((left, 0, 1 - left, 1))
    axes.set_axis_off()
    axes.add_artist(_backdrop(axes))
    shown = _frame_on(axes, rows, marks, tables)
    _draw_base(axes, tables, {mark.area_code for mark in marks})
    _draw_marks(axes, tables, rows, shown)
    _draw_words(figure, tables, rows, len(marks) - len(shown))
    _draw_legend(figure)
    return figure


def _backdrop(axes: Axes) -> Any:  # noqa: ANN401 - matplotlib is untyped
    from matplotlib.patches import Rectangle

    return Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor=LIGHT["water"], zorder=0)


def _frame_on(
    axes: Axes, rows: Sequence[Row], marks: Sequence[Mark], tables: SiteTables
) -> list[Mark]:
    """Frame the part of the country with most deployments; return the marks inside."""
    views = build_views(rows, marks, tables.boroughs)
    if not views:
        axes.set_xlim(-1, 1)
        axes.set_ylim(51, 52)
        return []
    (south, west), (north, east) = views[0]["bounds"]
    # Wide enough for the frame at this latitude, so that a metre is a metre both ways.
    squeeze = math.cos(math.radians((south + north) / 2))
    shape = (WIDTH_PX - COLUMN_PX) / HEIGHT_PX
    tall = MARGIN * max(north - south, (east - west) * squeeze / shape)
    wide = tall * shape / squeeze
    x, y = (west + east) / 2, (south + north) / 2
    axes.set_xlim(x - wide / 2, x + wide / 2)
    axes.set_ylim(y - tall / 2, y + tall / 2)
    axes.set_aspect("auto")
    return [
        mark for mark in marks if abs(mark.lon - x) < wide / 2 and abs(mark.lat - y) < tall / 2
    ]


def _path(shape: shapely.Geometry) -> Any:  # noqa: ANN401
    from matplotlib.path import Path

    rings = [
        shapely.get_coordinates(ring)
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return (
        Path.make_compound_path(*[Path(ring, closed=True) for ring in rings]) if rings else None
    )


def _fill(axes: Axes, shape: shapely.Geometry, **style: object) -> None:
    from matplotlib.patches import PathPatch

    path = _path(shape)
    if path is not None:
        axes.add_artist(PathPatch(path, **style))


def _draw_base(axes: Axes, tables: SiteTables, marked: set[str | None]) -> None:
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    window = (west, south, east, north)
    if tables.boroughs is not None:
        shapes = tables.boroughs.geometry.to_numpy()
        codes = tables.boroughs["area_code"].astype(str)
        near = (codes.isin(marked) | codes.str.startswith("E09")).to_numpy()
        for group, alpha in ((shapes[~near], 0.15), (shapes[near], 0.38)):
            for shape in _inside(group, window):
                _fill(axes, shape, facecolor=LIGHT["paper"], edgecolor="none", zorder=1)
                _fill(
                    axes,
                    shape,
                    facecolor="none",
                    edgecolor=LIGHT["second"],
                    alpha=alpha,
                    lw=0.5,
                    zorder=2,
                )
    if tables.relief is not None:
        for level in sorted(set(tables.relief["level"])):
            shapes = tables.relief.geometry[tables.relief["level"] == level].to_numpy()
            for shape in _inside(shapes, window):
                colour = RELIEF_LIGHT[int(level) - 1]
                _fill(
                    axes, shape, facecolor=colour, edgecolor="none", zorder=1 + int(level) / 10
                )


def _inside(shapes: np.ndarray, window: tuple[float, float, float, float]) -> list[Any]:
    """Return the parts within the frame, no finer than can be seen."""
    near = shapes[shapely.intersects(shapes, shapely.box(*window))]
    clipped = shapely.clip_by_rect(shapely.make_valid(near), *window)
    return list(shapely.simplify(clipped, _SIMPLIFY_DEGREES))


def _draw_marks(
    axes: Axes, tables: SiteTables, rows: Sequence[Row], marks: Sequence[Mark]
) -> None:
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
    _fill(
        axes,
        simple,
        facecolor="none",
        edgecolor=signal,
        hatch="/////",
        lw=0,
        alpha=0.42,
        **style,
    )
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
        axes.plot(
            xy[:, 0],
            xy[:, 1],
            color=LIGHT["signal"],
            lw=3,
            solid_capstyle="round",
            zorder=order,
        )


def _disc(axes: Axes, mark: Mark, style: dict[str, Any]) -> None:
    """Draw a disc of true radius whose edge fades in four steps."""
    from matplotlib.patches import Ellipse

    tall = 2 * mark.radius_m / METRES_PER_DEGREE
    wide = tall / math.cos(math.radians(mark.lat))
    for share, alpha in ((1.0, 0.10), (0.85, 0.12), (0.68, 0.14), (0.5, 0.16)):
        axes.add_artist(
            Ellipse(
                (mark.lon, mark.lat),
                wide * share,
                tall * share,
                facecolor=LIGHT["signal"],
                edgecolor="none",
                alpha=alpha,
                zorder=style["zorder"],
            )
        )
    axes.add_artist(
        Ellipse(
            (mark.lon, mark.lat),
            wide,
            tall,
            facecolor="none",
            edgecolor=LIGHT["signal"],
            lw=0.6,
            alpha=0.6,
            **style,
        )
    )


def _text(figure: Figure, x: float, y: float, text: str, **style: Any) -> Any:  # noqa: ANN401
    """Write a text at pixels from the left and the top."""
    size = style.pop("px", 15) * _POINTS_PER_PX
    return figure.text(
        x / WIDTH_PX,
        1 - y / HEIGHT_PX,
        text,
        fontsize=size,
        va="baseline",
        parse_math=False,
        **style,
    )


def _draw_words(
    figure: Figure, tables: SiteTables, rows: Sequence[Row], elsewhere: int
) -> None:
    main, aside = headline(rows, counting=counting_forces(rows))
    parts = main.split(" · ")
    ink, second = LIGHT["ink"], LIGHT["second"]
    y = 52.0
    for line in textwrap.wrap(words.TITLE, 30):
        _text(figure, INSET_PX, y, line, px=18, color=LIGHT["signal"], fontweight="bold")
        y += 24
    y += 20
    for part in parts[:-1] or parts:
        size = 27.0
        for line in textwrap.wrap(part, 22):
            _text(figure, INSET_PX, y, line, px=size, color=ink, fontweight="bold")
            y += 34
        y += 5
    rest = [parts[-1][:1].upper() + parts[-1][1:]] if len(parts) > 1 else []
    rest += [aside] if aside else []
    rest += [f"{words.plural(elsewhere, 'place')} outside this frame"] if elsewhere else []
    y += 2
    for line in (line for part in rest for line in textwrap.wrap(part, 42)):
        _text(figure, INSET_PX, y, line, px=15, color=second)
        y += 21
    credit = textwrap.wrap(words.clean(credit_line(tables), longest=400), 70)
    for number, line in enumerate(reversed(credit[:6])):
        _text(figure, INSET_PX, HEIGHT_PX - 16 - 13 * number, line, px=9.5, color=second)


LEGEND = (
    ("site", "a spot"),
    ("street", "somewhere along a street"),
    ("district", "somewhere in a district"),
    ("area", "somewhere in a borough"),
)


def _draw_legend(figure: Figure) -> None:
    """Explain the four marks under the figures."""
    top, wide, tall = HEIGHT_PX - 228, COLUMN_PX - INSET_PX, 128
    box = (INSET_PX / WIDTH_PX, 1 - (top + tall) / HEIGHT_PX, wide / WIDTH_PX, tall / HEIGHT_PX)
    card = figure.add_axes(box, zorder=20)
    card.set_xlim(0, wide)
    card.set_ylim(tall, 0)
    card.set_axis_off()
    for line, (kind, text) in enumerate(LEGEND):
        y = 18 + 30 * line
        card.text(38, y, text, fontsize=15 * _POINTS_PER_PX, color=LIGHT["ink"], va="center")
        _draw_swatch(card, kind, y)


def _draw_swatch(card: Axes, kind: str, y: float) -> None:
    from matplotlib.patches import Rectangle

    signal = LIGHT["signal"]
    if kind == "site":
        card.plot([13], [y], marker="o", markersize=7.5, color=signal, markeredgewidth=0)
    elif kind == "street":
        card.plot([3, 23], [y + 5, y - 5], color=signal, lw=3.2, solid_capstyle="round")
    elif kind == "district":
        for size, alpha in ((16, 0.18), (12, 0.22), (7, 0.28)):
            card.plot(
                [13],
                [y],
                marker="o",
                markersize=size,
                color=signal,
                alpha=alpha,
                markeredgewidth=0,
            )
    else:
        card.add_artist(
            Rectangle(
                (2, y - 10), 22, 20, facecolor="none", edgecolor=signal, hatch="/////", lw=0.9
            )
        )
