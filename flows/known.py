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
    record, told = _counts(settings.state_database)
    eras = load_eras(project=settings.eras)
    if as_of is not None:
        record = record[record["date"] < as_of].reset_index(drop=True)
        eras = known_eras(record)
        told += f", as known before {as_of}"
    return Known(calibrate(record, eras), eras, load_totals(as_of=as_of), f"{told}.")


def _counts(state: Path) -> tuple[pd.DataFrame, str]:
    """Return the counts known, and which they are."""
    from flows.evidence import read_tables
    from flows.stages import embedded_record
    from geo.exposure import with_record

    record = embedded_record()
    counted = record[record["faces_seen"].notna()]
    told = f"Rests on the embedded record, {len(counted)} counts to {counted['date'].max()}"
    if not state.is_file():
        return record, told
    own = read_tables(state, ["core_deployments"], "the last run")["core_deployments"]
    together = with_record(own, record)
    more = int(together["faces_seen"].notna().sum()) - len(counted)
    if more:
        told += f", and on {more} more of this project's last run"
    return together, told
