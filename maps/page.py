"""The two pages that hold a map: the full one and the one to embed."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maps import words
from maps.charts import rates_chart
from maps.encode import script_json
from maps.headline import counting_forces, headline
from maps.notes import era_line, not_line
from maps.rows import as_rows
from maps.style import css_variables
from maps.templates import asset, render_page, template
from maps.vague_chart import figure_of
from maps.vagueness import measure

if TYPE_CHECKING:
    from maps.tables import SiteTables

DOWNLOADS = (
    ("data/deployments.csv", "CSV", "spreadsheet"),
    ("data/deployments.geojson", "GeoJSON", "map software"),
    ("data/deployments.parquet", "GeoParquet", "analysis"),
    ("data/passersby.duckdb", "DuckDB", "every table"),
    ("preview.png", "PNG", "picture"),
    ("preview.svg", "SVG", "picture to edit"),
)

TILE_ORIGINS = {"osm": "https://tile.openstreetmap.org"}


def render_index(tables: SiteTables, payload: dict[str, Any]) -> bytes:
    """Draw ``index.html``: map, timeline, filters, list and charts, in one file."""
    return _render(tables, payload, lean=False)


def render_embed(tables: SiteTables, payload: dict[str, Any]) -> bytes:
    """Draw ``embed.html``: headline, map and timeline, to stand in another page."""
    return _render(tables, {**payload, "stations": [], "plausible": []}, lean=True)


def _render(tables: SiteTables, payload: dict[str, Any], *, lean: bool) -> bytes:
    from branca.element import Figure

    from maps.layers import build_map, steady_ids

    rows = as_rows(tables.deployments)
    main, aside = headline(rows, counting=counting_forces(rows))
    with steady_ids():
        figure = Figure(title=words.TITLE)
        figure.add_child(
            build_map(lean=lean, tiles=tables.tiles, streets=bool(payload["plausible"]))
        )
        for child in figure._children.values():  # noqa: SLF001 - fills html and script
            child.render()
        drawn = {"map_html": figure.html.render(), "map_script": figure.script.render()}
    context: dict[str, Any] = {
        "title": words.TITLE,
        "main": main,
        "aside": aside,
        "not_line": not_line(tables),
        "era_line": era_line(tables),
        "payload": script_json(payload),
        "leaflet_js": leaflet_script(),
        "leaflet_css": leaflet_style(),
        "page_js": asset("page.js"),
        "page_css": css_variables() + asset("page.css") + asset("chart.css"),
        "downloads": DOWNLOADS,
        "precisions": words.PRECISION_NAMES,
        "meanings": words.PRECISION_MEANINGS,
        "credit_line": credit_line(tables),
        "site_url": (tables.site_url or "").rstrip("/"),
        "tiles": tables.tiles,
        "version": tables.version,
        "streets": bool(payload["plausible"]),
        **drawn,
    }
    if not lean:
        forces = measure(tables.deployments)
        context["vague"] = figure_of(forces[0], key="vague") if forces else None
        context["other_forces"] = words.listing([force.name for force in forces[1:]])
        context["rates"] = rates_chart(rows, as_rows(tables.eras))
    name = "embed.html.j2" if lean else "index.html.j2"
    return render_page(template(name), context, images=TILE_ORIGINS.get(tables.tiles or "", ""))


def credit_line(tables: SiteTables) -> str:
    """Name the owners of the data, each once."""
    named = [
        words.clean(c["credit"], longest=160).replace("(c)", "©")
        for c in tables.credits
        if c.get("credit")
    ]
    return " · ".join(dict.fromkeys(named))


@lru_cache(maxsize=1)
def leaflet_script() -> str:
    """Return Leaflet's script, without the pointer to a source map it would fetch."""
    return re.sub(r"(?m)^//# sourceMappingURL=.*$", "", _leaflet("leaflet.js")).strip()


@lru_cache(maxsize=1)
def leaflet_style() -> str:
    """Return Leaflet's style, without the pictures of controls that we do not use."""
    style = re.sub(r"url\((?!#)[^)]*\)", "none", _leaflet("leaflet.css"))
    return re.sub(r"\s*behavior:[^;]*;", "", style).strip()


def _leaflet(name: str) -> str:
    from xstatic.pkg import leaflet

    text = (Path(leaflet.BASE_DIR) / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")
