"""Errors that a reader of the message can act on."""

from __future__ import annotations


class InputError(ValueError):
    """
    Something given to us is wrong; the message says what, where, and what to do.

    Every error that a user can cause descends from this class, so that the
    command can print its one paragraph and leave the traceback to real bugs.
    """


class CrsError(InputError):
    """Coordinates have no reference system, or the wrong one."""


class MissingColumnError(InputError):
    """A frame lacks a column that a function needs."""


class GeocodeError(InputError):
    """A published place cannot be read as a place."""


class CoverageError(InputError):
    """A grid or layer does not cover the place asked about."""


class EraError(InputError):
    """A figure was asked for across a break in how the force counts."""
