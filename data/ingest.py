"""Turn documents into tidy deployments, losing nothing: rows in are rows kept or rejected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from data.cell import is_unknown, one_line
from data.columns import Columns, RawRecord, map_columns, refuse_idle_options
from data.documents import CELL_COLUMNS
from data.errors import SchemaError
from data.forces import NOT_STATED, Force, force_named, force_of_document
from data.headers import quoted
from data.overlap import drop_retold
from data.record import is_totals, read_record
from data.row import Row
from data.schemas import CORE_DEPLOYMENTS, CORE_FLAGS, CORE_SOURCES, RAW_CELLS, REJECTED_ROWS
from data.tables import as_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import pandas as pd

    from data.documents import RawDocument
    from data.record import Record

_CORE_NAMES = {"place": "place_published"}


@dataclass(frozen=True)
class Ingested:
    """
    What documents hold, with nothing lost.

    Attributes
    ----------
    raw_cells, sources, core, rejected
        Frames with the columns of `RAW_CELLS`, `CORE_SOURCES`, `CORE_DEPLOYMENTS` and
        `REJECTED_ROWS`; ``flags`` of the deployments are null until `data.lint`.
    noticed
        Flags that only the reading knows, with the columns of `CORE_FLAGS`; pass them to
        `data.lint.lint`.
    notes
        Sentences for the person who runs it.
    """

    raw_cells: pd.DataFrame
    sources: pd.DataFrame
    core: pd.DataFrame
    rejected: pd.DataFrame
    noticed: pd.DataFrame
    notes: tuple[str, ...]


def ingest(
    documents: Sequence[RawDocument],
    *,
    renames: Mapping[str, str] | None = None,
    force: str | None = None,
    missing: Collection[str] = (),
) -> Ingested:
    """
    Read documents into raw cells, deployments and rejected rows.

    Parameters
    ----------
    documents
        What the readers made of them, in the order they were given.
    renames
        What ``--map "Header=column"`` says.
    force
        Force of rows that do not name one themselves; otherwise the document tells.
    missing
        Columns that the documents truly lack, as ``--missing`` says.

    Returns
    -------
    ingested
        Rows in the order of the documents and within them.

    Raises
    ------
    HeaderError
        If a document's columns cannot be mapped, or an option fits none of them.
    SchemaError
        If a row were lost; a fault of ours, caught here.

    Notes
    -----
    Several rows of one document may agree in everything, for several vans were out. The same
    deployment in two documents (`data.overlap`) is kept once, as the first one tells it.
    """
    renames = dict(renames or {})
    once, notes = _read_once(documents)
    held = {document.sha256: _raw_records(document) for document in once}
    refuse_idle_options(held.values(), renames, missing)
    raw: list[dict[str, Any]] = []
    rows: list[Row] = []
    for document in once:
        columns = map_columns(
            held[document.sha256], document=document.name, renames=renames, missing=missing
        )
        speaker = force_named(force) if force else _speaker(document)
        for record in held[document.sha256]:
            raw += _raw_cells(document, record, columns[record.signature])
            rows.append(_read_row(document, record, columns[record.signature], speaker))
    rows, remarks = drop_retold(rows)
    rows = _number(rows)
    return _assemble(once, raw, rows, remarks, notes)


def _read_once(
    documents: Sequence[RawDocument],
) -> tuple[list[RawDocument], tuple[str, ...]]:
    first: dict[str, RawDocument] = {}
    notes = []
    for document in documents:
        other = first.setdefault(document.sha256, document)
        if other is not document:
            notes.append(
                f"{document.name} is the same file as {other.name}, byte for byte; "
                "it was read once."
            )
    return list(first.values()), tuple(notes)


def _raw_records(document: RawDocument) -> list[RawRecord]:
    frame = document.cells
    columns = [frame[name].tolist() for name in CELL_COLUMNS]
    grouped: dict[tuple[int, int], list[tuple[int, str, str | None]]] = {}
    for page, number, index, header, text in zip(*columns, strict=True):
        cell = (int(index), str(header), text if isinstance(text, str) else None)
        grouped.setdefault((int(page), int(number)), []).append(cell)
    return [
        RawRecord(page, number, tuple(cells))
        for (page, number), cells in grouped.items()
        if any(text and text.strip() for _, _, text in cells)
    ]


def _speaker(document: RawDocument) -> Force:
    told = force_of_document(title=document.title, url=document.url, name=document.name)
    return told or NOT_STATED


def _raw_cells(
    document: RawDocument, raw: RawRecord, columns: Columns
) -> Iterator[dict[str, Any]]:
    for index, header, text in raw.cells:
        known = columns.known.get(index)
        yield {
            "source_document": document.name,
            "source_sha256": document.sha256,
            "source_page": raw.page,
            "source_row": raw.number,
            "column_index": index,
            "header": header,
            "column": _CORE_NAMES.get(known or "", known),
            "text": text,
        }


def _read_row(document: RawDocument, raw: RawRecord, columns: Columns, speaker: Force) -> Row:
    cells = {
        column: text
        for index, _, text in raw.cells
        if (column := columns.known.get(index)) is not None
    }
    named = cells.get("force")
    row = Row(
        document,
        page=raw.page,
        number=raw.number,
        text=" | ".join(one_line(text) for _, _, text in raw.cells),
        force=force_named(named) if named and not is_unknown(named) else speaker,
    )
    if is_totals(cells):
        return replace(row, excluded="A row of totals, not a deployment; nothing is missing.")
    needed = {"place": None, "date": None} | cells
    record = read_record(needed, hints=columns.hints)
    return replace(row, record=_name_headers(record, columns.headers))


def _name_headers(record: Record, headers: Mapping[str, str]) -> Record:
    problems = tuple(
        replace(
            problem,
            reason=problem.reason.replace(
                '"Header=', f'"{quoted(headers.get(problem.column, ""))}='
            ),
        )
        for problem in record.problems
    )
    return replace(record, problems=problems)


def _number(rows: Sequence[Row]) -> list[Row]:
    # Rejected rows count too, so that mending one later moves nobody's number; rows that are
    # no deployment, or another row's, do not.
    counts: Counter[tuple[str, str]] = Counter()
    numbered = []
    for row in rows:
        date = row.record.fields.get("date")
        if date and not row.excluded:
            counts[row.force.code, date] += 1
            n = counts[row.force.code, date]
            numbered.append(replace(row, deployment_id=f"{row.force.code}-{date}-{n}"))
        else:
            numbered.append(row)
    return numbered


def _assemble(
    documents: Sequence[RawDocument],
    raw: Sequence[Mapping[str, Any]],
    rows: Sequence[Row],
    remarks: Mapping[int, str],
    notes: tuple[str, ...],
) -> Ingested:
    kept = [row for row in rows if row.kept]
    rejected = [row for row in rows if not row.kept]
    if len(rows) != len(kept) + len(rejected) or len({row.key for row in rows}) != len(rows):
        msg = f"{len(rows)} rows in, {len(kept)} kept, {len(rejected)} rejected: not the same."
        raise SchemaError(msg)
    noticed = [
        {"deployment_id": row.deployment_id, "flag": flag, "detail": detail}
        for position, row in enumerate(rows)
        if row.kept
        for flag, detail in _remarks_on(row, remarks.get(position)).items()
    ]
    return Ingested(
        raw_cells=as_table(raw, RAW_CELLS),
        sources=as_table([_describe(document, rows) for document in documents], CORE_SOURCES),
        core=as_table([_core(row) for row in kept], CORE_DEPLOYMENTS),
        rejected=as_table([_reject(row) for row in rejected], REJECTED_ROWS),
        noticed=as_table(noticed, CORE_FLAGS),
        notes=notes,
    )


def _remarks_on(row: Row, retold: str | None) -> dict[str, str]:
    return row.record.remarks | ({"told-differently": retold} if retold else {})


def _core(row: Row) -> dict[str, Any]:
    identity = {"deployment_id": row.deployment_id, "force": row.force.name}
    return row.record.fields | identity | row.provenance


def _reject(row: Row) -> dict[str, Any]:
    problems = row.record.problems
    first = problems[0] if problems and not row.excluded else None
    reasons = [f"{problem.column}: {problem.reason}" for problem in problems]
    return row.provenance | {
        "column": _CORE_NAMES.get(first.column, first.column) if first else None,
        "text": first.text if first else None,
        "reason": row.excluded or " ".join(reasons),
        "row_text": row.text,
    }


def _describe(document: RawDocument, rows: Sequence[Row]) -> dict[str, Any]:
    own = [row for row in rows if row.document is document]
    forces = {row.force.name for row in own}
    return {
        "source_document": document.name,
        "source_sha256": document.sha256,
        "kind": document.kind,
        "force": forces.pop() if len(forces) == 1 else None,
        "title": document.title,
        "url": document.url,
        "rows_in": len(own),
        "rows_core": sum(row.kept for row in own),
        "rows_rejected": sum(not row.kept for row in own),
    }
