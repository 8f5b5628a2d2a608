"""Fixtures of the indexer's tests: a log on every database at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "sqlite in memory", "postgresql"])
def log_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an empty log can be opened."""
    with _log_of(request, tmp_path) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def lasting_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same of logs that are there after they were closed."""
    with _log_of(request, tmp_path) as url:
        yield url


@contextmanager
def _log_of(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        with server.database() as url:
            yield url
    else:
        yield f"sqlite:///{folder / 'log.db'}" if request.param == "sqlite" else "sqlite://"


@pytest.fixture
def log(log_url: str) -> Iterator[EventLog]:
    with open_event_log(log_url) as opened:
        yield opened


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """A log on the disk, that can be opened again."""
    return f"sqlite:///{tmp_path / 'log.db'}"
