"""Opening of OpenStreetMap's own files by pyosmium: what is sane, whole and covered."""

from __future__ import annotations

import bz2
import gzip
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

import shapely

from data.errors import SourceError
from data.pbf_fields import unpacked_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SWELL_MAX = 200
"""Compressed XML swells to some fifteen times its size; a file that swells past this many times
(and `SWELL_FREE_BYTES`) is made to fill a machine."""

BLOBS_SWELL_MAX = 40
"""The same for PBF, which is dense before it is compressed, and swells to some three times."""

SWELL_FREE_BYTES = 64_000_000
_CHUNK = 1 << 20


class _Opened(Protocol):
    def read(self, size: int, /) -> bytes: ...


@contextmanager
def whole(path: Path, *, form: str) -> Iterator[None]:
    """
    Turn what pyosmium raises about a broken extract into one plain paragraph.

    Parameters
    ----------
    path
        The file that is read inside the context.
    form
        Its format as libosmium calls it: ``pbf``, ``osm``, ``osm.gz``, ``osm.bz2``, ``o5m``.

    Yields
    ------
    None
        Once what it unpacks to has been found sane.

    Raises
    ------
    SourceError
        If the file is cut short or broken, or swells beyond reason.
    """
    import osmium

    _require_sane(path, form)
    try:
        yield
    except SourceError:
        raise
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        msg = (
            f"{path.name} is no whole OpenStreetMap extract ({_plain(error)}). Download it "
            "again, or check it with `osmium fileinfo -e`."
        )
        raise SourceError(msg) from error


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(". ")


def _require_sane(path: Path, form: str) -> None:
    """Look whether a compressed file is of this world before anything is made of it."""
    most = BLOBS_SWELL_MAX if form == "pbf" else SWELL_MAX
    allowed = max(SWELL_FREE_BYTES, most * path.stat().st_size)
    try:
        swollen = _swells(path, form, allowed)
    except (OSError, EOFError, ValueError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        msg = f"{path.name} does not unpack ({_plain(error)}). Download it again."
        raise SourceError(msg) from error
    if swollen:
        msg = (
            f"{path.name} unpacks to more than {allowed / 1e6:,.0f} MB, {most} times its "
            "size or more; no map does. Get the extract again from where it is published."
        )
        raise SourceError(msg)


def _swells(path: Path, form: str, allowed: int) -> bool:
    """Tell whether a file unpacks to more; XML is unpacked once for that, keeping nothing."""
    if form == "pbf":
        with suppress(ValueError):  # what is wrong with a broken one, its reader says best
            return unpacked_bytes(path) > allowed
    if not form.endswith((".gz", ".bz2")):
        return False
    with gzip.open(path) if form.endswith(".gz") else bz2.open(path) as opened:
        return _exceeds(opened, allowed)


def _exceeds(opened: _Opened, allowed: int) -> bool:
    size = 0
    while chunk := opened.read(_CHUNK):
        size += len(chunk)
        if size > allowed:
            return True
    return False


def locations() -> Any:  # noqa: ANN401 - pyosmium's own
    """Return a handler that keeps where nodes are and tells ways; missing ones are no error."""
    import osmium

    spots = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    spots.ignore_errors()
    return spots


def header_of(path: Path, *, form: str) -> Any:  # noqa: ANN401 - pyosmium's own
    """Return what a file says of itself before its first object."""
    import osmium

    opened = osmium.io.File(str(path), form)
    with osmium.io.Reader(opened, osmium.osm.NOTHING) as reader:
        return reader.header()


def box_of(header: Any) -> shapely.Geometry | None:  # noqa: ANN401 - pyosmium's own
    """Return the box that a header states, in EPSG:4326, or None."""
    box = header.box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return shapely.box(low.lon, low.lat, high.lon, high.lat)
