"""Fixtures of the indexer's tests: a log on every database at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log

POSTGRES_URL = os.environ.get("PALATE_TEST_POSTGRES", "")
"""An empty PostgreSQL database to run the log's tests on, besides SQLite."""


@pytest.fixture(params=["sqlite", "sqlite in memory", *(["postgresql"] if POSTGRES_URL else [])])
def log_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty log can be opened."""
    if request.param == "postgresql":
        engine = sa.create_engine(sa.make_url(POSTGRES_URL).set(drivername="postgresql+psycopg"))
        found = sa.MetaData()
        found.reflect(engine)
        found.drop_all(engine)
        engine.dispose()
        return POSTGRES_URL
    return f"sqlite:///{tmp_path / 'log.db'}" if request.param == "sqlite" else "sqlite://"


@pytest.fixture
def log(log_url: str) -> Iterator[EventLog]:
    with open_event_log(log_url) as opened:
        yield opened


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """A log on the disk, that can be opened again."""
    return f"sqlite:///{tmp_path / 'log.db'}"
