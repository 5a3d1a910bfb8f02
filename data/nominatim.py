"""Ask a Nominatim about places, politely, within a deadline, and never twice."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.answers import AnswerBook, Kept, canonical
from data.errors import AnswerBookError, GeocoderError
from data.fetch import user_agent
from data.http_json import (
    TRIES,
    QuestionError,
    Request,
    backoff_s,
    client_for,
    get_json,
    host_of,
    insist,
)
from data.nominatim_pages import (
    LIMIT,
    but_those_of,
    is_whole,
    licence_of,
    places_in,
    query_of,
    read_pages,
    require_address,
)
from geo.answers import answers_as_features, no_features

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.features import Features
    from geo.questions import Question

PUBLIC = "https://nominatim.openstreetmap.org"
"""OpenStreetMap's own server; its policy: a request a second, a name, answers kept."""

PAUSE_S = 1.1
"""Seconds between requests: one, and a tenth since requests do not travel equally fast."""

LATE_S = 0.1
"""Seconds by which a busy machine may miss its turn; one missed by more is taken anew."""


@dataclass(frozen=True)
class Nominatim:
    """
    A Nominatim to ask, and how.

    Attributes
    ----------
    url
        Address of the server, or "public" for OpenStreetMap's own.
    answers
        Where its answers are kept.
    deadline_s
        Seconds for all the asking of one run.
    request_s
        Seconds for one request.
    pause_s
        Seconds between two requests to a server.
    offline
        Whether only kept answers count and no connection is made.
    user_agent
        Who asks; None names this package and its version.
    """

    url: str
    answers: AnswerBook
    deadline_s: float = 60.0
    request_s: float = 20.0
    pause_s: float = PAUSE_S
    offline: bool = False
    user_agent: str | None = None

    @property
    def server(self) -> str:
        """Address without a slash at its end, under which answers are kept."""
        return PUBLIC if self.url == "public" else self.url.rstrip("/")

    @property
    def host(self) -> str:
        """The server's name, as messages give it."""
        return host_of(self.server) or self.server

    def ask(self, question: Question) -> Answer:
        """
        Ask one question.

        Parameters
        ----------
        question
            What to ask.

        Returns
        -------
        answer
            Its rows, none where the server knows of nothing.

        Raises
        ------
        GeocoderError
            If there is no answer; the message says why, in one paragraph.
        """
        run = _Run(self)
        kept = run.kept([question])
        return run.answer(question, kept.get(question, ()))


@dataclass(frozen=True)
class Answer:
    """
    An answer.

    Attributes
    ----------
    rows
        Places as the server gave them, best first, in Nominatim's "jsonv2".
    cut
        Whether the server has more to say than it is asked for.
    fetched
        Whether the server was asked for any of it just now.
    licences
        Licences the server states for it.
    """

    rows: tuple[Mapping[str, object], ...]
    cut: bool
    fetched: bool
    licences: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """
    What came of all the questions of a run.

    Attributes
    ----------
    features
        Named features for each question, in the order of the questions; none where there
        is no answer, or an empty one.
    answered
        For each question whether it was answered, if only by "nothing".
    notes
        What to tell the user: one sentence or two for each thing that went wrong.
    failed
        Whether the server failed for good, so that a later run may bring more.
    fetched
        Questions for which the server was asked just now; the others' answers were kept.
    licences
        Licences the server states for its answers.
    """

    features: tuple[Features, ...]
    answered: tuple[bool, ...]
    notes: tuple[str, ...]
    failed: bool
    fetched: int
    licences: tuple[str, ...]


def ask_all(questions: Iterable[Question], nominatim: Nominatim) -> Asked:
    """
    Ask all questions of a run; a run never fails for want of an answer.

    Parameters
    ----------
    questions
        What to ask; equal questions are asked once.
    nominatim
        Whom to ask, and within what time.

    Returns
    -------
    asked
        The features, streets still in pieces (`geo.answers.gathered` joins them), and notes
        on what could not be asked.
    """
    wanted = list(questions)
    run = _Run(nominatim)
    run.ask_all(wanted)
    found = [run.answers.get(canonical(question)) for question in wanted]
    features = tuple(
        _features(answer, question) for answer, question in zip(found, wanted, strict=True)
    )
    given = run.answers.values()
    licences = dict.fromkeys(licence for answer in given for licence in answer.licences)
    return Asked(
        features,
        tuple(answer is not None for answer in found),
        tuple(run.notes),
        run.failed,
        sum(answer.fetched for answer in given),
        tuple(licences),
    )


def _features(answer: Answer | None, question: Question) -> Features:
    if answer is None:
        return no_features()
    return answers_as_features(answer.rows, question, cut=answer.cut)


