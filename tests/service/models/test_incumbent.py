"""The active model, asked what it has not seen."""

from __future__ import annotations

import numpy as np
import pytest

from service.models.incumbent import Incumbent, codes_between
from service.ranker.candidates import sources_of
from service.ranker.data.history import History
from service.ranker.ranker import untrained_ranker
from service.ranker.training.cases import RankingCase
from service.ranker.training.check import served_gains
from tests.service.ranker.planted import SMALL, checkerboard, features

SOURCES = sources_of(("text",))


def case(user: int, *met: int) -> RankingCase:
    kinds = np.full(len(met), 2)
    history = History.of(np.array(met), kinds, np.arange(float(len(met))))
    return RankingCase(user, history, np.array([8]), np.array([2]))


@pytest.fixture
def incumbent() -> Incumbent:
    """It knows 40 items and one event type, and of three users the last two did something since."""
    ranker = untrained_ranker(features(40), checkerboard(), SMALL)
    return Incumbent(ranker, SOURCES, np.array([False, True, True]), np.array([0, 0, 1]))


def test_of_what_it_was_trained_on_it_says_nothing(incumbent: Incumbent) -> None:
    gains = incumbent.gains([case(0, 0, 2, 4), case(1, 0, 2, 4), case(2, 0, 2, 4)])
    assert np.isnan(gains).tolist() == [True, False, False]


def test_items_that_came_later_are_nothing_to_it(incumbent: Incumbent) -> None:
    known, more = incumbent.gains([case(1, 0, 2, 4), case(1, 0, 2, 4, 77)])
    assert known == more
    assert known == served_gains(incumbent.ranker, [case(1, 0, 2, 4)], SOURCES)[0]


def test_event_types_are_matched_by_name() -> None:
    assert codes_between({"buy": 1, "click": 2}, {"click": 1, "view": 2}).tolist() == [0, 0, 1]
    assert codes_between({}, {"click": 1}).tolist() == [0]
