"""The second stage: one score from all signals, learned from what people chose next.

A small network over each candidate's signals, seen twice: as they are, and against what is usual for the history.
Trained with the listwise softmax of its candidates (ListNet's top-one form). Neither view depends on which other
candidates are in the list, so a score means the same however many are asked for. Knows no items and no people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from service.ranker.interactions import IntArray
from service.ranker.items import FloatArray
from service.ranker.signals import SIGNALS, Scale


@dataclass(frozen=True, slots=True, eq=False)
class TrainingList:
    """One next event: the signals of its candidates (C, F), the scale of its history, and the place of the item that
    was chosen."""

    signals: FloatArray
    scale: Scale
    chosen: int

    def thinned(self, n: int, rng: np.random.Generator) -> TrainingList:
        """The chosen candidate and at most n others, at random."""
        others = np.delete(np.arange(len(self.signals)), self.chosen)
        if len(others) <= n:
            return self
        kept = np.append(rng.choice(others, n, replace=False), self.chosen)
        return TrainingList(self.signals[kept], self.scale, n)


PRIOR_WEIGHTS = {
    "knn_recent": (0.0, 1.0),
    "knn_all": (0.0, 0.3),
    "together_all": (0.0, 0.4),
    "text_recent": (0.0, 1.0),
    "text_best": (2.0, 0.0),
    "image_recent": (0.0, 0.3),
    "tags_recent": (4.0, 0.0),
    "domain_share": (0.5, 0.0),
    "popularity": (0.3, 0.0),
    "recent_popularity": (0.2, 0.0),
}
"""Weights of the second stage while nothing has been trained: on a signal as it is, and relative to the history."""


COLD_LIFTS = np.linspace(0.0, 6.0, 61)
"""Lifts that are tried."""


class BlendNet(nn.Module):
    """(C, 2F) standardised signals -> (C,) scores: a linear part plus a small hidden layer."""

    def __init__(self, n_signals: int, hidden: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(n_signals))
        self.deviation = nn.Buffer(torch.ones(n_signals))
        self.linear = nn.Linear(2 * n_signals, 1, bias=False)
        self.hidden = nn.Sequential(
            nn.Linear(2 * n_signals, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, 1, bias=False)
        )
        nn.init.zeros_(self.linear.weight)

    def forward(self, inputs: Tensor) -> Tensor:
        scores: Tensor = (self.linear(inputs) + self.hidden(inputs)).squeeze(-1)
        return scores


class Blend:
    """A fitted or prior second stage, and how far it lifts items that few have met."""

    def __init__(self, net: BlendNet, cold_lift: float = 0.0) -> None:
        self.net = net.eval()
        self.cold_lift = cold_lift
        """Added to the score of an item without events; it fades with 1 / sqrt(1 + events)."""

    def score(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., C, F) -> (..., C); higher is better."""
        with torch.inference_mode():
            scores: FloatArray = self.net(torch.from_numpy(_inputs(signals, scale, self.net))).numpy()
        lifted: FloatArray = scores + np.float32(self.cold_lift) * novelty(signals)
        return lifted

    @classmethod
    def prior(cls) -> Blend:
        """The second stage before anything was trained: fixed weights on signals, plain and relative to the history.

        Content and co-engagement lead, popularity breaks ties; every weight is per usual deviation.
        """
        net = BlendNet(len(SIGNALS), 1)
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.zero_()
            for name, (plain, relative) in PRIOR_WEIGHTS.items():
                net.linear.weight[0, SIGNALS.index(name)] = plain
                net.linear.weight[0, len(SIGNALS) + SIGNALS.index(name)] = relative
        return cls(net)


def novelty(signals: FloatArray) -> FloatArray:
    """(..., F) -> (...): 1 / sqrt(1 + events) of each candidate, 1 for an item nobody has met."""
    faded: FloatArray = np.exp(-0.5 * signals[..., SIGNALS.index("popularity")])
    return faded


