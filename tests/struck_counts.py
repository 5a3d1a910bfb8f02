"""Strike counts out of a record, and see whether the sum of what they were lies inside."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from simulated_counts import FORCE, Course, simulate

from data.eras import load_eras
from flows.stages import embedded_record
from geo.eras import assign_eras
from geo.exposure import predict_all
from geo.joint_totals import sum_exposure
from geo.levels import calibrate

SIMULATED_ERAS = pd.DataFrame(
    {"force": [FORCE], "era": ["a"], "first_date": ["2023-01-01"], "last_date": [None]}
)
ROWS = 120


class Held(NamedTuple):
    """One sum: whether its intervals held it, and the 80 % one of rows drawn apart."""

    in80: bool
    in90: bool
    in80_apart: bool
    factor80: float


def strike(rows: pd.DataFrame, eras: pd.DataFrame, struck: np.ndarray) -> Held:
    """Sum up the struck rows by the others, and compare with what they had."""
    true = rows.loc[struck, "faces_seen"].sum()
    left = rows.assign(faces_seen=rows["faces_seen"].astype("float64"))
    left.loc[struck, "faces_seen"] = np.nan
    every = predict_all(left, eras)
    pieces = [every[left.index.get_loc(row)] for row in struck]
    found = sum_exposure(left.loc[struck], pieces, calibrate(left, eras).tracks).modelled
    rng = np.random.default_rng(1)
    parts = [piece.parts[0] for piece in pieces]
    errors = [p.scale * rng.standard_t(p.level.freedom, 2000) for p in parts]
    apart = sum(np.exp(p.centre + error) for p, error in zip(parts, errors, strict=True))
    low, high = np.quantile(apart, [0.1, 0.9])
    return Held(
        found.lo80 <= true <= found.hi80,
        found.lo90 <= true <= found.hi90,
        low <= true <= high,
        found.hi80 / found.lo80,
    )


def strike_simulated(seed: int) -> Held:
    """Strike 5 to 50 counts of a record that drifts: anywhere, or the last."""
    rows = simulate(Course(rows=ROWS, drift_sd_log=0.07), seed)
    number = (5, 15, 30, 50)[seed % 4]
    rng = np.random.default_rng(seed)
    last = seed % 8 >= 4
    struck = np.arange(ROWS - number, ROWS) if last else rng.choice(ROWS, number, replace=False)
    return strike(rows, SIMULATED_ERAS, struck)


def real_eras() -> dict[str, pd.DataFrame]:
    """Return the counts of every era of the embedded record with at least 15."""
    record, eras = embedded_record(), load_eras()
    named = record.assign(era=assign_eras(record, eras))
    counted = named[named["faces_seen"] > 0].reset_index(drop=True)
    return {str(era): own for era, own in counted.groupby("era") if len(own) >= 15}


def strike_real(rows: pd.DataFrame, seed: int) -> Held:
    """Strike a third of an era's counts, at random."""
    rng = np.random.default_rng(seed)
    return strike(rows, load_eras(), rng.choice(rows.index, len(rows) // 3, replace=False))


def shares(held: list[Held]) -> pd.Series[float]:
    """Return the share of sums that each interval held, and the median factor."""
    frame = pd.DataFrame(held)
    held_share = frame.drop(columns="factor80").mean()
    return pd.concat([held_share, pd.Series({"factor80": frame["factor80"].median()})]).round(3)
