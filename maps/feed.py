"""The Atom feed: one entry per document read and one per correction made."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from maps import cards, words
from maps.rows import as_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.rows import Row
    from maps.tables import SiteTables

AUTHORITY = "passersby,2024"
"""Names every identifier, so that they stay the same wherever the site is published."""

_EARLIEST = "1970-01-01"


def instant(iso: str) -> str:
    """
    Return a date, however partial, as the instant its first day begins.

    Examples
    --------
    >>> instant("2023-08"), instant("2024-12-20")
    ('2023-08-01T00:00:00Z', '2024-12-20T00:00:00Z')
    """
    return (
        f"{iso}{_EARLIEST[len(iso) :]}T00:00:00Z"
        if len(iso) < len(_EARLIEST)
        else f"{iso}T00:00:00Z"
    )


def render_feed(tables: SiteTables) -> bytes:
    """
    Write ``changes.xml``; its dates are those of the records, never of a clock.

    Parameters
    ----------
    tables
        The tables of the site.
    """
    rows = as_rows(tables.deployments)
    latest = max((row["date"] for row in rows), default=_EARLIEST)
    entries = _document_entries(tables, rows) + _correction_entries(tables, rows)
    address = (tables.site_url or "").rstrip("/")
    links = [
        f'<link rel="alternate" href={quoteattr(address + "/" if address else "index.html")}/>'
    ]
    if address:
        links.append(f'<link rel="self" href={quoteattr(address + "/changes.xml")}/>')
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">',
        f"<title>{escape(words.TITLE)}: changes</title>",
        f"<id>tag:{AUTHORITY}:changes</id>",
        f"<updated>{instant(latest)}</updated>",
        "<author><name>Passersby</name></author>",
        *links,
        *entries,
        "</feed>",
        "",
    ]
    return "\n".join(lines).encode()


def _entry(name: str, title: str, updated: str, summary: str) -> str:
    return (
        f"<entry><title>{escape(title)}</title><id>tag:{AUTHORITY}:{escape(name)}</id>"
        f"<updated>{instant(updated)}</updated><summary>{escape(summary)}</summary></entry>"
    )


def _document_entries(tables: SiteTables, rows: Sequence[Row]) -> list[str]:
    entries = []
    for source in as_rows(tables.sources):
        dates = [
            row["date"]
            for row in rows
            if (row["source_sha256"], row["source_document"])
            == (source["source_sha256"], source["source_document"])
        ]
        kept = words.plural(source["rows_core"] or 0, "record")
        rejected = (
            f", {words.count(source['rows_rejected'])} rejected"
            if source["rows_rejected"]
            else ""
        )
        span = f", {words.date(min(dates))} to {words.date(max(dates))}" if dates else ""
        digest = str(source["source_sha256"])
        entries.append(
            _entry(
                f"document/{digest}",
                f"Document read: {cards.document_label(source)}",
                max(dates, default=_EARLIEST),
                f"{kept}{rejected}{span}. SHA-256 {digest}.",
            )
        )
    return list(dict.fromkeys(entries))


def _correction_entries(tables: SiteTables, rows: Sequence[Row]) -> list[str]:
    dates = {row["deployment_id"]: row["date"] for row in rows}
    return [
        _entry(
            f"correction/{fix['deployment_id']}/{fix['column']}",
            f"Corrected: {words.clean(fix['deployment_id'])}, "
            f"{words.clean(fix['column']).replace('_', ' ')}",
            dates.get(fix["deployment_id"], _EARLIEST),
            f"{words.clean(fix['value_from'])} became {words.clean(fix['value_to'])}. "
            f"{words.clean(fix['reason'])} Evidence: {words.clean(fix['evidence'] or 'none')}",
        )
        for fix in as_rows(tables.corrections)
    ]
