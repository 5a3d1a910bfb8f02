"""What one stage of a run hands to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.lookup import Lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from data.documents import RawDocument
    from data.settings import Settings
    from geo.plausible import Verdict


@dataclass(frozen=True)
class Request:
    """
    What a run is asked to do.

    Attributes
    ----------
    settings
        Where things lie, and whether every connection beyond this machine is forbidden.
    sources
        Files, folders and addresses of records; none means the embedded records.
    add
        Whether the embedded records are drawn beside the sources.
    renames, missing, force
        How to read headers the vocabulary does not know, columns that may be missing, and
        whose records these are.
    population, population_unit
        A population grid to use instead of the embedded ones, and what its cells hold.
    jobs
        Jobs or people by day: a grid, or a table of points.
    tiles
        Background tiles asked for.
    """

    settings: Settings
    sources: tuple[str, ...] = ()
    add: bool = False
    renames: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    force: str | None = None
    population: str | None = None
    population_unit: str = "auto"
    jobs: str | None = None
    tiles: str | None = None

    @property
    def lookup(self) -> Lookup:
        """Where places may be looked up."""
        return Lookup(
            streets=self.settings.streets_file,
            nominatim=self.settings.nominatim,
            state=self.settings.state,
            offline=self.settings.offline,
        )


@dataclass(frozen=True)
class Documents:
    """Documents to publish, and those that only help to calibrate."""

    published: list[RawDocument]
    record: list[RawDocument]


@dataclass(frozen=True)
class Checked:
    """
    Tables of the published documents, deployments that help to calibrate, and remarks.

    ``events`` are the public events known and ``eras`` the reviewed counting eras, the
    project's laid over ours; ``unreachable`` says that a geocoder which was to be asked gave
    no answer.
    """

    raw: pd.DataFrame
    sources: pd.DataFrame
    core: pd.DataFrame
    rejected: pd.DataFrame
    flags: pd.DataFrame
    corrections: pd.DataFrame
    record: pd.DataFrame | None
    events: pd.DataFrame
    eras: pd.DataFrame
    notes: tuple[str, ...] = ()
    unreachable: bool = False


@dataclass(frozen=True)
class Estimated:
    """
    Estimates indexed like the deployments, and how well such estimates have done.

    ``eras`` are the counting eras with their evidence, ``untold`` the breaks of level that
    none of them tells of.
    """

    eras: pd.DataFrame
    untold: pd.DataFrame
    exposure: pd.DataFrame
    scorecard: pd.DataFrame


@dataclass(frozen=True)
class Surrounded:
    """
    Places with the people around them, residents of whole areas, and a relief of people.

    ``streets`` says in a sentence where streets came from, ``streets_credit`` to whom they are
    owed, ``notes`` what to tell the user, ``unreachable`` whether a server that was to be
    asked for them gave no answer.
    """

    places: gpd.GeoDataFrame
    areas: pd.DataFrame
    relief: gpd.GeoDataFrame | None
    streets: str = ""
    streets_credit: str = ""
    notes: tuple[str, ...] = ()
    unreachable: bool = False


@dataclass(frozen=True)
class Tabulated:
    """
    The tables readers see, with their geometries, and the relief of people under them.

    ``verdict`` says whether counts tell streets apart; ``plausible`` are the streets they speak
    for, with geometries, or None where they cannot or no streets are at hand.
    """

    deployments: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    areas: pd.DataFrame
    vagueness: pd.DataFrame
    scorecard: pd.DataFrame
    rates: pd.DataFrame
    events: pd.DataFrame
    eras: pd.DataFrame
    ratios: pd.DataFrame
    verdict: Verdict
    relief: gpd.GeoDataFrame | None
    plausible: gpd.GeoDataFrame | None = None
    streets: str = ""
    streets_credit: str = ""
