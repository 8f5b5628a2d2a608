"""What is usual for a query, by arithmetic."""

from __future__ import annotations

import numpy as np

from service.ranker.catalogue.content import Content
from service.ranker.data.history import History
from service.ranker.second_stage.scale import LIMIT, Scale
from tests.service.ranker.planted import features

SCALE = Scale(np.array([1, 0, 5], np.float32), np.array([2, 4, 0], np.float32), 3, 0)


def test_a_signal_is_compared_with_what_is_usual_and_says_nothing_without_a_scale() -> None:
    signals = np.array([[3, 4, 9], [1, -2, 9]], np.float32)
    assert SCALE.relative(signals).tolist() == [[1, 1, 0], [0, -0.5, 0]]


def test_outliers_are_cut() -> None:
    assert SCALE.relative(np.array([1e6, -1e6, 0], np.float32)).tolist() == [LIMIT, -LIMIT, 0]


def test_the_usual_value_is_that_of_the_query_or_else_the_one_given() -> None:
    assert SCALE.usual(np.array([7, 8, 9], np.float32)).tolist() == [1, 0, 9]


def test_events_outside_the_domains_that_are_allowed_are_elsewhere() -> None:
    content = Content.of(features(4, domain=np.array([0, 0, 1, 2])))
    history = History.of(np.array([0, 2, 3, 2]))
    inside = SCALE.where(history, content, np.array([1, 2]))
    assert (inside.known, inside.elsewhere) == (3, 1)
    assert inside.spread is SCALE.spread
    assert SCALE.where(history, content, None) is SCALE
