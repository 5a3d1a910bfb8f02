"""
Refit ``data/calibration.toml`` from pedestrian counters and print how the fit scores.

``python -m data.refit_walk --leeds COUNTS --leeds-streets STREETS --london STATIONS``: the
folders of Leeds's camera counts, of its streets and points of interest, and of London's station
counts. Auckland's counters are embedded. The same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from data.walk_calibration import CALIBRATION
from data.walk_document import read_inputs, refit
from data.walk_toml import as_toml
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADING = """Written by `python -m data.refit_walk`; see docs/streets.md. Do not edit by hand.
What turns walk flow, or its stand-in, into people-passages per hour.
Logarithms are natural. Standard deviations are of logarithms. The level is the mean over
weekdays from 10 to 17 o'clock. Hours of the week begin on Monday at midnight."""


def calibration_text(leeds: Path, leeds_streets: Path, london: Path) -> tuple[str, str]:
    """
    Return the calibration as a file, and its scores as a reader's table.

    Parameters
    ----------
    leeds, leeds_streets, london
        Folders of Leeds's counts, of its streets, and of London's station counts.

    Returns
    -------
    content, scores
        Text of ``data/calibration.toml``; the scores to print.

    Raises
    ------
    SourceError
        If a file is missing or is not the known one.
    """
    document = refit(read_inputs(leeds, leeds_streets, london))
    tables = [
        pd.DataFrame(document[name]).to_string(index=False, float_format="{:.3f}".format)
        for name in ("scores", "week_scores", "weights_tried", "periods")
    ]
    return as_toml(document, heading=HEADING), "\n\n".join(tables) + "\n"


def main(arguments: Sequence[str]) -> int:
    """
    Refit, print the scores, and write the calibration.

    Parameters
    ----------
    arguments
        Of the command line.

    Returns
    -------
    code
        0, or 2 where an input is missing.
    """
    parser = argparse.ArgumentParser(prog="python -m data.refit_walk", description=__doc__)
    parser.add_argument("--leeds", type=Path, required=True, help="folder of camera counts")
    parser.add_argument(
        "--leeds-streets", type=Path, required=True, help="folder of streets and places"
    )
    parser.add_argument("--london", type=Path, required=True, help="folder of station counts")
    parser.add_argument("--out", type=Path, default=CALIBRATION, help="file to write")
    told = parser.parse_args(arguments)
    try:
        content, scores = calibration_text(told.leeds, told.leeds_streets, told.london)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    told.out.write_text(content, encoding="utf-8")
    sys.stdout.write(scores)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
