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
    try:
        return cast("Kernel", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # numba found no folder that it may write
        return cast("Kernel", numba.njit(nogil=True)(function))
