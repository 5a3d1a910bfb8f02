"""The run as a Prefect flow of coarse tasks, each calling one plain function."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from flows.orchestration import prefect_server
from flows.pipeline import run_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.handover import Request
    from flows.pipeline import Outcome

ARTIFACT = "passersby-run"
"""Key of the one artifact every run leaves."""


def run_orchestrated(request: Request, observe: Callable[..., Any]) -> Outcome:
    """
    Run the pipeline as a Prefect flow.

    Parameters
    ----------
    request
        What to do.
    observe
        Calls a stage and tells the user about it.

    Returns
    -------
    outcome
        Counts of the run.

    Raises
    ------
    OrchestrationError
        If Prefect cannot be started.
    """
    with prefect_server(request.settings.prefect_home):
        return _run_flow(request, observe)


def _run_flow(request: Request, observe: Callable[..., Any]) -> Outcome:
    from prefect import flow
    from prefect.artifacts import create_markdown_artifact
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    @flow(name=ARTIFACT, persist_result=False)
    def passersby_run() -> Outcome:
        """Publish the map of the records asked for."""
        outcome = run_pipeline(request, functools.partial(_as_task, observe))
        create_markdown_artifact(summarise(outcome), key=ARTIFACT)
        return outcome

    # A heartbeat tells a lost run of hours from a slow one; ours takes seconds.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return passersby_run()


def _as_task(
    observe: Callable[..., Any],
    stage: Callable[..., Any],
    *arguments: object,
) -> Any:  # noqa: ANN401 - whatever the stage returns
    """Call a stage as a task; frames stay in memory, unhashed and unstored."""
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    @task(name=stage.__name__, cache_policy=NO_CACHE, persist_result=False)
    def called() -> Any:  # noqa: ANN401 - whatever the stage returns
        return observe(stage, *arguments)

    return called()


def summarise(outcome: Outcome) -> str:
    """
    Tell a run in Markdown.

    Parameters
    ----------
    outcome
        Counts of the run.

    Returns
    -------
    text
        Small tables: rows, how precisely places are known, and the scorecard if there is one.

    Examples
    --------
    >>> from flows.pipeline import Outcome
    >>> print(summarise(Outcome(3, 2, 1, 1, 0, {"street": 2})))
    | rows in | kept | rejected | flagged | corrections |
    |--:|--:|--:|--:|--:|
    | 3 | 2 | 1 | 1 | 0 |
    <BLANKLINE>
    | precision | deployments |
    |---|--:|
    | street | 2 |
    """
    rows = (
        outcome.rows_in,
        outcome.rows_kept,
        outcome.rows_rejected,
        outcome.rows_flagged,
        outcome.corrections,
    )
    lines = [
        "| rows in | kept | rejected | flagged | corrections |",
        "|--:|--:|--:|--:|--:|",
        f"| {' | '.join(map(str, rows))} |",
        "",
        "| precision | deployments |",
        "|---|--:|",
        *(f"| {name} | {count} |" for name, count in outcome.precision.items()),
    ]
    if outcome.scores:
        lines += [
            "",
            "| counts predicted | how | rows | CRPS | inside 80 % | inside 90 % |",
            "|---|---|--:|--:|--:|--:|",
            *(
                f"| {split} | {name} | {rows} | {crps:.3f} | {inside80:.0%} | {inside90:.0%} |"
                for split, name, rows, crps, inside80, inside90 in outcome.scores
            ),
        ]
    return "\n".join(lines)
