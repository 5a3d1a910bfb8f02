"""Elements of a drawing, every attribute and text escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable


def tag(name: str, text: str | None = None, **attributes: object) -> Markup:
    """
    Write one element.

    Parameters
    ----------
    name
        Its name.
    text
        What stands in it; escaped unless it is markup already.
    **attributes
        Its attributes, with ``_`` for ``-`` and a last ``_`` dropped.

    Examples
    --------
    >>> tag("text", "a < b", class_="strong", text_anchor="end", x=2.0)
    Markup('<text class="strong" text-anchor="end" x="2">a &lt; b</text>')
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value))
        for key, value in attributes.items()
    )
    if text is None:
        return Markup("<{}{}/>").format(name, written)
    return Markup("<{}{}>{}</{}>").format(name, written, text, name)


def group(parts: Iterable[Markup], *, title: str) -> Markup:
    """Gather elements under one title, which a browser shows where it is pointed at."""
    return tag("g", tag("title", title) + Markup("").join(parts))


def _short(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
