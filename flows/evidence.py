"""Find the tables to answer from: of a site, of the last run, or made afresh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from data.settings import Settings


@dataclass(frozen=True)
class Evidence:
    """The tables that an answer draws on, and where they were found."""

    found_in: str
    tables: dict[str, pd.DataFrame]


def gather(
    names: Sequence[str],
    *,
    out: Path | None,
    project: Path | None,
    afresh: Callable[[Settings], dict[str, pd.DataFrame]] | None = None,
) -> Evidence:
    """
    Read tables of a site or of the last run; without either, make them of the embedded records.

    Parameters
    ----------
    names
        Tables wanted, as the schemas name them.
    out
        A published site to look in; None for the last run of the project.
    project
        Folder with our state.
    afresh
        Makes the tables of the embedded records; by default every stage up to them is run.

    Returns
    -------
    evidence
        The tables, and where they were found in words.

    Raises
    ------
    InputError
        If the site holds no tables, or another version wrote them.
    """
    from data.settings import Settings

    site = out / "data" / "passersby.duckdb" if out else None
    if site is not None and not site.is_file():
        msg = f"{out} holds no data/passersby.duckdb. Run `passersby run --out {out}` first."
        raise InputError(msg)
    settings = Settings(project=project) if project else Settings()
    state = site or settings.state_database
    if state.is_file():
        where = f"the site {out}" if out else "the last run"
        return Evidence(where, read_tables(state, names, where))
    made = (afresh or _afresh)(settings)
    return Evidence("the embedded records, since nothing has been run here yet", made)


def read_tables(path: Path, names: Sequence[str], where: str) -> dict[str, pd.DataFrame]:
    """
    Read tables of a database.

    Parameters
    ----------
    path
        The database.
    names
        Tables wanted.
    where
        Whose tables these are, for the message.

    Raises
    ------
    InputError
        If they cannot be read.
    """
    import duckdb

    from data.store import read_table

    try:
        return {name: read_table(path, name) for name in names}
    except duckdb.Error as error:
        msg = (
            f"The tables of {where} cannot be read; another version may have written them. "
            "Do the run again, then ask again."
        )
        raise InputError(msg) from error


def _afresh(settings: Settings) -> dict[str, pd.DataFrame]:
    """Run the stages in memory, up to the tables."""
    from flows.handover import Request
    from flows.stages import (
        check_records,
        estimate_faces,
        locate_records,
        named_tables,
        read_documents,
        tabulate,
    )
    from flows.surroundings import find_streets, surround_places

    request = Request(settings.model_copy(update={"streets": "none"}))
    checked = check_records(read_documents(request), request)
    checked, places = locate_records(checked, request.lookup)
    around = surround_places(places, find_streets(places, request), request)
    estimated = estimate_faces(checked, around, request)
    return named_tables(checked, tabulate(checked, around, estimated))
