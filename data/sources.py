"""Turn what a user names as a source into documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import SourceError
from data.readers import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = (".csv", ".geojson", ".json", ".ods", ".pdf", ".psv", ".tsv", ".txt", ".xls", ".xlsx")
"""Endings of the files that are read from a folder; a file named itself may have any."""


def open_source(source: str) -> list[tuple[bytes, str, str | None]]:
    """
    Return the documents that a source names.

    Parameters
    ----------
    source
        A file, a folder (its files with a known ending, by name, not those of folders in
        it) or an http(s) address.

    Returns
    -------
    documents
        Content, bare name and address (None for a file) of each.

    Raises
    ------
    SourceError
        If there is no such file, nothing to read in the folder, or it cannot be fetched.
    """
    if "://" in source:
        from data.fetch import fetch

        content, name = fetch(source)
        return [(content, name, source)]
    path = Path(source).expanduser()
    try:
        return [(_content(file), file.name, None) for file in _files(path)]
    except OSError as error:
        msg = (
            f"{source} cannot be opened: {error.strerror or error}. Check that you may read it."
        )
        raise SourceError(msg) from error


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        files = sorted(
            file
            for file in path.iterdir()
            if file.suffix.lower() in ENDINGS and file.is_file() and file.name[0] not in "._~"
        )
        if not files:
            known = ", ".join(ENDINGS)
            msg = f"The folder {path} holds nothing to read: no file ending in {known}."
            raise SourceError(msg)
        yield from files
    elif path.is_file():
        yield path
    elif path.exists():
        msg = f"{path} is neither a file nor a folder. Give a file, a folder or a web address."
        raise SourceError(msg)
    else:
        msg = f"There is no file or folder {path}. Check its spelling and where you are."
        raise SourceError(msg)


def _content(file: Path) -> bytes:
    size = file.stat().st_size
    if size > MAX_BYTES:
        msg = (
            f"{file.name} has {size:,} bytes; at most {MAX_BYTES:,} are read. "
            "Give only the part with the table."
        )
        raise SourceError(msg)
    return file.read_bytes()
