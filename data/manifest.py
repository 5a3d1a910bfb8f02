"""Say what a published site holds, from which sources, and under which licences."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from data.tables import as_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

NAME = "manifest.json"
"""The manifest's own file, which it cannot describe."""

DATABASE = "data/passersby.duckdb"
"""Described by its rows: DuckDB writes the same rows in other bytes every time."""

CODE_LICENCE = "MIT"
"""Licence of what the pages hold besides data."""

LEAFLET_LICENCE = "BSD-2-Clause"
"""Licence of Leaflet, which the pages with a map carry inside."""

_WITH_MAP = {"index.html", "embed.html"}

_SOURCE = ("kind", "force", "title", "rows_in", "rows_core", "rows_rejected")


def manifest_json(
    folder: Path,
    *,
    version: str,
    tables: Mapping[str, pd.DataFrame],
    credits: Sequence[Mapping[str, object]],  # noqa: A002 - the word for it
    licences: Mapping[str, str] | None = None,
) -> bytes:
    """
    Describe a finished site.

    Parameters
    ----------
    folder
        The site, all files but the manifest written.
    version
        Version of the code.
    tables
        The tables stored in the database, by name.
    credits
        One mapping per source of data used: ``title``, ``licence``, ``credit``, ``vintage``.
    licences
        Licences of single files by their path in the site, where they differ from those of
        all the sources credited.

    Returns
    -------
    content
        JSON with sorted keys: version, sources with their hashes, counts, every file with its
        hash, size and licence, and the credits. It holds no clock and no path outside the
        site, so that the same inputs give the same bytes.

    Examples
    --------
    >>> from pathlib import Path
    >>> content = manifest_json(Path("no-such-folder"), version="1", tables={}, credits=[])
    >>> json.loads(content)["counts"]
    {'rows_core': 0, 'rows_flagged': 0, 'rows_in': 0, 'rows_rejected': 0}
    """
    described = {
        "name": "passersby",
        "version": version,
        "sources": _sources(tables),
        "counts": _counts(tables),
        "files": _files(folder, tables, licences or {}, credits),
        "credits": [dict(entry) for entry in credits],
    }
    text = json.dumps(described, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    return f"{text}\n".encode()


def _sources(tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """List the documents read, by name and hash."""
    if "core_sources" not in tables:
        return []
    sources = [
        {
            "name": row["source_document"],
            "sha256": row["source_sha256"],
            "url": row["url"],
            **{name: row[name] for name in _SOURCE},
        }
        for row in as_rows(tables["core_sources"])
    ]
    return sorted(sources, key=lambda source: (source["name"], source["sha256"]))


def _counts(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Count rows in, kept, rejected, and kept with at least one flag."""
    kept = len(tables.get("core_deployments", ()))
    rejected = len(tables.get("rejected_rows", ()))
    flags = tables.get("core_flags")
    flagged = 0 if flags is None else int(flags["deployment_id"].nunique())
    return {
        "rows_in": kept + rejected,
        "rows_core": kept,
        "rows_rejected": rejected,
        "rows_flagged": flagged,
    }


def _files(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    licences: Mapping[str, str],
    credits: Sequence[Mapping[str, object]],  # noqa: A002 - as above
) -> list[dict[str, Any]]:
    """Describe every file of the site but the manifest, by path."""
    data = sorted({str(entry["licence"]) for entry in credits})
    described = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name == NAME:
            continue
        entry: dict[str, Any] = {
            "path": name,
            "licence": licences.get(name, _licence(name, data)),
        }
        if name == DATABASE:
            entry["rows"] = {table: len(frame) for table, frame in tables.items()}
        else:
            content = path.read_bytes()
            entry |= {"bytes": len(content), "sha256": sha256(content).hexdigest()}
        described.append(entry)
    return described


def _licence(name: str, data: list[str]) -> str:
    """Join the licences of what a file is made from: data, and in pages code."""
    code = [CODE_LICENCE] if name.endswith(".html") else []
    leaflet = [LEAFLET_LICENCE] if name in _WITH_MAP else []
    return "; ".join([*data, *code, *leaflet])
