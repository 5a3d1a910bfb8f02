"""
Every column of every table, stated once.

The DDL and the checks on bounds (`data.sql`), keys, the order of the published CSV and the
reference documentation are derived from here; nothing else repeats a column's type or meaning.
"""

from __future__ import annotations

from data.area_columns import OUT_AREAS
from data.era_columns import OUT_ERAS
from data.event_schema import OUT_EVENTS
from data.rate_columns import OUT_RATES
from data.schema import Table, count, degrees, number, ordinal, text
from data.schema_beside import OUT_PLAUSIBLE, OUT_RATIOS
from data.score_schema import OUT_SCORECARD

PRECISIONS = ("site", "street", "district", "area", "unknown")
"""How narrowly a place is known, best first."""

DATE_PRECISIONS = ("day", "month", "year")

TELLINGS = ("narrower", "wider", "record", "elsewhere")
"""How a row of places stands to what another disclosure tells of the same deployments."""

STATUSES = ("reported", "announced", "aborted")

KINDS = ("pdf", "xlsx", "ods", "xls", "csv", "geojson")
"""Kinds of document that can be read."""

EXPOSURE_SOURCES = ("reported", "modelled", "borrowed")


_SOURCE = (
    text(
        "source_document",
        "File name or address of the document the row was read from.",
        null=False,
    ),
    text("source_sha256", "SHA-256 of that document's bytes.", null=False),
    ordinal("source_page", "Page of a PDF, sheet of a workbook, otherwise 1."),
    ordinal(
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
        ordinal("column_index", "Position of the column in its table, from 1."),
        text("header", "Header as published; nested levels joined by ' / '.", null=False),
        text(
            "column", "Known column this header means; null for a header set aside on request."
        ),
        text("text", "Cell as published, line breaks kept; null where the cell is empty."),
    ),
    key=("source_sha256", "source_page", "source_row", "column_index"),
)

CORE_SOURCES = Table(
    "core_sources",
    "The documents read.",
    (
        text("source_document", "File name or address.", null=False),
        text("source_sha256", "SHA-256 of its bytes.", null=False),
        text("kind", "Kind of document.", *KINDS, null=False),
        text(
            "force", "Force the whole document speaks for; null where rows say so themselves."
        ),
        text("title", "Words at the head of the document."),
        text("url", "Where the document was published, where known."),
        count("rows_in", "Records found.", null=False),
        count("rows_core", "Records kept.", null=False),
        count("rows_rejected", "Records rejected.", null=False),
    ),
    key=("source_sha256", "source_document"),
)

_WHEN_WHERE = (
    text(
        "deployment_id",
        "force-date-n, n in document order within force and published date; never reused.",
        null=False,
    ),
    text("force", "Police force, full name.", null=False),
    text("date", "ISO date after corrections; may be partial (2023-08, 2023).", null=False),
    text("date_precision", "How precise the date is.", *DATE_PRECISIONS, null=False),
    text("place_published", "Place as published, line breaks as spaces.", null=False),
)

_FIGURES = (
    number("duration_h", "How long the deployment lasted.", "h", high=72),
    text("use_case", "Purpose or use case as published."),
    count("watchlist_size", "Entries on the watchlist.", "persons"),
    number("threshold", "Lowest similarity score that raises an alert.", high=1),
    count(
        "faces_seen", "Faces seen as the force estimates them: passages, not people.", "faces"
    ),
    count("alerts", "Alerts in total.", "alerts"),
    count("true_alerts_confirmed", "True alerts confirmed.", "alerts"),
    count("true_alerts_unconfirmed", "True alerts not confirmed.", "alerts"),
    count("false_alerts_confirmed", "False alerts confirmed.", "alerts"),
    count("false_alerts_unconfirmed", "False alerts not confirmed.", "alerts"),
    count("arrests", "Arrests; in 2020-22 the record says 'Arrests / Disposals'.", "arrests"),
)

