"""Ways as arrays, out of the plain PBF that pyosmium writes: no loop over nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.pbf_fields import HEADER_SIZE, read_fields, read_varint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Span = tuple[NDArray[np.int64], NDArray[np.int64]]

UNPLACED = 2_147_483_647
"""What libosmium stores, in 1e-7 degrees, for a node whose position it lacks."""

# Fields of the format (https://wiki.openstreetmap.org/wiki/PBF_Format), by message.
_RAW_BLOB = 1
_STRINGS, _GROUP = 1, 2
_ID, _KEYS, _VALUES, _INFO, _REFS, _LATS, _LONS = 1, 2, 3, 4, 8, 9, 10
_MORE, _SEVEN_BITS = 128, 127
_BYTES = 2
_PADDING = b"\0" * 10


@dataclass(frozen=True)
class WayBlock:
    """
    Some thousand ways, as they stand in one block of a file.

    Attributes
    ----------
    way_ids, visible
        Identifier, and whether the way was not deleted; shape (ways,).
    sizes
        Nodes of each way, shape (ways,).
    node_ids, lon, lat
        Identifier and position, in 1e-7 degrees, of each node of each way.
    codes
        Row of ``texts`` that each way has under each key, or -1; shape (ways, keys).
    texts
        Distinct values of tags.
    """

    way_ids: NDArray[np.int64]
    visible: NDArray[np.bool_]
    sizes: NDArray[np.int64]
    node_ids: NDArray[np.int64]
    lon: NDArray[np.int32]
    lat: NDArray[np.int32]
    codes: NDArray[np.int32]
    texts: list[str]


def read_blocks(path: Path, *, keys: Sequence[str]) -> Iterator[WayBlock]:
    """
    Read the blocks of a PBF file of ways, one by one.

    Parameters
    ----------
    path
        A file written by pyosmium as ``pbf,pbf_compression=none,locations_on_ways=true``. It
        is no reader for any other: those are compressed, or of nodes.
    keys
        Keys of the tags that are wanted.

    Yields
    ------
    block
        The ways of a block, in their order.
    """
    with path.open("rb") as opened:
        while head := opened.read(4):
            header = dict(read_fields(opened.read(int.from_bytes(head, "big"))))
            blob = opened.read(int(header[HEADER_SIZE]))
            if header[1] == b"OSMData":
                yield from _groups(bytes(dict(read_fields(blob))[_RAW_BLOB]), keys)


def _groups(block: bytes, keys: Sequence[str]) -> Iterator[WayBlock]:
    fields = list(read_fields(block))
    table = next(bytes(value) for number, value in fields if number == _STRINGS)
    held = _Strings.of(table, keys)
    for number, value in fields:
        if number == _GROUP:
            yield _ways(bytes(value), held)


# Messages --------------------------------------------------------------------------------


def _parts(message: bytes) -> tuple[NDArray[np.uint8], Span]:
    """Return where each part of a message begins and ends whose parts are all of one kind."""
    tags, at, size = [], 0, len(message)
    while at < size:
        tags.append(at)
        length = message[at + 1]
        at += 2
        if length >= _MORE:
            length, at = read_varint(message, at - 1)
        at += length
    raw = np.frombuffer(message + _PADDING, dtype=np.uint8)
    sizes, begin = _varints(raw, np.array(tags, dtype=np.int64) + 1)
    return raw, (begin, begin + sizes)


@dataclass(frozen=True)
class _Strings:
    """The strings of a block, and the column that each has if it is a key wanted, or -1."""

    raw: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    column: NDArray[np.int64]
    columns: int

    @classmethod
    def of(cls, raw: bytes, keys: Sequence[str]) -> _Strings:
        starts, ends = _parts(raw)[1]
        wanted = {key.encode(): column for column, key in enumerate(keys)}
        sizes, fitting = ends - starts, {len(key) for key in wanted}
        column = np.full(len(starts), -1)
        for row in np.flatnonzero(np.isin(sizes, list(fitting))):
            column[row] = wanted.get(raw[starts[row] : ends[row]], -1)
        return cls(raw, starts, ends, column, len(keys))

    def text(self, row: int) -> str:
        return self.raw[self.starts[row] : self.ends[row]].decode("utf-8", "replace")


# Ways ------------------------------------------------------------------------------------


def _ways(group: bytes, strings: _Strings) -> WayBlock:
    """Read the ways of a group, all at once: their fields in step, then their numbers."""
    raw, (starts, ends) = _parts(group)
    way_ids, spans = _spans(raw, starts, ends)
    refs, sizes = _packed(raw, spans[_REFS])
    lons, lats = _packed(raw, spans[_LONS])[0], _packed(raw, spans[_LATS])[0]
    told_of = spans[_INFO][1] > spans[_INFO][0]
    visible = ~told_of | (raw[np.maximum(spans[_INFO][1] - 1, 0)] == 1)
    codes, texts = _tags(raw, spans, strings)
    node_ids = _summed(_signed(refs), sizes)
    lon, lat = (_summed(_signed(deltas), sizes).astype(np.int32) for deltas in (lons, lats))
    return WayBlock(way_ids, visible, sizes, node_ids, lon, lat, codes, texts)


def _spans(
    raw: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], dict[int, Span]]:
    """Return each way's identifier, and where each of its packed fields begins and ends."""
    way_ids, at = np.zeros(len(starts), dtype=np.int64), starts.copy()
    spans = {
        number: (np.zeros_like(starts), np.zeros_like(starts))
        for number in (_KEYS, _VALUES, _INFO, _REFS, _LATS, _LONS)
    }
    while (live := np.flatnonzero(at < ends)).size:
        tag = raw[at[live]]  # one byte, as all numbers of fields are below 16
        value, after = _varints(raw, at[live] + 1)
        packed, number = (tag & 7) == _BYTES, tag >> 3
        way_ids[live[number == _ID]] = value[number == _ID]
        until = after + np.where(packed, value, 0)
        for wanted, (begin, end) in spans.items():
            here = packed & (number == wanted)
            begin[live[here]], end[live[here]] = after[here], until[here]
        at[live] = until
    return way_ids, spans


