"""A document's kind is told by its content; what is no document is refused by name."""

from __future__ import annotations

import io
import zipfile

import pytest

from data import readers
from data.errors import SourceError
from data.readers import read_document, sniff


def packed(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(
                zipfile.ZipInfo(name), ""
            )  # of no time, as tests are named after it
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\n\n%PDF-1.7\n", "pdf"),
        (packed("xl/workbook.xml"), "xlsx"),
        (packed("mimetype", "content.xml"), "ods"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "xls"),
        (b'\xef\xbb\xbf {"type": "Feature"}', "geojson"),
        ("Place,Date\n".encode("utf-16"), "csv"),
        (b"Place;Date\n", "csv"),
    ],
)
def test_kinds(content, kind):
    assert sniff(content, name="anything.bin") == kind


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b" \r\n\x00", r"is empty \(4 bytes\)"),
        (b"<!DOCTYPE html><html>", "is a web page, not a document"),
        (b"<?xml version='1.0'?>", "is XML"),
        (b"\x89PNG\r\n", "is a picture"),
        (packed("word/document.xml"), "is a Word document"),
        (packed("a.csv"), "is a zip archive"),
        (packed("a.csv")[:30], "cut short"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 junk", "old Office file but no workbook"),
    ],
)
def test_refusals(content, message):
    with pytest.raises(SourceError, match=message) as caught:
        read_document(content, name="grid.csv")
    assert str(caught.value).startswith("grid.csv")


def test_too_large(monkeypatch):
    monkeypatch.setattr(readers, "MAX_BYTES", 10)
    with pytest.raises(SourceError, match="has 21 bytes; at most 10"):
        read_document(b"Place,Date\nA,06/04/23", name="grid.csv")


def test_address_and_digest_are_kept():
    document = read_document(
        b"Place,Date\nA,06/04/23\n", name="a.csv", url="https://x.test/a.csv"
    )
    assert document.url == "https://x.test/a.csv"
    assert len(document.sha256) == 64
    assert document.cells["source_page"].tolist() == [1, 1]
