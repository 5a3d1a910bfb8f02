"""The command ``passersby``: one paragraph for every error, one line of counts at the end."""

from __future__ import annotations

import io
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.parser import UsageError, build_parser, parse_renames
from geo.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from data.settings import Settings
    from flows.handover import Request
    from flows.lookup import Lookup
    from flows.pipeline import Outcome

DONE, REJECTED, FAILED, DEGRADED, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command.

    Parameters
    ----------
    argv
        Arguments after the program's name; those of the process by default.

    Returns
    -------
    code
        0 done, 1 a row was rejected under ``--strict``, 2 bad usage or unreadable source, 3
        done without a geocoder that was to be asked.
    """
    # A file geo.py lying where the user stands must not hide ours from child processes.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    # Threads of linear algebra wait for each other longer than our small matrices take.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _accept_any_letter()
    try:
        return _dispatch(sys.argv[1:] if argv is None else argv)
    except SystemExit as end:  # argparse's --help
        return int(end.code or DONE)
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("PASSERSBY_DEBUG") == "1":
            raise
        return _conclude(error)


def _accept_any_letter() -> None:
    """Let a screen without a letter for something show its number instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _conclude(error: BaseException) -> int:
    if isinstance(error, BrokenPipeError):  # the reader of our output had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    paragraph = " ".join(_explain_failure(error).split())
    print(f"passersby: {paragraph}", file=sys.stderr)
    return INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED


