"""The tables a site is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from maps.walkers import WalkBasis


@dataclass(frozen=True)
class SiteTables:
    """
    Everything a site is drawn from; columns as in the published tables.

    Attributes
    ----------
    deployments
        One row per deployment, with a ``geometry`` in EPSG:4326 that is null where the
        place is unknown.
    places
        One row per distinct published place, with ``reason`` and ``geometry``.
    areas, sources, corrections, rejected, flags
        The tables of those names.
    eras
        Counting eras: ``force``, ``era``, ``first_date``, ``last_date``, ``label``, ``note``;
        perhaps with their evidence, as in ``out_eras``.
    untold_eras
        A sentence for each break of level that no era tells of.
    scorecard
        Measured errors of the estimate: the columns of ``scorecard.csv``.
    rates
        The table ``out_rates``, or None.
    credits
        One mapping per source of data: ``title``, ``licence``, ``credit``, ``vintage``.
    boroughs
        ``area_code``, ``area_name`` and ``geometry`` of the base map's areas.
    relief
        ``level`` 1 to 5 and ``geometry`` of the population relief, or None.
    place_calibration
        How well known spots are found: ``kind``, ``covered_by``, ``spots``,
        ``right_area_share``, ``inside_share``, ``inside_lo95_share``, ``inside_hi95_share``,
        ``radius_median_m``, ``radius_p90_m``, ``part``, ``date`` and ``truth``, or None.
    walk_basis
        What estimates of people walking past rest on, or None.
    streets
        Where streets came from, as a sentence.
    ratios
        Faces counted per modelled passage, by place and era, or None.
    told_apart
        Whether counts tell streets apart, as a sentence; may be empty.
    plausible
        Streets that counts at vague places speak for: ``deployment_id``, ``street``,
        ``prior_share``, ``plausible_share`` and line ``geometry``; or None, where they cannot.
    stations
        ``name`` and point ``geometry``, or None.
    events
        The table ``out_events``: public events of the deployments' days, or None.
    listed_events
        How many events the list holds that they were looked for in.
    version
        Version of the code.
    site_url
        Address the site will be published at, or None when it is not known.
    tiles
        ``"osm"`` to load OpenStreetMap's tiles, None (the default) to load nothing.
    """

    deployments: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    areas: pd.DataFrame
    sources: pd.DataFrame
    corrections: pd.DataFrame
    rejected: pd.DataFrame
    flags: pd.DataFrame
    eras: pd.DataFrame
    scorecard: pd.DataFrame
    rates: pd.DataFrame | None = None
    credits: list[dict[str, object]] = field(default_factory=list)
    boroughs: gpd.GeoDataFrame | None = None
    relief: gpd.GeoDataFrame | None = None
    stations: gpd.GeoDataFrame | None = None
    place_calibration: pd.DataFrame | None = None
    walk_basis: WalkBasis | None = None
    streets: str = ""
    events: pd.DataFrame | None = None
    listed_events: int = 0
    untold_eras: tuple[str, ...] = ()
    ratios: pd.DataFrame | None = None
    told_apart: str = ""
    plausible: gpd.GeoDataFrame | None = None
    version: str = ""
    site_url: str | None = None
    tiles: str | None = None
