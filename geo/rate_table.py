"""Every rate that is published: by era, area and month, never across eras."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.checks import require_columns
from geo.eras import assign_eras
from geo.rate_cells import rate_cells
from geo.rate_terms import BY, EVENTS, OVER, too_few, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable

KEYS = ("force", "area_code", "area_name", "month", "era")
"""What tells the cells of the table apart."""

_MONTH_CHARACTERS = 7
_FIGURES = ("rate", "lo90", "hi90", "dispersion")


def with_all_alerts(deployments: pd.DataFrame) -> pd.DataFrame:
    """
    Add up true alerts, and false ones, whether or not they were confirmed.

    Parameters
    ----------
    deployments
        Rows with ``true_alerts`` and ``false_alerts`` where the record does not split them,
        and the same with ``_confirmed`` and ``_unconfirmed`` where it does.

    Returns
    -------
    deployments
        The same rows; ``true_alerts`` and ``false_alerts`` are null where neither the whole nor
        both parts are known.

    Examples
    --------
    >>> parts = {"true_alerts_confirmed": [2, 2], "true_alerts_unconfirmed": [1, None]}
    >>> parts |= {"false_alerts_confirmed": [0, 0], "false_alerts_unconfirmed": [0, 0]}
    >>> rows = pd.DataFrame({"true_alerts": [None, 9], "false_alerts": None, **parts})
    >>> with_all_alerts(rows)["true_alerts"].tolist()
    [3.0, 9.0]
    """
    return deployments.assign(
        **{
            whole: deployments[whole]
            .astype("float64")
            .fillna(
                deployments[f"{whole}_confirmed"].astype("float64")
                + deployments[f"{whole}_unconfirmed"].astype("float64")
            )
            for whole in ("true_alerts", "false_alerts")
        }
    )


def tabulate_rates(
    deployments: pd.DataFrame,
    eras: pd.DataFrame,
    *,
    by: Iterable[str] = tuple(BY),
    events: Iterable[str] = EVENTS,
    per: Iterable[str] = tuple(OVER),
) -> pd.DataFrame:
    """
    Tabulate the rates of every force by era, by area and by month.

    Parameters
    ----------
    deployments
        Columns ``force``, ``date`` (ISO, perhaps partial), ``area_code``, ``area_name``,
        ``duration_h``, ``faces_seen`` as the force reports them, and the ``events``.
    eras
        Counting eras, as for `geo.eras.eras_possible`.
    by, events, per
        What to tell, of `BY`, `EVENTS` and `OVER` in `geo.rate_terms`.

    Returns
    -------
    rates
        ``force``, ``by``, ``area_code``, ``area_name``, ``month`` (a year alone where no
        month is known), ``era``, ``event``, ``per``, ``rate``, ``lo90``, ``hi90``, ``events``,
        ``duration_h`` or ``faces_seen``, ``deployments``, ``days``, ``deployments_without``,
        ``dispersion`` and ``note``. Where a month or an area holds deployments of two eras it
        has two rows. A rate is null where the note says why. Deployments in no area are in no
        row by area.

    Raises
    ------
    MissingColumnError
        If a column is missing.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": "F", "date": ["2023-05-06", "2023-05-07", "2023-06-01"],
    ...     "area_code": "E1", "area_name": "Ash", "duration_h": 2.0, "faces_seen": None,
    ...     "arrests": [1, 4, 1]})
    >>> found = tabulate_rates(rows, eras, events=["arrests"], per=["hour"])
    >>> found[["by", "rate"]].to_numpy().tolist()
    [['era', 1.0], ['area', 1.0], ['month', nan], ['month', nan]]
    >>> found["note"].iloc[2]
    'too few: deployments on under 3 days'
    """
    wanted = list(events)
    columns = ["force", "date", "area_code", "area_name", *OVER.values(), *wanted]
    require_columns(deployments, columns, name="deployments")
    rows = pd.DataFrame(deployments[columns]).assign(
        month=deployments["date"].str[:_MONTH_CHARACTERS],
        era=assign_eras(deployments, eras),
    )
    parts = [
        _cells(rows, by=one, event=event, per=over)
        for one in by
        for event in wanted
        for over in per
    ]
    table = pd.concat(parts, ignore_index=True)
    uncertain = table["era"].isna() & table["force"].isin(set(eras["force"]))
    table["note"] = table["note"].mask(uncertain, "counting era not known")
    table[list(_FIGURES)] = table[list(_FIGURES)].mask(table["note"].notna())
    order = table["by"].map({name: place for place, name in enumerate(BY)})
    keys = ["force", "order", "area_code", "month", "era"]
    table = table.assign(order=order).sort_values(keys, kind="stable", ignore_index=True)
    return table.drop(columns="order")


def _cells(rows: pd.DataFrame, *, by: str, event: str, per: str) -> pd.DataFrame:
    """Return one row for each cell, its rate not yet suppressed but the reason noted."""
    told = pd.DataFrame(rows[rows["area_code"].notna()]) if by == "area" else rows
    told = told.assign(events=told[event], over=told[OVER[per]])
    empty = BY[by]
    keys = [name for name in KEYS if name not in empty]
    cells = rate_cells(told[[*keys, "date", "events", "over"]], keys, unit=unit_of(per))
    whys = [
        _why_not(event, *cell)
        for cell in zip(cells["deployments"], cells["events"], cells["days"], strict=True)
    ]
    cells = cells.assign(
        by=by,
        event=event,
        per=per,
        note=pd.Series(whys, index=cells.index, dtype="str"),
        **{column: pd.Series(None, index=cells.index, dtype="str") for column in empty},
    )
    sums = {column: cells["over"] if over == per else None for over, column in OVER.items()}
    out = cells.assign(**sums).astype(dict.fromkeys(OVER.values(), "float64"))
    return out.drop(columns="over")[list(COLUMNS)]


def _why_not(event: str, deployments: int, events: float, days: int) -> str | None:
    if not deployments:
        return "no deployment states both figures"
    return too_few(event, events=events, days=days)


COLUMNS = (
    "force", "by", "area_code", "area_name", "month", "era", "event", "per", "rate", "lo90",
    "hi90", "events", "duration_h", "faces_seen", "deployments", "days", "deployments_without",
    "dispersion", "note",
)  # fmt: skip
"""Columns of `tabulate_rates`, in order."""
