from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.peers.stopping import hold_out_last, keep_best, recall


def test_the_last_event_of_everybody_with_three_is_held_out() -> None:
    log = Interactions.build([0, 0, 0, 1, 1, 2, 2, 2, 2], [5, 6, 7, 5, 6, 8, 7, 6, 5], n_users=4)
    train, targets = hold_out_last(log)
    assert [history.tolist() for history in train.histories()] == [[5, 6], [], [8, 7, 6], []]
    assert targets.tolist() == [7, 5]


def falling(histories: Sequence[IntArray]) -> FloatArray:
    """Item 0 is best and item 9 worst, for everyone."""
    return np.tile(np.arange(10, 0, -1, dtype=np.float32), (len(histories), 1))


@pytest.mark.parametrize(
    ("history", "target", "found"),
    [([9], 1, True), ([9], 2, False), ([0], 2, True), ([0, 1], 3, True), ([1, 0], 1, False)],
)
def test_a_target_is_found_among_the_best_that_are_not_in_the_history(
    history: list[int], target: int, found: bool
) -> None:
    assert recall(falling, [np.array(history)], np.array([target]), 2) == float(found)


def test_a_network_that_scores_everything_alike_finds_nothing() -> None:
    alike = np.zeros((1, 3), dtype=np.float32)
    assert recall(lambda _: alike.copy(), [np.array([0])], np.array([2]), 1) == 0


def test_the_share_is_taken_over_all_batches() -> None:
    histories = [np.array([9])] * 600
    targets = np.array([0, 5, 5] * 200)
    assert recall(falling, histories, targets, 3) == pytest.approx(1 / 3)


class Training:
    """A module whose only weight counts the epochs, and a trainer of it."""

    def __init__(self) -> None:
        self.torch_model = torch.nn.Linear(1, 1, bias=False)
        self.modes: list[str] = []
        self.trainer = SimpleNamespace(should_stop=False)

    def eval(self) -> None:
        self.modes.append("eval")

    def train(self) -> None:
        self.modes.append("train")

    def run(self, figures: list[float], patience: int) -> tuple[int, float]:
        """Epochs that were done, and the weight that is kept."""
        rest = iter(figures)
        callback = keep_best(object, lambda network: next(rest), patience)
        for epoch in range(len(figures)):
            torch.nn.init.constant_(self.torch_model.weight, epoch)
            callback.on_train_epoch_end(self.trainer, self)
            if self.trainer.should_stop:
                break
        callback.on_train_end(self.trainer, self)
        return epoch + 1, self.torch_model.weight.item()


@pytest.mark.parametrize(
    ("figures", "epochs", "kept"),
    [
        ([0.1, 0.3, 0.2, 0.2, 0.9], 4, 1.0),
        ([0.1, 0.2, 0.1, 0.3], 4, 3.0),
        ([0.2, 0.2, 0.2, 0.2], 3, 0.0),
    ],
)
def test_it_stops_when_nothing_gets_better_and_keeps_the_best(
    figures: list[float], epochs: int, kept: float
) -> None:
    training = Training()
    assert training.run(figures, patience=2) == (epochs, kept)
    assert training.modes == ["eval", "train"] * epochs
