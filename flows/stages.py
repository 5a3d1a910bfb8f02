"""
The stages of a run: each reads, calls plain functions of data, geo and maps, and returns.

Heavy imports wait inside them, so that the command answers at once and a stage pays for what
it uses.
"""

from __future__ import annotations

import math
import os
import shutil
from dataclasses import replace
from importlib import metadata
from typing import TYPE_CHECKING

from data.errors import SourceError
from flows.backdrop import draw_backdrop, list_credits, walk_basis
from flows.handover import Checked, Documents, Estimated, Surrounded, Tabulated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from data.documents import RawDocument
    from data.ingest import Ingested
    from data.settings import Settings
    from flows.handover import Request
    from flows.lookup import Lookup
    from geo.gazetteer import Gazetteer
    from maps.tables import SiteTables


def read_documents(request: Request) -> Documents:
    """Read the sources, or the embedded records where there are none."""
    from data.records import embedded_documents

    sources = read_sources(request.sources, offline=request.settings.offline)
    embedded = embedded_documents()
    if not sources:
        return Documents(embedded, [])
    told = {document.sha256 for document in sources}
    others = [document for document in embedded if document.sha256 not in told]
    if request.add:
        return Documents([*others, *sources], [])
    return Documents(sources, others)


def read_sources(sources: Sequence[str], *, offline: bool = False) -> list[RawDocument]:
    """Read every document that the sources name."""
    from data.readers import read_document
    from data.sources import open_source

    found = []
    for source in sources:
        if offline and "://" in source:
            msg = (
                f"{source} is an address, and --offline forbids connections. Download the "
                "document and give the file, or leave --offline out."
            )
            raise SourceError(msg)
        found += [
            read_document(content, name=name, url=url)
            for content, name, url in open_source(source)
        ]
    return found


def check_records(documents: Documents, request: Request) -> Checked:
    """Map, parse, flag and correct the records; rejected rows keep their reasons."""
    from data.corrections import apply_corrections, load_corrections
    from data.era_notes import tell_outside
    from data.eras import load_eras
    from data.events import load_events
    from data.ingest import ingest
    from geo.era_evidence import every_deployment

    corrections = load_corrections([request.settings.corrections])
    events = load_events([request.settings.events])
    eras = load_eras(project=request.settings.eras)
    ingested = ingest(
        documents.published,
        renames=request.renames,
        force=request.force,
        missing=request.missing,
    )
    core, flags, applied = _lint_and_correct(ingested, corrections)
    record = None
    if documents.record:
        record, _ = apply_corrections(ingest(documents.record).core, load_corrections())
    return Checked(
        raw=ingested.raw_cells,
        sources=ingested.sources,
        core=core,
        rejected=ingested.rejected,
        flags=flags,
        corrections=applied,
        record=record,
        events=events,
        eras=eras,
        notes=(*ingested.notes, *tell_outside(every_deployment(core, record), eras)),
    )