def _varints(
    raw: NDArray[np.uint8], at: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers at some places of a message, and where what follows them begins."""
    value, at, more, shift = np.zeros(len(at), dtype=np.int64), at.copy(), np.arange(len(at)), 0
    while more.size:
        byte = raw[at[more]].astype(np.int64)
        value[more] |= (byte & _SEVEN_BITS) << shift
        at[more] += 1
        more, shift = more[byte >= _MORE], shift + 7
    return value, at


def _packed(raw: NDArray[np.uint8], span: Span) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers packed into stretches of a message, and how many each holds."""
    begin, end = span
    until = np.cumsum(end - begin)
    total = int(until[-1]) if len(until) else 0
    shift_by = np.repeat(begin - (until - (end - begin)), end - begin)
    held = raw[np.arange(total) + shift_by]
    last = np.flatnonzero(held < _MORE)
    counts = np.diff(np.searchsorted(last, until), prepend=0)
    first = np.concatenate([[0], last[:-1] + 1]) if len(last) else last
    value = (held[first] & _SEVEN_BITS).astype(np.int64)
    more, step = np.flatnonzero(last > first), 1
    while more.size:
        value[more] |= (held[first[more] + step].astype(np.int64) & _SEVEN_BITS) << (7 * step)
        step += 1
        more = more[last[more] >= first[more] + step]
    return value, counts


def _signed(value: NDArray[np.int64]) -> NDArray[np.int64]:
    """Undo the zigzag that puts the sign of a number into its lowest bit."""
    magnitude = (value.view(np.uint64) >> np.uint64(1)).view(np.int64)
    signed: NDArray[np.int64] = magnitude ^ -(value & 1)
    return signed


def _summed(deltas: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add up differences, beginning anew with each way."""
    sums = np.concatenate([[0], np.cumsum(deltas)])
    before = np.cumsum(sizes) - sizes
    summed: NDArray[np.int64] = sums[1:] - np.repeat(sums[before], sizes)
    return summed


def _tags(
    raw: NDArray[np.uint8], spans: dict[int, Span], strings: _Strings
) -> tuple[NDArray[np.int32], list[str]]:
    """Return the codes of the wanted tags of each way, and the texts that they stand for."""
    keys, counts = _packed(raw, spans[_KEYS])
    values, _ = _packed(raw, spans[_VALUES])
    column = strings.column[keys]
    wanted = column >= 0
    rows = np.repeat(np.arange(len(counts)), counts)[wanted]
    used, code = np.unique(values[wanted], return_inverse=True)
    codes = np.full((len(counts), strings.columns), -1, dtype=np.int32)
    codes[rows, column[wanted]] = code
    return codes, [strings.text(row) for row in used]
