"""Explain a count beside walk-past: its ratio, scenarios, and whether it tells streets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VAGUE_ASKED = ("district", "area")
"""Precisions of places of which one would ask for the street."""

_NEAR_DEGREES = 1e-6


def explain_beside(deployment_id: str, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """
    Say what a deployment's faces are beside the people who walk past, and what they are not.

    Parameters
    ----------
    deployment_id
        The deployment.
    tables
        ``out_deployments`` and ``out_ratios``.

    Returns
    -------
    lines
        For the screen: the ratio of the place in its era; distinct people, as scenarios that
        say what they assume; and of a vague place, whether its count tells streets apart.
    """
    out = tables["out_deployments"]
    row = out[out["deployment_id"] == deployment_id].iloc[0].to_dict()
    return [
        *_ratio_lines(row, tables["out_ratios"]),
        *_scenario_lines(row),
        *_street_lines(row, out),
    ]


def _ratio_lines(row: dict[str, Any], ratios: pd.DataFrame) -> Iterator[str]:
    if any(pd.isna(row[name]) for name in ("counting_era", "place_read", "lon", "lat")):
        return
    same = (
        (ratios["force"] == row["force"])
        & (ratios["era"] == row["counting_era"])
        & (ratios["place_read"] == row["place_read"])
        & ((ratios["lon"] - row["lon"]).abs() < _NEAR_DEGREES)
        & ((ratios["lat"] - row["lat"]).abs() < _NEAR_DEGREES)
    )
    for one in ratios[same].to_dict("records"):
        if pd.isna(one["ratio"]):
            yield f"Faces per modelled passage here: not known ({one['note']})."
            continue
        yield (
            f"Faces per modelled passage here in counting era {one['era']}: "
            f"{one['faces_per_h']:,.0f} / {one['walk_past_per_h']:,.0f} = {one['ratio']:.2g}, "
            f"80 % interval {one['ratio_lo80']:.2g} to {one['ratio_hi80']:.2g}, from "
            f"{one['deployments']} deployment{'s' * (one['deployments'] > 1)}. No share of "
            "people: see the method page."
        )


def _scenario_lines(row: dict[str, Any]) -> list[str]:
    """Tell people as scenarios; a level borrowed from another force is too vague for any."""
    from geo.scenarios import CAUTION, scenario_lines

    if pd.isna(row["exposure"]) or row["exposure_source"] == "borrowed":
        return []
    faces = float(row["exposure"])
    ends = f"{row['exposure_lo80']:,.0f} to {row['exposure_hi80']:,.0f}"
    reported = row["exposure_source"] == "reported"
    kind = "reported" if reported else f"expected (80 % interval {ends})"
    what = f"the {faces:,.0f} faces {kind}"
    return ["Distinct people are not known.", *scenario_lines(faces, what=what), CAUTION]


def _street_lines(row: dict[str, Any], out: pd.DataFrame) -> list[str]:
    """Say whether the count of a vague place tells its streets apart."""
    from flows.beside import judge

    if row["precision"] not in VAGUE_ASKED or pd.isna(row["faces_seen"]):
        return []
    return [f"Where in {row['place_read']}? {judge(out).sentence}"]
