"""Totals of faces: reported counts exactly, and modelled rows beside them, never within."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.arithmetic import widened
from geo.checks import require_columns
from geo.conformal import Widening
from geo.errors import InputError
from geo.joint_draws import draw_sum
from geo.levels import known_floats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from geo.arithmetic import Arithmetic
    from geo.levels import Basis, Group
    from geo.tracks import Track

_SHARES = (0.5, 0.1, 0.9, 0.05, 0.95)
_DIGITS = 4
"""Significant digits of a drawn sum: no more than draws can tell."""


MODELLED = (
    "deployments_modelled",
    "faces_modelled",
    "faces_modelled_lo80",
    "faces_modelled_hi80",
    "deployments_borrowed",
)
"""Columns that tell what an area has beside its reported counts."""


class Estimate(NamedTuple):
    """
    A number of faces that was not counted.

    Attributes
    ----------
    median
        As likely too high as too low [faces].
    lo80, hi80, lo90, hi90
        Ends of its 80 and 90 % interval [faces].
    """

    median: float
    lo80: float
    hi80: float
    lo90: float
    hi90: float


@dataclass(frozen=True)
class JointTotal:
    """
    What a set of deployments amounts to.

    Attributes
    ----------
    reported_faces
        The sum of the counts reported, exactly; None where there is none.
    reported_rows
        Deployments with a count.
    modelled
        The sum over deployments without a count that the force's own counts speak for; None
        where there are none. It is in no other number here.
    modelled_rows, borrowed_rows, other_rows
        Deployments without a count: modelled, of a level borrowed from another force (in no
        sum), and those of which nothing is expected.
    eras
        Counting eras that modelled rows lie in, or may; empty names are of forces without any.
    """

    reported_faces: int | None
    reported_rows: int
    modelled: Estimate | None
    modelled_rows: int
    borrowed_rows: int
    other_rows: int
    eras: tuple[str, ...]

    @property
    def with_modelled(self) -> Estimate | None:
        """Reported and modelled faces together; None where no row is modelled."""
        if self.modelled is None:
            return None
        return Estimate(*((self.reported_faces or 0) + value for value in self.modelled))

    def sentences(self) -> list[str]:
        """
        Tell the total, and apart from it what is only modelled.

        Returns
        -------
        lines
            Plain sentences.

        Examples
        --------
        >>> JointTotal(12000, 3, None, 0, 0, 0, ()).sentences()
        ['12,000 faces are reported, by 3 deployments.']
        """
        faces = self.reported_faces
        lines = ["No faces are reported."]
        if faces is not None:
            lines = [f"{faces:,} faces are reported, by {_deployments(self.reported_rows)}."]
        both = self.with_modelled
        if self.modelled is not None and both is not None:
            lines += [
                f"{_deployments(self.modelled_rows)} without a count: {_about(self.modelled)}.",
                f"Reported and modelled together: {_about(both)}.",
            ]
        if self.borrowed_rows:
            lines.append(
                f"{_deployments(self.borrowed_rows)} of a force that reports no counts: "
                "in no sum."
            )
        return lines


def sum_exposure(
    deployments: pd.DataFrame,
    pieces: Sequence[Arithmetic],
    tracks: Mapping[Basis, Mapping[Group, Track]],
    *,
    forces_together: bool = False,
) -> JointTotal:
    r"""
    Add up the faces of deployments: counts exactly, and what is modelled beside them.

    Parameters
    ----------
    deployments
        Rows with columns ``force`` and ``faces_seen``; in any order.
    pieces
        Their predictions in the same order, as of `geo.exposure.predict_all`. Those of rows
        with a count are not looked at.
    tracks
        The counts that predictions are made from, as of `geo.levels.Levels.tracks`.
    forces_together
        Whether deployments of several forces may be added up: they count each in its own way.

    Returns
    -------
    total
        The reported sum has no interval. The modelled one has that of the sum of all modelled
        rows drawn together: errors they share do not cancel.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InputError
        If the deployments are of several forces, and that was not asked for.
    ValueError
        If there are not as many predictions as deployments.

    Notes
    -----
    Quantiles are of `geo.joint_draws.draw_sum`; the interval is then widened about its median
    as those of its rows are, by the mean of their factors weighed by their faces. The sum of
    one row is the row. The median of a sum is not the sum of the medians: of skew
    distributions it is more.

    Examples
    --------
    >>> import pandas as pd
    >>> from geo.exposure import predict_all
    >>> from geo.levels import calibrate
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": "F", "date": "2023-05-06", "duration_h": 2.0,
    ...     "faces_seen": [100, 200, 400, None]})
    >>> tracks = calibrate(rows, eras).tracks
    >>> total = sum_exposure(rows, predict_all(rows, eras), tracks)
    >>> total.reported_faces, total.modelled_rows, total.modelled.median
    (700, 1, 200.0)
    """
    require_columns(deployments, {"force", "faces_seen"}, name="deployments")
    forces = sorted(set(deployments["force"]))
    if len(forces) > 1 and not forces_together:
        msg = (
            f"These deployments are of {len(forces)} forces ({', '.join(forces[:3])}), which "
            "count each in its own way. Add up those of one force."
        )
        raise InputError(msg)
    counts = known_floats(deployments["faces_seen"])
    pairs = list(zip(counts, pieces, strict=True))
    reported = [count for count, _ in pairs if count is not None]
    sources = [piece.source for count, piece in pairs if count is None]
    modelled = [p for count, p in pairs if count is None and p.source == "modelled"]
    eras = {part.era for piece in modelled for part in piece.parts}
    return JointTotal(
        reported_faces=round(math.fsum(reported)) if reported else None,
        reported_rows=len(reported),
        modelled=_estimate(modelled, tracks) if modelled else None,
        modelled_rows=len(modelled),
        borrowed_rows=sources.count("borrowed"),
        other_rows=sources.count(None),
        eras=tuple(sorted(eras)),
    )


def sum_by_area(
    deployments: pd.DataFrame,
    pieces: Sequence[Arithmetic],
    tracks: Mapping[Basis, Mapping[Group, Track]],
) -> pd.DataFrame:
    """
    Add up what is modelled in every area: all forces and eras together.

    Parameters
    ----------
    deployments
        As for `sum_exposure`, with a column ``area_code`` besides, perhaps null.
    pieces, tracks
        As for `sum_exposure`.

    Returns
    -------
    sums
        By ``area_code``: ``deployments_modelled``, ``faces_modelled`` with ``_lo80`` and
        ``_hi80`` and ``deployments_borrowed``; null where there are none.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import

    require_columns(deployments, {"area_code"}, name="deployments")
    found = deployments.reset_index(drop=True)
    rows = []
    for code, own in found.groupby("area_code", sort=True).groups.items():
        total = sum_exposure(
            found.loc[own], [pieces[row] for row in own], tracks, forces_together=True
        )
        faces = (total.modelled or (None,) * 3)[:3]
        counts = (total.modelled_rows or None, total.borrowed_rows or None)
        rows.append((code, counts[0], *faces, counts[1]))
    return pd.DataFrame(rows, columns=["area_code", *MODELLED]).astype(
        dict.fromkeys(MODELLED, "Float64")
    )


