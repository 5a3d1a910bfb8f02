"""Scorecards that need not be worked out again, known by what they were worked out from."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import pandas as pd

from data.score_schema import OUT_SCORECARD

VERSION = "scorecard-1"
"""Name of the way scores are worked out: raise its number when any score changes."""

FILE = "kept_scorecard.csv"
"""The scorecard of the embedded record, so that a first run need not wait for it."""

DIGEST = "digest"
"""Column of `FILE` that tells what its scores were worked out from."""

_DIGITS = "%.10g"


def digest_of_record(record: pd.DataFrame, eras: pd.DataFrame) -> str:
    """
    Return a digest of all that a scorecard depends on.

    Parameters
    ----------
    record
        The counts scored, as from `geo.exposure.with_record`.
    eras
        The counting eras.

    Returns
    -------
    digest
        The same whatever the order of rows and columns.

    Examples
    --------
    >>> rows = pd.DataFrame({"force": ["F", "F"], "faces_seen": [1.0, None]})
    >>> other = rows[["faces_seen", "force"]].iloc[::-1]
    >>> digest_of_record(rows, rows) == digest_of_record(other, rows)
    True
    >>> digest_of_record(rows, rows) == digest_of_record(rows.head(1), rows)
    False
    """
    told = [VERSION]
    for frame in (record, eras.drop(columns=["note", "label"], errors="ignore")):
        ordered = pd.DataFrame(frame)[sorted(frame.columns)]
        lines = ordered.to_csv(index=False, float_format=_DIGITS).splitlines()
        told += [lines[0], *sorted(lines[1:])]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def shipped_scorecard(digest: str) -> pd.DataFrame | None:
    """
    Return the scorecard that came with the code, if it was worked out from these very counts.

    Parameters
    ----------
    digest
        As from `digest_of_record`.

    Returns
    -------
    scorecard
        The columns of ``scorecard.csv``, or None.
    """
    source = files("data") / FILE
    with source.open(encoding="utf-8") as stream:
        shipped = pd.read_csv(stream)
    if set(shipped[DIGEST]) != {digest}:
        return None
    return shipped[list(OUT_SCORECARD.names)]
