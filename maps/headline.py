"""The headline: what a set of deployments amounts to, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps import words
from maps.rows import total

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from maps.rows import Row

_MANY_FORCES = 2


def counting_forces(rows: Sequence[Row]) -> list[str]:
    """
    Return the forces that publish how many faces they saw, in order of appearance.

    Examples
    --------
    >>> counting_forces([{"force": "A", "faces_seen": 5}, {"force": "B", "faces_seen": None}])
    ['A']
    """
    return list(dict.fromkeys(r["force"] for r in rows if r["faces_seen"] is not None))


def _whose(forces: Sequence[str]) -> str:
    names = [words.short_force(force) for force in forces]
    if len(names) > _MANY_FORCES:
        return f"{words.spelt(len(names)).capitalize()} forces"
    return words.listing(names)


def headline(rows: Sequence[Row], *, counting: Collection[str]) -> tuple[str, str]:
    """
    Say what these deployments amount to.

    Forces that publish no counts are told apart, so that no total silently mixes them.

    Parameters
    ----------
    rows
        The deployments to speak of.
    counting
        Forces that publish counts anywhere in the record.

    Returns
    -------
    main, aside
        The sentence, and a remark in brackets that may be empty.

    Examples
    --------
    >>> one = {"force": "Essex Police", "faces_seen": None, "arrests": None, "date": "2023-10"}
    >>> headline([one], counting=["Metropolitan Police"])
    ('Essex Police: 1 deployment · no counts published · records to October 2023', '')
    """
    if not rows:
        return "No deployments match.", ""
    counted = [row for row in rows if row["force"] in counting]
    others = [row for row in rows if row["force"] not in counting]
    told = counted or others
    forces = list(dict.fromkeys(row["force"] for row in told))
    parts = [f"{_whose(forces)}: {words.plural(len(told), 'deployment')}"]
    faces, arrests = total(told, "faces_seen"), total(told, "arrests")
    if faces is not None:
        parts.append(f"{words.big(faces)} faces reported seen")
    if arrests is not None and counted:
        parts.append(words.plural(arrests, "arrest"))
    if not counted:
        parts.append("no counts published")
    parts.append(f"records to {words.date(max(row['date'] for row in told))}")
    aside = ""
    if counted and others:
        number = len({row["force"] for row in others})
        noun = "force, which publishes" if number == 1 else "forces, which publish"
        aside = (
            f"and {words.count(len(others))} by {words.spelt(number)} other {noun} no counts"
        )
    return " · ".join(parts), aside