def _estimate(
    pieces: Sequence[Arithmetic], tracks: Mapping[Basis, Mapping[Group, Track]]
) -> Estimate:
    """Return quantiles of the sum of predictions."""
    if len(pieces) == 1:
        (only,) = pieces
        return Estimate(only.expected, only.lo80, only.hi80, only.lo90, only.hi90)
    logs = np.log(np.quantile(draw_sum(pieces, tracks), _SHARES)).tolist()
    return Estimate(
        *(float(f"{math.exp(log):.{_DIGITS}g}") for log in widened(logs, _widening(pieces)))
    )


def _widening(pieces: Sequence[Arithmetic]) -> Widening | None:
    """Return the mean of what rows are widened by, weighed by their faces."""
    given = [piece.widening or Widening(0, 1.0, 1.0) for piece in pieces]
    if all(max(each[1:]) == 1.0 for each in given):
        return None
    faces = [piece.expected for piece in pieces]
    all_ = math.fsum(faces)
    means = [
        math.fsum(f * each[k] for f, each in zip(faces, given, strict=True)) / all_
        for k in (1, 2)
    ]
    return Widening(min(each.n for each in given), *means)


def _deployments(number: int) -> str:
    return f"{number:,} deployment{'s' if number != 1 else ''}"


def _about(value: Estimate) -> str:
    ends = f"{value.lo80:,.0f} to {value.hi80:,.0f}"
    return f"about {value.median:,.0f} faces (80 % interval {ends})"