def fit_cold_lift(
    blend: Blend, validation: Sequence[TrainingList], budget: float, least_cold_gain: float = 0.0, k: int = 10
) -> float:
    """The largest lift that leaves chosen warm items at least (1 - budget) of their best NDCG@k in these lists; a
    larger one where chosen cold items need it to gain `least_cold_gain`, the sum of their DCG@k under a baseline.

    A likelihood alone would bury cold items: each is less certain than the warm ones, so none is ever shown and none
    ever gets an event. The budget says how much certainty may be paid for giving them their room.
    """
    is_cold = np.array([bool(one.signals[one.chosen, SIGNALS.index("is_cold")]) for one in validation], dtype=bool)
    if budget <= 0 or is_cold.all():
        return 0.0
    gains = _gains_by_lift(blend, validation, k)  # (lifts, lists)
    warm, cold = gains[:, ~is_cold].sum(axis=1), gains[:, is_cold].sum(axis=1)  # (lifts,)
    affordable = np.flatnonzero(warm >= (1 - budget) * warm.max())[-1]
    enough = np.flatnonzero(cold >= min(least_cold_gain, cold.max()))[0]
    return float(COLD_LIFTS[max(affordable, enough)])


def _gains_by_lift(blend: Blend, lists: Sequence[TrainingList], k: int) -> FloatArray:
    """DCG@k of the chosen candidate under every lift that is tried, (lifts, lists)."""
    gains = np.zeros((len(COLD_LIFTS), len(lists)), np.float32)
    for column, one in enumerate(lists):
        scores, new = blend.score(one.signals, one.scale), novelty(one.signals)
        lifted = scores + COLD_LIFTS[:, None] * new  # (lifts, C)
        ranks = (lifted > lifted[:, one.chosen, None]).sum(axis=1)
        gains[:, column] = dcg(ranks, k)
    return gains


def dcg(ranks: IntArray, k: int) -> FloatArray:
    """1 / log2(rank + 2) of ranks counted from 0, 0 from rank k on: NDCG@k where one item is relevant."""
    gain: FloatArray = np.where(ranks < k, 1 / np.log2(ranks + 2.0), 0.0).astype(np.float32)
    return gain


def fit_blend(
    lists: Sequence[TrainingList],
    validation: Sequence[TrainingList],
    *,
    hidden: int,
    seed: int,
    epochs: int = 30,
    patience: int = 4,
    batch: int = 32,
) -> Blend:
    """Learn the second stage; keeps the epoch with the lowest loss on the validation lists."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = BlendNet(len(SIGNALS), hidden)
    sample = np.concatenate([one.signals for one in lists[:2000]])
    net.mean.copy_(torch.from_numpy(sample.mean(axis=0)))
    deviation = sample.std(axis=0)
    net.deviation.copy_(torch.from_numpy(np.where(deviation > 1e-4, deviation, 1.0).astype(np.float32)))
    train, held = _packed(lists, net), _packed(validation, net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
    best, best_loss, waited = net.state_dict(), float("inf"), 0
    for _ in range(epochs):
        net.train()
        order = rng.permutation(len(train))
        for start in range(0, len(order), batch):
            loss = _loss(net, [train[i] for i in order[start : start + batch]])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        net.eval()
        with torch.inference_mode():
            held_loss = float(_loss(net, held or train))
        if held_loss < best_loss - 1e-4:
            best, best_loss, waited = {k: v.clone() for k, v in net.state_dict().items()}, held_loss, 0
        else:
            waited += 1
            if waited >= patience:
                break
    net.load_state_dict(best)
    return Blend(net)


def _inputs(signals: FloatArray, scale: Scale, net: BlendNet) -> FloatArray:
    """(..., F) -> (..., 2F): standardised over all lists, and relative to the history."""
    overall = (signals - net.mean.numpy()) / net.deviation.numpy()
    return np.concatenate([overall, scale.relative(signals)], axis=-1).astype(np.float32, copy=False)


def _packed(lists: Sequence[TrainingList], net: BlendNet) -> list[tuple[Tensor, int]]:
    return [(torch.from_numpy(_inputs(one.signals, one.scale, net)), one.chosen) for one in lists]


def _loss(net: BlendNet, lists: Sequence[tuple[Tensor, int]]) -> Tensor:
    """Mean negative log-likelihood of the chosen candidate in its list."""
    sizes = [len(inputs) for inputs, _ in lists]
    scores = net(torch.cat([inputs for inputs, _ in lists]))
    owner = torch.repeat_interleave(torch.arange(len(lists)), torch.tensor(sizes))
    padded = torch.full((len(lists), max(sizes)), float("-inf"))
    place = torch.arange(len(scores)) - torch.cumsum(torch.tensor([0, *sizes[:-1]]), 0)[owner]
    padded[owner, place] = scores
    return torch.nn.functional.cross_entropy(padded, torch.tensor([chosen for _, chosen in lists]))
