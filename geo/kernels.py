"""Turn Python functions into machine code, kept on disk between runs where that is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

Kernel = TypeVar("Kernel", bound="Callable[..., object]")


def kernel(function: Kernel) -> Kernel:
    """
    Compile a function at its first call, and keep the machine code on disk.

    Import modules that use this only where they are needed: numba takes a third of a second
    to import. Kernels let other threads run meanwhile.

    Parameters
    ----------
    function
        A function that numba can compile, defined in a file.

    Returns
    -------
    compiled
        The same function, faster. Where neither the folder of its file nor the user's cache
        can be written, it is compiled anew in each process.

    Examples
    --------
    >>> @kernel
    ... def double(number):
    ...     return number * 2
    >>> double(21)
    42
    """
    return _compiled(function, reassociate=False)


def summing_kernel(function: Kernel) -> Kernel:
    """
    Compile as `kernel` does, letting sums be taken in any fixed order.

    Parameters
    ----------
    function
        A function that numba can compile, defined in a file.

    Returns
    -------
    compiled
        The same function, several terms added at a time: the same bits each time on a machine.
    """
    return _compiled(function, reassociate=True)


def _compiled(function: Kernel, *, reassociate: bool) -> Kernel:
    fast = {"reassoc"} if reassociate else set()
    try:
        return cast("Kernel", numba.njit(nogil=True, cache=True, fastmath=fast)(function))
    except RuntimeError:  # numba found no folder that it may write
        return cast("Kernel", numba.njit(nogil=True, fastmath=fast)(function))
