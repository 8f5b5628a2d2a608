"""When to stop training a peer, and which epoch to keep: recall@10 of everybody's last event, as
arXiv 2508.06450 trains on leave-one-out data. Knows no library but the callback that it makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.interactions import Interactions

K = 10
LEAST_EVENTS = 3
"""Events a user needs to be learned from: one held out, and one that follows another."""
BATCH = 256
"""Histories scored at a time."""


def hold_out_last(interactions: Interactions) -> tuple[Interactions, IntArray]:
    """The events of users with LEAST_EVENTS less each user's last, and the items of these last
    events, one for every user who is left, ascending by user."""
    n_events = np.diff(interactions.by_user())[interactions.user]  # (E,)
    long_enough = n_events >= LEAST_EVENTS
    is_last = interactions.positions_from_end() == 0
    return (
        interactions.select(long_enough & ~is_last),
        interactions.item[long_enough & is_last],
    )


def recall(
    scores: Callable[[Sequence[IntArray]], FloatArray],
    histories: Sequence[IntArray],
    targets: IntArray,
    k: int = K,
) -> float:
    """Share of the targets, one per history, among the k best items that the history does not
    hold; whatever scores the same as a target counts as better.

    >>> alike = lambda histories: np.array([[9.0, 2.0, 1.0]] * len(histories))
    >>> recall(alike, [np.array([0])] * 2, np.array([1, 2]), 1)
    0.5
    """
    hits = 0
    for start in range(0, len(histories), BATCH):
        batch = histories[start : start + BATCH]
        wanted = targets[start : start + BATCH]
        for row, history, target in zip(scores(batch), batch, wanted, strict=True):
            of_target = row[target]
            row[history] = -np.inf
            n_better = int((row >= of_target).sum()) - 1  # less the target itself
            hits += target not in history and n_better < k
    return hits / max(1, len(histories))


def keep_best(callback: type[Any], measure: Callable[[Any], float], patience: int) -> Any:
    """A Lightning callback that measures the network after each epoch, stops after `patience`
    epochs without a better figure, and gives back the weights of the best.

    `callback` is Lightning's Callback, which is only there with the library.
    """

    class KeepBest(callback):  # type: ignore[misc, unused-ignore]
        """Figures and weights of one training."""

        def __init__(self) -> None:
            self.figures: list[float] = []
            self.weights: dict[str, Any] = {}

        def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
            module.eval()
            figure = measure(module.torch_model)
            module.train()
            if figure > max(self.figures, default=-1.0):
                state = module.torch_model.state_dict()
                self.weights = {name: tensor.clone() for name, tensor in state.items()}
            self.figures.append(figure)
            since_best = len(self.figures) - 1 - int(np.argmax(self.figures))
            trainer.should_stop = since_best >= patience

        def on_train_end(self, trainer: Any, module: Any) -> None:
            module.torch_model.load_state_dict(self.weights)

    return KeepBest()