def _lint_and_correct(
    ingested: Ingested, corrections: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    from data.corrections import apply_corrections
    from data.lint import attach_flags

    flags = lint_ingested(ingested)
    core, applied = apply_corrections(attach_flags(ingested.core, flags), corrections)
    return core, flags, applied


def lint_ingested(ingested: Ingested) -> pd.DataFrame:
    """Flag what looks wrong in a reading, with what the reading itself noticed."""
    from data.lint import lint

    return lint(ingested.core, noticed=ingested.noticed)


def embedded_record() -> pd.DataFrame:
    """Return the embedded deployments, corrected, as they calibrate every expectation."""
    from data.corrections import apply_corrections, load_corrections
    from data.ingest import ingest
    from data.records import embedded_documents

    core = ingest(embedded_documents()).core
    return apply_corrections(core, load_corrections())[0]


def locate_records(checked: Checked, lookup: Lookup) -> tuple[Checked, gpd.GeoDataFrame]:
    """Give every published place a geometry as large as it is vague, and ask what is open."""
    from data.readings import as_corrected, with_readings
    from data.tabulate import distinct_places
    from flows.lookup import sources_for

    told = with_readings(checked.core, checked.corrections)
    distinct = distinct_places(told)
    sources = sources_for(as_corrected(distinct), lookup)
    places = locate_told_places(distinct, sources.gazetteer)
    asked = ask_about(checked, told, places, sources.gazetteer)
    notes = (*asked.notes, *sources.notes)
    return replace(asked, notes=notes, unreachable=sources.unreachable), places


def locate_told_places(places: pd.DataFrame, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """Locate each place once: as the record tells it, a correction, or another disclosure."""
    import geopandas as gpd
    import pandas as pd

    from data.readings import as_corrected, credit_corrections
    from data.tabulate import with_published_spots
    from data.tellings import TOLD
    from geo.locate import locate_places
    from geo.tellings import locate_told

    once = places[places["place_told"].isna()].reset_index(drop=True)
    twice = places[places["place_told"].notna()]
    located = locate_places(as_corrected(once), gazetteer)
    located = with_published_spots(located, once, gazetteer.areas)
    none = pd.Series(None, index=once.index, dtype="str")
    located = credit_corrections(located, once).assign(
        published_lon=once["lon"],
        published_lat=once["lat"],
        **dict.fromkeys((*TOLD, "telling"), none),
    )
    if twice.empty:
        return located
    both = locate_told(twice, gazetteer).assign(published_lon=math.nan, published_lat=math.nan)
    both = both.assign(place_corrected=pd.Series(None, index=both.index, dtype="str"))
    every = pd.concat([located, both], ignore_index=True)
    return gpd.GeoDataFrame(every, geometry="geometry", crs=located.crs)


def ask_about(
    checked: Checked, told: pd.DataFrame, places: gpd.GeoDataFrame, gazetteer: Gazetteer
) -> Checked:
    """Flag the deployments whose place a person would have to tell, and say so at the end."""
    import pandas as pd

    from data.far_spots import flag_far_spots
    from data.lint import add_flags
    from data.open_questions import ask_places, flag_questions, sum_up

    questions = ask_places(told, places)
    raised = [flag_questions(questions), flag_far_spots(told, places, gazetteer)]
    more = pd.concat(raised, ignore_index=True)
    core, flags = add_flags(checked.core, checked.flags, more)
    notes = (*checked.notes, *sum_up(questions))
    return replace(checked, core=core, flags=flags, notes=notes)


def estimate_faces(checked: Checked, around: Surrounded, request: Request) -> Estimated:
    """Expect the faces of every deployment, and score the ways they may be expected."""
    from data.published_totals import load_totals
    from flows.scores import score_record
    from geo.era_evidence import every_deployment, untold_breaks, weigh_eras
    from geo.exposure import estimate_exposure

    eras, totals = checked.eras, load_totals()
    every = every_deployment(checked.core, checked.record)
    return Estimated(
        eras=weigh_eras(every, eras),
        untold=untold_breaks(every, eras),
        exposure=estimate_exposure(checked.core, eras, record=checked.record, totals=totals),
        scorecard=score_record(checked, around.places, eras, state=request.settings.state),
    )


def tabulate(checked: Checked, around: Surrounded, estimated: Estimated) -> Tabulated:
    """Join deployments, places and estimates into the published tables."""
    from data.era_columns import OUT_ERAS
    from data.rate_columns import OUT_RATES
    from data.readings import with_readings
    from data.schemas import OUT_VAGUENESS
    from data.score_schema import OUT_SCORECARD
    from data.tabulate import (
        conform,
        in_areas,
        tabulate_areas,
        tabulate_deployments,
        tabulate_events,
        tabulate_places,
    )
    from flows.beside import judge, tabulate_ratios
    from flows.totals import sum_modelled
    from geo.rate_table import tabulate_rates, with_all_alerts
    from geo.vagueness import index_vagueness

    told = with_readings(checked.core, checked.corrections)
    deployments = tabulate_deployments(told, around.places, estimated.exposure)
    rates = tabulate_rates(with_all_alerts(in_areas(told, deployments)), estimated.eras)
    return Tabulated(
        deployments=deployments,
        places=tabulate_places(told, around.places),
        areas=tabulate_areas(
            deployments, around.areas, modelled=sum_modelled(checked, deployments)
        ),
        vagueness=conform(index_vagueness(deployments), OUT_VAGUENESS),
        scorecard=conform(estimated.scorecard, OUT_SCORECARD),
        rates=conform(rates, OUT_RATES),
        events=tabulate_events(deployments, checked.events),
        eras=conform(estimated.eras, OUT_ERAS),
        ratios=tabulate_ratios(deployments),
        verdict=judge(deployments),
        relief=around.relief,
        streets=around.streets,
        streets_credit=around.streets_credit,
    )


def store_tables(checked: Checked, tables: Tabulated, draft: Path) -> None:
    """Write the database, which checks every table, and the downloads."""
    from data.exports import write_exports
    from data.store import write_database

    folder = draft / "data"
    folder.mkdir(exist_ok=True)
    named = named_tables(checked, tables)
    write_database(folder / "passersby.duckdb", named)
    write_exports(folder, deployments=tables.deployments, tables=named)


def named_tables(checked: Checked, tables: Tabulated) -> dict[str, pd.DataFrame]:
    """Name every table of a run as the schemas do."""
    plausible = {}
    if tables.plausible is not None:
        plausible["out_plausible"] = tables.plausible.drop(columns="geometry")
    return plausible | {
        "raw_cells": checked.raw,
        "core_sources": checked.sources,
        "core_deployments": checked.core,
        "core_flags": checked.flags,
        "core_corrections": checked.corrections,
        "rejected_rows": checked.rejected,
        "out_deployments": tables.deployments,
        "out_places": tables.places,
        "out_areas": tables.areas,
        "out_vagueness": tables.vagueness,
        "out_scorecard": tables.scorecard,
        "out_rates": tables.rates,
        "out_events": tables.events,
        "out_eras": tables.eras,
        "out_ratios": tables.ratios,
    }


def draw_site(
    checked: Checked, estimated: Estimated, tables: Tabulated, request: Request, draft: Path
) -> None:
    """Draw the pages, pictures and feed."""
    from maps.site import render_site

    for name, content in render_site(site_tables(checked, estimated, tables, request)).items():
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        (draft / name).write_bytes(content)


def site_tables(
    checked: Checked, estimated: Estimated, tables: Tabulated, request: Request
) -> SiteTables:
    """Gather what a site is drawn from."""
    from data.era_notes import tell_breaks
    from data.place_calibration import load_place_calibration
    from maps.tables import SiteTables

    backdrop = draw_backdrop(checked, tables)
    return SiteTables(
        place_calibration=load_place_calibration(),
        walk_basis=walk_basis(),
        streets=tables.streets,
        ratios=tables.ratios,
        told_apart=tables.verdict.sentence,
        plausible=tables.plausible,
        deployments=tables.deployments,
        places=tables.places,
        areas=tables.areas,
        events=tables.events,
        listed_events=len(checked.events),
        sources=checked.sources,
        corrections=checked.corrections,
        rejected=checked.rejected,
        flags=checked.flags,
        eras=tables.eras,
        untold_eras=tell_breaks(estimated.untold),
        scorecard=estimated.scorecard,
        rates=tables.rates,
        version=version(),
        site_url=request.settings.site_url,
        tiles=request.tiles,
        **backdrop,
    )


def write_manifest(checked: Checked, tables: Tabulated, draft: Path) -> None:
    """Describe the finished site: sources, hashes, licences, counts."""
    from data.manifest import NAME, manifest_json

    content = manifest_json(
        draft,
        version=version(),
        tables=named_tables(checked, tables),
        credits=list_credits(tables),
    )
    (draft / NAME).write_bytes(content)


def save_state(settings: Settings) -> None:
    """Keep the run's tables in the project, where `explain` finds them."""
    settings.state.mkdir(parents=True, exist_ok=True)
    kept = settings.state_database
    partial = kept.with_name(f"{kept.name}.{os.getpid()}.partial")
    try:
        shutil.copyfile(settings.out / "data" / "passersby.duckdb", partial)
        partial.replace(kept)
    finally:
        partial.unlink(missing_ok=True)


def version() -> str:
    """Return the version of the installed package."""
    try:
        return metadata.version("passersby")
    except metadata.PackageNotFoundError:
        return "0+unknown"
