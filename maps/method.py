"""The method page: what the numbers are, what they are not, and how wrong they may be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from geo.scorecard import ROLLING
from maps import cards, words
from maps.beside import beside_of
from maps.calibration import calibration_of
from maps.era_changes import changes_of, levels_of
from maps.events import events_note
from maps.headline import counting_forces, headline
from maps.notes import flag_name, for_readers, not_line
from maps.page import credit_line
from maps.rates import rates_of
from maps.rows import as_rows
from maps.style import css_variables
from maps.templates import asset, render_page, template
from maps.vague_chart import figure_of
from maps.vagueness import measure, table_of
from maps.verdict import CAPTIONS, not_covered, verdict
from maps.walkers import walkers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from maps.rows import Row
    from maps.tables import SiteTables

_LONGEST_NOTE = 1500

MOST_REJECTED = 500
"""Rejected rows shown; the rest are in data/rejected.csv."""

CONTENTS = {
    "numbers": "What the numbers are",
    "reading": "From document to map",
    "places": "How places were read",
    "found": "How well they are found",
    "vague": "How vague the records are",
    "eras": "Counting eras",
    "rates": "Arrests and alerts",
    "scorecard": "How wrong the estimate is",
    "limits": "Limits",
    "events": "Public events",
    "residents": "Residents",
    "walkers": "People walking past",
    "beside": "Faces beside people walking past",
    "corrections": "Corrections",
    "flags": "Flags",
    "rejected": "Rejected rows",
    "sources": "Documents",
    "credits": "Licences",
}
"""Sections in order, by their ids."""

RESIDENTS = "residents within 800 m"
"""What a heading says already."""

OPTIONAL = frozenset({"vague", "residents", "walkers", "events", "rates", "beside"})
"""Sections left out where there is nothing to say."""


def render_method(tables: SiteTables) -> bytes:
    """
    Draw ``method.html``.

    Parameters
    ----------
    tables
        The tables of the site.
    """
    rows = as_rows(tables.deployments)
    main, aside = headline(rows, counting=counting_forces(rows))
    rejected = as_rows(tables.rejected)
    scores = as_rows(tables.scorecard)
    context: dict[str, Any] = {
        "title": "How this map was made, and its limits",
        "main": main,
        "aside": aside,
        "not_line": not_line(tables),
        "site_url": (tables.site_url or "").rstrip("/"),
        "sources": [_source(source) for source in as_rows(tables.sources)],
        "eras": [_era(era) for era in as_rows(tables.eras)],
        "rates": rates_of(tables),
        "levels": levels_of(as_rows(tables.eras)),
        "lent": _lent(as_rows(tables.eras), len(rows)),
        "changes": changes_of(as_rows(tables.eras)),
        "untold": [words.clean(told, longest=_LONGEST_NOTE) for told in tables.untold_eras],
        "scores": _by_split(scores),
        "verdict": verdict(scores),
        "not_covered": not_covered(rows, as_rows(tables.eras)),
        "corrections": as_rows(tables.corrections),
        "rejected": rejected[:MOST_REJECTED],
        "rejected_more": max(len(rejected) - MOST_REJECTED, 0),
        "flags": _flags(as_rows(tables.flags)),
        "placed": _placed(rows),
        "vague": _vague(tables),
        "found": calibration_of(tables.place_calibration),
        "twice": twice_line(as_rows(tables.places)),
        "counts": _counts(rows),
        "total": len(rows),
        "walkers": walkers_of(
            as_rows(tables.places), basis=tables.walk_basis, streets=tables.streets
        ),
        "residents": Counter(
            words.clean(r["residents_method"]).removeprefix(RESIDENTS).lstrip(", ")
            for r in rows
            if r["residents_method"]
        ).most_common(),
        "events": events_note(tables),
        "beside": beside_of(tables),
        "credits": [_credit(credit) for credit in tables.credits],
        "tiles": tables.tiles,
        "version": tables.version,
        "credit_line": credit_line(tables),
        "page_css": css_variables() + asset("text.css") + asset("chart.css"),
    }
    context["contents"] = [
        (key, name) for key, name in CONTENTS.items() if key not in OPTIONAL or context[key]
    ]
    return render_page(template("method.html.j2"), context)


def _counts(rows: Iterable[Row]) -> str:
    """Say how many deployments have a count, an estimate or neither."""
    kinds = Counter(row["exposure_source"] or "none" for row in rows)
    own, another = (f"the same force{words.APOSTROPHE}s", f"another force{words.APOSTROPHE}s")
    said = {
        "reported": "a reported count",
        "modelled": f"an estimate from {own} counts",
        "borrowed": f"an estimate borrowed from {another} counts",
        "none": "neither",
    }
    parts = [
        f"{words.count(kinds[kind])} with {text}" for kind, text in said.items() if kinds[kind]
    ]
    return words.listing(parts)


def _source(source: Row) -> dict[str, Any]:
    return {
        **source,
        "label": cards.document_label(source),
        "link": cards.safe_link(source["url"]) or cards.safe_link(source["source_document"]),
    }


def _era(era: Row) -> dict[str, str]:
    first, last = era["first_date"], era["last_date"]
    begins = words.date(str(first)) if first else "the first record"
    ends = words.date(str(last)) if last else "the latest record"
    return {
        "force": words.short_force(era["force"]),
        "label": words.clean(era["label"] or era["era"]),
        "span": f"{begins} to {ends}",
        "note": words.clean(era["note"] or "", longest=_LONGEST_NOTE),
    }


def _lent(eras: Iterable[Row], own: int) -> bool:
    """Say whether eras rest on more deployments than are shown."""
    return sum(era.get("deployments") or 0 for era in eras) > own


def _vague(tables: SiteTables) -> list[dict[str, Any]]:
    return [
        {
            **figure_of(force, key=f"vague-{number}"),
            "months": table_of(force),
            "has_faces": force.has_faces,
        }
        for number, force in enumerate(measure(tables.deployments), start=1)
    ]


def _by_split(scores: Iterable[Row]) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the lines of each split of the scorecard under its name, that by month first."""
    splits: dict[str, list[dict[str, str]]] = {}
    for score in scores:
        splits.setdefault(words.clean(score["split"]), []).append(_score(score))
    ordered = sorted(splits.items(), key=lambda split: split[0] != ROLLING)
    return [(CAPTIONS.get(split, split), lines) for split, lines in ordered]


