"""Read the highways of an OpenStreetMap extract, as PBF, XML or O5M, with pyosmium."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.errors import SourceError
from data.osm_files import box_of, header_of, locations, whole
from data.way_blocks import UNPLACED, WayBlock, read_blocks
from geo.ways import WAY_KEYS, Ways

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

UNITS_PER_DEGREE = 1e7
"""OpenStreetMap keeps positions to 1e-7 degrees, about a centimetre."""

ROOM_SHARE, ROOM_BYTES = 2, 16_000_000
"""Room for copies of an extract's highways, by its size. A copy took half of it (Andorra) or
less; there may be two."""

_NODES_OF_WAY = 1000
_PLAIN = "pbf,pbf_compression=none,add_metadata=false,locations_on_ways=true"


def read_ways(path: Path, *, form: str) -> Ways:
    """
    Read the ways of an extract that have a tag ``highway``.

    Parameters
    ----------
    path
        The file.
    form
        Its format as libosmium calls it: ``pbf``, ``osm``, ``osm.gz``, ``osm.bz2``, ``o5m``.

    Returns
    -------
    ways
        Its highways, in its order, without those deleted. A node that the extract lacks is
        NaN: of a way that the edge cuts, what is inside is kept. The extent is the box that
        the header states.

    Raises
    ------
    SourceError
        If the file is cut short or broken, swells beyond reason, or is a history of edits, or
        there is no room for temporary files.

    Notes
    -----
    libosmium filters and places the ways, and writes them, uncompressed, to a file of its own
    that is read as arrays: Python sees no node. Memory holds 16 bytes for each node of the
    extract, then what the highways hold; the file beside takes some 25 bytes for each node of a
    highway. Nodes may come after the ways that use them.
    """
    with whole(path, form=form), tempfile.TemporaryDirectory(prefix="passersby-") as folder:
        header = header_of(path, form=form)
        if header.has_multiple_object_versions:
            msg = (
                f"{path.name} is a history of edits, not a map. Cut one date out of it with "
                "`osmium time-filter`, or download an extract."
            )
            raise SourceError(msg)
        _require_room(path, Path(folder))
        blocks = _placed_blocks(path, form, Path(folder))
        return _with_new_nodes(_joined(blocks, extent=box_of(header)), path, form)


def _require_room(path: Path, folder: Path) -> None:
    """Raise where the copy may not fit: libosmium ends the process when its disk is full."""
    needed = ROOM_BYTES + ROOM_SHARE * path.stat().st_size
    free = shutil.disk_usage(folder).free
    if free < needed:
        msg = (
            f"{path.name} needs {needed / 1e6:,.0f} MB of room for temporary files in "
            f"{folder.parent}, which has {free / 1e6:,.0f} MB. Make room, or name another "
            "folder in the environment variable TMPDIR."
        )
        raise SourceError(msg)


def _placed_blocks(path: Path, form: str, folder: Path) -> list[WayBlock]:
    """Read the highways, and again where nodes came late or ways carry their own places."""
    import osmium

    spots, once = locations(), folder / "once.pbf"
    extract = osmium.io.File(str(path), form)
    blocks = _copied(extract, once, spots)
    lacking = _lacking(blocks)
    if not len(lacking):
        return blocks
    if _any_placed(np.unique(lacking), spots):
        return _copied(osmium.io.File(str(once), "pbf"), folder / "late.pbf", spots)
    if 2 * len(lacking) < sum(len(block.lon) for block in blocks):
        return blocks  # clipped
    # An extract may have its places on the ways, as `osmium add-locations-to-ways` puts them.
    own = _copied(extract, folder / "own.pbf")
    return min(own, blocks, key=lambda read: len(_lacking(read)))


def _over(nodes: NDArray[np.int64]) -> bytes:
    """Return ways over some nodes, to be told where those are, if anywhere by now."""
    parts = np.array_split(nodes, 1 + len(nodes) // _NODES_OF_WAY)
    refs = (",".join(f"n{node}" for node in part.tolist()) for part in parts)
    ways = (f"w{row} Thighway=path N{over}\n" for row, over in enumerate(refs, 1))
    return "".join(ways).encode()


def _any_placed(nodes: NDArray[np.int64], spots: Any) -> bool:  # noqa: ANN401 - pyosmium's own
    """Tell whether any of some nodes has a place by now."""
    import osmium

    probe = osmium.FileProcessor(osmium.io.FileBuffer(_over(nodes), "opl"), osmium.osm.WAY)
    ways: Iterable[Any] = probe.with_filter(spots)
    return any(node.location.valid() for way in ways for node in way.nodes)


def _lacking(blocks: list[WayBlock]) -> NDArray[np.int64]:
    """Return the nodes without a place, as often as ways use them."""
    return _all([block.node_ids[block.lon == UNPLACED] for block in blocks])


def _with_new_nodes(ways: Ways, path: Path, form: str) -> Ways:
    """Place nodes below zero, as editors number new ones: pyosmium's table holds none."""
    lacking = (ways.node_ids < 0) & np.isnan(ways.lon)
    if not lacking.any():
        return ways
    import osmium

    opened = osmium.io.File(str(path), form)
    nodes: Iterable[Any] = osmium.FileProcessor(opened, osmium.osm.NODE)
    spots = {node.id: (node.lon, node.lat) for node in nodes if node.location.valid()}
    nowhere = (np.nan, np.nan)
    lon, lat = ways.lon.copy(), ways.lat.copy()
    placed = [spots.get(node, nowhere) for node in ways.node_ids[lacking].tolist()]
    lon[lacking], lat[lacking] = np.array(placed).T
    return replace(ways, lon=lon, lat=lat)


