"""Work ends in time, and what goes wrong in it is told."""

from __future__ import annotations

import threading
import time

import pytest

from data.deadlines import done_within


def test_work_that_is_too_slow_is_told_to_stop():
    stopped = threading.Event()

    def work(over):
        over.wait(30)
        stopped.set()

    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"not done within 0\.05 s"):
        done_within(0.05, work)
    assert time.monotonic() - began < 10, "a generous ceiling for a busy machine"
    assert stopped.wait(10)


@pytest.mark.parametrize("error", [KeyError("a"), SystemExit(3), KeyboardInterrupt()])
def test_what_work_raises_is_raised_at_once(error):
    def work(_):
        raise error

    began = time.monotonic()
    with pytest.raises(type(error)) as caught:
        done_within(30, work)
    assert caught.value is error
    assert time.monotonic() - began < 10


def test_no_time_at_all_is_a_moment():
    with pytest.raises(TimeoutError):
        done_within(-5, lambda over: over.wait(30))
