"""A geocoder that fails in every way a server can: the run goes on, and says what happened."""

from __future__ import annotations

import gzip
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from nominatim_proxy import (
    LICENCE,
    body,
    bomb,
    cut_off,
    drip_body,
    drip_head,
    endless,
    hang_up,
    rows,
    running,
    silence,
    status,
    street,
)

from data import http_json
from data.answers import AnswerBook
from data.errors import GeocoderError
from data.nominatim import Nominatim, ask_all
from data.nominatim_pages import LIMIT
from geo.questions import Question

pytestmark = pytest.mark.slow

QUESTION = Question("Kaivokatu", country="fi")
OTHER = Question("Aleksanterinkatu", country="fi")


@pytest.fixture
def server():
    with running() as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def short_backoff(monkeypatch):
    monkeypatch.setattr("data.nominatim.backoff_s", lambda attempt: 0.02 * 2**attempt)


def asking(server, tmp_path, **options):
    quick = {"pause_s": 0.02, "deadline_s": 15.0, "request_s": 10.0, **options}
    url = server if isinstance(server, str) else server.url
    return Nominatim(url, AnswerBook(tmp_path / "answers.duckdb"), **quick)


def test_a_healthy_server_is_asked_once_for_good(server, tmp_path):
    asked = ask_all([QUESTION, QUESTION], asking(server, tmp_path))
    assert [list(f.frame["name"]) for f in asked.features] == [["Kaivokatu"]] * 2
    assert (asked.failed, asked.notes, asked.fetched) == (False, (), 1)
    assert asked.licences == (LICENCE,)
    again = ask_all([QUESTION], asking(server, tmp_path))
    assert again.features[0].frame.equals(asked.features[0].frame)
    assert (again.fetched, len(server.times)) == (0, 1)


def test_the_question_is_put_as_nominatim_takes_it(server, tmp_path):
    box = (24.9, 60.1, 25.0, 60.2)
    asking(server, tmp_path).ask(Question(" Kaivo  katu", "fi", viewbox=box, bounded=True))
    assert server.queries == [
        {
            "q": "Kaivo katu", "format": "jsonv2", "countrycodes": "fi", "limit": "40",
            "addressdetails": "1", "extratags": "0", "namedetails": "1", "dedupe": "0",
            "polygon_geojson": "1", "polygon_threshold": "0.00005", "bounded": "1",
            "viewbox": "24.900000,60.100000,25.000000,60.200000",
        }
    ]  # fmt: skip
    assert server.agents[0].startswith("passersby")
    assert "httpx" not in server.agents[0]


def test_an_empty_answer_is_kept_too(server, tmp_path):
    server.faults.append(rows())
    for _ in range(2):
        asked = ask_all([QUESTION], asking(server, tmp_path))
        assert asked.answered == (True,)
        assert len(asked.features[0].frame) == 0
    assert len(server.times) == 1


def test_a_long_answer_is_asked_on(server, tmp_path):
    pieces = [street(number=number) for number in range(LIMIT + 5)]
    server.faults += [rows(*pieces[:LIMIT]), rows(*pieces[LIMIT:])]
    answer = asking(server, tmp_path).ask(QUESTION)
    assert [row["osm_id"] for row in answer.rows] == list(range(LIMIT + 5))
    assert "exclude_place_ids" not in server.queries[0]
    assert server.queries[1]["exclude_place_ids"].split(",")[-1] == str(LIMIT - 1)
    assert asking(server, tmp_path).ask(QUESTION).rows == answer.rows
    assert len(server.times) == 2


def test_half_of_a_long_answer_is_none(server, tmp_path):
    server.faults += [rows(*[street(number=number) for number in range(LIMIT)]), status(404)]
    asked = ask_all([QUESTION], asking(server, tmp_path))
    assert (asked.answered, asked.failed) == ((False,), True)
    offline = ask_all([QUESTION], asking(server, tmp_path, offline=True))
    assert offline.answered == (False,)
    assert ask_all([QUESTION], asking(server, tmp_path)).answered == (True,)
    assert "exclude_place_ids" in server.queries[-1], "the page kept was asked for again"


PASSING = {
    "500": [status(500)],
    "502 and 503": [status(502), status(503)],
    "429": [status(429)],
    "429 with a time": [status(429, Retry_After="1")],
    "429 with nonsense": [status(429, Retry_After="soon")],
    "cut off": [cut_off],
    "hung up": [hang_up],
    "truncated": [body(b'[{"name": "Kaivo')],
    "not a number": [body(b'[{"lat": NaN}]')],
    "broken packing": [body(b"[]", Content_Encoding="gzip")],
    "half a packing": [body(gzip.compress(b"[]" + b" " * 9999)[:20], Content_Encoding="gzip")],
    "silence": [silence],
    "bytes that are no text": [body(b'["\xff"]')],
}


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING)
def test_what_passes_is_tried_again(server, tmp_path, faults):
    server.faults += faults
    asked = ask_all([QUESTION], asking(server, tmp_path, request_s=2.0))
    assert (asked.answered, asked.failed, asked.notes) == ((True,), False, ())
    assert len(server.times) == len(faults) + 1


