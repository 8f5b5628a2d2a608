"""A line of the log says when, how bad, of which call; and of an error where, but not what a user
sent."""

from __future__ import annotations

import errno
import io
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest

from service.telemetry.call import CURRENT_CALL, Call
from service.telemetry.log_lines import LogFormat, LogLevel, logging_to

CALL = Call("/palate.v1.RecommendService/Recommend", "ipv4:127.0.0.1:4242", "r-1")


def _written(
    say: Callable[[logging.Logger], None],
    log_format: LogFormat = "json",
    level: LogLevel = "info",
    logger: str = "service.somewhere",
) -> str:
    stream = io.StringIO()
    token = CURRENT_CALL.set(CALL)
    try:
        with logging_to(stream, log_format, level):
            say(logging.getLogger(logger))
    finally:
        CURRENT_CALL.reset(token)
    return stream.getvalue()


def _raised(error: Exception) -> Callable[[logging.Logger], None]:
    def say(logger: logging.Logger) -> None:
        try:
            try:
                raise KeyError("secret cause")
            except KeyError as cause:
                raise error from cause
        except Exception:
            logger.exception("went wrong")

    return say


def test_a_line_of_json_has_time_level_call_and_what_it_is_about() -> None:
    text = _written(lambda log: log.warning("shed %d", 3, extra={"queue": "answering", "x": ""}))
    (line,) = text.splitlines()
    found: dict[str, Any] = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found.pop("time"))
    assert found == {
        "level": "warning",
        "logger": "service.somewhere",
        "message": "shed 3",
        "method": CALL.method,
        "peer": CALL.peer,
        "request_id": "r-1",
        "queue": "answering",
    }


def test_a_line_of_text_begins_with_time_and_level() -> None:
    text = _written(lambda log: log.warning("shed", extra={"queue": "answering"}), "text")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\S+Z WARNING shed method=\S+ peer=\S+ request_id=r-1 queue=answering\n",
        text,
    )


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_of_an_error_the_class_and_the_place_are_written_and_no_message(
    log_format: LogFormat,
) -> None:
    text = _written(_raised(RuntimeError("secret text")), log_format)
    assert "secret" not in text
    for expected in ("RuntimeError", "KeyError", "test_log_lines.py:", "in say"):
        assert expected in text
    debug = _written(_raised(RuntimeError("secret text")), log_format, "debug")
    assert "secret text" in debug
    assert "secret cause" in debug


def test_an_error_of_the_operating_system_is_named() -> None:
    full = _written(_raised(OSError(errno.ENOSPC, "No space left", "/secret/path")))
    assert json.loads(full)["error"][0] == "OSError ENOSPC"
    assert "/secret/path" not in full


def test_what_is_below_the_level_is_not_written_and_others_say_only_what_is_bad() -> None:
    assert _written(lambda log: log.info("x"), level="warning") == ""
    assert _written(lambda log: log.debug("x"), level="info") == ""
    assert "x" in _written(lambda log: log.debug("x"), level="debug")
    assert _written(lambda log: log.info("x"), logger="somebody.elses") == ""
    assert "x" in _written(lambda log: log.warning("x"), logger="somebody.elses")


def test_logging_is_as_it_was_afterwards() -> None:
    before = list(logging.getLogger().handlers), logging.getLogger("service").level
    _written(lambda log: None, level="debug")
    assert (list(logging.getLogger().handlers), logging.getLogger("service").level) == before
