"""Points of interest and buildings from any OpenStreetMap extract at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.osm_forms import form_of
from data.poi_found import Points, points_of

if TYPE_CHECKING:
    from pathlib import Path


def read_pois(path: Path, *, buildings: bool = False) -> Points:
    """
    Read what people on foot go to, out of an OpenStreetMap extract.

    Parameters
    ----------
    path
        An extract as PBF, XML (also gzipped or bzipped) or O5M, a GeoPackage, GeoJSON or
        GeoParquet file with tags as columns or in one column, an answer of Overpass in JSON,
        or a network saved by OSMnx as GraphML, which holds none. Content decides which, not
        the ending.
    buildings
        Whether buildings are wanted too.

    Returns
    -------
    points
        Shops, food places, stations, transit stops, offices, schools, services and places of
        leisure, each once (see `geo.pois.pois_of`), named or not; an empty frame where the
        extract holds none.

    Raises
    ------
    SourceError
        If the file is missing, broken or of no known kind, or has no column of tags.
    """
    form = form_of(path)
    if form == "graphml":
        return points_of((), buildings=buildings)
    if form == "overpass":
        from data.osm_overpass import json_of
        from data.poi_overpass import read_answer_points

        return read_answer_points(json_of(path), name=path.name, buildings=buildings)
    if form in {"table", "parquet"}:
        from data.poi_tables import read_table_points

        return read_table_points(path, parquet=form == "parquet", buildings=buildings)
    from data.poi_extract import read_extract_points

    return read_extract_points(path, form=form, buildings=buildings)
