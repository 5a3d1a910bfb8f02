"""Show what a document holds as we read it, before anything is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.batch import write_rows
from flows.screen import print_table
from flows.stages import lint_ingested, read_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from data.ingest import Ingested

SHOWN = (
    "date",
    "place_published",
    "area_published",
    "duration_h",
    "faces_seen",
    "alerts",
    "arrests",
)
"""Columns of the rows on the screen; all of them go into the CSV file."""

MOST_ROWS = 40
"""Rows on the screen before we stop."""

MOST_ALIKE = 5
"""Rows with one flag that are each listed; more share a line."""

FIRST_NAMED = 3
"""Ids named on such a line."""


def show_reading(
    source: str,
    *,
    renames: Mapping[str, str],
    missing: Sequence[str],
    force: str | None,
    csv: Path | None,
) -> int:
    """
    Read a source and print rows, problems and the meaning of every header.

    Parameters
    ----------
    source
        File, folder or address.
    renames, missing, force
        How to read it, as for a run.
    csv
        File to write every row to, or None.

    Returns
    -------
    code
        0; rejected rows are shown with their reasons.
    """
    from data.ingest import ingest
    from data.lint import attach_flags

    documents = read_sources([source])
    ingested = ingest(documents, renames=renames, force=force, missing=missing)
    flags = lint_ingested(ingested)
    _print_sources(ingested)
    _print_headers(ingested.raw_cells)
    _print_rows(ingested.core)
    _print_problems(ingested.rejected, flags)
    for note in ingested.notes:
        print(note)
    if csv is not None:
        write_rows(attach_flags(ingested.core, flags), csv)
    print(
        f"{int(ingested.sources['rows_in'].sum())} rows in, {len(ingested.core)} kept, "
        f"{len(ingested.rejected)} rejected, {flags['deployment_id'].nunique()} flagged"
    )
    return 0


def _print_frame(title: str, frame: pd.DataFrame) -> None:
    whole = 2 if "date" in frame.columns else 1
    print_table(title, list(frame.columns), frame.itertuples(index=False), whole=whole)


def _print_sources(ingested: Ingested) -> None:
    columns = ["source_document", "kind", "force", "rows_in", "rows_core", "rows_rejected"]
    _print_frame("Documents", ingested.sources[columns])


def _print_headers(raw: pd.DataFrame) -> None:
    """List each header as published and the column it means."""
    pairs = raw[["header", "column"]].drop_duplicates()
    pairs = pairs.assign(header=pairs["header"].str.replace("\n", " "))
    pairs = pairs.drop_duplicates(ignore_index=True)
    mapped = pairs[pairs["column"].notna()]
    _print_frame("Headers and the columns they mean", mapped)
    aside = pairs.loc[pairs["column"].isna(), "header"].tolist()
    print(f"Unmapped columns: {', '.join(aside) if aside else 'none'}")


def _print_rows(core: pd.DataFrame) -> None:
    known = [name for name in SHOWN if core[name].notna().any()]
    page = core[["deployment_id", *known, "source_page", "source_row"]]
    _print_frame("Rows", page.head(MOST_ROWS))
    if len(core) > MOST_ROWS:
        print(f"and {len(core) - MOST_ROWS} more rows; --csv FILE writes them all")


def _print_problems(rejected: pd.DataFrame, flags: pd.DataFrame) -> None:
    if len(rejected):
        columns = ["source_document", "source_page", "source_row", "column", "text", "reason"]
        _print_frame("Rejected rows", rejected[columns])
    if len(flags):
        _print_frame("Flags (no figure is changed)", _gather_flags(flags))


def _gather_flags(flags: pd.DataFrame) -> pd.DataFrame:
    """Put a flag that many rows share on one line: how many, the first of them, an example."""
    import pandas as pd

    rows: list[tuple[str, ...]] = []
    for flag, raised in flags.groupby("flag", sort=False):
        ids = raised["deployment_id"].tolist()
        if len(ids) > MOST_ALIKE:
            named = ", ".join(ids[:FIRST_NAMED])
            detail = f"{named} and {len(ids) - FIRST_NAMED} more. The first: "
            rows.append((f"{len(ids)} rows", flag, detail + raised["detail"].iloc[0]))
        else:
            rows += [(i, flag, d) for i, d in zip(ids, raised["detail"], strict=True)]
    return pd.DataFrame(rows, columns=["deployment_id", "flag", "detail"])
