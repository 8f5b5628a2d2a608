"""Trained rankers that many tests look at and none changes."""

from __future__ import annotations

import pytest

from service.ranker.training.train import Trained, train_ranker
from tests.service.ranker.planted import SMALL, checkerboard, features


@pytest.fixture(scope="session")
def board() -> Trained:
    """Trained on the checkerboard, with random text and no pictures."""
    return train_ranker(checkerboard(), features(40), SMALL, version="board")
