"""The map: a Folium map with our own layers, and none of the scripts Folium would fetch."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import folium
from branca.element import Element, MacroElement
from folium.template import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_ZOOM = 17
"""Without tiles Leaflet knows no limit; nothing here is known more finely than a street."""

SMALLEST_ZOOM = 5

TILE_SERVERS = {
    "osm": (
        "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        '&copy; <a href="https://osm.org/copyright">OpenStreetMap</a> contributors',
    )
}
"""Tiles that may be asked for, each with the credit its owner requires."""


@contextmanager
def steady_ids() -> Iterator[None]:
    """Give Folium's elements numbers instead of random names, so that pages repeat."""
    name = "_generate_id"  # no public seam, so put back what was there
    original = Element.__dict__[name]
    numbers = count(1)
    setattr(Element, name, classmethod(lambda _: f"{next(numbers)}"))
    try:
        yield
    finally:
        setattr(Element, name, original)


class QuietMap(folium.Map):
    """A Folium map that fetches nothing and leaves the page's layout and zooming alone."""

    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id="{{ this.get_name() }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            const {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                {center: {{ this.location|tojson }}, ...{{ this.options|tojavascript }}});
        {% endmacro %}
        """
    )


class PageLayer(MacroElement):
    """One layer or control, drawn by the function of that name in the page's script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            passersby.{{ this.draws }}(
                {{ this._parent.get_name() }}, {{ this.options|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, draws: str, options: dict[str, Any] | None = None) -> None:
        super().__init__()
        self._name = "PageLayer"
        self.draws = draws
        self.options = options or {}


def build_map(*, lean: bool, tiles: str | None, streets: bool = False) -> folium.Map:
    """
    Return the map with its layers, vague under precise.

    Parameters
    ----------
    lean
        Whether it is for the embed, which leaves out the stations.
    tiles
        Name of a tile server in `TILE_SERVERS`, or None to load nothing.
    streets
        Whether there are streets that counts speak for.
    """
    drawn = QuietMap(
        location=[51.5, -0.12],
        zoom_start=10,
        tiles=None,
        zoom_control=False,
        max_zoom=LARGEST_ZOOM,
        min_zoom=SMALLEST_ZOOM,
        zoom_snap=1 if tiles else 0.25,
        keyboard=False,
        attribution_control=bool(tiles),
    )
    if tiles:
        address, credit = TILE_SERVERS[tiles]
        folium.TileLayer(tiles=address, attr=credit, max_zoom=19).add_to(drawn)
    names = ["land", "relief", "stations", "plausible", "marks", "labels", "controls", "start"]
    skipped = {"stations", "plausible"} if lean else set()
    if not streets:
        skipped |= {"plausible"}
    if tiles:
        skipped |= {"relief", "stations"}
    for name in names:
        if name not in skipped:
            drawn.add_child(PageLayer(name, {"tiles": bool(tiles)} if name == "land" else None))
    return drawn
