"""Work that ends in time, whoever it waits for."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def done_within(within_s: float, work: Callable[[threading.Event], Result]) -> Result:
    """
    Return what some work brings, or raise once its time is over.

    Parameters
    ----------
    within_s
        Seconds it may take.
    work
        What to do. It is given an event that is set when its time is over, and should then
        stop as soon as it can.

    Returns
    -------
    result
        What the work returned.

    Raises
    ------
    TimeoutError
        If it was not done in time.
    Exception
        Whatever the work raised.

    Notes
    -----
    The work is done in a thread that is left behind when its time is over: Python cannot end a
    thread that waits for a name to be looked up, or for a server's next byte.

    Examples
    --------
    >>> done_within(1.0, lambda over: "done")
    'done'
    >>> done_within(0.01, lambda over: over.wait(5))
    Traceback (most recent call last):
        ...
    TimeoutError: not done within 0.01 s
    """
    done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()
    over = threading.Event()

    def run() -> None:
        try:
            done.put((work(over), None))
        except BaseException as error:  # noqa: BLE001 - handed to the one who waits
            done.put((None, error))

    threading.Thread(target=run, daemon=True, name="deadline").start()
    try:
        result, error = done.get(timeout=max(within_s, 0.01))
    except queue.Empty:
        msg = f"not done within {within_s:.3g} s"
        raise TimeoutError(msg) from None
    finally:
        over.set()
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # there is no error, so there is a result
