"""Score the ways to expect faces, unless that was done for these very counts before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from flows.handover import Checked


def score_record(
    checked: Checked, places: gpd.GeoDataFrame, eras: pd.DataFrame, *, state: Path
) -> pd.DataFrame:
    """
    Return the scorecard of a run's counts.

    Parameters
    ----------
    checked
        The deployments, and those that only calibrate: of these no place is known.
    places
        Places with what surrounds them.
    eras
        The counting eras.
    state
        Folder that scorecards are kept in.

    Returns
    -------
    scorecard
        The columns of ``scorecard.csv``.
    """
    from data.kept_scores import VERSION, digest_of_record, shipped_scorecard
    from data.score_schema import OUT_SCORECARD
    from data.street_cache import cached_frame
    from geo.exposure import with_record
    from geo.scorecard import score_exposure

    told = placed_counts(checked, places)
    digest = digest_of_record(with_record(told, checked.record), eras)
    shipped = shipped_scorecard(digest)
    if shipped is not None:
        return shipped
    return cached_frame(
        VERSION,
        [digest],
        lambda: score_exposure(told, eras, record=checked.record),
        folder=state / "scores",
        columns=OUT_SCORECARD.names,
    )


def placed_counts(checked: Checked, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the deployments with where they were, what lay around and what was on."""
    from data.readings import with_readings
    from data.tabulate import join_places, places_of
    from geo.events import event_indicator
    from geo.site_columns import site_columns

    told = with_readings(checked.core, checked.corrections).reset_index(drop=True)
    on = event_indicator(told, places_of(told, places), checked.events).round(4)
    columns = site_columns(join_places(told, places)).assign(event_share=on)
    return checked.core.reset_index(drop=True).join(columns)
