"""
Every column of every table, stated once.

The DDL and the checks on bounds (`data.sql`), keys, the order of the published CSV and the
reference documentation are derived from here; nothing else repeats a column's type or meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

DuckType = Literal["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"]

PRECISIONS = ("site", "street", "district", "area", "unknown")
"""How narrowly a place is known, best first."""

DATE_PRECISIONS = ("day", "month", "year")

STATUSES = ("reported", "announced", "aborted")

KINDS = ("pdf", "xlsx", "ods", "xls", "csv", "geojson")
"""Kinds of document that can be read."""

EXPOSURE_SOURCES = ("reported", "modelled", "borrowed")


@dataclass(frozen=True)
class Column:
    """
    One column: its type, its unit, what it means, and what values it may hold.

    Attributes
    ----------
    name
        Column name; a unit ends it where the quantity has one.
    dtype
        DuckDB type.
    meaning
        One sentence for the reference documentation.
    unit
        Unit of the quantity, empty where there is none.
    nullable
        Whether null (unknown) is allowed.
    low, high
        Inclusive bounds of a number, or None.
    values
        The only values a text may take, or empty for any.
    """

    name: str
    dtype: DuckType
    meaning: str
    unit: str = ""
    nullable: bool = True
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """
    One table: its columns in order, and the columns that identify a row.

    Attributes
    ----------
    name
        Table name with its layer: ``raw_``, ``core_``, ``rejected_`` or ``out_``.
    meaning
        One sentence for the reference documentation.
    columns
        Columns in the order they are stored and exported.
    key
        Names of the columns that together identify a row.
    spatial
        Whether a column ``geometry`` in longitude and latitude follows the others.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(default=())
    spatial: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


def _text(name: str, meaning: str, *values: str, null: bool = True) -> Column:
    return Column(name, "VARCHAR", meaning, nullable=null, values=values)


def _count(name: str, meaning: str, unit: str = "", *, null: bool = True) -> Column:
    return Column(name, "BIGINT", meaning, unit=unit, nullable=null, low=0)


def _number(  # noqa: PLR0913 - the fields of a column, by name
    name: str,
    meaning: str,
    unit: str = "",
    *,
    low: float | None = 0,
    high: float | None = None,
    null: bool = True,
) -> Column:
    return Column(name, "DOUBLE", meaning, unit=unit, nullable=null, low=low, high=high)


def _ordinal(name: str, meaning: str) -> Column:
    return Column(name, "BIGINT", meaning, nullable=False, low=1)


def _degrees(name: str, meaning: str, most: float) -> Column:
    return _number(name, meaning, "degree", low=-most, high=most)


_SOURCE = (
    _text(
        "source_document",
        "File name or address of the document the row was read from.",
        null=False,
    ),
    _text("source_sha256", "SHA-256 of that document's bytes.", null=False),
    _ordinal("source_page", "Page of a PDF, sheet of a workbook, otherwise 1."),
    _ordinal(
        "source_row",
        "Row on that page: the n-th record of a PDF page, the sheet row of a workbook, "
        "the line of records in a text file.",
    ),
)

RAW_CELLS = Table(
    "raw_cells",
    "Every cell of every table read, verbatim.",
    (
        *_SOURCE,
        _ordinal("column_index", "Position of the column in its table, from 1."),
        _text("header", "Header as published; nested levels joined by ' / '.", null=False),
        _text(
            "column", "Known column this header means; null for a header set aside on request."
        ),
        _text("text", "Cell as published, line breaks kept; null where the cell is empty."),
    ),
    key=("source_sha256", "source_page", "source_row", "column_index"),
)

CORE_SOURCES = Table(
    "core_sources",
    "The documents read.",
    (
        _text("source_document", "File name or address.", null=False),
        _text("source_sha256", "SHA-256 of its bytes.", null=False),
        _text("kind", "Kind of document.", *KINDS, null=False),
        _text(
            "force", "Force the whole document speaks for; null where rows say so themselves."
        ),
        _text("title", "Words at the head of the document."),
        _text("url", "Where the document was published, where known."),
        _count("rows_in", "Records found.", null=False),
        _count("rows_core", "Records kept.", null=False),
        _count("rows_rejected", "Records rejected.", null=False),
    ),
    key=("source_sha256", "source_document"),
)

