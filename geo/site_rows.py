"""Read the rows that a model of log rates learns from, or is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from geo.checks import require_columns
from geo.errors import InputError
from geo.site_terms import Spots, Times

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_Key = TypeVar("_Key", bound="Hashable")

KEYS = ("force", "era", "place", "day")
"""Columns of text, null where unknown."""

NUMBERS = ("month", "x_m", "y_m", "spread_m")
"""Columns of numbers, NaN where unknown."""

RATE = "log_rate"
"""The column that is learnt, and not read when rows are asked about."""

_APART_M = 1e8
"""How far from one another and from all else places of unknown position are put."""

_FARTHEST = 4.0
"""A covariate counts as no farther from its mean than this many standard deviations."""


@dataclass(frozen=True)
class Books:
    """
    Codes of what the rows learnt from name.

    Attributes
    ----------
    forces, eras, places, spots
        The code of each force, of each force and era, of each place, and of each place
        where it lies.
    starts
        First month of each era, by code.
    middles
        Middle month of each era, by code.
    """

    forces: Mapping[str, int]
    eras: Mapping[tuple[str, str], int]
    places: Mapping[str, int]
    spots: Mapping[Hashable, int]
    starts: Floats
    middles: Floats


@dataclass(frozen=True)
class Scale:
    """
    How covariates are standardised.

    Attributes
    ----------
    names
        Their columns.
    mean, sd
        Of what is known of each; NaN for one that never varied, which tells nothing.
    """

    names: tuple[str, ...]
    mean: Floats
    sd: Floats

    def apply(self, rows: pd.DataFrame) -> tuple[Floats, Floats]:
        """
        Standardise covariates.

        Returns
        -------
        values
            Shape (rows, covariates); 0 where unknown.
        missing
            How many of each row are unknown.
        """
        raw = rows[list(self.names)].to_numpy(dtype=np.float64)
        values = np.clip((raw - self.mean) / self.sd, -_FARTHEST, _FARTHEST)
        return np.nan_to_num(values, nan=0.0), np.isnan(values).sum(axis=1).astype(float)


def scale_of(rows: pd.DataFrame, names: Sequence[str]) -> Scale:
    """Return means and standard deviations of covariates, over the rows where each is known."""
    mean, sd = [], []
    for name in names:
        known = rows[name].dropna().to_numpy(dtype=np.float64)
        mean.append(known.mean() if len(known) else np.nan)
        spread = known.std() if len(known) else 0.0
        sd.append(spread if spread > 1e-9 * max(1.0, abs(mean[-1])) else np.nan)
    return Scale(tuple(names), np.array(mean, dtype=float), np.array(sd, dtype=float))


def tidy(rows: pd.DataFrame, covariates: Sequence[str], *, learn: bool) -> pd.DataFrame:
    """
    Check rows and give their columns one form.

    Parameters
    ----------
    rows
        As for `geo.site_model.fit_sites`.
    covariates
        Further columns of numbers.
    learn
        Whether the log rate is read; if so, rows without it or without a month are left
        out and the rest put in an order of their own.

    Returns
    -------
    tidy
        Texts (missing ones are None) and floats, numbered from 0.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InputError
        If a number is infinite, is none, or a spread is below 0.
    """
    numbers = [*NUMBERS, *covariates, *([RATE] if learn else [])]
    require_columns(rows, {*KEYS, *numbers}, name="rows")
    columns: dict[str, object] = {
        key: pd.Series(
            [None if pd.isna(value) else str(value) for value in rows[key]], dtype=object
        )
        for key in KEYS
    }
    for name in numbers:
        columns[name] = _floats(rows[name], name)
    made = pd.DataFrame(columns)
    made["force"], made["era"] = made["force"].fillna(""), made["era"].fillna("")
    if (made["spread_m"] < 0).any():
        msg = (
            "Column `spread_m` holds a number below 0. It is the standard deviation of the "
            "candidate spots in metres: 0 for a known spot, NaN for one that is not known."
        )
        raise InputError(msg)
    if not learn:
        return made
    known = made[made[RATE].notna() & made["month"].notna()]
    return known.sort_values([*KEYS, *numbers], ignore_index=True)


def _floats(column: pd.Series[float], name: str) -> Floats:
    try:
        values = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        msg = (
            f"Column `{name}` holds something other than numbers ({error}). Give numbers, NaN "
            "where one is unknown."
        )
        raise InputError(msg) from error
    if np.isinf(values).any():
        row = int(np.flatnonzero(np.isinf(values))[0])
        msg = (
            f"Column `{name}` is infinite in row {row}. A count or duration of 0 has no "
            "logarithm: give NaN where a number is unknown."
        )
        raise InputError(msg)
    return np.asarray(values)


def books_of(rows: pd.DataFrame) -> Books:
    """Give a code to all that tidy rows name, in order of their names."""
    eras = _numbered(_era_keys(rows))
    codes = coded(_era_keys(rows), eras)
    months = _whole(rows["month"].to_numpy())
    own = [months[codes == code] for code in range(len(eras))]
    return Books(
        _numbered(rows["force"]),
        eras,
        _numbered(rows["place"].dropna()),
        _numbered(key for key in _spot_keys(rows) if key is not None),
        np.array([part.min() for part in own], dtype=float),
        np.array([np.median(part) for part in own], dtype=float),
    )


def _numbered(keys: Iterable[_Key]) -> dict[_Key, int]:
    return {key: code for code, key in enumerate(sorted(set(keys), key=repr))}


def coded(keys: Iterable[Hashable], book: Mapping[Any, int]) -> Ints:
    """Return the codes of keys: those of the book, negative ones for keys not in it."""
    fresh: dict[Hashable, int] = {}

    codes = [
        book[key] if key in book else fresh.setdefault(key, -1 - len(fresh)) for key in keys
    ]
    return np.array(codes, dtype=np.int64)


def _era_keys(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(rows["force"], rows["era"], strict=True))


def _spot_keys(rows: pd.DataFrame) -> list[Hashable]:
    """Name each row's place and where it lies; None where neither is known."""
    keys: list[Hashable] = []
    for place, *where in zip(*(rows[c] for c in ("place", *NUMBERS[1:])), strict=True):
        located = not any(np.isnan(value) for value in where)
        named = place if isinstance(place, str) else None
        spot = tuple(float(value) for value in where) if located else None
        keys.append((named, spot) if named is not None or located else None)
    return keys


