"""
Notice what looks wrong in a record, and say so; never change a figure.

Flags are about the record as published: run `lint` before `data.corrections.apply_corrections`.
A flag is a reason to look, not an error; one that comes up everywhere is of no use, so each
rule asks for strong evidence.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.forces import NOT_STATED
from data.lint_dates import date_against_vintage, date_out_of_order, day_month_swap
from data.lint_figures import (
    dates_half_swapped,
    duration_unlikely,
    false_alert_rate_differs,
)
from data.lint_rates import faces_rate_far
from data.overlap import place_key
from data.record import OUTCOMES
from data.schemas import CORE_DEPLOYMENTS, CORE_FLAGS
from data.tables import as_rows, as_table
from data.tellings import telling_of
from geo.checks import require_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Deployments = Sequence[Mapping[str, Any]]
    Found = Iterator[tuple[str, str]]

FLAG_SEPARATOR = "; "

_SPLIT = (
    "true_alerts_confirmed",
    "true_alerts_unconfirmed",
    "false_alerts_confirmed",
    "false_alerts_unconfirmed",
)
_UNSPLIT = ("true_alerts", "false_alerts")
_FIGURES = ("duration_h", "watchlist_size", "threshold", *OUTCOMES)
_ENOUGH = 5  # rows before it is remarkable that two columns never differ


def lint(core: pd.DataFrame, *, noticed: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Flag deployments whose record looks wrong.

    Parameters
    ----------
    core
        Deployments as published, with the columns of ``core_deployments``, in the order of
        their documents.
    noticed
        Flags that `data.ingest` raised, to go with them.

    Returns
    -------
    flags
        ``deployment_id``, ``flag`` and ``detail``, in the order of the deployments, then of
        the rules.

    Raises
    ------
    MissingColumnError
        If ``core`` lacks a column.

    Notes
    -----
    No figure is changed. Fixes are rows of ``data/corrections.csv``, each with its reason.
    """
    require_columns(core, CORE_DEPLOYMENTS.names, name="core")
    rows = as_rows(core)
    found = [] if noticed is None else as_rows(noticed)
    for flag, rule in RULES.items():
        found += [
            {"deployment_id": identity, "flag": flag, "detail": detail}
            for identity, detail in rule(rows)
        ]
    once: dict[tuple[str, str], dict[str, Any]] = {}
    for raised in found:
        once.setdefault((raised["deployment_id"], raised["flag"]), raised)
    return _in_order(as_table(list(once.values()), CORE_FLAGS), core)


