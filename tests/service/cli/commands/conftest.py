"""Commands that are answered by a stand-in, so that what is asked and printed is known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from service.cli import session
from service.cli.commands import asking, chatting, explaining, people, recording
from tests.service.standin import StandIn


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """What answers `recommend`, `chat`, `similar`, `search`, `explain`, `users` and `events`, wherever it
    is said to be."""
    backend = StandIn()

    @contextmanager
    def answering(*_: Any, quiet: bool) -> Iterator[StandIn]:
        yield backend

    @contextmanager
    def talking(*_: Any, quiet: bool) -> Iterator[tuple[StandIn, None]]:
        yield backend, None

    for module in (session, asking, explaining, people, recording):
        monkeypatch.setattr(module, "answering", answering)
    monkeypatch.setattr(chatting, "talking", talking)
    return backend
