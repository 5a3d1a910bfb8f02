"""Features of an extract, kept as GeoParquet once read."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import shapely

from data.kept_frames import digest_of, keep, read_kept
from data.osm_forms import form_of
from data.osm_names import read_features, source_of
from geo.features import COLUMNS, Features

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
"""Raise it when what is read out of an extract changes: what was kept before is then left."""

_EXTENT = "extent_wkb"


def read_features_cached(path: Path, *, crs: str, folder: Path) -> Features:
    """
    Read the named features of an extract, or what was kept of them before.

    Parameters
    ----------
    path
        The extract; see `data.osm_names.read_features`.
    crs
        The metric system to measure in.
    folder
        Where what is read is kept, one file for each content and system. It is made if it is
        not there.

    Returns
    -------
    features
        As read from the extract. A kept file that is broken is made again.

    Raises
    ------
    SourceError
        If the extract cannot be read, or the folder cannot be written to.
    CrsError
        If ``crs`` is not in metres or does not reach the extract.
    """
    form_of(path)
    kept = folder / f"{_key(path, crs)}.parquet"
    features = _kept(kept, source_of(path))
    if features is None:
        features = read_features(path, crs=crs)
        _keep(features, kept)
    return features


def _key(path: Path, crs: str) -> str:
    """Return a name for what is read from these bytes, in this system, by this code."""
    system = hashlib.sha256(crs.encode()).hexdigest()[:8]
    return f"osm-{FORMAT}-{system}-{digest_of(path)}"


def _kept(path: Path, source: str) -> Features | None:
    """Return what was kept, under the extract's present name, or None."""
    frame = read_kept(path)
    if frame is None or tuple(frame.columns) != COLUMNS or not len(frame):
        return None
    try:
        wkb = frame.attrs.pop(_EXTENT)
        extent = shapely.from_wkb(wkb) if wkb else None
    except (LookupError, TypeError, shapely.GEOSException):
        return None
    return Features(frame.assign(source=source), extent)


def _keep(features: Features, path: Path) -> None:
    frame = features.frame.copy()
    frame.attrs[_EXTENT] = "" if features.extent is None else features.extent.wkb_hex
    keep(frame, path)