def _copied(opened: Any, out: Path, *spots: Any) -> list[WayBlock]:  # noqa: ANN401 - pyosmium's
    """Copy highways to a plain file, placed by what is known by then, and read that."""
    import osmium
    from osmium import osm
    from osmium.filter import EntityFilter, KeyFilter

    plain = osmium.io.File(str(out), _PLAIN)
    plain.has_multiple_object_versions = True  # so that it says which ways were deleted
    with (
        osmium.SimpleWriter(plain) as writer,
        osmium.io.Reader(opened, osm.NODE | osm.WAY) as reader,
    ):
        osmium.apply(reader, *spots, EntityFilter(osm.WAY), KeyFilter("highway"), writer)
    return list(read_blocks(out, keys=WAY_KEYS))


def _joined(blocks: list[WayBlock], *, extent: Any) -> Ways:  # noqa: ANN401 - a shapely box
    """Put the blocks of a file together."""
    visible = _all([block.visible for block in blocks], bool)
    sizes = _all([block.sizes for block in blocks])
    shown = slice(None) if visible.all() else np.repeat(visible, sizes)
    return Ways(
        way_ids=_all([block.way_ids for block in blocks])[visible],
        starts=np.concatenate([[0], np.cumsum(sizes[visible])]).astype(np.int64),
        node_ids=_all([block.node_ids for block in blocks])[shown],
        lon=_degrees([block.lon for block in blocks], 180)[shown],
        lat=_degrees([block.lat for block in blocks], 90)[shown],
        tags=_tags(blocks)[visible].reset_index(drop=True),
        extent=extent,
    )


def _degrees(parts: list[NDArray[np.int32]], most: int) -> NDArray[np.float64]:
    """Return positions in degrees, NaN where there is none or none on the globe."""
    degrees: NDArray[np.float64] = _all(parts, np.int32) / UNITS_PER_DEGREE
    degrees[np.abs(degrees) > most] = np.nan  # as `UNPLACED` is
    return degrees


def _all(parts: list[Any], kind: type = np.int64) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=kind), *parts])


def _tags(blocks: list[WayBlock]) -> pd.DataFrame:
    """Return a column of text for each key, null where a way lacks it."""
    import pandas as pd
    import pyarrow as pa

    if not blocks:
        return pd.DataFrame({key: pd.Series([], dtype="str") for key in WAY_KEYS})
    columns = {
        key: pa.chunked_array(
            [
                pa.array(block.texts, pa.large_string()).take(
                    pa.array(block.codes[:, row], mask=block.codes[:, row] < 0)
                )
                for block in blocks
            ]
        )
        for row, key in enumerate(WAY_KEYS)
    }
    frame: pd.DataFrame = pa.table(columns).to_pandas()
    return frame
