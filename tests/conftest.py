"""Settings of the whole test run, and the PostgreSQL server that it shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from tests.postgres import PostgresServer, why_not

# The models of the tests are tiny: shared out over cores, their threads would mostly wait for one
# another.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real server, for all tests of a run; left out, and said so, where there is none to start."""
    yield from _started()


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """One that a test may kill."""
    yield from _started()


def _started() -> Iterator[PostgresServer]:
    if reason := why_not():
        pytest.skip(reason)
    server = PostgresServer()
    yield server
    server.close()
