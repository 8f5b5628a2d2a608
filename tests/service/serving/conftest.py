"""A filled data folder that tests of serving read from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.recommender import Recommender
from tests.service.world import filled


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    """Forty items and thirty people (`tests.service.world`), untrained. Read-only in tests."""
    recommender = filled(tmp_path_factory.mktemp("serving"))
    yield recommender
    recommender.close()
