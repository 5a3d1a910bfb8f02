"""Rules about figures that a format or a typing habit may have spoilt."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Deployment = Mapping[str, Any]

_LONG_H = 14.0  # a longer deployment may be a time of day, or minutes
_FACTOR = 20  # a percentage taken for a share, or a share for one, is off by a hundred
_FEWEST = 2  # dates of each kind that make a pattern
_TRUE_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-(?P<d>[0-9]{2})")
_TYPED_DATE = re.compile(r"(?P<d>[0-9]{1,2})[/.\-][0-9]{1,2}[/.\-](?:[0-9]{4}|[0-9]{2})")


def duration_unlikely(rows: Sequence[Deployment]) -> Iterator[tuple[str, str]]:
    """
    Yield rows whose duration is nothing or longer than a day's work.

    Parameters
    ----------
    rows
        Deployments in any order.

    Yields
    ------
    found
        Deployment id and detail.
    """
    for row in rows:
        hours = row["duration_h"]
        if hours is not None and (hours == 0 or hours > _LONG_H):
            yield (
                row["deployment_id"],
                f"It lasted {hours:g} h by the record; see whether that is a time of day.",
            )


def false_alert_rate_differs(rows: Sequence[Deployment]) -> Iterator[tuple[str, str]]:
    """
    Yield rows whose false alert rate is not that of their own false alerts and faces.

    Parameters
    ----------
    rows
        Deployments in any order.

    Yields
    ------
    found
        Deployment id and detail.
    """
    for row in rows:
        rate, faces = row["false_alert_rate_share"], row["faces_seen"]
        parts = [row["false_alerts_confirmed"], row["false_alerts_unconfirmed"]]
        alerts = row["false_alerts"] or sum(part or 0 for part in parts)
        if not rate or not faces or not alerts:
            continue
        own = alerts / faces
        if max(rate / own, own / rate) > _FACTOR:
            detail = (
                f"The rate reads as {rate:.2g} of all faces, but {alerts} false alerts of "
                f"{faces:,} faces are {own:.2g}; a percentage may have been kept as a share."
            )
            yield row["deployment_id"], detail


def dates_half_swapped(rows: Sequence[Deployment]) -> Iterator[tuple[str, str]]:
    """
    Yield dates that a spreadsheet may have turned, the month for the day.

    Parameters
    ----------
    rows
        Deployments in the order of their documents.

    Yields
    ------
    found
        Deployment id and detail.

    Notes
    -----
    A spreadsheet that expects the month first makes true dates of those it can and leaves
    the others as text: then all true dates have days up to 12, and all typed ones above.
    """
    tables = defaultdict(list)
    for row in rows:
        tables[row["source_sha256"]].append(row)
    for table in tables.values():
        true = [(row, int(m["d"])) for row in table if (m := _read(_TRUE_DATE, row))]
        typed = [int(m["d"]) for row in table if (m := _read(_TYPED_DATE, row))]
        few = min(len(true), len(typed)) < _FEWEST
        if few or max(day for _, day in true) > 12 or min(typed) <= 12:  # noqa: PLR2004 - months
            continue
        for row, _ in true:
            detail = (
                f"{row['date']} was kept as a date and no such date has a day above 12, while "
                f"{len(typed)} others were kept as text and all have: day and month may have "
                "been swapped by the spreadsheet."
            )
            yield row["deployment_id"], detail


def _read(form: re.Pattern[str], row: Deployment) -> re.Match[str] | None:
    return form.fullmatch(str(row["date_published"]).split(" ")[0])