def _whole(months: Floats) -> Floats:
    """Count a month as one whatever its day."""
    return np.floor(months)


def times_of(rows: pd.DataFrame, books: Books) -> Times:
    """
    Return each tidy row's month within its era.

    Rows of no known month stand in the middle of their era; an era that was never seen
    starts in the row's own month.
    """
    era = coded(_era_keys(rows), books.eras)
    seen = era >= 0
    starts, middles = (np.full(len(era), np.nan) for _ in range(2))
    starts[seen], middles[seen] = books.starts[era[seen]], books.middles[era[seen]]
    month = _whole(rows["month"].to_numpy())
    month = np.where(np.isnan(month), np.nan_to_num(middles), month)
    return Times(coded(rows["force"], books.forces), era, month, np.where(seen, starts, month))


def spots_of(rows: pd.DataFrame, books: Books) -> tuple[Spots, Ints]:
    """
    Return where tidy rows lie.

    Returns
    -------
    spots
        One for each row that has a name or a spot.
    rows
        The positions of those rows.
    """
    keys = _spot_keys(rows)
    lying = np.array([row for row, key in enumerate(keys) if key is not None], dtype=np.int64)
    kept = rows.iloc[lying]
    spot = coded((keys[row] for row in lying), books.spots)
    names = (
        place if isinstance(place, str) else ("", row)
        for row, place in enumerate(kept["place"])
    )
    x_m, y_m, spread_m = (kept[name].to_numpy(dtype=float) for name in NUMBERS[1:])
    lost = np.isnan(x_m) | np.isnan(y_m) | np.isnan(spread_m)
    return Spots(
        spot,
        coded(names, books.places),
        coded(_era_keys(kept), books.eras),
        np.where(lost, _APART_M * (1000 + spot), x_m),
        np.where(lost, 0.0, y_m),
        np.where(lost, 0.0, spread_m) ** 2,
    ), lying
