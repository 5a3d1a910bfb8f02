"""Trace every published number of one deployment to its cell, and redo the arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.evidence import gather
from flows.explain_beside import explain_beside
from geo.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from flows.evidence import Evidence

FROM_CELLS = (
    "date",
    "place_published",
    "area_published",
    "duration_h",
    "use_case",
    "watchlist_size",
    "threshold",
    "faces_seen",
    "alerts",
    "true_alerts",
    "true_alerts_confirmed",
    "true_alerts_unconfirmed",
    "false_alerts",
    "false_alerts_confirmed",
    "false_alerts_unconfirmed",
    "engagements",
    "arrests",
    "other_disposals",
    "no_action",
)
"""Columns that come out of cells, in the order they are told."""

PLACED = ("place_read", "area_name", "precision", "lon", "lat", "uncertainty_m", "located_by")


NAMES = (
    "raw_cells",
    "core_deployments",
    "core_flags",
    "core_corrections",
    "out_deployments",
    "out_places",
    "out_eras",
    "out_ratios",
)
"""The tables that an explanation draws on."""


def explain_deployment(deployment_id: str, *, out: Path | None, project: Path | None) -> str:
    """
    Explain the published numbers of one deployment.

    Parameters
    ----------
    deployment_id
        Such as ``met-2023-05-06-1``.
    out
        A published site to look in; None for the last run of the project.
    project
        Folder with our state; without a run there, the embedded records are read afresh.

    Returns
    -------
    text
        Lines for the screen.

    Raises
    ------
    InputError
        If there is no such deployment; the message names the nearest ids.
    """
    evidence = gather(NAMES, out=out, project=project)
    core = evidence.tables["core_deployments"]
    here = core[core["deployment_id"] == deployment_id]
    if here.empty:
        raise InputError(_no_such(deployment_id, core["deployment_id"].tolist(), evidence))
    row = here.iloc[0]
    lines = [
        f"{deployment_id}: {row['force']}, {row['date']}, {row['place_published']}",
        f"Document: {row['source_document']}",
        f"SHA-256: {row['source_sha256']}",
        f"Found in {evidence.found_in}.",
        "",
        *_cell_lines(row, evidence.tables["raw_cells"]),
        *_remark_lines(deployment_id, evidence),
        "",
        *_place_lines(deployment_id, row, evidence),
        "",
        *_estimate_lines(deployment_id, core, evidence),
        "",
        *explain_beside(deployment_id, evidence.tables),
    ]
    return "\n".join(lines)


def _no_such(deployment_id: str, known: list[str], evidence: Evidence) -> str:
    import difflib

    near = difflib.get_close_matches(deployment_id, known, n=3, cutoff=0.5)
    nearest = f" The nearest: {', '.join(near)}." if near else ""
    documents = evidence.tables["core_deployments"]["source_document"].unique().tolist()
    read = f", which read {', '.join(documents[:3])}" if documents else ""
    more = f" and {len(documents) - 3} more" if len(documents) > 3 else ""  # noqa: PLR2004
    return (
        f"There is no deployment {deployment_id} in {evidence.found_in}{read}{more}.{nearest}"
    )


def _cell_lines(row: pd.Series, raw: pd.DataFrame) -> list[str]:
    """Tell each value with the cell, header, page and row it came from."""
    same = (
        (raw["source_sha256"] == row["source_sha256"])
        & (raw["source_page"] == row["source_page"])
        & (raw["source_row"] == row["source_row"])
    )
    cells = raw[same & raw["column"].notna()].set_index("column")
    where = f"page {row['source_page']}, row {row['source_row']}"
    lines = ["Each value, the cell it was read from, and that cell's place:"]
    for name in FROM_CELLS:
        if name in cells.index:
            for cell in cells.loc[[name]].itertuples():
                header = " ".join(str(cell.header).split())
                lines.append(
                    f"  {name} = {_value(row[name])} | cell {_quoted(cell.text)} under "
                    f"{header!r} | {row['source_document']}, {where}"
                )
        elif _known(row[name]):
            lines.append(
                f"  {name} = {_value(row[name])} | worked out from other cells | "
                f"{row['source_document']}, {where}"
            )
    return lines


def _remark_lines(deployment_id: str, evidence: Evidence) -> list[str]:
    from data.readings import as_sentence

    corrections = evidence.tables["core_corrections"]
    made = corrections[corrections["deployment_id"] == deployment_id]
    flags = evidence.tables["core_flags"]
    raised = flags[flags["deployment_id"] == deployment_id]
    return [
        *(
            f"Corrected: {one.column} from {one.value_from} to {one.value_to}. "
            f"{as_sentence(one.reason)} Evidence: {one.evidence}"
            for one in made.itertuples()
        ),
        *(f"Flag {one.flag}: {one.detail}" for one in raised.itertuples()),
    ]


def _place_lines(deployment_id: str, row: pd.Series, evidence: Evidence) -> list[str]:
    out = evidence.tables["out_deployments"]
    placed = out[out["deployment_id"] == deployment_id].iloc[0]
    found = _found(row, placed, evidence)
    lines = [f"Place: {name} = {_value(placed[name])}" for name in PLACED]
    lines += [f"Place: {place['reason']}" for place in found]
    residents = _value(placed["residents_800m"])
    return [
        *lines,
        f"Residents within 800 m: {residents} ({_value(placed['residents_method'])})",
        _walk_past_line(placed, found),
    ]


def _walk_past_line(placed: pd.Series, found: list[dict[str, Any]]) -> str:
    ends = ("", "_lo80", "_hi80")
    middle, low, high = (placed[f"walk_past_per_h{end}"] for end in ends)
    how = _value(found[0]["walk_past_method"]) if found else ""
    if not _known(middle):
        return f"Passages on foot an hour: not known ({how})"
    between = f"80 % interval {low:,.0f} to {high:,.0f}"
    return f"Passages on foot an hour: {middle:,.0f}, {between} ({how})"


def _found(row: pd.Series, placed: pd.Series, evidence: Evidence) -> list[dict[str, Any]]:
    """Return the place as it was found: of two that conflict, both."""
    from data.readings import with_readings
    from data.tables import as_rows

    told = with_readings(row.to_frame().T, evidence.tables["core_corrections"]).iloc[0]
    known = {name: told[name] for name in ("place_corrected", "place_told")}
    known |= {name: row[name] for name in ("force", "place_published", "area_published")}
    wanted = {name: value if _known(value) else None for name, value in known.items()}
    alike = [
        place
        for place in as_rows(evidence.tables["out_places"])
        if all(place[name] == value for name, value in wanted.items())
    ]
    spot = tuple(value if _known(value) else None for value in (placed["lon"], placed["lat"]))
    here = [place for place in alike if (place["lon"], place["lat"]) == spot]
    return here or alike


def _estimate_lines(deployment_id: str, core: pd.DataFrame, evidence: Evidence) -> list[str]:
    from data.published_totals import load_totals
    from flows.stages import embedded_record
    from geo.exposure import explain_exposure

    out = evidence.tables["out_deployments"]
    shown = out[out["deployment_id"] == deployment_id].iloc[0]
    record = embedded_record()
    eras = evidence.tables["out_eras"]
    piece = explain_exposure(core, eras, deployment_id, record=record, totals=load_totals())
    exposure = f"{_value(shown['exposure'])} faces ({_value(shown['exposure_source'])})"
    return [
        f"Exposure: {exposure}; counting era {_value(shown['counting_era'])}",
        "Expected without this row's own count:",
        *(f"  {sentence}" for sentence in piece.sentences()),
    ]


def _known(value: object) -> bool:
    return not (value is None or str(value) in {"<NA>", "nan", "None"})


def _value(value: object) -> str:
    if not _known(value):
        return "unknown"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _quoted(text: object) -> str:
    return repr(text) if isinstance(text, str) else "empty"
