"""Frames kept on disk so that what made them need not be done again."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd


def digest_of(path: Path) -> str:
    """
    Return the sha256 of a file's bytes, in hexadecimal.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror or error}). Give the path of a file."
        raise SourceError(msg) from error


def read_kept(path: Path) -> pd.DataFrame | gpd.GeoDataFrame | None:
    """
    Return a frame that was kept, or None if there is none or it is broken.

    Parameters
    ----------
    path
        Where `keep` put it.

    Returns
    -------
    frame
        With its ``attrs``; a GeoDataFrame if it was one.
    """
    import geopandas as gpd
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    try:
        if b"geo" in (pq.read_schema(path).metadata or {}):
            return gpd.read_parquet(path)
        return pd.read_parquet(path)
    except (OSError, ValueError, LookupError, pa.ArrowException, shapely.GEOSException):
        return None


def keep(frame: pd.DataFrame | gpd.GeoDataFrame, path: Path) -> None:
    """
    Keep a frame, as GeoParquet if it has shapes; there is a whole file or none.

    Parameters
    ----------
    frame
        What to keep, with ``attrs`` that JSON can hold; its index is left.
    path
        Where. Its folder is made if it is not there.

    Raises
    ------
    SourceError
        If the folder cannot be written to.
    """
    with written_beside(path) as partial:
        frame.to_parquet(partial, index=False)


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """
    Let something be written beside a place, and move it there once it is whole.

    Parameters
    ----------
    path
        Where it is to lie. Its folder is made if it is not there.

    Yields
    ------
    partial
        Where to write it.

    Raises
    ------
    SourceError
        If the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        os.close(handle)
        partial = Path(name)
        try:
            yield partial
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        msg = (
            f"{path.parent} cannot be written to ({error.strerror or error}). Give another "
            "folder, or make room."
        )
        raise SourceError(msg) from error
