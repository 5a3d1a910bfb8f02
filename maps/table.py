"""The table of every deployment, complete without JavaScript."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from maps import cards, words
from maps.events import event_line, events_by_id
from maps.headline import counting_forces, headline
from maps.notes import not_line
from maps.page import credit_line
from maps.rows import as_rows
from maps.style import css_variables
from maps.templates import asset, render_page, template

if TYPE_CHECKING:
    from maps.rows import Row
    from maps.tables import SiteTables


def render_table(tables: SiteTables) -> bytes:
    """
    Draw ``table.html``.

    Parameters
    ----------
    tables
        The tables of the site.
    """
    rows = as_rows(tables.deployments)
    sources = {(s["source_sha256"], s["source_document"]): s for s in as_rows(tables.sources)}
    labels = {(e["force"], e["era"]): e["label"] or e["era"] for e in as_rows(tables.eras)}
    noted = _notes(tables)
    main, aside = headline(rows, counting=counting_forces(rows))
    context = {
        "title": f"{words.TITLE}: the table",
        "main": main,
        "aside": aside,
        "not_line": not_line(tables),
        "lines": [
            _line(
                row, sources.get((row["source_sha256"], row["source_document"])), labels, noted
            )
            for row in sorted(rows, key=lambda row: (row["date"], row["deployment_id"]))
        ],
        "credit_line": credit_line(tables),
        "site_url": (tables.site_url or "").rstrip("/"),
        "page_css": css_variables() + asset("text.css"),
        "page_js": asset("table.js"),
    }
    return render_page(template("table.html.j2"), context)


def _notes(tables: SiteTables) -> dict[str, list[str]]:
    noted: dict[str, list[str]] = defaultdict(list)
    for fix in as_rows(tables.corrections):
        noted[fix["deployment_id"]] += cards.flag_lines([], [fix])
    for flag in as_rows(tables.flags):
        noted[flag["deployment_id"]] += cards.flag_lines([flag], [])
    for identity, events in events_by_id(tables).items():
        noted[identity] += [f"Same day: {event_line(event)}" for event in events]
    return noted


def _line(
    row: Row,
    source: Row | None,
    labels: dict[tuple[str, str], str],
    noted: dict[str, list[str]],
) -> dict[str, Any]:
    true, false = (
        _sum(row, f"{kind}_alerts_confirmed", f"{kind}_alerts_unconfirmed")
        for kind in ("true", "false")
    )
    length = row["duration_h"]
    return {
        "id": row["deployment_id"],
        "iso": row["date"],
        "force": words.short_force(row["force"]),
        "place": words.clean(row["place_published"]),
        "sure": words.PRECISION_NAMES[row["precision"]],
        "read": words.clean(row["place_read"] or row["area_name"] or words.NONE),
        "radius": words.distance(row["uncertainty_m"]) if row["uncertainty_m"] else None,
        "radius_m": row["uncertainty_m"],
        "length": None if length is None else words.hours(length),
        "length_h": length,
        "numbers": [row["faces_seen"], row["alerts"], true, false, row["arrests"]],
        "expected": cards.expected_line(row),
        "expected_n": row["faces_expected"],
        "era": words.clean(
            labels.get((row["force"], row["counting_era"]), row["counting_era"] or words.NONE)
        ),
        "notes": noted.get(row["deployment_id"], []),
        "record": cards.record_line(row, source),
        "link": cards.safe_link((source or {}).get("url")),
    }


def _sum(row: Row, *names: str) -> float | None:
    stated = [row[name] for name in names if row[name] is not None]
    return sum(stated) if stated else None
