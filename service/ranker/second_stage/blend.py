"""The second stage: one score from all signals, learned from what people chose next.

A small network over each candidate's signals, seen twice: as they are, and against what is usual
for the history. Trained with the listwise softmax of its candidates (ListNet's top-one form).
Neither view depends on which other candidates are in the list, so a score means the same however
many are asked for. There are two such networks: one for people whose next choice can be told from
what they did, one for beginners, of whom only can be told what they will like. Knows no items and
no people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.second_stage.signals import SIGNALS, Scale
from service.ranker.sequence.tasks import TaskHeads


@dataclass(frozen=True, slots=True, eq=False)
class TrainingList:
    """The signals of the candidates of one case (C, F), the scale of its history, and which of them
    were chosen."""

    signals: FloatArray
    scale: Scale
    chosen: IntArray
    """(P,) places of the candidates that were chosen, in that order, at least one."""
    event_types: IntArray
    """(P,) how they were chosen, by code."""
    missed: int = 0
    """Items that were chosen too, but are no candidates."""
    has_next: bool = True
    """Whether the first of them is what was chosen next."""

    def thinned(self, n: int, rng: np.random.Generator) -> TrainingList:
        """The chosen candidates and at most n others, at random."""
        others = np.delete(np.arange(len(self.signals)), self.chosen)
        if len(others) <= n:
            return self
        kept = np.concatenate([self.chosen, rng.choice(others, n, replace=False)])
        return replace(self, signals=self.signals[kept], chosen=np.arange(len(self.chosen)))

    def next_event(self) -> TrainingList:
        """The same list, of which only what came next was chosen; it must be a candidate."""
        assert self.has_next
        return replace(self, chosen=self.chosen[:1], event_types=self.event_types[:1], missed=0)

    def gain(self, scores: FloatArray, k: int) -> float:
        """NDCG@k of what was chosen when the candidates are ranked by `scores` (C,)."""
        ranks = (scores > scores[self.chosen, None]).sum(axis=1)
        return ndcg(ranks, len(self.chosen) + self.missed, k)


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
"""Weights of the second stage while nothing has been trained: on a signal as it is, and relative to
the history."""


LEAST_TOGETHER = np.float32(0.01)
"""What is never chosen together counts like a hundredth of what is usual, since its logarithm would
be infinite."""
COLD_LIFTS = np.linspace(0.0, 6.0, 61)
"""Lifts that are tried."""


class BlendNet(nn.Module):
    """(C, 2F) standardised signals -> (C,) scores: a linear part plus a small hidden layer, and
    where there are several event types one more linear part for each."""

    def __init__(
        self, n_signals: int, hidden: int, dropout: float = 0.0, task_shares: Sequence[float] = ()
    ) -> None:
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(n_signals))
        self.deviation = nn.Buffer(torch.ones(n_signals))
        self.linear = nn.Linear(2 * n_signals, 1, bias=False)
        self.hidden = nn.Sequential(
            nn.Linear(2 * n_signals, hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, 1, bias=False),
        )
        self.tasks = TaskHeads(task_shares, 2 * n_signals, 1) if task_shares else None
        nn.init.zeros_(self.linear.weight)

    def forward(self, inputs: Tensor) -> Tensor:
        """What is served."""
        shared = self._shared(inputs)
        return (shared if self.tasks is None else shared + self.tasks(inputs)).squeeze(-1)

    def by_task(self, inputs: Tensor) -> Tensor:
        """Scores of each event type, (C, H); of all alike, (C, 1), where there is only one."""
        shared = self._shared(inputs)
        return shared if self.tasks is None else shared + self.tasks.by_task(inputs).squeeze(-1)

    def _shared(self, inputs: Tensor) -> Tensor:
        scores: Tensor = self.linear(inputs) + self.hidden(inputs)  # (..., 1)
        return scores


class Blend:
    """A fitted or prior second stage, and how far it lifts items that few have met."""

    def __init__(
        self,
        net: BlendNet,
        cold_lift: float = 0.0,
        beginners: BlendNet | None = None,
        beginner_events: int = 0,
    ) -> None:
        self.net = net.eval()
        self.cold_lift = cold_lift
        """Added to the score of an item without events, less to those with few; see
        `room_for_news`."""
        self.beginners = None if beginners is None else beginners.eval()
        self.beginner_events = beginner_events
        """Up to so many known events `beginners` ranks alone, from twice as many on `net` does."""

    def score(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., C, F) -> (..., C); higher is better."""
        lift = np.float32(self.cold_lift) * self.room_for_news(signals, scale)
        lifted: FloatArray = self.unlifted(signals, scale) + lift
        return lifted

    def unlifted(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """The same without the lift."""
        share = self._beginner_share(scale)
        scores = _scores(self.net, signals, scale)
        if self.beginners is not None and share > 0:
            first = _scores(self.beginners, signals, scale)
            if scale.elsewhere:
                first = first + _together(signals, scale)
            scores = share * first + (1 - share) * scores
        return scores

    def room_for_news(self, signals: FloatArray, scale: Scale) -> FloatArray:
        """(..., F) -> (...): how much of the lift each candidate gets, 1 / sqrt(1 + events).
        Beginners are spared it: of somebody hardly known all scores are flat, and the lift would
        outweigh them."""
        faded: FloatArray = np.exp(-0.5 * signals[..., SIGNALS.index("popularity")])
        return faded * (1 - self._beginner_share(scale))

    def _beginner_share(self, scale: Scale) -> np.float32:
        """How much of the score is the beginners', 1 to 0 as events become known."""
        if not self.beginner_events:
            return np.float32(0)
        return np.float32(np.clip(2 - scale.known / self.beginner_events, 0, 1))

    @classmethod
    def prior(cls) -> Blend:
        """The second stage before anything was trained: fixed weights on signals, plain and
        relative to the history.

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


def fit_beginner_events(
    blend: Blend, validation: Sequence[TrainingList], most: int, k: int = 10
) -> int:
    """For how many known events the beginners' network may rank alone, 1..most: the largest number
    whose NDCG@k of these next events is within one standard error of the best one's (the
    one-standard-error rule; Breiman et al. 1984).

    It ranks by what a person will like at all, which is the better answer to somebody new and the
    worse one to somebody whose next choice can be told; from how many events on that is so differs
    from log to log, and a small log cannot tell exactly. Every length of history below 2 `most`
    counts alike.
    """
    lists = [one for one in validation if one.scale.known < 2 * most]
    if not lists:
        return 1
    _, length, counts = np.unique(
        [one.scale.known for one in lists], return_inverse=True, return_counts=True
    )
    weights = 1 / (counts[length] * len(counts))  # (L,), sums to 1
    gains = np.zeros((most, len(lists)))
    for events in range(1, most + 1):
        blend.beginner_events = events
        gains[events - 1] = [one.gain(blend.score(one.signals, one.scale), k) for one in lists]
    lost = gains[np.argmax(gains @ weights)] - gains  # (most, L)
    mean = lost @ weights
    error = np.sqrt(((lost - mean[:, None]) ** 2) @ weights**2)
    return int(np.flatnonzero(mean <= error)[-1]) + 1


def fit_cold_lift(
    blend: Blend,
    validation: Sequence[TrainingList],
    budget: float,
    least_cold_gain: float = 0.0,
    k: int = 10,
) -> float:
    """The largest lift that leaves chosen warm items at least (1 - budget) of their best NDCG@k in
    these lists; a larger one where chosen cold items need it to gain `least_cold_gain`, the sum of
    their DCG@k under a baseline.

    A likelihood alone would bury cold items: each is less certain than the warm ones, so none is
    ever shown and none ever gets an event. The budget says how much certainty may be paid for
    giving them their room.
    """
    is_cold = np.array(
        [bool(one.signals[one.chosen[0], SIGNALS.index("is_cold")]) for one in validation],
        dtype=bool,
    )
    if budget <= 0 or is_cold.all():
        return 0.0
    gains = _gains_by_lift(blend, validation, k)  # (lifts, lists)
    warm, cold = gains[:, ~is_cold].sum(axis=1), gains[:, is_cold].sum(axis=1)  # (lifts,)
    affordable = np.flatnonzero(warm >= (1 - budget) * warm.max())[-1]
    enough = np.flatnonzero(cold >= min(least_cold_gain, cold.max()))[0]
    return float(COLD_LIFTS[max(affordable, enough)])


def _gains_by_lift(blend: Blend, lists: Sequence[TrainingList], k: int) -> FloatArray:
    """NDCG@k of what was chosen under every lift that is tried, (lifts, lists)."""
    gains = np.zeros((len(COLD_LIFTS), len(lists)), np.float32)
    for column, one in enumerate(lists):
        scores, room = (
            blend.unlifted(one.signals, one.scale),
            blend.room_for_news(one.signals, one.scale),
        )
        gains[:, column] = [one.gain(scores + lift * room, k) for lift in COLD_LIFTS]
    return gains


def ndcg(ranks: IntArray, n_relevant: int, k: int) -> float:
    """NDCG@k of relevant items by their ranks, (P,), counted from 0, of which there are
    `n_relevant` in all.

    >>> ndcg(np.array([0, 1]), 2, 10), ndcg(np.array([10]), 1, 10)
    (1.0, 0.0)
    >>> ndcg(np.array([1]), 1, 10) == 1 / np.log2(3)
    True
    """
    discounts = 1 / np.log2(np.arange(k) + 2.0)
    return float(discounts[ranks[ranks < k]].sum() / discounts[:n_relevant].sum())


def fit_net(
    lists: Sequence[TrainingList],
    validation: Sequence[TrainingList],
    *,
    hidden: int,
    dropout: float,
    seed: int,
    task_shares: Sequence[float] = (),
    epochs: int = 30,
    patience: int = 4,
    batch: int = 32,
) -> BlendNet:
    """Learn one network; keeps the epoch with the lowest loss on the validation lists."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = BlendNet(len(SIGNALS), hidden, dropout, task_shares)
    sample = np.concatenate([one.signals for one in lists[:2000]])
    net.mean.copy_(torch.from_numpy(sample.mean(axis=0)))
    deviation = sample.std(axis=0)
    net.deviation.copy_(
        torch.from_numpy(np.where(deviation > 1e-4, deviation, 1.0).astype(np.float32))
    )
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
            best, best_loss, waited = (
                {k: v.clone() for k, v in net.state_dict().items()},
                held_loss,
                0,
            )
        else:
            waited += 1
            if waited >= patience:
                break
    net.load_state_dict(best)
    return net


