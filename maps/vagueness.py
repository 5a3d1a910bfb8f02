"""What pages say of how vaguely each force tells its places, in words and figures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.vagueness import MONTH_CHARACTERS, find_turn, index_vagueness
from maps import words
from maps.rows import as_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from geo.vagueness import Turn
    from maps.rows import Row

KINDS = tuple(words.PRECISION_NAMES)
"""Most precise first: the order in which columns are stacked from the bottom."""

WIDE = ("district", "area", "unknown")
"""What is known to neither street nor spot."""

FEW = 5
"""A month of fewer deployments has a thin column: one of them moves its shares far."""

LONGEST_GAP = 5
"""Months without deployments in a row that are drawn; for more, the axis is broken."""

_NO_SPOT = "neither street nor station nor venue"


@dataclass(frozen=True)
class Month:
    """
    One month of one force.

    Attributes
    ----------
    iso
        The month, or a year alone where no month is known.
    deployments
        Deployments by precision, only those found.
    no_spot
        Those whose published words name neither street nor station nor venue.
    faces
        Faces reported by precision, only where any are.
    """

    iso: str
    deployments: dict[str, int]
    no_spot: int
    faces: dict[str, int]

    @property
    def is_dated(self) -> bool:
        """Whether the month itself is known."""
        return len(self.iso) >= MONTH_CHARACTERS

    @property
    def total(self) -> int:
        """All its deployments."""
        return sum(self.deployments.values())


@dataclass(frozen=True)
class Vagueness:
    """
    The places of one force: month by month, and when its words changed.

    Attributes
    ----------
    force
        Its full name.
    months
        In order; only those with deployments.
    turn
        Where its words changed most, or None where they never clearly did.
    mixed
        Months whose reported faces were counted in more than one era.
    """

    force: str
    months: tuple[Month, ...]
    turn: Turn | None
    mixed: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a page calls the force."""
        return words.short_force(self.force)

    @property
    def total(self) -> int:
        """All its deployments."""
        return sum(month.total for month in self.months)

    @property
    def no_spot(self) -> int:
        """Deployments whose words name neither street nor station nor venue."""
        return sum(month.no_spot for month in self.months)

    @property
    def has_faces(self) -> bool:
        """Whether it reports faces for any deployment."""
        return any(month.faces for month in self.months)

    @property
    def kinds(self) -> list[str]:
        """The precisions found, most precise first."""
        return [kind for kind in KINDS if any(kind in m.deployments for m in self.months)]


def measure(deployments: pd.DataFrame) -> list[Vagueness]:
    """
    Measure how vaguely each force tells its places.

    Parameters
    ----------
    deployments
        The published table.

    Returns
    -------
    found
        One for each force, that with most deployments first.
    """
    if deployments.empty:
        return []
    rows = as_rows(index_vagueness(deployments))
    found = []
    for name, group in deployments.groupby("force", sort=True):
        own = [row for row in rows if row["force"] == name]
        months = tuple(
            _month(iso, [row for row in own if row["month"] == iso])
            for iso in sorted({row["month"] for row in own})
        )
        found.append(Vagueness(str(name), months, find_turn(group), _mixed(group)))
    return sorted(found, key=lambda force: (-force.total, force.force))


def _month(iso: str, rows: Iterable[Row]) -> Month:
    deployments, faces, no_spot = {}, {}, 0
    for row in rows:
        deployments[row["precision"]] = int(row["deployments"])
        no_spot += int(row["deployments_no_spot"])
        if row["faces_seen"] is not None:
            faces[row["precision"]] = int(row["faces_seen"])
    return Month(iso, deployments, no_spot, faces)


def _mixed(deployments: pd.DataFrame) -> tuple[str, ...]:
    counted = deployments[deployments["faces_seen"].notna()]
    eras = counted.groupby(counted["date"].str[:MONTH_CHARACTERS])["counting_era"].nunique()
    return tuple(
        str(iso) for iso, many in eras.items() if many > 1 and len(str(iso)) == MONTH_CHARACTERS
    )


def month_number(iso: str) -> int:
    """
    Count the months from year nought.

    Examples
    --------
    >>> month_number("2024-03") - month_number("2023-12-31")
    3
    """
    return int(iso[:4]) * 12 + int(iso[5:7]) - 1


def title_of(force: Vagueness) -> str:
    """Say what the record of one force shows, as a headline."""
    turn = force.turn
    if turn is not None:
        fell = turn.no_spot_after * turn.before < turn.no_spot_before * turn.after
        how = "more narrowly" if fell else "more vaguely"
        return f"{force.name}: places told {how} after {words.date(turn.date)}"
    wide = sum(month.deployments.get(kind, 0) for month in force.months for kind in WIDE)
    said = {0: "every place", force.total: "no place"}.get(wide)
    if said:
        return f"{force.name}: {said} known to a street or spot"
    many = words.plural(force.total, "deployment")
    return f"{force.name}: {wide} of {many} known to neither street nor spot"