_WHEN_WHERE = (
    _text(
        "deployment_id",
        "force-date-n, n in document order within force and published date; never reused.",
        null=False,
    ),
    _text("force", "Police force, full name.", null=False),
    _text("date", "ISO date after corrections; may be partial (2023-08, 2023).", null=False),
    _text("date_precision", "How precise the date is.", *DATE_PRECISIONS, null=False),
    _text("place_published", "Place as published, line breaks as spaces.", null=False),
)

_FIGURES = (
    _number("duration_h", "How long the deployment lasted.", "h", high=72),
    _text("use_case", "Purpose or use case as published."),
    _count("watchlist_size", "Entries on the watchlist.", "persons"),
    _number("threshold", "Lowest similarity score that raises an alert.", high=1),
    _count(
        "faces_seen", "Faces seen as the force estimates them: passages, not people.", "faces"
    ),
    _count("alerts", "Alerts in total.", "alerts"),
    _count("true_alerts_confirmed", "True alerts confirmed.", "alerts"),
    _count("true_alerts_unconfirmed", "True alerts not confirmed.", "alerts"),
    _count("false_alerts_confirmed", "False alerts confirmed.", "alerts"),
    _count("false_alerts_unconfirmed", "False alerts not confirmed.", "alerts"),
    _count("arrests", "Arrests; in 2020-22 the record says 'Arrests / Disposals'.", "arrests"),
)

CORE_DEPLOYMENTS = Table(
    "core_deployments",
    "One row per deployment: tidy, typed, corrections applied.",
    (
        *_WHEN_WHERE,
        _text("date_published", "Date cell as published.", null=False),
        _text("area_published", "Borough or town where the record has a column for it."),
        *_FIGURES,
        _count("true_alerts", "True alerts where the record does not split them.", "alerts"),
        _count("false_alerts", "False alerts where the record does not split them.", "alerts"),
        _count("engagements", "People engaged after a true alert.", "persons"),
        _count("false_alert_engagements", "People engaged after a false alert.", "persons"),
        _count("other_disposals", "'Other disposal' as published.", "persons"),
        _count("no_action", "'No action' as published.", "persons"),
        _number(
            "false_alert_rate_share",
            "False alert rate as published, as a share of faces.",
            high=1,
        ),
        _text("start_time", "Start as published, HH:MM, where the record has it."),
        _text("end_time", "End as published, HH:MM, where the record has it."),
        _text("event", "Event the deployment was held at, where the record says."),
        _text(
            "status",
            "Whether it was reported, only announced, or aborted.",
            *STATUSES,
            null=False,
        ),
        _text("note", "Remarks of the record."),
        _degrees("lon", "Longitude where the record itself gives a spot.", 180),
        _degrees("lat", "Latitude where the record itself gives a spot.", 90),
        _text("flags", "Lint flags, separated by '; '."),
        *_SOURCE,
    ),
    key=("deployment_id",),
)

CORE_FLAGS = Table(
    "core_flags",
    "What lint noticed: a flag never changes a figure.",
    (
        _text("deployment_id", "Deployment the flag is about.", null=False),
        _text("flag", "Short name of the rule.", null=False),
        _text("detail", "One sentence with the figures that raised it.", null=False),
    ),
    key=("deployment_id", "flag"),
)

CORE_CORRECTIONS = Table(
    "core_corrections",
    "Corrections applied, each with its reason; the raw cell stays as published.",
    (
        _text("deployment_id", "Deployment corrected.", null=False),
        _text("column", "Column corrected.", null=False),
        _text("value_from", "Value the record holds.", null=False),
        _text("value_to", "Value used instead.", null=False),
        _text("reason", "Why.", null=False),
        _text("evidence", "What shows it.", null=False),
    ),
    key=("deployment_id", "column"),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "Records that could not be read, with the reason; never silently dropped.",
    (
        *_SOURCE,
        _text("column", "Column whose cell did not parse."),
        _text("text", "That cell, verbatim."),
        _text("reason", "What is wrong and what would mend it.", null=False),
        _text("row_text", "The whole record, cells joined by ' | '.", null=False),
    ),
    key=("source_sha256", "source_page", "source_row"),
)