SLOW = {silence, drip_head, drip_body}
FOR_GOOD = {
    "always 500": ([status(500)] * 9, r"answered 500 \(.*It was asked 3 times", 3),
    "always 429": ([status(429)] * 9, r"answered 429 \(Too Many Requests\)", 3),
    "429 for an hour": (
        [status(429, Retry_After="3600")] * 9,
        r"answered 429 .*asked again in 3600 s, but the 15 s for asking end before",
        1,
    ),
    "forbidden": ([status(403)], r"answered 403 .*It refuses us", 1),
    "no search there": ([status(404)], r"answered 404 .*check the address", 1),
    "moved": (
        [status(302, Location="http://192.0.2.1/search?q=x")],
        r"answered 302 .*points to http://192.0.2.1/search: check it",
        1,
    ),
    "a web page": (
        [body(b"<html>Log in</html>", Content_Type="text/html")],
        r"answered with text/html, not JSON: no Nominatim is there",
        1,
    ),
    "another shape": ([body(b'{"error": "x"}')], r"JSON that is no list of places", 1),
    "a list of numbers": ([body(b"[1, 2]")], r"JSON that is no list of places", 1),
    "another packing": ([body(b"[]", Content_Encoding="zstd")], r"packed its answer as", 1),
    "garbage": ([body(b"\x00\x01garbage")] * 9, r"answered with broken JSON", 3),
    "deep": ([body(b"[" * 100_000)] * 9, r"answered with broken JSON", 3),
    "endless": ([endless], r"answered with more than 16,000,000 bytes", 1),
    "a bomb": ([bomb], r"answered with more than 16,000,000 bytes", 1),
    "silence": ([silence] * 9, r"did not answer within 0.5 s", 3),
    "a dripping head": ([drip_head] * 9, r"did not answer within 0.5 s", 3),
    "a dripping body": ([drip_body] * 9, r"did not answer within 0.5 s", 3),
    "hung up": ([hang_up] * 9, r"broke off", 3),
}


@pytest.mark.parametrize(("faults", "said", "tries"), FOR_GOOD.values(), ids=FOR_GOOD)
def test_what_does_not_pass_is_said_once(server, tmp_path, faults, said, tries):
    server.faults += faults
    patience_s = 0.5 if SLOW & set(faults) else 10.0
    started = time.monotonic()
    asked = ask_all([QUESTION, OTHER], asking(server, tmp_path, request_s=patience_s))
    assert time.monotonic() - started < 15
    assert asked.failed
    assert [len(features.frame) for features in asked.features] == [0, 0]
    first, last = asked.notes
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(first)
    assert first.endswith("Places are read without it.")
    assert last.startswith("2 questions for 127.0.0.1")
    assert len(server.times) == tries, "a server that failed for good was asked on"


def test_a_deadline_holds_for_all_questions_together(server, tmp_path):
    questions = [Question(f"Street {number}", "fi") for number in range(30)]
    started = time.monotonic()
    asked = ask_all(questions, asking(server, tmp_path, pause_s=0.5, deadline_s=2.0))
    assert time.monotonic() - started < 6, "all thirty take fifteen"
    assert 1 <= asked.fetched <= 4
    assert asked.failed
    assert "The 2 s for asking 127.0.0.1" in asked.notes[0]
    assert f"{30 - asked.fetched} questions" in asked.notes[1]
    server.times.clear()
    later = ask_all(questions, asking(server, tmp_path, pause_s=0.0, deadline_s=60.0))
    assert all(later.answered)
    assert len(server.times) == 30 - asked.fetched, "kept answers were asked for again"


def test_a_slow_server_cannot_overrun_the_deadline(server, tmp_path):
    server.faults += [silence] * 9
    started = time.monotonic()
    asked = ask_all([QUESTION], asking(server, tmp_path, request_s=60.0, deadline_s=1.0))
    assert time.monotonic() - started < 3
    assert asked.failed


def test_a_question_at_fault_does_not_stop_the_others(server, tmp_path):
    server.faults += [status(400)]
    asked = ask_all([QUESTION, OTHER], asking(server, tmp_path))
    assert (asked.answered, asked.failed) == ((False, True), False)
    assert "'Kaivokatu' was not asked" in asked.notes[0]


