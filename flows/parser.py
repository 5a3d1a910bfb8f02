"""What may be typed after ``passersby``."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

from geo.errors import InputError
from geo.rate_terms import BY, EVENTS, OVER


class UsageError(InputError):
    """The command was called in a way that it does not know."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one paragraph like all others."""

    def error(self, message: str) -> None:  # type: ignore[override]
        msg = f"{message[:1].upper()}{message[1:]}. See `{self.prog} --help`."
        raise UsageError(msg)


def build_parser() -> argparse.ArgumentParser:
    """
    Return the parser of the command.

    Returns
    -------
    parser
        Its result names the subcommand in ``command``.
    """
    parser = _Parser(
        prog="passersby",
        description="Turn police records of live facial recognition into a map to publish.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_run(commands)
    _add_ingest(commands)
    _add_locate(commands)
    _add_predict(commands)
    _add_streets(commands)
    _add_explain(commands)
    _add_rates(commands)
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    told: str,
    more: str = "",
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=told,
        description=textwrap.fill(f"{told[:1].upper()}{told[1:]}. {more}".strip(), 96),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_run(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands,
        "run",
        "read records and publish the map",
        "SOURCE is a PDF, XLSX, XLS, ODS, CSV or GeoJSON file, a folder of them, or an http(s) "
        "address. Without SOURCE the embedded records are drawn; SOURCEs replace them.",
    )
    add = parser.add_argument
    add("sources", nargs="*", metavar="SOURCE", help="records to draw")
    add("--out", type=Path, help="folder to publish to (site)")
    _add_project(parser)
    add("--direct", action="store_true", help="call the stages without Prefect")
    add("--add", action="store_true", help="draw the embedded records beside the SOURCEs")
    add(
        "--streets",
        metavar="auto|none|overpass|FILE",
        help="where streets come from; auto takes an extract kept before, else downloads one "
        "or, for a few places, asks Overpass, where there is a network (auto)",
    )
    add("--overpass", metavar="URL|public", help="Overpass API to ask for streets (public)")
    add("--extracts", metavar="URL", help="mirror to download regional extracts from")
    _add_geocoder(parser)
    _add_people(parser)
    add("--strict", action="store_true", help="exit 1 when a row is rejected")
    _add_reading(parser)
    add("--offline", action="store_true", help="forbid every connection beyond this machine")
    add("--tiles", choices=("osm",), help="draw OpenStreetMap's tiles, fetched by the reader")
    add("--site-url", metavar="URL", help="address the site will have")


def _add_ingest(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands, "ingest", "read documents and show rows, problems and unmapped columns"
    )
    parser.add_argument("source", metavar="SOURCE", help="file, folder or http(s) address")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the rows to a CSV file")
    _add_reading(parser)


def _add_locate(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands, "locate", "find what a published place may mean, and how vague it is"
    )
    add = parser.add_argument
    add(
        "place",
        nargs="?",
        metavar="PLACE",
        help='place as published, such as "High St, Ilford"',
    )
    add("--force", metavar="NAME", help="police force whose area bounds the search")
    add("--file", type=Path, help="CSV with a column place; optional force and area")
    add(
        "--csv",
        type=Path,
        metavar="FILE",
        help="write one row per row of --file, or one per candidate for PLACE",
    )
    add("--json", action="store_true", help="print candidates for PLACE as JSON, one a line")
    add(
        "--streets",
        metavar="FILE",
        help="OpenStreetMap extract to find streets and venues in (.osm.pbf, .gpkg, .graphml)",
    )
    _add_geocoder(parser)
    add("--country", default="gb", metavar="CODE", help="country the places lie in (gb)")
    add("--offline", action="store_true", help="forbid every connection beyond this machine")
    _add_project(parser)


def _add_predict(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands, "predict", "expect the faces of a planned deployment, with intervals"
    )
    add = parser.add_argument
    add("--place", help='place, such as "North End, Croydon"')
    add("--date", help="date, such as 2025-05-06 or 06/05/25 (day first)")
    add("--hours", help="how long it lasts, such as 5.5 or 5h30m")
    add("--force", metavar="NAME", help="police force (by default the one policing the place)")
    add("--file", type=Path, help="CSV with columns place, date, hours; optional force")
    add("--csv", type=Path, metavar="FILE", help="write one row per row of --file")
    add(
        "--as-of",
        metavar="DATE",
        help="expect with what was known before this day: counts, totals and eras",
    )
    _add_project(parser)


def _add_explain(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands,
        "explain",
        "trace every published number to its cell, and redo the arithmetic",
        "Looks in the site named by --out, else in the last run of this project, else in the "
        "embedded records.",
    )
    parser.add_argument(
        "deployment_id", metavar="DEPLOYMENT_ID", help="such as met-2023-05-06-1"
    )
    parser.add_argument("--out", type=Path, help="folder of the site to explain")
    _add_project(parser)


def _add_rates(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands,
        "rates",
        "tell arrests and alerts per hour or per faces, within one way of counting",
        "Looks where explain looks. Without --by, dates or --era: one line for each counting "
        "era. With dates or --era alone: one rate, refused where the dates span two eras.",
    )
    add = parser.add_argument
    add("--event", choices=EVENTS, default="arrests", help="what to count (arrests)")
    add("--per", choices=tuple(OVER), default="hour", help="hours, or faces reported (hour)")
    add("--by", choices=tuple(BY), help="a line for each of them, within each era")
    add("--force", metavar="NAME", help="police force to keep to")
    add("--from", dest="first", metavar="DATE", help="first day, such as 2024-09-01")
    add("--to", dest="last", metavar="DATE", help="last day; a month or year ends with it")
    add("--era", metavar="NAME", help="counting era to keep to, such as met-2024-09")
    add("--csv", type=Path, metavar="FILE", help="write the rates to a CSV file")
    add("--out", type=Path, help="folder of the site to answer from")
    _add_project(parser)


def _add_streets(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = _command(
        commands,
        "streets",
        "write a city's walkable streets, each with a very rough figure of passages on foot",
        "EXTRACT is an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz, .osm.bz2), a "
        "GeoPackage, GeoJSON or GeoParquet of its ways, a network saved by OSMnx, or an "
        "Overpass answer.",
    )
    add = parser.add_argument
    add("extract", metavar="EXTRACT", type=Path, help="map to read")
    add("--out", type=Path, required=True, metavar="FILE.parquet", help="GeoParquet to write")
    add("--points", type=Path, metavar="FILE", help="shops and the like, if EXTRACT lacks them")
    _add_people(parser)
    add(
        "--hours",
        default="weekdays 10-17",
        metavar="WHEN",
        help='hours that passages are told for, such as "Saturday 14" or "weekdays 10-17" '
        "(weekdays 10-17)",
    )
    add("--offline", action="store_true", help="forbid every connection beyond this machine")


def _add_people(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--population",
        metavar="FILE.tif|URL",
        help="GeoTIFF of residents per cell to use instead of the embedded census grids",
    )
    add(
        "--population-unit",
        default="auto",
        choices=("auto", "persons", "persons_per_km2"),
        help="what its cells hold, where it does not say so itself (auto)",
    )
    add(
        "--jobs",
        metavar="FILE",
        help="jobs or daytime population: a GeoTIFF, or a CSV with lon, lat and a count",
    )


def _add_geocoder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--nominatim",
        metavar="URL|public",
        help="Nominatim to ask about places that no table holds, one a second (none)",
    )


def _add_project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--project",
        type=Path,
        help="folder with corrections.csv and our state in .passersby (.)",
    )


def _add_reading(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--map",
        action="append",
        default=[],
        metavar="'HEADER=COLUMN'",
        help="what a header means; COLUMN - sets it aside (may be repeated)",
    )
    add(
        "--missing",
        action="append",
        default=[],
        metavar="COLUMN",
        help="column the document truly lacks (may be repeated)",
    )
    add("--force", metavar="NAME", help="police force whose records these are")


def parse_renames(pairs: list[str]) -> dict[str, str]:
    """
    Read the ``--map`` options.

    Parameters
    ----------
    pairs
        Texts such as ``"Faces=faces_seen"``; the column is what follows the last ``=``.

    Returns
    -------
    renames
        Column by header.

    Raises
    ------
    UsageError
        If a text has no header or no column.

    Examples
    --------
    >>> parse_renames(["Alerts = total=alerts"])
    {'Alerts = total': 'alerts'}
    """
    renames = {}
    for pair in pairs:
        header, _, column = pair.rpartition("=")
        if not header.strip() or not column.strip():
            msg = f'--map {pair!r} is not "Header=column", such as --map "Faces=faces_seen".'
            raise UsageError(msg)
        renames[header.strip()] = column.strip()
    return renames