_PLACE = (
    _text("place_read", "How the place was read.", null=True),
    _text("area_name", "Borough or local authority holding the place."),
    _text("area_code", "Its GSS code (E09000007)."),
    _text("precision", "How narrowly the place is known.", *PRECISIONS, null=False),
    _degrees("lon", "Longitude of the middle of the place; null where unknown.", 180),
    _degrees("lat", "Latitude of the middle of the place; null where unknown.", 90),
    _number(
        "uncertainty_m",
        "Radius holding the whole candidate set (Darwin Core coordinateUncertaintyInMeters); "
        "null if unknown, never 0.",
        "m",
        low=1,
    ),
    _text("located_by", "Source that placed it.", null=False),
)

OUT_DEPLOYMENTS = Table(
    "out_deployments",
    "The published table: site/data/deployments.csv, .geojson and .parquet.",
    (
        *_WHEN_WHERE,
        *_PLACE,
        *_FIGURES,
        _text(
            "counting_era",
            "Span between two changes in the level of faces per hour; rates never cross it.",
        ),
        _number(
            "faces_expected",
            "Faces the force would count here, predicted without this row's own count.",
            "faces",
        ),
        _number("faces_expected_lo80", "Lower end of the 80 % prediction interval.", "faces"),
        _number("faces_expected_hi80", "Upper end of the 80 % prediction interval.", "faces"),
        _number("faces_expected_lo90", "Lower end of the 90 % prediction interval.", "faces"),
        _number("faces_expected_hi90", "Upper end of the 90 % prediction interval.", "faces"),
        _number(
            "exposure", "Reported count where there is one, otherwise the prediction.", "faces"
        ),
        _number(
            "exposure_lo80",
            "Lower end of the 80 % interval; the count itself where reported.",
            "faces",
        ),
        _number(
            "exposure_hi80",
            "Upper end of the 80 % interval; the count itself where reported.",
            "faces",
        ),
        _text("exposure_source", "Where exposure comes from.", *EXPOSURE_SOURCES),
        _number(
            "walk_past_per_h",
            "People-passages per hour past the spot; null until streets are known.",
            "passages/h",
        ),
        _number("walk_past_per_h_lo80", "Lower end of its 80 % interval.", "passages/h"),
        _number("walk_past_per_h_hi80", "Upper end of its 80 % interval.", "passages/h"),
        _number(
            "residents_800m",
            "Residents within 800 m of the place: context, not passers-by.",
            "persons",
        ),
        _text("residents_method", "Grid, vintage and shape the residents were counted with."),
        _text("flags", "Lint flags, separated by '; '."),
        *_SOURCE,
    ),
    key=("deployment_id",),
    spatial=True,
)

OUT_PLACES = Table(
    "out_places",
    "One row per distinct force, published place and published area: site/data/places.csv.",
    (
        _text("force", "Police force, full name.", null=False),
        _text("place_published", "Place as published.", null=False),
        _text("area_published", "Borough or town where the record has a column for it."),
        *_PLACE,
        _text("reason", "Why the place was read so, in one sentence.", null=False),
        _count("deployments", "Deployments recorded there.", null=False),
        _number("duration_h", "Hours recorded there, where stated.", "h"),
        _count(
            "faces_seen", "Faces reported seen there; null where none is reported.", "faces"
        ),
        _count("arrests", "Arrests reported there; null where none is reported.", "arrests"),
    ),
    spatial=True,
)

OUT_AREAS = Table(
    "out_areas",
    "One row per borough or local authority with a deployment: site/data/areas.csv.",
    (
        _text("area_code", "GSS code.", null=False),
        _text("area_name", "Name.", null=False),
        _count("deployments", "Deployments located in it.", null=False),
        _number("duration_h", "Hours recorded, where stated.", "h"),
        _count("faces_seen", "Faces reported seen; null where none is reported.", "faces"),
        _count("arrests", "Arrests reported; null where none is reported.", "arrests"),
        _text("first_date", "Date of the first deployment.", null=False),
        _text("last_date", "Date of the last deployment.", null=False),
        _number(
            "residents",
            "Residents of the area on the population grid: context, not passers-by.",
            "persons",
        ),
        _text("residents_method", "Grid and vintage."),
    ),
    key=("area_code",),
)

TABLES = (
    RAW_CELLS,
    CORE_SOURCES,
    CORE_DEPLOYMENTS,
    CORE_FLAGS,
    CORE_CORRECTIONS,
    REJECTED_ROWS,
    OUT_DEPLOYMENTS,
    OUT_PLACES,
    OUT_AREAS,
)