def add_flags(
    core: pd.DataFrame, flags: pd.DataFrame, more: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Add flags that were raised after `lint`, to the table of flags and to the deployments.

    Parameters
    ----------
    core
        Deployments; not changed.
    flags
        Flags that the deployments hold already.
    more
        Flags to add.

    Returns
    -------
    core
        As from `attach_flags`.
    flags
        Both, in the order of the deployments, those of one deployment as they were raised.
    """
    both = pd.concat([flags, more], ignore_index=True)
    return attach_flags(core, more), _in_order(both, core)


def _in_order(flags: pd.DataFrame, core: pd.DataFrame) -> pd.DataFrame:
    order = {identity: position for position, identity in enumerate(core["deployment_id"])}
    position = flags["deployment_id"].map(order).fillna(len(order))
    return flags.iloc[position.argsort(kind="stable")].reset_index(drop=True)


def attach_flags(core: pd.DataFrame, flags: pd.DataFrame) -> pd.DataFrame:
    """
    Return deployments with the names of their flags added to ``flags``.

    Parameters
    ----------
    core
        Deployments; not changed.
    flags
        What `lint` found.

    Returns
    -------
    core
        The same rows, index and order.
    """
    named: dict[str, list[str]] = defaultdict(list)
    for identity, flag in zip(flags["deployment_id"], flags["flag"], strict=True):
        named[identity].append(flag)
    joined = [
        join_flags([*split_flags(held), *named[identity]])
        for identity, held in zip(core["deployment_id"], core["flags"], strict=True)
    ]
    return core.assign(flags=pd.Series(joined, index=core.index, dtype="str"))


def split_flags(held: object) -> list[str]:
    """
    Return the names in a ``flags`` cell.

    Examples
    --------
    >>> split_flags("corrected; duplicate-row"), split_flags(None)
    (['corrected', 'duplicate-row'], [])
    """
    return held.split(FLAG_SEPARATOR) if isinstance(held, str) and held else []


def join_flags(names: Sequence[str]) -> str | None:
    """
    Return names as a ``flags`` cell, each once, or None.

    Examples
    --------
    >>> join_flags(["corrected", "corrected"])
    'corrected'
    """
    return FLAG_SEPARATOR.join(dict.fromkeys(names)) or None


def _alerts_do_not_add_up(rows: Deployments) -> Found:
    for row in rows:
        for parts in (_SPLIT, _UNSPLIT):
            figures = [row[part] for part in parts]
            if row["alerts"] is None or None in figures or sum(figures) == row["alerts"]:
                continue
            shown = " + ".join(map(str, figures))
            detail = (
                f"The total is {row['alerts']} alerts, but by kind {shown} = {sum(figures)}."
            )
            yield row["deployment_id"], detail


def _alerts_below_arrests(rows: Deployments) -> Found:
    for row in rows:
        alerts, arrests = row["alerts"], row["arrests"]
        if alerts is not None and arrests is not None and arrests > alerts:
            yield row["deployment_id"], f"{arrests} arrests from {alerts} alerts."


def _duplicate_row(rows: Deployments) -> Found:
    alike = defaultdict(list)
    for row in rows:
        figures = tuple(row[column] for column in _FIGURES)
        if sum(figure is not None for figure in figures) > 1:
            where = (row["source_sha256"], row["force"], row["date"])
            alike[*where, place_key(row["place_published"]), figures].append(row)
    for group in alike.values():
        for row in group if len(group) > 1 else ():
            others = ", ".join(
                f"page {other['source_page']} row {other['source_row']}"
                for other in group
                if other is not row
            )
            yield row["deployment_id"], f"Date, place and every figure equal those of {others}."


def _told_differently(rows: Deployments) -> Found:
    alike = defaultdict(list)
    for row in rows:
        alike[row["force"], row["date"], place_key(row["place_published"])].append(row)
    for group in alike.values():
        if len({row["source_sha256"] for row in group}) > 1:
            for row in group:
                yield row["deployment_id"], _other_tellings(row, group)


def _other_tellings(row: Mapping[str, Any], group: Deployments) -> str:
    told = ", ".join(
        f"{other['source_document']} row {other['source_row']}"
        f" has {_shown(other['duration_h'], 'h')} and {_shown(other['faces_seen'], 'faces')}"
        for other in group
        if other["source_sha256"] != row["source_sha256"]
    )
    own = f"{_shown(row['duration_h'], 'h')} and {_shown(row['faces_seen'], 'faces')}"
    return f"Here {own}; on this date at this place {told}."


def _shown(figure: float | None, unit: str) -> str:
    return f"no {unit}" if figure is None else f"{figure:,.5g} {unit}"


def _told_elsewhere(relation: str) -> Callable[[Deployments], Found]:
    def rule(rows: Deployments) -> Found:
        for row in rows:
            told = telling_of(row)
            if told and told["relation"] == relation:
                detail = (
                    f"The record says '{told['place_in_grid']}'; elsewhere it is told as "
                    f"'{told['place_told']}' ({told['source']})."
                )
                yield row["deployment_id"], detail

    return rule


def _other_disposal_equals_no_action(rows: Deployments) -> Found:
    told = defaultdict(list)
    for row in rows:
        if row["other_disposals"] is not None and row["no_action"] is not None:
            told[row["source_sha256"]].append(row)
    for group in told.values():
        same = all(row["other_disposals"] == row["no_action"] for row in group)
        if not same or len(group) < _ENOUGH or not any(row["no_action"] for row in group):
            continue
        for row in group:
            detail = (
                f"'Other disposal' and 'no action' are both {row['no_action']}, and equal in "
                f"all {len(group)} rows of the document; never add them up."
            )
            yield row["deployment_id"], detail


def _force_not_stated(rows: Deployments) -> Found:
    for row in rows:
        if row["force"] == NOT_STATED.name:
            yield (
                row["deployment_id"],
                "Neither the row nor its document names the force; state it with --force.",
            )


def _announced_only(rows: Deployments) -> Found:
    for row in rows:
        if row["status"] == "announced":
            detail = "It was announced beforehand; nothing on record says that it took place."
            yield row["deployment_id"], detail


RULES: dict[str, Callable[[Deployments], Found]] = {
    "date-out-of-order": date_out_of_order,
    "day-month-swap": day_month_swap,
    "dates-half-swapped": dates_half_swapped,
    "date-against-vintage": date_against_vintage,
    "duration-unlikely": duration_unlikely,
    "alerts-do-not-add-up": _alerts_do_not_add_up,
    "alerts-below-arrests": _alerts_below_arrests,
    "false-alert-rate-differs": false_alert_rate_differs,
    "faces-rate-far": faces_rate_far,
    "duplicate-row": _duplicate_row,
    "told-differently": _told_differently,
    "place-told-differently": _told_elsewhere("different"),
    "place-told-narrower": _told_elsewhere("narrower"),
    "other-disposal-equals-no-action": _other_disposal_equals_no_action,
    "force-not-stated": _force_not_stated,
    "announced-only": _announced_only,
}
"""Rules by the name of their flag, in the order flags are listed."""