CORE_DEPLOYMENTS = Table(
    "core_deployments",
    "One row per deployment: tidy, typed, corrections applied.",
    (
        *_WHEN_WHERE,
        text("date_published", "Date cell as published.", null=False),
        text("area_published", "Borough or town where the record has a column for it."),
        *_FIGURES,
        count("true_alerts", "True alerts where the record does not split them.", "alerts"),
        count("false_alerts", "False alerts where the record does not split them.", "alerts"),
        count("engagements", "People engaged after a true alert.", "persons"),
        count("false_alert_engagements", "People engaged after a false alert.", "persons"),
        count("other_disposals", "'Other disposal' as published.", "persons"),
        count("no_action", "'No action' as published.", "persons"),
        number(
            "false_alert_rate_share",
            "False alert rate as published, as a share of faces.",
            high=1,
        ),
        text("start_time", "Start as published, HH:MM, where the record has it."),
        text("end_time", "End as published, HH:MM, where the record has it."),
        text("event", "Event the deployment was held at, where the record says."),
        text(
            "status",
            "Whether it was reported, only announced, or aborted.",
            *STATUSES,
            null=False,
        ),
        text("note", "Remarks of the record."),
        degrees("lon", "Longitude where the record itself gives a spot.", 180),
        degrees("lat", "Latitude where the record itself gives a spot.", 90),
        text("flags", "Lint flags, separated by '; '."),
        *_SOURCE,
    ),
    key=("deployment_id",),
)

CORE_FLAGS = Table(
    "core_flags",
    "What lint noticed: a flag never changes a figure.",
    (
        text("deployment_id", "Deployment the flag is about.", null=False),
        text("flag", "Short name of the rule.", null=False),
        text(
            "detail",
            "What raised it, with the figures; of a place, the question to a person and the "
            "line of corrections.csv to answer it with.",
            null=False,
        ),
    ),
    key=("deployment_id", "flag"),
)

CORE_CORRECTIONS = Table(
    "core_corrections",
    "Corrections applied, each with its reason; the raw cell stays as published.",
    (
        text("deployment_id", "Deployment corrected.", null=False),
        text(
            "column",
            "Column corrected; place_read says what the place as published means.",
            null=False,
        ),
        text("value_from", "Value the record holds.", null=False),
        text("value_to", "Value used instead.", null=False),
        text("reason", "Why.", null=False),
        text("evidence", "What shows it.", null=False),
    ),
    key=("deployment_id", "column"),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "Records that could not be read, with the reason; never silently dropped.",
    (
        *_SOURCE,
        text("column", "Column whose cell did not parse."),
        text("text", "That cell, verbatim."),
        text("reason", "What is wrong and what would mend it.", null=False),
        text("row_text", "The whole record, cells joined by ' | '.", null=False),
    ),
    key=("source_sha256", "source_page", "source_row"),
)

_PLACE = (
    text("place_read", "How the place was read.", null=True),
    text(
        "area_name",
        "Borough or local authority holding the place; null where no single one is known to.",
    ),
    text("area_code", "Its GSS code (E09000007)."),
    text("precision", "How narrowly the place is known.", *PRECISIONS, null=False),
    degrees("lon", "Longitude of the middle of the place; null where unknown.", 180),
    degrees("lat", "Latitude of the middle of the place; null where unknown.", 90),
    number(
        "uncertainty_m",
        "Radius holding the whole candidate set (Darwin Core coordinateUncertaintyInMeters); "
        "null if unknown, never 0.",
        "m",
        low=1,
    ),
    text("located_by", "Source that placed it.", null=False),
)

OUT_DEPLOYMENTS = Table(
    "out_deployments",
    "The published table: site/data/deployments.csv, .geojson and .parquet.",
    (
        *_WHEN_WHERE,
        *_PLACE,
        *_FIGURES,
        text(
            "counting_era",
            "Span between two changes in the level of faces per hour; rates never cross it.",
        ),
        number(
            "faces_expected",
            "Faces the force would count here, predicted without this row's own count.",
            "faces",
        ),
        number("faces_expected_lo80", "Lower end of the 80 % prediction interval.", "faces"),
        number("faces_expected_hi80", "Upper end of the 80 % prediction interval.", "faces"),
        number("faces_expected_lo90", "Lower end of the 90 % prediction interval.", "faces"),
        number("faces_expected_hi90", "Upper end of the 90 % prediction interval.", "faces"),
        number(
            "exposure", "Reported count where there is one, otherwise the prediction.", "faces"
        ),
        number(
            "exposure_lo80",
            "Lower end of the 80 % interval; the count itself where reported.",
            "faces",
        ),
        number(
            "exposure_hi80",
            "Upper end of the 80 % interval; the count itself where reported.",
            "faces",
        ),
        text("exposure_source", "Where exposure comes from.", *EXPOSURE_SOURCES),
        number(
            "walk_past_per_h",
            "People-passages per hour past the spot on weekdays from 10 to 17 o'clock, a "
            "median; neither faces nor distinct people. Null where nothing tells it.",
            "passages/h",
        ),
        number("walk_past_per_h_lo80", "Lower end of its 80 % interval.", "passages/h"),
        number(
            "walk_past_per_h_hi80",
            "Upper end of its 80 % interval, at most 40,000.",
            "passages/h",
        ),
        number(
            "residents_800m",
            "Residents within 800 m of the place, along the streets where these are known, "
            "else as the crow flies (see residents_method): context, not passers-by.",
            "persons",
        ),
        text("residents_method", "Grid, vintage and shape the residents were counted with."),
        text("flags", "Lint flags, separated by '; '."),
        *_SOURCE,
    ),
    key=("deployment_id",),
    spatial=True,
)

