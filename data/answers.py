"""Keep every answer of a geocoder for good, so that nothing is asked twice."""

from __future__ import annotations

import json
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.errors import AnswerBookError
from data.store import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import duckdb

    from geo.questions import Question

ANSWERS_DDL = """
CREATE TABLE IF NOT EXISTS answers (
    server VARCHAR NOT NULL, question VARCHAR NOT NULL, page INTEGER NOT NULL,
    text VARCHAR NOT NULL, country VARCHAR NOT NULL, viewbox DOUBLE[], bounded BOOLEAN NOT NULL,
    asked_at TIMESTAMP NOT NULL, answer VARCHAR NOT NULL, licence VARCHAR,
    PRIMARY KEY (server, question, page)
)"""
TURNS_DDL = """
CREATE TABLE IF NOT EXISTS turns (server VARCHAR PRIMARY KEY, asked_at DOUBLE NOT NULL)"""

FARTHEST_TURN_S = 60.0
"""A last request that lies farther ahead than this was written by a clock gone wrong."""

_BUSY = ("could not set lock", "different configuration", "unique file handle conflict")
"""What DuckDB says of a file that somebody else has open."""


@dataclass(frozen=True)
class Kept:
    """
    One page of an answer.

    Attributes
    ----------
    page
        From 1; a long answer has several.
    answer
        JSON, as the server gave it.
    licence
        The licence it states, or None.
    """

    page: int
    answer: str
    licence: str | None


@dataclass(frozen=True)
class AnswerBook:
    """
    The answers of all geocoders a project has asked, in one DuckDB file.

    The file is open only while it is read or written, so that several runs may share it.

    Attributes
    ----------
    path
        The file; made by the first answer, its folder too.
    patience_s
        How long to wait while another process has it open.
    """

    path: Path
    patience_s: float = 3.0

    def kept(
        self, server: str, questions: Iterable[Question]
    ) -> dict[Question, tuple[Kept, ...]]:
        """
        Return the answers held to some questions.

        Parameters
        ----------
        server
            Address of the geocoder.
        questions
            What was asked; see `canonical` for what makes two of them one.

        Returns
        -------
        answers
            The pages of each question that has an answer here, an empty answer being one.

        Raises
        ------
        AnswerBookError
            If there is a file, and it is not ours or stays locked.
        """
        keys = {question: canonical(question) for question in questions}
        if not keys or not self.path.is_file():
            return {}
        query = (
            "SELECT question, page, answer, licence FROM answers "
            "WHERE server = ? AND question IN (SELECT unnest(?)) ORDER BY question, page"
        )
        with self._open() as connection:
            rows = connection.execute(query, [server, list(keys.values())]).fetchall()
        found: dict[str, tuple[Kept, ...]] = {}
        for key, *page in rows:
            found[key] = (*found.get(key, ()), Kept(*page))
        return {question: found[key] for question, key in keys.items() if key in found}

    def keep(self, server: str, question: Question, kept: Kept) -> None:
        """
        Keep one page of an answer; one already here is replaced.

        Parameters
        ----------
        server
            Address of the geocoder.
        question
            What was asked.
        kept
            What it answered.

        Raises
        ------
        AnswerBookError
            If it cannot be written.
        """
        box = None if question.viewbox is None else list(question.viewbox)
        row = [
            server, canonical(question), kept.page, question.text, question.country, box,
            question.bounded, datetime.now(UTC).replace(tzinfo=None), kept.answer, kept.licence,
        ]  # fmt: skip
        with self._open() as connection:
            holes = ", ".join("?" * len(row))
            connection.execute(f"INSERT OR REPLACE INTO answers VALUES ({holes})", row)  # noqa: S608 - only marks

    def take_turn(self, server: str, pause_s: float) -> float:
        """
        Take the next turn to ask a server, which no other process then has.

        Parameters
        ----------
        server
            Address of the geocoder.
        pause_s
            Seconds between two turns.

        Returns
        -------
        at
            When it is our turn, in seconds since 1970.

        Raises
        ------
        AnswerBookError
            If the book cannot be written.
        """
        with self._open() as connection:
            now = time.time()
            last = connection.execute(
                "SELECT asked_at FROM turns WHERE server = ?", [server]
            ).fetchone()
            at = now if last is None or last[0] > now + FARTHEST_TURN_S else last[0] + pause_s
            at = float(max(now, at))
            connection.execute("INSERT OR REPLACE INTO turns VALUES (?, ?)", [server, at])
        return at

    @contextmanager
    def _open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the book for one transaction, waiting while another process has it."""
        import duckdb

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._patiently() as connection:
                connection.begin()
                connection.execute(ANSWERS_DDL)
                connection.execute(TURNS_DDL)
                yield connection
                connection.commit()
        except (duckdb.Error, OSError) as error:
            raise AnswerBookError(self._why(str(error))) from error

    @contextmanager
    def _patiently(self) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        ends = time.monotonic() + self.patience_s
        while True:
            opened = connect(self.path)
            try:
                connection = opened.__enter__()
                break
            except duckdb.Error as error:
                if not _is_busy(str(error)) or time.monotonic() > ends:
                    raise
            time.sleep(random.uniform(0.005, 0.03))  # noqa: S311 - no secret
        try:
            yield connection
        finally:
            opened.__exit__(None, None, None)

    def _why(self, said: str) -> str:
        first = said.strip().partition("\n")[0]
        if _is_busy(said):
            return (
                f"{self.path} stayed locked for {self.patience_s:.0f} s by another process. "
                "Close it there and run again; answers are not kept meanwhile."
            )
        return (
            f"{self.path} cannot be used as the book of geocoders' answers ({first}). If it is "
            "damaged or not ours, move it away: a new one is begun, and what it held is asked "
            "again."
        )


def canonical(question: Question) -> str:
    """
    Return the key of a question: the same for questions that ask the same.

    Examples
    --------
    >>> from geo.questions import Question
    >>> canonical(Question("  Lexington  Street ", viewbox=(-0.2, 51.48, -0.1, 51.54)))
    '["Lexington Street", "gb", [-0.2, 51.48, -0.1, 51.54], false]'
    """
    box = question.viewbox and [round(side, 6) for side in question.viewbox]
    bounded = question.bounded and box is not None
    text = " ".join(question.text.split())
    return json.dumps([text, question.country, box, bounded], ensure_ascii=False)


def _is_busy(said: str) -> bool:
    return any(sign in said.lower() for sign in _BUSY)
