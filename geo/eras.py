"""Say under which way of counting a deployment's faces were counted."""

from __future__ import annotations

import pandas as pd

from geo.checks import require_columns
from geo.errors import EraError

_OPEN_END = "9999-12-31"
"""Stands for the end of an era that is not over; ISO dates compare as text."""

_FIRST = {4: "-01-01", 7: "-01", 10: ""}
_LAST = {4: "-12-31", 7: "-31", 10: ""}
"""What makes a full date of a partial one, by its length: its first and its last day."""


def eras_possible(eras: pd.DataFrame, *, force: str, date: str) -> list[str]:
    """
    List the eras of a force that a date, full or partial, may lie in.

    Parameters
    ----------
    eras
        Counting eras with columns ``force``, ``era``, ``first_date`` and ``last_date``
        (null while the era is not over).
    force
        The force, full name.
    date
        ISO date: ``2024-07-25``, ``2024-07`` or ``2024``.

    Returns
    -------
    names
        Era names in order of time; empty where the force or the date has none.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": "F", "era": ["a", "b"],
    ...     "first_date": ["2023-01-01", "2023-12-01"], "last_date": ["2023-11-30", None]})
    >>> eras_possible(eras, force="F", date="2023-11")
    ['a']
    >>> eras_possible(eras, force="F", date="2023")
    ['a', 'b']
    """
    return _within(_spans(eras).get(force, []), date)


def _spans(eras: pd.DataFrame) -> dict[str, list[tuple[str, str, str]]]:
    """Return first date, last date and name of each force's eras, in order of time."""
    spans: dict[str, list[tuple[str, str, str]]] = {}
    columns = (eras["force"], eras["first_date"], eras["last_date"].fillna(_OPEN_END))
    for force, first, last, era in zip(*columns, eras["era"], strict=True):
        spans.setdefault(force, []).append((first, last, era))
    return {force: sorted(own) for force, own in spans.items()}


def _within(spans: list[tuple[str, str, str]], date: str) -> list[str]:
    if len(date) not in _FIRST:
        return []
    earliest, latest = date + _FIRST[len(date)], date + _LAST[len(date)]
    return [era for first, last, era in spans if first <= latest and last >= earliest]


def assign_eras(deployments: pd.DataFrame, eras: pd.DataFrame) -> pd.Series[str]:
    """
    Name the counting era of each deployment.

    Parameters
    ----------
    deployments
        Rows with columns ``force`` and ``date`` (ISO, perhaps partial).
    eras
        Counting eras, as for `eras_possible`.

    Returns
    -------
    counting_era
        Indexed like ``deployments``; null where the force has no eras, or where the date
        lies in none or may lie in several.

    Raises
    ------
    MissingColumnError
        If a frame lacks a column.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": ["F", "G"], "date": ["2030-01-01", "2023-05-06"]})
    >>> assign_eras(rows, eras).fillna("none").tolist()
    ['a', 'none']
    """
    require_columns(deployments, {"force", "date"}, name="deployments")
    require_columns(eras, {"force", "era", "first_date", "last_date"}, name="eras")
    spans = _spans(eras)
    pairs = zip(deployments["force"], deployments["date"], strict=True)
    possible = [_within(spans.get(force, []), date) for force, date in pairs]
    named = [names[0] if len(names) == 1 else None for names in possible]
    return pd.Series(named, index=deployments.index, name="counting_era", dtype="str")


def require_one_era(
    deployments: pd.DataFrame, eras: pd.DataFrame, *, figure: str
) -> str | None:
    """
    Raise unless deployments were all counted in one way.

    Parameters
    ----------
    deployments
        Rows with columns ``force`` and ``date``.
    eras
        Counting eras, as for `eras_possible`.
    figure
        What was asked for, for the message: ``"faces_seen per hour"``.

    Returns
    -------
    era
        The era they share, or None for one force without eras.

    Raises
    ------
    EraError
        If they lie in several eras, belong to several forces, or a date leaves the era open.
    """
    forces = sorted(set(deployments["force"]))
    if len(forces) > 1:
        msg = (
            f"{figure} was asked for across {len(forces)} forces ({', '.join(forces[:3])}). "
            "Each force counts in its own way: ask for one force at a time."
        )
        raise EraError(msg)
    if not forces or not (eras["force"] == forces[0]).any():
        return None
    named = assign_eras(deployments, eras)
    if named.isna().any():
        dates = sorted(set(deployments["date"][named.isna()]))
        msg = (
            f"{figure}: the counting era of {int(named.isna().sum())} deployments is unknown "
            f"(dated {', '.join(dates[:3])}). Leave them out, or ask for one era by name."
        )
        raise EraError(msg)
    found = eras[eras["era"].isin(set(named))].sort_values("first_date")
    if len(found) > 1:
        raise EraError(_across(found, figure))
    return str(found["era"].iloc[0])


def _across(found: pd.DataFrame, figure: str) -> str:
    """Say that eras differ, naming each and the breaks between them."""
    *early, last = (f"{one.era} ({one.label})" for one in found.itertuples())
    *breaks, latest = found["first_date"].iloc[1:]
    days = f"{', '.join(breaks)} and {latest}" if breaks else latest
    return (
        f"{figure} was asked for across counting eras: {', '.join(early)} and {last}. The "
        f"faces {found['force'].iloc[0]} counts in an hour changed on or about {days}, and the "
        "force has not said why, so figures from before and after cannot be put together. Ask "
        "for one era at a time."
    )
