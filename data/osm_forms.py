"""What an OpenStreetMap file is, by how it begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

_KNOWN = (
    "Known kinds: OpenStreetMap extracts (.osm.pbf, .osm, .osm.gz, .osm.bz2, .o5m), networks "
    "saved by OSMnx (.graphml), GeoPackage, GeoJSON, GeoParquet, answers of Overpass in JSON."
)
_HEAD = 4096
_PROLOGUE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_MAGICS = (
    (b"SQLite format 3\0", "table"),
    (b"PAR1", "parquet"),
    (b"\xff\xe0\x04o5m2", "o5m"),
)


def form_of(path: Path) -> str:
    """
    Return what a file is by how it begins.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    form
        ``pbf``, ``osm``, ``osm.gz``, ``osm.bz2``, ``o5m``, ``graphml``, ``overpass``, ``table``
        or ``parquet``.

    Raises
    ------
    SourceError
        If it is missing, empty or none of these.
    """
    head = _head(path)
    for magic, form in _MAGICS:
        if head.startswith(magic):
            return form
    if b"OSMHeader" in head[:16]:
        return "pbf"
    if head.startswith((b"\x1f\x8b", b"BZh")):
        return "osm.gz" if head.startswith(b"\x1f\x8b") else "osm.bz2"
    told = _form_of_text(head[_end(head) :])
    if told is None:
        msg = f"{path.name} is {_looks(head)}"
        raise SourceError(msg)
    return told


def _head(path: Path) -> bytes:
    if path.is_fifo():
        msg = f"{path} is a pipe, and maps are read more than once. Save it to a file first."
        raise SourceError(msg)
    try:
        with path.open("rb") as opened:
            head = opened.read(_HEAD)
    except OSError as error:
        reason = error.strerror or str(error)
        msg = (
            f"{path} cannot be read ({reason}). Give the path of an OpenStreetMap extract, or "
            "download one, for example from download.geofabrik.de."
        )
        raise SourceError(msg) from error
    if not head.strip(b"\0 \r\n\t"):
        msg = f"{path.name} is empty. Download the extract again."
        raise SourceError(msg)
    return head


def _end(head: bytes) -> int:
    """Return where a text's prologue ends."""
    match = _PROLOGUE.match(head)
    return match.end() if match else 0


def _form_of_text(text: bytes) -> str | None:
    if text.startswith(b"<osm") and not text.startswith(b"<osmChange"):
        return "osm"
    if text.startswith(b"<graphml"):
        return "graphml"
    if text.startswith(b"{"):
        # A FeatureCollection says so before its features, an answer before its elements.
        marks = {
            "table": re.search(rb'"type"\s*:\s*"Feature', text),
            "overpass": re.search(rb'"(?:osm3s|elements|generator)"\s*:', text),
        }
        found = {form: match.start() for form, match in marks.items() if match}
        return min(found, key=lambda form: found[form]) if found else None
    return None


def _looks(head: bytes) -> str:
    if re.match(rb"\s*<(?:!doctype\s+)?html", head, re.IGNORECASE):
        return "a web page, not an extract: the download went wrong. Download it again."
    if head.startswith(b"PK\x03\x04"):
        return "a ZIP archive. Unpack it first."
    return f"no OpenStreetMap extract. {_KNOWN}"
