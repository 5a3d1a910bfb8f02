"""Fields of PBF messages, and what a file of them unpacks to."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER_SIZE = 3
"""Field of a blob's header that holds its size (https://wiki.openstreetmap.org/wiki/PBF_Format)."""

_UNPACKED = 2
_MORE, _SEVEN_BITS, _LONGEST = 128, 127, 10
_NUMBER, _BYTES = 0, 2


def read_varint(raw: bytes, at: int) -> tuple[int, int]:
    """
    Read a number of as many bytes as it needs.

    Parameters
    ----------
    raw
        A message.
    at
        Where in it the number begins.

    Returns
    -------
    value, after
        The number, and where what follows it begins.

    Raises
    ------
    ValueError
        If the message ends within the number, or it has more than ten bytes.

    Examples
    --------
    >>> read_varint(bytes([0xAC, 0x02]), 0)
    (300, 2)
    """
    value = 0
    for place, byte in enumerate(raw[at : at + _LONGEST]):
        value |= (byte & _SEVEN_BITS) << (7 * place)
        if byte < _MORE:
            return value, at + place + 1
    msg = "a number is cut short"
    raise ValueError(msg)


def read_fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """
    Read the fields of a message, which are numbers and bytes.

    Parameters
    ----------
    raw
        The message.

    Yields
    ------
    number, value
        Of each field.

    Raises
    ------
    ValueError
        If it is cut short, or holds fields of another kind.

    Examples
    --------
    >>> list(read_fields(bytes([0x08, 0x07, 0x12, 0x02]) + b"no"))
    [(1, 7), (2, b'no')]
    """
    at = 0
    while at < len(raw):
        tag, at = read_varint(raw, at)
        value, at = read_varint(raw, at)
        if tag & 7 == _BYTES:
            yield tag >> 3, raw[at : at + value]
            at += value
        elif tag & 7 == _NUMBER:
            yield tag >> 3, value
        else:
            msg = f"a field is of kind {tag & 7}"
            raise ValueError(msg)


def unpacked_bytes(path: Path) -> int:
    """
    Return how large a PBF file is once unpacked, by what its blobs say; none is unpacked.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    size
        In bytes.

    Raises
    ------
    ValueError
        If it is cut short or is no PBF.
    """
    total, length = 0, path.stat().st_size
    with path.open("rb") as opened:
        while head := opened.read(4):
            header = dict(read_fields(opened.read(int.from_bytes(head, "big"))))
            end = opened.tell() + int(header.get(HEADER_SIZE, 0))
            if end > length:
                msg = "its last part is cut short"
                raise ValueError(msg)
            total += _unpacked(opened, end)
    return total


def _unpacked(opened: BinaryIO, end: int) -> int:
    """Return the unpacked size of the blob here, and go to its end."""
    at, size = opened.tell(), end - opened.tell()
    while at < end:
        opened.seek(at)
        raw = opened.read(2 * _LONGEST)
        tag, after = read_varint(raw, 0)
        value, after = read_varint(raw, after)
        at += after + (value if tag & 7 == _BYTES else 0)
        if tag >> 3 == _UNPACKED:
            size, at = value, end
    opened.seek(end)
    return size