def _explain_failure(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "Stopped. What was published before is still there."
    if isinstance(error, InputError):
        return str(error)
    return _paragraph_of(error) if isinstance(error, OSError) else _report_of(error)


def _paragraph_of(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return (
        f"{where}{error.strerror or error}. Check that the file or folder exists, that you may "
        "read and write it, and that the disk has room."
    )


def _report_of(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        f for f in frames if Path(f.filename).parent.name in {"flows", "geo", "data", "maps"}
    ]
    last = (ours or frames)[-1]
    place = f"{Path(last.filename).parent.name}/{Path(last.filename).name} line {last.lineno}"
    return (
        f"Something went wrong that should not have: {type(error).__name__} in {place} "
        f"({error}). Nothing was published. Please report this with the command you gave; "
        "PASSERSBY_DEBUG=1 shows the details."
    )


def _dispatch(argv: Sequence[str]) -> int:
    parser = build_parser()
    options = parser.parse_args(list(argv))
    if options.version:
        from flows.stages import version

        print(f"passersby {version()}")
        return DONE
    if options.command is None:
        parser.print_help()
        return DONE
    handlers: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": _run,
        "ingest": _ingest,
        "locate": _locate,
        "predict": _predict,
        "explain": _explain,
        "rates": _rates,
        "streets": _streets,
    }
    return handlers[options.command](options)


def _run(options: argparse.Namespace) -> int:
    import contextlib

    from flows.offline import confined
    from flows.stages import save_state

    request = _request_of(options)
    settings = request.settings
    with confined() if settings.offline else contextlib.nullcontext():
        outcome = _observed(request, direct=options.direct)
    save_state(settings)
    print(*outcome.notes, sep="\n", end="\n" if outcome.notes else "")
    print(f"The map is at {(settings.out / 'index.html').resolve()}")
    print(outcome.line)
    if options.strict and outcome.rows_rejected:
        return REJECTED
    return DEGRADED if outcome.unreachable else DONE


def _request_of(options: argparse.Namespace) -> Request:
    from flows.handover import Request
    from flows.publish import require_ours

    if options.add and options.force:
        msg = (
            "--force with --add would name the force of the embedded records too. Put a column "
            "force into the SOURCE, or leave --add out."
        )
        raise UsageError(msg)
    if options.add and not options.sources:
        msg = "--add keeps the embedded records beside SOURCEs, but no SOURCE was given."
        raise UsageError(msg)
    settings = _settings_of(options)
    _require_extract(settings)
    _require_jobs(options.jobs)
    require_ours(settings.out)
    return Request(
        settings,
        sources=tuple(options.sources),
        add=options.add,
        renames=parse_renames(options.map),
        missing=tuple(options.missing),
        force=options.force,
        population=options.population,
        population_unit=options.population_unit,
        jobs=options.jobs,
        tiles=options.tiles,
    )


def _require_extract(settings: Settings) -> None:
    path = settings.streets_file
    if path is not None and not path.is_file():
        msg = (
            f"--streets {path} is not a file. Give auto, none, overpass, or an OpenStreetMap "
            "extract such as greater-london.osm.pbf."
        )
        raise UsageError(msg)


def _require_jobs(source: str | None) -> None:
    """Refuse a file that is not there, which a run may otherwise never come to read."""
    from data.population import is_address

    if source is not None and not is_address(source) and not Path(source).is_file():
        msg = f"--jobs {source} is not a file. Give a GeoTIFF, or a CSV with lon, lat and jobs."
        raise UsageError(msg)


def _settings_of(options: argparse.Namespace) -> Settings:
    settings = _typed_settings(options)
    _require_project(settings)
    return settings


def _typed_settings(options: argparse.Namespace) -> Settings:
    """Take what was typed; the environment and the defaults say the rest."""
    from pydantic import ValidationError

    from data.settings import Settings

    names = (
        "project", "out", "offline", "site_url", "nominatim", "streets", "overpass", "extracts",
    )  # fmt: skip
    given = {name: getattr(options, name, None) for name in names}
    typed = {name: value for name, value in given.items() if value}
    try:
        return Settings(**typed)
    except ValidationError as error:
        first = error.errors()[0]
        option = f"--{str(first['loc'][0]).replace('_', '-')}"
        msg = f"{option} {first['input']!r} cannot be used: {first['msg']}."
        raise UsageError(msg) from error


def _require_project(settings: Settings) -> None:
    """Refuse a project in which nothing can be kept."""
    if not settings.project.is_dir():
        msg = f"--project {settings.project} is not a folder. Make it first, or leave it out."
        raise UsageError(msg)
    if not os.access(settings.project, os.W_OK):
        msg = (
            f"--project {settings.project} cannot be written to, and the run keeps its state "
            "there. Name another folder."
        )
        raise UsageError(msg)


def _observed(request: Request, *, direct: bool) -> Outcome:
    """Run the stages under a progress bar on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from flows.pipeline import STAGES, run_pipeline

    columns = (
        TextColumn("{task.description:<22}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("starting" if direct else "starting Prefect", total=len(STAGES))

        def observe(stage: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - any stage's
            progress.update(bar, description=STAGES[stage])
            result = stage(*arguments)
            progress.advance(bar)
            return result

        if direct:
            outcome = run_pipeline(request, observe)
        else:
            from flows.run import run_orchestrated

            outcome = run_orchestrated(request, observe)
        progress.update(bar, description="done")
    return outcome


def _ingest(options: argparse.Namespace) -> int:
    from flows.reading import show_reading

    return show_reading(
        options.source,
        renames=parse_renames(options.map),
        missing=options.missing,
        force=options.force,
        csv=options.csv,
    )


def _locate(options: argparse.Namespace) -> int:
    import contextlib

    from flows.lookup import Lookup
    from flows.offline import confined

    settings = _typed_settings(options)
    _require_extract(settings)
    if settings.nominatim or settings.streets_file:
        _require_project(settings)
    lookup = Lookup(
        country=options.country,
        streets=settings.streets_file,
        nominatim=settings.nominatim,
        state=settings.state,
        offline=settings.offline,
    )
    with confined() if settings.offline else contextlib.nullcontext():
        return _located(options, lookup)


def _located(options: argparse.Namespace, lookup: Lookup) -> int:
    from flows.places import locate_file, show_candidates

    if options.place is not None and not options.file:
        return show_candidates(
            _readable(options.place),
            force=options.force,
            csv=options.csv,
            as_json=options.json,
            lookup=lookup,
        )
    _is_batch(options, alone=[options.place], single="PLACE")
    if options.json:
        msg = "--json tells the candidates for one PLACE; --file is answered in --csv."
        raise UsageError(msg)
    return locate_file(options.file, force=options.force, csv=options.csv, lookup=lookup)


def _readable(typed: str) -> str:
    """Return an argument without the bytes that are no text, which arrive as surrogates."""
    return typed.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _predict(options: argparse.Namespace) -> int:
    from flows.forecast import Basis, predict_file, show_forecast

    basis = Basis(options.as_of, options.project)
    single = "--place, --date and --hours"
    if _is_batch(options, alone=[options.place, options.date, options.hours], single=single):
        return predict_file(options.file, force=options.force, csv=options.csv, basis=basis)
    return show_forecast(
        options.place,
        date=options.date,
        hours=options.hours,
        force=options.force,
        basis=basis,
    )


def _is_batch(options: argparse.Namespace, *, alone: list[str | None], single: str) -> bool:
    """Tell the batch from the single form, and refuse what is neither or both."""
    given = [part for part in alone if part is not None]
    if options.file and options.csv and not given:
        return True
    if not options.file and not options.csv and len(given) == len(alone):
        return False
    msg = f"Give either {single}, or both --file and --csv. See `passersby --help`."
    raise UsageError(msg)


def _streets(options: argparse.Namespace) -> int:
    import contextlib

    from flows.offline import confined
    from flows.streets import Wanted, write_streets

    settings = _typed_settings(options)
    wanted = Wanted(
        extract=options.extract,
        out=options.out,
        points=options.points,
        population=options.population,
        population_unit=options.population_unit,
        jobs=options.jobs,
        hours=options.hours,
        offline=settings.offline,
    )
    with confined() if settings.offline else contextlib.nullcontext():
        write_streets(wanted)
    return DONE


def _explain(options: argparse.Namespace) -> int:
    from flows.explain import explain_deployment

    text = explain_deployment(options.deployment_id, out=options.out, project=options.project)
    print(text)
    return DONE


def _rates(options: argparse.Namespace) -> int:
    from flows.rates import Asked, tell_rates

    given = vars(options)
    print(tell_rates(Asked(**{name: given[name] for name in Asked.__dataclass_fields__})))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
