"""
The order of a run, stated once, for both ways of calling its stages.

With ``plainly`` every stage is an ordinary call; the Prefect flow passes a caller that makes
each a task. Nothing else differs, so both publish the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flows.beside import weigh_streets
from flows.publish import drafting, publish
from flows.stages import (
    check_records,
    draw_site,
    estimate_faces,
    locate_records,
    read_documents,
    store_tables,
    tabulate,
    write_manifest,
)
from flows.surroundings import find_streets, surround_places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flows.handover import Checked, Estimated, Request, Surrounded, Tabulated

STAGES: dict[Callable[..., Any], str] = {
    read_documents: "reading documents",
    check_records: "checking records",
    locate_records: "locating places",
    find_streets: "finding streets",
    surround_places: "counting people",
    estimate_faces: "estimating faces",
    tabulate: "joining tables",
    weigh_streets: "weighing streets",
    store_tables: "storing tables",
    draw_site: "drawing the site",
    write_manifest: "writing the manifest",
    publish: "publishing",
}
"""Every stage and what to tell a reader while it runs."""


SCORED = ("split", "name", "rows", "crps", "coverage80_share", "coverage90_share")
"""Columns of the scorecard that a run reports."""


@dataclass(frozen=True)
class Outcome:
    """
    What a run did.

    Attributes
    ----------
    rows_in, rows_kept, rows_rejected, rows_flagged
        Records found, kept, rejected, and kept with at least one flag.
    corrections
        Corrections applied.
    precision
        Deployments by precision, best first.
    notes
        Sentences about the documents and places for whoever runs it.
    unreachable
        Whether a geocoder or a map server that was to be asked gave no answer.
    scores
        Lines of the scorecard, with the columns `SCORED`.
    """

    rows_in: int
    rows_kept: int
    rows_rejected: int
    rows_flagged: int
    corrections: int
    precision: Mapping[str, int]
    notes: tuple[str, ...] = ()
    unreachable: bool = False
    scores: tuple[tuple[str, str, int, float, float, float], ...] = ()

    @property
    def line(self) -> str:
        """The last line of a run."""
        return (
            f"{self.rows_in} rows in, {self.rows_kept} kept, "
            f"{self.rows_rejected} rejected, {self.rows_flagged} flagged"
        )


def plainly(stage: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - any stage's
    """Call a stage as it is."""
    return stage(*arguments)


def run_pipeline(request: Request, call: Callable[..., Any] = plainly) -> Outcome:
    """
    Run every stage in order and publish the site.

    Parameters
    ----------
    request
        What to do.
    call
        How to call a stage: ``call(stage, *arguments)`` returns what the stage returns.

    Returns
    -------
    outcome
        Counts of the run.
    """
    with drafting(request.settings.out) as draft:
        documents = call(read_documents, request)
        checked = call(check_records, documents, request)
        checked, places, streets = _find_places(checked, request, call)
        around = call(surround_places, places, streets, request)
        estimated = call(estimate_faces, checked, around, request)
        tables = call(tabulate, checked, around, estimated)
        tables = call(weigh_streets, tables, streets)
        call(store_tables, checked, tables, draft)
        call(draw_site, checked, estimated, tables, request, draft)
        call(write_manifest, checked, tables, draft)
        call(publish, draft, request.settings.out)
    return count_outcome(checked, around, estimated, tables)


def _find_places(
    checked: Checked, request: Request, call: Callable[..., Any]
) -> tuple[Checked, Any, Any]:
    """
    Locate places and find their streets; where a map came with these, look again on it.

    Which map to fetch shows only once places are known roughly, and a geocoder is asked last.
    """
    lookup = request.lookup
    if lookup.streets is not None or request.settings.streets == "none":
        located, places = call(locate_records, checked, lookup)
        return located, places, call(find_streets, places, request)
    located, places = call(locate_records, checked, replace(lookup, nominatim=None))
    streets = call(find_streets, places, request)
    if streets.path is not None or lookup.nominatim is not None:
        again = replace(lookup, streets=streets.path)
        located, places = call(locate_records, checked, again)
    return located, places, streets


def count_outcome(
    checked: Checked, around: Surrounded, estimated: Estimated, tables: Tabulated
) -> Outcome:
    """
    Count what a run did.

    Parameters
    ----------
    checked, around, estimated, tables
        What the run found.

    Returns
    -------
    outcome
        Its counts.
    """
    from data.era_notes import tell_remedies
    from data.schemas import PRECISIONS

    mix = tables.deployments["precision"].value_counts()
    return Outcome(
        rows_in=int(checked.sources["rows_in"].sum()),
        rows_kept=len(checked.core),
        rows_rejected=len(checked.rejected),
        rows_flagged=int(checked.flags["deployment_id"].nunique()),
        corrections=len(checked.corrections),
        precision={name: int(mix.get(name, 0)) for name in PRECISIONS},
        notes=(*checked.notes, *around.notes, *tell_remedies(estimated.untold)),
        unreachable=checked.unreachable or around.unreachable,
        scores=tuple(tables.scorecard[list(SCORED)].itertuples(index=False, name=None)),
    )
