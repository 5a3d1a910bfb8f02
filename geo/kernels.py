"""Turn Python functions into machine code, kept on disk between runs where that is possible."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

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
    return _compiled(function)


def inner_kernel(function: Kernel) -> Kernel:
    """
    Compile as `kernel` does a short function that other kernels call in their inner loops.

    Parameters
    ----------
    function
        A function that numba can compile, defined in a file.

    Returns
    -------
    compiled
        The same function. Callers take in its code: a call would cost several times as much as
        what it does. Sums may be taken in any fixed order, several terms at a time.
    """
    return _compiled(function, forceinline=True, fastmath={"reassoc"})


class _LinkedCache(FunctionCache):
    """
    Machine code on disk that is used only while all kernels that it took in are unchanged.

    By itself numba looks at the file of the outermost one alone, so an update of another file
    would leave old code running.
    """

    def _index_key(self, sig: object, codegen: object) -> tuple[object, ...]:
        key = cast("Any", super())._index_key(sig, codegen)  # noqa: SLF001
        return (*key, _fingerprint(self._py_func, set()))


def _fingerprint(function: Callable[..., object], seen: set[str]) -> str:
    """Return a hash of a function, its constants, and the kernels that it calls."""
    seen.add(f"{function.__module__}.{function.__qualname__}")
    code = function.__code__
    parts = [code.co_code.hex(), repr(code.co_consts), repr(code.co_names)]
    for name in code.co_names:
        value = function.__globals__.get(name)
        inner = getattr(value, "py_func", None)
        if isinstance(value, int | float):
            parts.append(repr(value))
        elif inner is not None and f"{inner.__module__}.{inner.__qualname__}" not in seen:
            parts.append(_fingerprint(inner, seen))
    return sha256("\n".join(parts).encode()).hexdigest()


def _compiled(function: Kernel, **options: Any) -> Kernel:  # noqa: ANN401
    dispatcher = numba.njit(nogil=True, **options)(function)
    with suppress(RuntimeError):  # raised where no folder may be written
        dispatcher._cache = cast("Any", _LinkedCache)(function)  # noqa: SLF001
    return cast("Kernel", dispatcher)
