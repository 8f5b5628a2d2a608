"""Popularity knows as many events as were in the log when it was counted, and those told since."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from service.serving.freshness import Freshness


def _model(counted: int) -> Any:
    return SimpleNamespace(counted=counted)


def test_what_is_recorded_comes_to_what_the_model_was_counted_with() -> None:
    fresh, model = Freshness(), _model(100)
    assert fresh.popularity(model) == 100
    assert fresh.last_recorded is None
    fresh.recorded(model, n_sent=5, n_new=0)
    assert (fresh.popularity(model), fresh.last_recorded) == (105, None)
    fresh.recorded(model, n_sent=2, n_new=1)
    assert fresh.popularity(model) == 107
    assert fresh.last_recorded is not None


def test_another_model_was_counted_anew_and_may_be_brought_up_to_date() -> None:
    fresh, before, after = Freshness(), _model(100), _model(120)
    fresh.recorded(before, 5, 5)
    assert fresh.popularity(after) == 120
    fresh.counted(after, 130)
    fresh.recorded(after, 1, 1)
    assert fresh.popularity(after) == 131