def turn_line(force: Vagueness) -> str:
    """
    Say how many published places name no spot, and when that changed.

    Examples
    --------
    >>> month = Month("2024-02", {"area": 2}, 1, {})
    >>> turn_line(Vagueness("Essex Police", (month,), None, ()))
    'By the published words alone, 1 of 2 deployments names neither street nor station nor \
venue.'
    """
    turn = force.turn
    if turn is None:
        many = words.plural(force.total, "deployment")
        verb = "names" if 1 in {force.no_spot, force.total} else "name"
        return f"By the published words alone, {force.no_spot} of {many} {verb} {_NO_SPOT}."
    return (
        f"Up to {words.date(turn.date)} the published words of {turn.no_spot_before} of "
        f"{words.plural(turn.before, 'deployment')} named {_NO_SPOT}; after it, those of "
        f"{turn.no_spot_after} of {turn.after}."
    )


def caption_of(force: Vagueness) -> str:
    """Say how to read the columns, and what they leave out."""
    dated = [month for month in force.months if month.is_dated]
    parts = [*_of_columns(dated), *_of_faces(force, dated)]
    parts += [_undated(month) for month in force.months if not month.is_dated]
    return " ".join(parts)


def _of_columns(dated: Sequence[Month]) -> list[str]:
    if not dated:
        return []
    few = any(month.total < FEW for month in dated)
    thin = f" (thin columns: fewer than {words.spelt(FEW)})" if few else ""
    own = f"a month{words.APOSTROPHE}s deployments"
    said = f"Columns: how narrowly {own} can be placed; above them, how many there were{thin}."
    numbers = [month_number(month.iso) for month in dated]
    if any(after - before > LONGEST_GAP + 1 for before, after in pairwise(numbers)):
        return [
            said,
            f"At // more than {words.spelt(LONGEST_GAP)} months with none are left out.",
        ]
    return [said]


def _of_faces(force: Vagueness, dated: Sequence[Month]) -> list[str]:
    if not force.has_faces:
        return ["The force reports no faces."]
    parts = ["Faces are shares of those reported for the month."]
    if not all(month.faces for month in dated):
        parts.append("A dash: none reported.")
    if force.mixed:
        names = words.listing([words.date(iso) for iso in force.mixed])
        verb = "spans" if len(force.mixed) == 1 else "span"
        parts.append(f"{names} {verb} a break in counting, which sways the shares of faces.")
    return parts


def _undated(month: Month) -> str:
    many = words.plural(month.total, "deployment")
    return f"Of {words.date(month.iso)}, {many} with no month published: in the table only."


def described(force: Vagueness) -> str:
    """Tell the columns year by year, for those who cannot see them."""
    years: dict[str, dict[str, int]] = {}
    for month in force.months:
        tally = years.setdefault(month.iso[:4], {})
        for kind, number in month.deployments.items():
            tally[kind] = tally.get(kind, 0) + number
    return " ".join(f"{year}: {tally_line(tally)}." for year, tally in sorted(years.items()))


def tally_line(tally: dict[str, int]) -> str:
    """
    Write deployments by precision.

    Examples
    --------
    >>> tally_line({"site": 1, "area": 2})
    '3 deployments, 1 spot, 2 whole area'
    """
    parts = [f"{tally[k]} {words.PRECISION_NAMES[k].lower()}" for k in KINDS if tally.get(k)]
    return ", ".join([words.plural(sum(tally.values()), "deployment"), *parts])


def table_of(force: Vagueness) -> list[dict[str, object]]:
    """Return the figures of one force as cells of a table, month by month."""
    return [
        {
            "month": words.date(month.iso),
            "total": words.count(month.total),
            "no_spot": _part(month.no_spot, month.total),
            "deployments": [
                _part(month.deployments.get(kind, 0), month.total) for kind in force.kinds
            ],
            "faces": words.count(sum(month.faces.values())) if month.faces else words.NONE,
            "shares": [_share(month, kind) for kind in force.kinds],
        }
        for month in force.months
    ]


def _part(some: int, every: int) -> str:
    return f"{words.count(some)} ({words.percent(some / every)})" if some else "0"


def _share(month: Month, kind: str) -> str:
    """Return the share of a month's reported faces; a dash where none can be told."""
    whole = sum(month.faces.values())
    if not whole or (kind in month.deployments and kind not in month.faces):
        return words.NONE
    return words.percent(month.faces.get(kind, 0) / whole) if kind in month.faces else "0"