def _score(score: Row) -> dict[str, str]:
    def percent(name: str) -> str:
        value = score.get(name)
        return words.NONE if value is None else f"{100 * value:.0f} %"

    bias, crps = score.get("log_bias"), score.get("crps")
    return {
        "name": words.clean(score["name"]),
        "rows": words.count(score["rows"] or 0),
        "mape": percent("mape"),
        "median": percent("median_ape"),
        "bias": words.NONE if bias is None else f"{bias:+.2f}".replace("-", words.MINUS),
        "crps": words.NONE if crps is None else f"{crps:.3f}",
        "inside80": percent("coverage80_share"),
        "inside90": percent("coverage90_share"),
    }


def _flags(flags: Iterable[Row]) -> list[tuple[str, int, str]]:
    """Return each rule with how often it spoke and one example."""
    examples: dict[str, list[str]] = {}
    for flag in flags:
        examples.setdefault(flag["flag"], []).append(
            words.clean(for_readers(flag["detail"]), longest=_LONGEST_NOTE)
        )
    ordered = sorted(examples.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        (words.clean(flag_name(rule)), len(details), details[0]) for rule, details in ordered
    ]


def _placed(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return how many deployments each precision holds, and who placed them."""
    table = []
    held = [(row["precision"], row["located_by"], row["uncertainty_m"]) for row in rows]
    for precision in words.PRECISION_NAMES:
        inside = [(by, radius) for kind, by, radius in held if kind == precision]
        radii = sorted(radius for _, radius in inside if radius is not None)
        table.append(
            {
                "name": words.PRECISION_NAMES[precision],
                "meaning": words.PRECISION_MEANINGS[precision],
                "rows": len(inside),
                "radius": words.distance(radii[len(radii) // 2]) if radii else words.NONE,
                "by": " · ".join(
                    f"{_placed_by(by)} ({words.count(n)})"
                    for by, n in Counter(by for by, _ in inside).most_common()
                ),
            }
        )
    return table


def _placed_by(by: str) -> str:
    """Name what placed a deployment, and what another disclosure's words did."""
    own, _, other = words.clean(by).partition(words.CONFLICT)
    named = words.listing(own.split(", "))
    return (
        f"{named} and, told elsewhere, {words.listing(other.split(', '))}" if other else named
    )


def twice_line(places: Iterable[Row]) -> str:
    """
    Say how many deployments another disclosure places too, and who it is.

    Examples
    --------
    >>> row = {"telling": "narrower", "deployments": 2, "deployments_elsewhere": 0}
    >>> other = {"telling": "elsewhere", "deployments": 0, "deployments_elsewhere": 1}
    >>> twice_line([{**row, "told_by": "list"}, {**other, "told_by": "list"}])
    'Of 2 deployments another disclosure tells a narrower place, which is shown. Of 1 it tells \
another place: the shape holds both. Told by: list.'
    """
    told = [place for place in places if place["telling"]]
    narrower = sum(row["deployments"] for row in told if row["telling"] == "narrower")
    other = sum(row["deployments_elsewhere"] for row in told)
    parts = []
    if narrower:
        many = words.plural(narrower, "deployment")
        parts.append(f"Of {many} another disclosure tells a narrower place, which is shown.")
    if other:
        many = words.count(other) if parts else words.plural(other, "deployment")
        whose = "it" if parts else "another disclosure"
        parts.append(f"Of {many} {whose} tells another place: the shape holds both.")
    by = sorted({words.clean(row["told_by"], longest=_LONGEST_NOTE) for row in told})
    return " ".join([*parts, f"Told by: {'; '.join(by)}."]) if parts else ""


def _credit(credit: dict[str, object]) -> dict[str, str]:
    names = ("title", "licence", "credit", "vintage")
    return {
        name: words.clean(credit.get(name) or words.NONE, longest=400).replace("(c)", "©")
        for name in names
    }
