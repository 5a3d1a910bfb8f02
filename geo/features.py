"""Named features with shapes of their own: streets, stations, venues, as a map holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

COLUMNS = (
    "name",
    "other_names",
    "kind",
    "precision",
    "ref",
    "source",
    "margin_m",
    "whole",
    "geometry",
)
"""Columns of `Features.frame`, in order."""

KINDS = ("street", "junction", "station", "venue", "district", "town", "area", "postcode")
"""What a feature may be."""


@dataclass(frozen=True)
class Features:
    """
    Named features from one source, and the ground within which it names everything.

    Attributes
    ----------
    frame
        One row per feature, in EPSG:4326: ``name``; ``other_names`` (joined by "|", may be
        empty); ``kind`` (see `KINDS`); ``precision``, the class a place gets that is read as
        it (site, street, district or area); ``ref``, its identifiers at the source
        ("way/4082681", joined by ";"); ``source``, as readers are told; ``margin_m``, how far
        beyond the shape a spot "at" the feature may lie; ``whole``, whether the shape is all
        of it (no when it may run on beyond the source's edge); ``geometry``.
    extent
        The ground the source covers, in EPSG:4326; None where it answers only what it was
        asked, so that a name it lacks proves nothing.
    """

    frame: gpd.GeoDataFrame
    extent: shapely.Geometry | None = None