OUT_PLACES = Table(
    "out_places",
    "One row per distinct force, published place and published area, and another for each "
    "way in which a correction or another disclosure tells it: site/data/places.csv.",
    (
        text("force", "Police force, full name.", null=False),
        text("place_published", "Place as published.", null=False),
        text("area_published", "Borough or town where the record has a column for it."),
        text("place_corrected", "What a correction says the place means."),
        text(
            "telling",
            "Null where the record alone tells the place. 'narrower' or 'wider': another "
            "disclosure's place lies inside the record's or around it, and the narrower "
            "is shown. Where they conflict there are two rows: 'record' is the place the "
            "record names, 'elsewhere' the other.",
            *TELLINGS,
        ),
        text("place_told", "Place as the other disclosure words it."),
        text("told_by", "The other disclosure."),
        *_PLACE,
        text(
            "reason",
            "Why the place was read so: first why it was corrected, where it was.",
            null=False,
        ),
        text(
            "question",
            "What a person would have to answer for a narrower reading, or for any; null where "
            "nothing is asked.",
        ),
        count(
            "deployments",
            "Deployments recorded there. One whose place is told differently counts once, in "
            "the row 'record'.",
            null=False,
        ),
        count(
            "deployments_elsewhere",
            "Deployments that only the other disclosure places there, in rows 'elsewhere'; "
            "they are counted under the record's own place already, so never add the two.",
            null=False,
        ),
        number("duration_h", "Hours recorded there, where stated.", "h"),
        count("faces_seen", "Faces reported seen there; null where none is reported.", "faces"),
        count("arrests", "Arrests reported there; null where none is reported.", "arrests"),
        number(
            "walk_past_per_h",
            "People-passages per hour past it on weekdays from 10 to 17 o'clock, a median.",
            "passages/h",
        ),
        number("walk_past_per_h_lo80", "Lower end of its 80 % interval.", "passages/h"),
        number(
            "walk_past_per_h_hi80",
            "Upper end of its 80 % interval, at most 40,000.",
            "passages/h",
        ),
        text("walk_past_method", "What it was estimated from, or why it was not."),
    ),
    spatial=True,
)

OUT_VAGUENESS = Table(
    "out_vagueness",
    "How vaguely each force's places are known, month by month: site/data/vagueness.csv.",
    (
        text("force", "Police force, full name.", null=False),
        text("month", "ISO month; a year alone where no month is known.", null=False),
        text("precision", "How narrowly the places are known.", *PRECISIONS, null=False),
        count("deployments", "Deployments of that month and precision.", null=False),
        number(
            "deployments_share",
            "Share of the force's deployments of that month.",
            high=1,
            null=False,
        ),
        count(
            "deployments_no_spot",
            "Of these deployments, those whose published words name neither street nor station "
            "nor venue, whatever else is known of the place.",
            null=False,
        ),
        count("faces_seen", "Faces reported seen; null where none is reported.", "faces"),
        number("faces_share", "Share of the faces the force reports for that month.", high=1),
    ),
    key=("force", "month", "precision"),
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
    OUT_VAGUENESS,
    OUT_SCORECARD,
    OUT_RATES,
    OUT_EVENTS,
    OUT_ERAS,
    OUT_RATIOS,
    OUT_PLAUSIBLE,
)
