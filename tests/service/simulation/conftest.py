"""A ranker that serves lists of a planted log."""

from __future__ import annotations

import pytest

from service.ranker.candidates import sources_of
from service.ranker.ranker import untrained_ranker
from service.simulation.palate_list import Served
from tests.service.ranker.planted import SMALL
from tests.service.simulation import planted


@pytest.fixture
def served() -> Served:
    """An untrained ranker on the log in which everybody keeps to one cluster."""
    ranker = untrained_ranker(planted.items(120), planted.tastes(), SMALL)
    return Served(ranker, sources_of(("text",)), event_type=0, round_hours=24.0)