BAD_QUESTIONS = [
    Question(""),
    Question("  \t"),
    Question("a\x00b"),
    Question("\ud800"),
    Question("x", country="Finland"),
    Question("x", country="FI"),
    Question("x", viewbox=(1.0, 2.0, 1.0, 3.0)),
    Question("x", viewbox=(float("nan"), 2.0, 3.0, 4.0)),
    Question("x", viewbox=(0.0, 0.0, 0.1, 95.0)),
]


@pytest.mark.parametrize("question", BAD_QUESTIONS, ids=repr)
def test_what_is_no_question_is_not_asked(server, tmp_path, question):
    asked = ask_all([question, QUESTION], asking(server, tmp_path))
    assert (asked.answered, asked.failed) == ((False, True), False)
    assert len(server.times) == 1


def test_nobody_there(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    asked = ask_all([QUESTION], asking(f"http://127.0.0.1:{port}", tmp_path))
    assert asked.failed
    assert "cannot be reached" in asked.notes[0]


def test_no_address_at_all(tmp_path):
    for url in ("http://", "nonsense", "ftp://127.0.0.1", "http://[::1"):
        asked = ask_all([QUESTION], asking(url, tmp_path))
        assert asked.answered == (False,)
        assert "is no address of a Nominatim" in asked.notes[0]


def test_one_question_raises_what_a_run_notes(server, tmp_path):
    server.faults += [status(403)]
    with pytest.raises(GeocoderError, match="answered 403"):
        asking(server, tmp_path).ask(QUESTION)


def test_offline_makes_no_connection(server, tmp_path):
    ask_all([QUESTION], asking(server, tmp_path))
    server.times.clear()
    asked = ask_all([QUESTION, OTHER], asking(server, tmp_path, offline=True))
    assert (asked.answered, asked.failed) == ((True, False), False)
    assert asked.notes == (
        f"1 question for {server.url.removeprefix('http://')} not asked: this run is offline.",
    )
    with pytest.raises(GeocoderError, match="no answer kept"):
        asking(server, tmp_path, offline=True).ask(OTHER)
    assert server.times == []


def test_errors_are_not_kept(server, tmp_path):
    server.faults += [body(b"<html>", Content_Type="text/html")]
    assert ask_all([QUESTION], asking(server, tmp_path)).failed
    assert ask_all([QUESTION], asking(server, tmp_path)).answered == (True,)


def test_a_book_that_cannot_be_used_is_said_and_done_without(server, tmp_path):
    (tmp_path / "answers.duckdb").write_bytes(b"no book" * 1000)
    asked = ask_all([QUESTION, OTHER], asking(server, tmp_path, pause_s=0.1))
    assert (asked.answered, asked.failed) == ((True, True), False)
    (note,) = asked.notes
    assert "cannot be used as the book" in note
    assert (tmp_path / "answers.duckdb").read_bytes().startswith(b"no book")
    assert min(server.gaps()) > 0.1, "without the book the rate was lost"


def test_a_kept_answer_spoilt_by_hand_is_asked_again(server, tmp_path):
    import duckdb

    ask_all([QUESTION], asking(server, tmp_path))
    with duckdb.connect(str(tmp_path / "answers.duckdb")) as book:
        book.execute("UPDATE answers SET answer = '[{'")
    assert ask_all([QUESTION], asking(server, tmp_path)).answered == (True,)
    assert len(server.times) == 2
    assert ask_all([QUESTION], asking(server, tmp_path, offline=True)).answered == (True,)


def test_the_default_pause_is_a_request_a_second(server, tmp_path):
    questions = [Question(f"Street {number}", "fi") for number in range(3)]
    server.faults += [status(500)]
    plain = Nominatim(server.url, AnswerBook(tmp_path / "answers.duckdb"))
    assert all(ask_all(questions[:2], plain).answered)
    assert len(server.times) == 3, "a try again is a request too"
    assert min(server.gaps()) >= 1.0


def test_a_proxy_for_the_web_does_not_lead_back_here(server, tmp_path, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask_all([QUESTION], asking(server, tmp_path)).answered == (True,)


def test_a_date_to_wait_for():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 80 < http_json.retry_after_s(soon) <= 90
    assert http_json.retry_after_s("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    assert http_json.retry_after_s("-5") == 0
    assert http_json.retry_after_s("nan") is None


def test_two_of_us_do_not_wait_alike():
    waits = {http_json.backoff_s(1) for _ in range(20)}
    assert len(waits) > 1
    assert all(1 <= wait <= 2 for wait in waits)