def _scores(net: BlendNet, signals: FloatArray, scale: Scale) -> FloatArray:
    """(..., C, F) -> (..., C)"""
    with torch.inference_mode():
        scores: FloatArray = net(torch.from_numpy(_inputs(signals, scale, net))).numpy()
    return scores


def _together(signals: FloatArray, scale: Scale) -> FloatArray:
    """(..., C, F) -> (..., C): logarithm of co-occurrence with the history, against what is usual.

    Newcomers to a domain are few in a log, and what a network learns of few does not outdo this
    plain estimate of what they choose. Added to its score it makes a product of the two
    distributions (Hinton 2002), which outdid either in cross-validation; docs/benchmarks.md has
    what it does at the served answer.
    """
    place = SIGNALS.index("together_all")
    usual = scale.spread[place] or np.float32(np.inf)
    logarithm: FloatArray = np.log(LEAST_TOGETHER + signals[..., place] / usual)
    return logarithm


def _inputs(signals: FloatArray, scale: Scale, net: BlendNet) -> FloatArray:
    """(..., F) -> (..., 2F): standardised over all lists, and relative to the history."""
    overall = (signals - net.mean.numpy()) / net.deviation.numpy()
    return np.concatenate([overall, scale.relative(signals)], axis=-1).astype(
        np.float32, copy=False
    )


class _Packed(NamedTuple):
    """A training list as the network takes it."""

    inputs: Tensor
    """(C, 2F)"""
    chosen: Tensor
    """(P,)"""
    tasks: Tensor
    """(P,) what foretells each choice: a column of `BlendNet.by_task`."""


def _packed(lists: Sequence[TrainingList], net: BlendNet) -> list[_Packed]:
    return [
        _Packed(
            torch.from_numpy(_inputs(one.signals, one.scale, net)),
            torch.from_numpy(one.chosen),
            torch.from_numpy(one.event_types if net.tasks else np.zeros_like(one.event_types)),
        )
        for one in lists
    ]


def _loss(net: BlendNet, lists: Sequence[_Packed]) -> Tensor:
    """Mean negative log-likelihood of a chosen candidate in its list by its event type; every
    choice counts alike."""
    every = net.by_task(torch.cat([one.inputs for one in lists]))
    scores = torch.split(every, [len(one.inputs) for one in lists])
    likelihoods = [
        each.log_softmax(0)[one.chosen, one.tasks] for each, one in zip(scores, lists, strict=True)
    ]
    return -torch.cat(likelihoods).mean()
