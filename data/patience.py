"""Do something for no longer than some seconds, however slowly the other side speaks."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """
    Return what some work returns, or raise what it raises, if it ends in time.

    Parameters
    ----------
    seconds
        How long it may take.
    work
        What to do. It is done in a thread of its own, which is left behind when its time is
        over: a socket's own timeout begins anew with every byte, so that a server which drips
        would hold us for ever.

    Returns
    -------
    result
        What the work returns.

    Raises
    ------
    TimeoutError
        If it takes longer.

    Examples
    --------
    >>> within(5, lambda: 6 * 7)
    42
    """
    done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - handed to the one who waits
            done.put((None, error))

    threading.Thread(target=run, daemon=True, name="patience").start()
    try:
        result, error = done.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]
