"""Answers of Overpass, kept with their age."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from data.kept_frames import written_beside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OURS = "passersby"
"""Key under which a kept answer says when and whence it came; other readers pass it over."""


@dataclass(frozen=True)
class KeptAnswer:
    """
    An answer, and when it was given.

    Attributes
    ----------
    answer
        The parsed JSON, as Overpass sent it.
    fetched_at
        When.
    """

    answer: Mapping[str, Any]
    fetched_at: datetime

    def age_days(self) -> float:
        """Return how old it is; one from the future is as good as new."""
        return max((datetime.now(UTC) - self.fetched_at).total_seconds() / 86400, 0.0)

    def dated(self) -> str:
        """Return the day of the map it is of, else the day it was fetched."""
        told = self.answer.get("osm3s")
        stamp = told.get("timestamp_osm_base") if isinstance(told, dict) else None
        day = stamp[:10] if isinstance(stamp, str) else ""
        return day if len(day) == len("2026-11-01") else self.fetched_at.date().isoformat()


def path_for(server: str, query: str, *, folder: Path) -> Path:
    """Return where the answer of a server to a query is kept."""
    key = hashlib.sha256(f"{server}\n{query}".encode()).hexdigest()
    return folder / f"overpass-{key}.json"


def read_answer_kept(path: Path) -> KeptAnswer | None:
    """Return a kept answer, or None if there is none or it is broken."""
    try:
        answer = json.loads(path.read_bytes())
        stamp = datetime.fromisoformat(answer[OURS]["fetched_at"])
        whole = isinstance(answer["elements"], list)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return KeptAnswer(answer, stamp) if whole and stamp.tzinfo else None


def keep_answer(answer: Mapping[str, Any], path: Path, *, server: str) -> KeptAnswer:
    """
    Keep an answer; whoever reads files of Overpass or OSMnx reads it too.

    Raises
    ------
    SourceError
        If the folder cannot be written to.
    """
    now = datetime.now(UTC)
    stamped = {OURS: {"fetched_at": now.isoformat(), "server": server}, **answer}
    with written_beside(path) as partial:
        partial.write_text(json.dumps(stamped, ensure_ascii=False), encoding="utf-8")
    return KeptAnswer(answer, now)
