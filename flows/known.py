"""What expectations of planned deployments rest on: counts, eras and totals, by a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from geo.levels import Levels


@dataclass(frozen=True)
class Known:
    """
    Levels calibrated on the counts known, with the eras and totals known.

    Attributes
    ----------
    levels, eras, totals
        As `geo.exposure.expect_at` takes them.
    told
        Sentence on which records these are.
    """

    levels: Levels
    eras: pd.DataFrame
    totals: pd.DataFrame
    told: str


def known_by(as_of: str | None, *, project: Path | None) -> Known:
    """
    Gather what is known now, or was known on an earlier day.

    Parameters
    ----------
    as_of
        ISO day: only counts before it, totals published by then, and the eras that those
        counts show by themselves. None for all, with the reviewed eras.
    project
        Folder whose last run and ``eras.csv`` are used too.

    Returns
    -------
    known
        The embedded counts, and those of the project's last run.
    """
    from data.eras import load_eras
    from data.published_totals import load_totals
    from data.settings import Settings
    from geo.breaks import known_eras
    from geo.levels import calibrate

    settings = Settings(project=project) if project else Settings()
    record, own = _counts(settings.state_database)
    eras = load_eras(project=settings.eras)
    if as_of is not None:
        known = record["date"] < as_of
        own = int(known.iloc[:own].sum())
        record = record[known].reset_index(drop=True)
        eras = known_eras(record)
    told = told_of(record, own=own, as_of=as_of)
    return Known(calibrate(record, eras), eras, load_totals(as_of=as_of), told)


def told_of(record: pd.DataFrame, *, own: int, as_of: str | None) -> str:
    """
    Say which counts are known, and how many.

    Parameters
    ----------
    record
        The deployments known, with ``date`` and ``faces_seen``; those of the project first.
    own
        How many of them are the project's.
    as_of
        ISO day before which they lie; None for all.

    Examples
    --------
    >>> import pandas as pd
    >>> record = pd.DataFrame({"date": ["2025-01-02", "2024-12-20"], "faces_seen": [900, 800]})
    >>> told_of(record, own=1, as_of=None)
    "Rests on the embedded record, 1 count to 2024-12-20, and on 1 more of this project's last \
run."
    >>> told_of(record[:0], own=0, as_of="2019-01-01")
    'No count is known before 2019-01-01.'
    """
    then = f", as known before {as_of}" if as_of else ""
    parts = (record.iloc[own:], record.iloc[:own])
    lent, mine = (part.loc[part["faces_seen"].notna(), "date"] for part in parts)
    more = f", and on {len(mine)} more of this project's last run" if len(mine) else ""
    if len(lent):
        noun = "count" if len(lent) == 1 else "counts"
        return f"Rests on the embedded record, {len(lent)} {noun} to {lent.max()}{more}{then}."
    if len(mine):
        return f"Rests on this project's last run, {len(mine)} counts to {mine.max()}{then}."
    return f"No count is known{f' before {as_of}' if as_of else ''}."


def _counts(state: Path) -> tuple[pd.DataFrame, int]:
    """Return the deployments known, and how many of them, the first, are the project's."""
    from flows.evidence import read_tables
    from flows.stages import embedded_record
    from geo.exposure import with_record

    record = embedded_record()
    if not state.is_file():
        return record, 0
    own = read_tables(state, ["core_deployments"], "the last run")["core_deployments"]
    return with_record(own, record), len(own)
