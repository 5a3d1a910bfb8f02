"""Check what a function was given before it computes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


def require_columns(frame: pd.DataFrame, columns: Iterable[str], *, name: str) -> None:
    """
    Raise unless a frame has every named column.

    Parameters
    ----------
    frame
        The frame to look at; it is not changed.
    columns
        Column names that must be there.
    name
        What the caller calls the frame, for the message.

    Raises
    ------
    MissingColumnError
        If a column is missing; the message lists those missing and those there.

    Examples
    --------
    >>> import pandas as pd
    >>> require_columns(pd.DataFrame({"lon": [0.0]}), {"lon"}, name="places")
    """
    missing = sorted(set(columns) - set(frame.columns))
    if missing:
        msg = f"`{name}` lacks {missing}; it has {sorted(map(str, frame.columns))}."
        raise MissingColumnError(msg)
