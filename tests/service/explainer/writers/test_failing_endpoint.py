"""The `openai` writer with an endpoint that answers badly, slowly or not at all: the template writes,
and says why."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable

import pytest

from service.explainer.writers.writer import Outcome
from service.language_model.endpoint import MAX_ANSWER_BYTES
from service.language_model.options import EndpointOptions
from tests.service.explainer.writers.asked import GOOD, GOOD_TEXT, KEY, LIE, Asked, assert_failed
from tests.service.language_model.fake_endpoint import Reply


def test_an_endpoint_without_schemas_is_asked_for_any_json(asked: Callable[..., Asked]) -> None:
    one = asked(GOOD, structured=False)
    assert one.write().text == GOOD_TEXT
    assert one.endpoint.asked[0]["response_format"] == {"type": "json_object"}
    assert (
        '{"claims": [{"text": "...", "evidence_ids": ["e1"]}]}'
        in one.endpoint.asked[0]["messages"][0]["content"]
    )


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 529])
def test_a_passing_failure_is_tried_again(asked: Callable[..., Asked], status: int) -> None:
    one = asked(Reply(status=status), GOOD)
    assert one.write().text == GOOD_TEXT
    assert len(one.endpoint.asked) == 2
    (slept,) = one.clock.slept
    assert 0 < slept <= 2


def test_retries_wait_as_long_as_the_endpoint_asks_for(asked: Callable[..., Asked]) -> None:
    one = asked(Reply(status=429, headers={"Retry-After": "3"}), GOOD)
    assert one.write().text == GOOD_TEXT
    assert one.clock.slept == [3.0]


def test_nobody_waits_beyond_the_time_there_is(asked: Callable[..., Asked]) -> None:
    one = asked(Reply(status=429, headers={"Retry-After": "60"}), GOOD, timeout_s=10.0)
    assert_failed(one.write(), "its endpoint answered HTTP 429")
    assert one.clock.slept == []


def test_retries_come_to_an_end(asked: Callable[..., Asked]) -> None:
    one = asked(Reply(status=500), max_retries=2)
    assert_failed(one.write(), "its endpoint answered HTTP 500")
    assert len(one.endpoint.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 307])
def test_what_will_not_pass_is_not_tried_again(asked: Callable[..., Asked], status: int) -> None:
    one = asked(Reply(f"no such key: {KEY}".encode(), status, {"Location": "/elsewhere"}))
    assert_failed(one.write(), f"its endpoint refused the request with HTTP {status}")
    assert len(one.endpoint.asked) == 1


def test_an_endpoint_that_does_not_answer_is_given_up(asked: Callable[..., Asked]) -> None:
    released = threading.Event()
    one = asked(Reply(before=released.wait), timeout_s=0.05, max_retries=0)
    try:
        assert_failed(one.write(), "its endpoint did not answer within 0.05 s")
    finally:
        released.set()


def test_an_endpoint_that_sends_and_sends_is_given_up(asked: Callable[..., Asked]) -> None:
    one = asked(Reply(b"{" * 10, before=lambda: one.clock.sleep(11.0)), timeout_s=10.0)
    assert_failed(one.write(), "its endpoint did not answer within 10 s")
    one = asked(Reply(b" " * (MAX_ANSWER_BYTES + 1)))
    assert_failed(one.write(), f"its endpoint sent more than {MAX_ANSWER_BYTES:,} bytes")


def test_an_endpoint_that_is_not_there(asked: Callable[..., Asked]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # not listening
        one = asked(GOOD, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        assert_failed(one.write(), "its endpoint cannot be reached: ConnectError")


def test_an_answer_that_is_cut_off_on_the_way_is_asked_for_again(
    asked: Callable[..., Asked],
) -> None:
    one = asked(Reply(b'{"choices": [{"mess', missing_bytes=500), GOOD)
    assert one.write().text == GOOD_TEXT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad gateway</html>",
        b"{}",
        b"[]",
        b'{"choices": []}',
        b'{"choices": [{}]}',
        b"\xff\xfe",
        b"[" * 9999,
    ],
)
def test_an_answer_that_is_no_chat_completion(asked: Callable[..., Asked], body: bytes) -> None:
    assert_failed(asked(Reply(body)).write(), "its endpoint did not answer with a chat completion")


def test_an_endpoint_that_keeps_failing_is_left_alone_and_then_tried_again(
    asked: Callable[..., Asked],
) -> None:
    failing = [Reply(status=503)] * 3
    one = asked(*failing, GOOD, max_retries=0, breaker_threshold=2, breaker_reset_s=30.0)
    for _ in range(2):
        assert_failed(one.write(), "its endpoint answered HTTP 503")
    assert_failed(one.write(), "its endpoint failed too often and is left alone for a while")
    assert len(one.endpoint.asked) == 2
    one.clock.now += 30.0
    assert_failed(one.write(), "its endpoint answered HTTP 503")  # one is tried, and fails
    assert_failed(one.write(), "its endpoint failed too often and is left alone for a while")
    assert len(one.endpoint.asked) == 3
    one.clock.now += 30.0
    assert one.write().text == GOOD_TEXT
    assert one.write().text == GOOD_TEXT
    assert len(one.endpoint.asked) == 5


def test_a_text_that_is_refused_does_not_open_the_breaker(asked: Callable[..., Asked]) -> None:
    one = asked(LIE, breaker_threshold=1)
    for _ in range(3):
        assert one.write().outcome is Outcome.REFUSED
    assert len(one.endpoint.asked) == 6


def test_the_key_is_in_the_header_and_nowhere_else(
    asked: Callable[..., Asked], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    replies = [Reply(f"bad key {KEY}".encode(), 401), Reply(KEY.encode()), Reply(status=500), LIE]
    for reply in replies:
        one = asked(reply, max_retries=0)
        written = one.write()
        assert one.endpoint.headers[0]["Authorization"] == f"Bearer {KEY}"
        seen += [repr(written), repr(vars(one.writer)), json.dumps(one.endpoint.asked)]
    seen += [repr(EndpointOptions("http://x", "m", KEY)), caplog.text]
    assert caplog.records
    assert [text for text in seen if KEY in text] == []


def test_without_a_key_none_is_sent(asked: Callable[..., Asked]) -> None:
    one = asked(GOOD, api_key="")
    assert one.write().writer == "openai"
    assert "Authorization" not in one.endpoint.headers[0]
