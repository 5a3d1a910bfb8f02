"""Read a document of any known kind, told by its content rather than its ending."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from data.errors import SourceError

if TYPE_CHECKING:
    from data.documents import Kind, RawDocument

MAX_BYTES = 200_000_000
"""A larger document is no record of deployments."""

_HEAD = 1024  # a PDF may begin with a kilobyte of anything
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_KNOWN = "Known kinds: PDF, XLSX, XLS, ODS, CSV (any delimiter) and GeoJSON."


def read_document(content: bytes, *, name: str, url: str | None = None) -> RawDocument:
    r"""
    Read the records in a document.

    Parameters
    ----------
    content
        The document's bytes.
    name
        Its file name or address, for messages and for provenance.
    url
        Where it was published, where known.

    Returns
    -------
    document
        Its tables as cells, verbatim.

    Raises
    ------
    SourceError
        If it is empty, too large, of no known kind, broken or without records.

    Examples
    --------
    >>> document = read_document(b"Place,Date\nCamden,06/04/23\n", name="met.csv")
    >>> document.kind, document.cells["text"].tolist()
    ('csv', ['Camden', '06/04/23'])
    """
    kind = sniff(content, name=name)
    if kind == "pdf":
        from data import pdf_tables as reader
    elif kind in {"xlsx", "xls", "ods"}:
        from data import workbooks as reader  # type: ignore[no-redef]
    elif kind == "geojson":
        from data import geojson as reader  # type: ignore[no-redef]
    else:
        from data import delimited as reader  # type: ignore[no-redef]
    return replace(reader.read(content, name=name), url=url)


def sniff(content: bytes, *, name: str) -> Kind:
    """
    Tell the kind of a document by its content.

    Parameters
    ----------
    content
        The document's bytes.
    name
        Its name, for messages.

    Returns
    -------
    kind
        Its kind; text of no other kind is taken for a delimited table.

    Raises
    ------
    SourceError
        If it is empty, too large, or of a kind that is not read.
    """
    if not content.strip(b"\x00 \t\r\n"):
        msg = f"{name} is empty ({len(content)} bytes). Download or export it again."
        raise SourceError(msg)
    if len(content) > MAX_BYTES:
        msg = (
            f"{name} has {len(content):,} bytes; at most {MAX_BYTES:,} are read. "
            "Give only the part with the table."
        )
        raise SourceError(msg)
    if b"%PDF-" in content[:_HEAD]:
        return "pdf"
    if content.startswith(b"PK"):
        return _sniff_zip(content, name)
    if content.startswith(_OLE):
        return _sniff_ole(content, name)
    if content.startswith(_PICTURES):
        msg = (
            f"{name} is a picture; its table cannot be read. Ask for the document itself. "
            f"{_KNOWN}"
        )
        raise SourceError(msg)
    return _sniff_text(content, name)


def _sniff_zip(content: bytes, name: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            held = set(packed.namelist())
    except zipfile.BadZipFile as error:
        msg = f"{name} is a workbook or archive cut short ({error}). Download it again."
        raise SourceError(msg) from error
    if any(entry.startswith("xl/workbook") for entry in held):
        return "xlsx"
    if "content.xml" in held:
        return "ods"
    what = "a Word document" if any(e.startswith("word/") for e in held) else "a zip archive"
    msg = f"{name} is {what}, which is not read. Give the table inside it as a file. {_KNOWN}"
    raise SourceError(msg)


def _sniff_ole(content: bytes, name: str) -> Kind:
    streams = ("Workbook", "Book", "EncryptedPackage")
    if any(stream.encode("utf-16-le") in content for stream in streams):
        return "xls"
    msg = (
        f"{name} is an old Office file but no workbook. Save its table as XLSX or CSV. {_KNOWN}"
    )
    raise SourceError(msg)


def _sniff_text(content: bytes, name: str) -> Kind:
    start = content[:_HEAD].removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<!--")):
        msg = (
            f"{name} is a web page, not a document. Open it, find the link to the document, "
            f"and give that. {_KNOWN}"
        )
        raise SourceError(msg)
    if start.startswith(b"<"):
        msg = f"{name} is XML, which is not read. Save its table as CSV. {_KNOWN}"
        raise SourceError(msg)
    return "geojson" if start.startswith((b"{", b"[")) else "csv"