@dataclass
class _Run:
    """The asking of one run: how much time is left, and what has gone wrong."""

    to: Nominatim
    notes: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    failed: bool = False
    keeping: bool = True
    began: float = field(default_factory=time.monotonic)
    last: float = -math.inf

    # All questions -----------------------------------------------------------------------

    def ask_all(self, questions: Sequence[Question]) -> None:
        """Fill `answers`, first from the book, then by asking until the server fails."""
        kept = self.kept(questions)
        distinct = {canonical(question): question for question in questions}
        unasked = 0
        for key, question in distinct.items():
            known = is_whole(read_pages(kept.get(question, ())))
            if not known and (self.failed or self.to.offline):
                unasked += 1
                continue
            try:
                self.answers[key] = self.answer(question, kept.get(question, ()))
            except QuestionError as error:
                self.note(f"{question.text[:60]!r} was not asked: {error}")
            except GeocoderError as error:
                self.failed = True
                self.note(f"{error} Places are read without it.")
                unasked += 1
        if unasked:
            self.note(self._unasked(unasked))

    def _unasked(self, count: int) -> str:
        questions = "1 question" if count == 1 else f"{count} questions"
        if self.failed:
            return f"{questions} for {self.to.host} went unanswered; run again to ask."
        return f"{questions} for {self.to.host} not asked: this run is offline."

    def note(self, sentence: str) -> None:
        """Tell the user something, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    # One question ------------------------------------------------------------------------

    def answer(self, question: Question, kept: Sequence[Kept] = ()) -> Answer:
        """Return the pages kept and, where some are missing, those fetched."""
        query = query_of(question)
        pages = read_pages(kept)
        held = len(pages)
        while not is_whole(pages):
            if self.to.offline:
                msg = f"{question.text[:60]!r} has no answer kept of {self.to.host}: offline."
                raise GeocoderError(msg)
            text, rows = self.fetch({**query, **but_those_of(pages)})
            pages.append((Kept(len(pages) + 1, text, licence_of(rows)), rows))
            self.keep(question, pages[-1][0])
        found = tuple(row for _, rows in pages for row in rows)
        licences = dict.fromkeys(page.licence for page, _ in pages if page.licence)
        cut = len(pages[-1][1]) >= LIMIT
        return Answer(found, cut, len(pages) > held, tuple(licences))

    def fetch(self, query: Mapping[str, str]) -> tuple[str, list[Mapping[str, object]]]:
        """Ask until there is an answer, the tries are used up or the time is over."""
        return insist(
            lambda: self.fetch_once(query), left_s=self.left_s, deadline_s=self.to.deadline_s,
            wait_s=backoff_s,
        )  # fmt: skip

    def fetch_once(self, query: Mapping[str, str]) -> tuple[str, list[Mapping[str, object]]]:
        """Wait for our turn and ask once."""
        require_address(self.to.server)
        agent = self.to.user_agent or user_agent()
        request = Request(f"{self.to.server}/search", query, agent)
        with client_for(request) as client:
            self.wait_for_turn()
            within_s = min(self.to.request_s, self.left_s())
            try:
                text, value = get_json(request, client, within_s=within_s)
            finally:
                self.last = time.monotonic()
        return text, places_in(value, self.to.host)

    def left_s(self) -> float:
        """Return the seconds left for asking."""
        return self.began + self.to.deadline_s - time.monotonic()

    def wait_for_turn(self) -> None:
        """Wait until a request may go out, by our own clock and by the book all runs share."""
        for _ in range(TRIES):
            turn = self.take_turn()
            wait_s = turn - time.time()
            if wait_s >= self.left_s():
                msg = f"The {self.to.deadline_s:.0f} s for asking {self.to.host} are over."
                raise GeocoderError(msg)
            time.sleep(max(wait_s, 0.0))
            if time.time() - turn <= LATE_S:
                return

    def take_turn(self) -> float:
        """Return when we may ask, in seconds since 1970; it is at the earliest now."""
        now = time.time()
        ours = max(now, now + self.last + self.to.pause_s - time.monotonic())
        if self.keeping:
            try:
                theirs = self.to.answers.take_turn(self.to.server, self.to.pause_s)
                return max(ours, theirs)
            except AnswerBookError as error:
                self.without_book(error)
        return ours

    # The book ----------------------------------------------------------------------------

    def kept(self, questions: Sequence[Question]) -> dict[Question, tuple[Kept, ...]]:
        """Return what the book holds; a book that fails holds nothing."""
        try:
            return self.to.answers.kept(self.to.server, questions)
        except AnswerBookError as error:
            self.without_book(error)
            return {}

    def keep(self, question: Question, page: Kept) -> None:
        """Keep a page, if the book can be written."""
        if self.keeping:
            try:
                self.to.answers.keep(self.to.server, question, page)
            except AnswerBookError as error:
                self.without_book(error)

    def without_book(self, error: AnswerBookError) -> None:
        """Go on without the book, and say so."""
        self.keeping = False
        self.note(str(error))
