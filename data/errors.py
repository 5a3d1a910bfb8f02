"""Errors about what we hold: documents, headers, tables."""

from __future__ import annotations

from geo.errors import InputError


class SourceError(InputError):
    """A document cannot be fetched, opened or read; the message names it and the remedy."""


class HeaderError(SourceError):
    """A document's columns cannot be mapped to known ones by their meaning."""


class ValueParseError(InputError):
    """One cell does not parse; it becomes the reason on a rejected row."""


class SchemaError(InputError):
    """A table breaks its schema; nothing is published."""


class CorrectionError(InputError):
    """A line of corrections.csv is malformed, or no longer matches the record."""


class GeocoderError(InputError):
    """A geocoder cannot be asked, or its answer is none; a run goes on without it."""


class AnswerBookError(InputError):
    """The kept answers cannot be read or added to; a run goes on without them."""


class UnreachableError(SourceError):
    """A source on the web cannot be reached; a run goes on without it."""


class EventError(InputError):
    """A line of events.csv is malformed."""
