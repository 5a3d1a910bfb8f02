"""One at a time: what several processes must not do at once."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedWriter
    from pathlib import Path

_LOOK_S = 0.05


@contextmanager
def alone(path: Path, *, within_s: float = 0.0) -> Iterator[None]:
    """
    Do something while no other process does it under the same name.

    Parameters
    ----------
    path
        The name: a file, made if it is not there, its content left alone. The lock on it ends
        with the process, however that ends.
    within_s
        Seconds to wait for another to be done.

    Yields
    ------
    None
        Once it is our turn. Windows knows no such locks; there, all go at once.

    Raises
    ------
    TimeoutError
        If another is not done in time.
    OSError
        If the file cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as held:
        if sys.platform != "win32":
            _wait_for(held, time.monotonic() + within_s)
        yield


def _wait_for(held: BufferedWriter, ends: float) -> None:
    import fcntl

    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= ends:
                msg = f"{held.name} is held by another process"
                raise TimeoutError(msg) from None
            time.sleep(_LOOK_S)
        else:
            return
