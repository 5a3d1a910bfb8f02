"""The published site: tables in, files out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maps.tables import SiteTables


def render_site(tables: SiteTables) -> dict[str, bytes]:
    """
    Draw every page, picture and feed of the site.

    The same tables give the same bytes: nothing here reads a clock, a network or a folder.

    Parameters
    ----------
    tables
        What to draw.

    Returns
    -------
    files
        Contents by path relative to the site's folder.
    """
    from maps.feed import render_feed
    from maps.method import render_method
    from maps.page import render_embed, render_index
    from maps.payload import build_payload
    from maps.preview import render_preview
    from maps.table import render_table

    payload = build_payload(tables)
    picture = render_preview(tables)
    return {
        "index.html": render_index(tables, payload),
        "embed.html": render_embed(tables, payload),
        "table.html": render_table(tables),
        "method.html": render_method(tables),
        "changes.xml": render_feed(tables),
        "preview.png": picture["png"],
        "preview.svg": picture["svg"],
    }
