"""Whether two rankers recommend the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from service.ranker.agreement import Agreement, agreement
from service.ranker.checkpoint import load_checkpoint, save_checkpoint
from service.ranker.data.history import History
from service.ranker.training.train import Trained
from tests.service.ranker.planted import features

N = 40
IDS = [f"item-{i}" for i in range(N)]
HISTORIES = [History.of(np.array([side, side + 2, side + 4])) for side in (0, 1)]


def test_a_ranker_agrees_with_itself_and_not_with_one_that_ranks_the_other_way(
    board: Trained, tmp_path: Path
) -> None:
    ranker = board.ranker
    assert agreement(ranker, ranker, HISTORIES) == Agreement(1.0, pytest.approx(1.0), 2)
    save_checkpoint(tmp_path / "board", ranker, IDS, {})
    turned = load_checkpoint(
        tmp_path / "board", features(N), {item_id: i for i, item_id in enumerate(IDS)}
    )
    turned.blend.score = lambda *given: -ranker.blend.score(*given)  # type: ignore[method-assign]
    against = agreement(ranker, turned, HISTORIES)
    assert against.overlap < 0.5
    assert against.rank_correlation == pytest.approx(-1.0)
