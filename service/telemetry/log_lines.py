"""The lines of a server's log: as JSON for machines, or as text for people.

    time, level, logger, message, then what the line is about (method, peer, request_id, ...)

Owns how a record looks, and what of an error is written. A message of an error may hold what a user
sent, such as the parameters of an SQL statement, so of an error the classes and the places in the
code are written, and the messages at level debug only. Knows nothing of what is logged.
"""

from __future__ import annotations

import errno
import logging
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal, TextIO, TypeAlias

import orjson

from service.telemetry.call import CURRENT_CALL

LogFormat: TypeAlias = Literal["text", "json"]
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

OURS = ("service", "encoders", "indexer")
"""Packages that log at the level of the settings; all others from warnings on."""
_NEVER_SHOWN = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


@contextmanager
def logging_to(stream: TextIO, log_format: LogFormat, level: LogLevel) -> Iterator[None]:
    """Write the log of this process to `stream` for as long as this lasts."""
    handler = logging.StreamHandler(stream)
    shows_messages = level == "debug"
    handler.setFormatter(
        JsonLines(shows_messages) if log_format == "json" else TextLines(shows_messages)
    )
    root, ours = logging.getLogger(), [logging.getLogger(name) for name in OURS]
    before = [logger.level for logger in ours]
    for logger in ours:
        logger.setLevel(level.upper())
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        for logger, level_before in zip(ours, before, strict=True):
            logger.setLevel(level_before)


class _Lines(logging.Formatter):
    def __init__(self, shows_messages: bool = False) -> None:
        """`shows_messages`: whether messages of errors are written."""
        super().__init__()
        self._shows_messages = shows_messages


class JsonLines(_Lines):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_subject(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _told(record.exc_info[1], self._shows_messages)
        return orjson.dumps(line, default=str).decode()


class TextLines(_Lines):
    """The same for people: `2026-03-01T12:00:00.000Z WARNING call refused method=... status=...`."""

    def format(self, record: logging.LogRecord) -> str:
        subject = [f"{name}={value}" for name, value in _subject(record).items()]
        line = " ".join([_time(record), record.levelname, record.getMessage(), *subject])
        if record.exc_info and record.exc_info[1] is not None:
            told = _told(record.exc_info[1], self._shows_messages)
            line += "".join(f"\n    {one}" for one in told)
        return line


def _time(record: logging.LogRecord) -> str:
    return f"{_second(int(record.created))}.{int(record.msecs):03d}Z"


@lru_cache(maxsize=1)
def _second(unix_s: int) -> str:
    """Lines of one second come together."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(unix_s))


def _subject(record: logging.LogRecord) -> Mapping[str, Any]:
    """What the record is about: the call under way, and what the line brings along. Empty values are
    left out."""
    call = CURRENT_CALL.get()
    of_call: Mapping[str, Any] = call.subject if call is not None else {}
    brought = {name: value for name, value in vars(record).items() if name not in _NEVER_SHOWN}
    return {
        name: value for name, value in {**of_call, **brought}.items() if value not in ("", None)
    }


def _told(error: BaseException, with_messages: bool) -> list[str]:
    """An error and what it came of, a line each: what it is, then where it passed, outermost first."""
    if with_messages:
        return "".join(traceback.format_exception(error)).rstrip().splitlines()
    told: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        told.append(_kind(seen))
        frames = traceback.extract_tb(seen.__traceback__)
        told += [f"{_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return told


def _kind(error: BaseException) -> str:
    """The class, and of an error of the operating system which: its name tells a full disk."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    number = error.errno if isinstance(error, OSError) else None
    return f"{name} {errno.errorcode.get(number, number)}" if number else name


def _short(path: str) -> str:
    """A path as it is imported, without where it is installed."""
    roots = sorted((root for root in sys.path if root), key=len, reverse=True)
    return next((path[len(r) + 1 :] for r in roots if path.startswith(f"{r}/")), path)
