"""Expect how many faces a force would count, and say how sure that is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pandas as pd

from geo.arithmetic import Arithmetic, quantities
from geo.checks import require_columns
from geo.eras import assign_eras, eras_possible
from geo.errors import InputError
from geo.level_choice import Case, choose
from geo.levels import Levels, Observation, calibrate, known_floats, observe
from geo.site_columns import COVARIATES, SPOTS

NEEDED = frozenset({"force", "date", "duration_h", "faces_seen"})
"""Columns without which nothing can be calibrated."""

_HELPFUL = frozenset({"status", "place_published", *SPOTS, *COVARIATES})
"""Columns kept where there are any: what ran, and the scorecard's sites."""

_EXPECTED = ("", "_lo80", "_hi80", "_lo90", "_hi90")


def estimate_exposure(
    deployments: pd.DataFrame,
    eras: pd.DataFrame,
    *,
    record: pd.DataFrame | None = None,
    totals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""
    Estimate the faces scanned at each deployment.

    Faces are passages as the force counts them: neither distinct people nor walk-past.

    Parameters
    ----------
    deployments
        Rows with columns ``force``, ``date`` (ISO, perhaps partial), ``duration_h`` [h] and
        ``faces_seen``; perhaps ``status`` (``reported``, ``announced``, ``aborted``) and
        ``deployment_id``.
    eras
        Counting eras, as for `geo.eras.eras_possible`.
    record
        Further deployments that only help to calibrate. Those of a force and day, or with
        the count and hours, that ``deployments`` tell of are not used, lest a row be predicted
        from its own count.
    totals
        Totals that forces published, with `geo.later_totals.COLUMNS`: they tell of the level
        after the last count.

    Returns
    -------
    exposure
        Indexed like ``deployments``: ``counting_era``; ``faces_expected``, the predictive
        median *without* the row's own count, with ``_lo80``, ``_hi80``, ``_lo90``, ``_hi90``;
        ``exposure``, ``exposure_lo80``, ``exposure_hi80``, the reported count where there is
        one and otherwise the prediction; and ``exposure_source``: ``reported``, ``modelled``,
        or ``borrowed`` where the level is another force's. Null where unknown.

    Raises
    ------
    MissingColumnError
        If a frame lacks a column.

    Notes
    -----
    With :math:`y` the log faces per hour of the era's :math:`n` other deployments,

    .. math:: \log F = \bar y + \log h + t_{n-1} \, s \sqrt{1 + 1/n} .

    Where hours are unknown, the mean of the force's log durations stands for
    :math:`\log h` and their variance joins that of the level. An era without durations has a
    level per deployment instead. An era with one or two other counts keeps its mean and takes
    the spread within all eras; one with none, and a date of unknown era, gets the mixture of
    the force's eras it may lie in; a force without counts the mixture of other forces' eras,
    widened by `geo.level_choice.UNKNOWN_FORCE_SD_LOG`. All are conditional on unchanged
    counting.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": "F", "date": "2023-05-06", "duration_h": 2.0,
    ...     "faces_seen": [100, 200, 400, 800, None]})
    >>> estimate_exposure(rows, eras)[["faces_expected", "exposure", "exposure_source"]]
       faces_expected  exposure exposure_source
    0         400.000   100.000        reported
    1         317.480   200.000        reported
    2         251.984   400.000        reported
    3         200.000   800.000        reported
    4         282.843   282.843        modelled
    """
    pieces = predict_all(deployments, eras, record=record, totals=totals)
    out = pd.DataFrame(index=deployments.index)
    out["counting_era"] = pd.Series([p.era for p in pieces], index=out.index, dtype="str")
    numbers = [(p.expected, p.lo80, p.hi80, p.lo90, p.hi90) for p in pieces]
    for position, ending in enumerate(_EXPECTED):
        out[f"faces_expected{ending}"] = pd.Series(
            [row[position] for row in numbers], index=out.index, dtype="float64"
        )
    reported = pd.Series(
        known_floats(deployments["faces_seen"]), index=out.index, dtype="float64"
    )
    for ending in _EXPECTED[:3]:
        out[f"exposure{ending}"] = reported.fillna(out[f"faces_expected{ending}"])
    sources = pd.Series([p.source for p in pieces], index=out.index, dtype="str")
    out["exposure_source"] = sources.mask(reported.notna(), "reported")
    return out


def expect_faces(  # noqa: PLR0913 - a deployment is told by four things
    record: pd.DataFrame,
    eras: pd.DataFrame,
    *,
    force: str,
    date: str,
    hours: float | None,
    totals: pd.DataFrame | None = None,
) -> Arithmetic:
    """
    Expect the faces of an announced or hypothetical deployment.

    Parameters
    ----------
    record
        Deployments to calibrate on, as for `estimate_exposure`.
    eras
        Counting eras; a date after the record lies in the last of them.
    force
        The force, full name.
    date
        ISO date, perhaps partial.
    hours
        How long it lasts [h]; None if unknown.
    totals
        Totals that forces published, as for `estimate_exposure`.

    Returns
    -------
    expected
        The prediction with its intervals and its arithmetic; without parts, and with a
        reason, where nothing can be said.

    Raises
    ------
    InputError
        If the hours are not above 0 and at most 72.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": "F", "date": "2023-05-06", "duration_h": 2.0,
    ...     "faces_seen": [100, 200, 400]})
    >>> expect_faces(rows, eras, force="F", date="2030-01-01", hours=4).expected
    400.0
    """
    return expect_at(
        calibrate(record, eras), eras, force=force, date=date, hours=hours, totals=totals
    )


def expect_at(  # noqa: PLR0913 - a deployment is told by four things
    levels: Levels,
    eras: pd.DataFrame,
    *,
    force: str,
    date: str,
    hours: float | None,
    totals: pd.DataFrame | None = None,
) -> Arithmetic:
    """
    Expect the faces of one of many deployments, from levels calibrated once.

    Parameters
    ----------
    levels
        From `geo.levels.calibrate`.
    eras, force, date, hours, totals
        As for `expect_faces`.

    Returns
    -------
    expected
        As from `expect_faces`.

    Raises
    ------
    InputError
        If the hours are not above 0 and at most 72.
    """
    if hours is not None and not 0 < hours <= 72:  # noqa: PLR2004 - the bound of duration_h
        msg = f"`hours` must be above 0 and at most 72; got {hours}. Give hours, not minutes."
        raise InputError(msg)
    names = eras_possible(eras, force=force, date=date)
    era = names[0] if len(names) == 1 else None
    case = Case(force, date, era, hours, (), aborted=False)
    return _with_quantities([choose(case, levels, eras, totals=totals)])[0]


def explain_exposure(
    deployments: pd.DataFrame,
    eras: pd.DataFrame,
    deployment_id: str,
    *,
    record: pd.DataFrame | None = None,
    totals: pd.DataFrame | None = None,
) -> Arithmetic:
    """
    Return the arithmetic behind one row of `estimate_exposure`.

    Parameters
    ----------
    deployments, eras
        As for `estimate_exposure`; ``deployments`` with a column ``deployment_id``.
    deployment_id
        The row to explain.
    record, totals
        As for `estimate_exposure`.

    Returns
    -------
    arithmetic
        The very numbers published; `Arithmetic.sentences` tells them.

    Raises
    ------
    InputError
        If there is no such deployment.
    """
    require_columns(deployments, {"deployment_id"}, name="deployments")
    here = (deployments["deployment_id"] == deployment_id).tolist()
    if True not in here:
        msg = f"There is no deployment {deployment_id!r} in these records."
        raise InputError(msg)
    return predict_all(deployments, eras, record=record, totals=totals)[here.index(True)]


def predict_all(
    deployments: pd.DataFrame,
    eras: pd.DataFrame,
    *,
    record: pd.DataFrame | None = None,
    totals: pd.DataFrame | None = None,
) -> list[Arithmetic]:
    """
    Predict every deployment without its own count, in the order given.

    Parameters
    ----------
    deployments, eras, record, totals
        As for `estimate_exposure`.

    Returns
    -------
    pieces
        One arithmetic per row.
    """
    levels = calibrate(with_record(deployments, record), eras)
    pieces = [choose(case, levels, eras, totals=totals) for case in _cases(deployments, eras)]
    return _with_quantities(pieces)


def with_record(deployments: pd.DataFrame, record: pd.DataFrame | None) -> pd.DataFrame:
    """
    Add the calibrating rows that the deployments do not tell of themselves.

    A row is told of when its force and day are, or its identifier, or its force with its very
    count and hours: an edition may move a deployment to another day.

    Parameters
    ----------
    deployments
        The deployments to predict.
    record
        Further deployments, or None.

    Returns
    -------
    together
        The columns that calibration needs; a new index.
    """
    require_columns(deployments, NEEDED, name="deployments")
    columns = [*sorted(NEEDED), *sorted(_HELPFUL & set(deployments.columns))]
    if record is None or record.empty:
        return deployments[columns].reset_index(drop=True)
    require_columns(record, NEEDED, name="record")
    told = set(zip(deployments["force"], deployments["date"], strict=True))
    figures = set(_figures(deployments))
    ids = set(deployments.get("deployment_id", pd.Series(dtype="str")))
    own = record.get("deployment_id", pd.Series("", index=record.index))
    pairs = zip(record["force"], record["date"], _figures(record), strict=True)
    new = [
        (force, date) not in told and not (figure[1] and figure in figures)
        for force, date, figure in pairs
    ]
    extra = record[pd.Series(new, index=record.index) & ~own.isin(ids)]
    both = [
        frame.reindex(columns=[*sorted(NEEDED), *sorted(_HELPFUL)])
        for frame in (deployments, extra)
    ]
    return pd.concat([frame for frame in both if len(frame)], ignore_index=True)


def _figures(rows: pd.DataFrame) -> list[tuple[str, float | None, float | None]]:
    """Return force, count and hours to the minute of each row: what tells it on another day."""
    hours = [None if h is None else round(h * 60) for h in known_floats(rows["duration_h"])]
    return list(zip(rows["force"], known_floats(rows["faces_seen"]), hours, strict=True))


def _cases(deployments: pd.DataFrame, eras: pd.DataFrame) -> list[Case]:
    named = assign_eras(deployments, eras)
    hours = [h if h and h > 0 else None for h in known_floats(deployments["duration_h"])]
    seen = map(observe, known_floats(deployments["faces_seen"]), hours)
    status = deployments["status"] if "status" in deployments else [""] * len(deployments)
    aborted = [state == "aborted" for state in status]
    rows = list(
        zip(deployments["force"], deployments["date"], named, hours, seen, aborted, strict=True)
    )
    # A count that comes twice on one day is one deployment told twice, perhaps without hours.
    told: dict[tuple[str, str, float], list[Observation]] = defaultdict(list)
    for force, date, _, _, own, stop in rows:
        if own and not stop:
            told[force, date, own.log_faces].append(own)
    return [
        Case(
            force=force,
            date=date,
            era=era if isinstance(era, str) else None,
            hours=length,
            left_out=tuple(told[force, date, own.log_faces]) if own and not stop else (),
            aborted=stop,
        )
        for force, date, era, length, own, stop in rows
    ]


def _with_quantities(pieces: list[Arithmetic]) -> list[Arithmetic]:
    """Fill in the published quantiles, all rows at once."""
    filled = []
    for piece, (median, lo80, hi80, lo90, hi90) in zip(pieces, quantities(pieces), strict=True):
        filled.append(
            replace(piece, expected=median, lo80=lo80, hi80=hi80, lo90=lo90, hi90=hi90)
        )
    return filled
