"""Add up, by area, the faces that are modelled beside those reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from flows.handover import Checked


def sum_modelled(checked: Checked, deployments: pd.DataFrame) -> pd.DataFrame:
    """
    Add up what is modelled in every area, drawn together.

    Parameters
    ----------
    checked
        The deployments, with the record that helps to calibrate.
    deployments
        The table ``out_deployments`` of the same deployments, which tells where each was.

    Returns
    -------
    sums
        As of `geo.joint_totals.sum_by_area`.
    """
    from data.published_totals import load_totals
    from data.tabulate import in_areas
    from geo.exposure import predict_all, with_record
    from geo.joint_totals import sum_by_area
    from geo.levels import calibrate

    core, eras = checked.core, checked.eras
    pieces = predict_all(core, eras, record=checked.record, totals=load_totals())
    levels = calibrate(with_record(core, checked.record), eras)
    return sum_by_area(in_areas(core, deployments), pieces, levels.tracks)
