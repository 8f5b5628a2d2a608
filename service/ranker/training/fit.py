"""Training of the first stage: windows of histories in, a fitted SequenceModel out.

Owns batches, negatives, early stopping; knows no second stage, no files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.sequence.loss import sampled_softmax
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.sequences import Sequences, batches, pad, windows
from service.ranker.training.early_stopping import NextEvents, validation_ndcg
from service.ranker.training.item_tensors import ItemTensors
from service.ranker.training.negatives import NegativeSampler

StageProgress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""


@dataclass(frozen=True, slots=True)
class FitReport:
    """How training went."""

    epochs: int
    """Epochs of the weights that were kept."""
    losses: Sequence[float]
    """Mean training loss of each epoch run."""
    validation: Sequence[float]
    """NDCG@10 over the full catalogue on the validation cases after each epoch; empty without such
    cases."""


@dataclass(frozen=True, slots=True, eq=False)
class FitState:
    """A fit between two epochs: all that the epochs to come depend on. Its tensors change with the
    next one."""

    rate: float
    waited: int
    best_epoch: int
    settled: bool
    losses: Sequence[float]
    scores: Sequence[float]
    model: Mapping[str, Tensor]
    best: Mapping[str, Tensor] | None
    optimizer: Mapping[str, Any]
    rng: Mapping[str, Any]
    """Of numpy's bit generator."""
    torch_rng: Tensor


class KeptFits(Protocol):
    """Where a fit leaves its state after every epoch, by its stage, and finds that of a fit that
    was interrupted."""

    def read(self, stage: str) -> FitState | None:
        """The newest state of a fit that was interrupted, None where there is none."""

    def write(self, stage: str, state: FitState) -> None:
        """Keep the state of a fit in place of the one before."""


RATE_DROP, RATE_DROPS = 1 / 3, 2
"""What the learning rate is multiplied with where training does not get on, and how often."""


class TrainingDiverged(ArithmeticError):
    """The loss is no number any more."""


def fit_sequence_model(
    model: SequenceModel,
    interactions: Interactions,
    items: ItemTensors,
    config: RankerConfig,
    *,
    epochs: int,
    seed: int,
    event_weights: FloatArray | None = None,
    validation: NextEvents | None = None,
    progress: StageProgress | None = None,
    stage: str = "sequence model",
    kept: KeptFits | None = None,
) -> FitReport:
    """Train `model` in place on every event but the first of each user, which counts by the weight
    of its type (n_event_types,), by default alike. Raises TrainingDiverged.

    With `validation`, go back to the best weights after `patience` epochs without a better score,
    at a third of the learning rate, and stop after RATE_DROPS of that. Without, the weights have
    been trained before and are taken up: the rate begins at the first drop and falls linearly to
    the last. What `kept` has under `stage` is gone on from.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    sequences = windows(interactions, model.shape.max_history)
    if not len(sequences):
        return FitReport(0, (), ())
    counts = interactions.item_counts()
    sampler = NegativeSampler(counts, config.negatives, rng)
    weights = _uneven(event_weights, interactions)
    fit = _Fit(model, config, rng)
    if kept and (state := kept.read(stage)):
        fit.restore(state)
    while fit.epoch < epochs and not fit.settled:
        if progress:
            progress(stage, fit.epoch, epochs)
        if validation is None:
            fit.lower_rate(fit.epoch / epochs)
        fit.learn(
            step_loss(model, items, sequences, rows, sampler, weights)
            for rows in batches(sequences, config.batch_events, rng)
        )
        if validation is not None:
            pool = np.flatnonzero(counts)
            fit.validate(validation_ndcg(model.network(), items, validation, pool, len(counts)))
        if kept:
            kept.write(stage, fit.state())
    if fit.best is not None:
        model.load_state_dict(fit.best)
    if progress:
        progress(stage, epochs, epochs)
    model.eval()
    return FitReport(fit.best_epoch or fit.epoch, tuple(fit.losses), tuple(fit.scores))


class _Fit:
    """What changes from epoch to epoch."""

    def __init__(
        self, model: SequenceModel, config: RankerConfig, rng: np.random.Generator
    ) -> None:
        self._model, self._config, self._rng = model, config, rng
        self._optimizer = torch.optim.AdamW(
            model.parameters(),
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
            betas=(0.9, 0.98),
        )
        self.rate = config.learning_rate
        self._last_rate = config.learning_rate * RATE_DROP**RATE_DROPS
        self.losses: list[float] = []
        self.scores: list[float] = []
        self.best: Mapping[str, Tensor] | None = None
        self.best_epoch = self._waited = 0
        self.settled = False
        """Whether more epochs would not help."""

    @property
    def epoch(self) -> int:
        """Epochs that are done."""
        return len(self.losses)

    def learn(self, steps: Iterable[tuple[Tensor, int]]) -> None:
        """One epoch over the losses of its batches and their numbers of targets."""
        for group in self._optimizer.param_groups:
            group["lr"] = self.rate
        self._model.train()
        total, seen = 0.0, 0
        for loss, n in steps:
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self._model.parameters(), 5.0)
            self._optimizer.step()
            total, seen = total + loss.item() * n, seen + n
        self.losses.append(total / max(seen, 1))
        if not np.isfinite(self.losses[-1]):
            raise TrainingDiverged(
                f"the loss is {self.losses[-1]} after epoch {self.epoch}; "
                f"lower ranker.learning_rate, it is {self._config.learning_rate:g}"
            )

    def lower_rate(self, done: float) -> None:
        """The rate where a share `done` of the epochs is over: from the first drop to the last."""
        first_rate = RATE_DROP * self._config.learning_rate
        self.rate = self._last_rate + (first_rate - self._last_rate) * (1 - done)

    def validate(self, score: float) -> None:
        """Keep the weights if this validation score is the best; else wait, go back at a lower
        rate, or settle."""
        self.scores.append(score)
        if score > max(self.scores[:-1], default=-1.0):
            self.best_epoch, self._waited = self.epoch, 0
            self.best = {name: value.clone() for name, value in self._model.state_dict().items()}
            return
        self._waited += 1
        if self._waited < self._config.patience:
            return
        if self.rate <= self._last_rate * 1.01 or self.best is None:
            self.settled = True
            return
        self._model.load_state_dict(self.best)
        self.rate, self._waited = self.rate * RATE_DROP, 0

    def state(self) -> FitState:
        return FitState(
            rate=self.rate,
            waited=self._waited,
            best_epoch=self.best_epoch,
            settled=self.settled,
            losses=tuple(self.losses),
            scores=tuple(self.scores),
            model=self._model.state_dict(),
            best=self.best,
            optimizer=self._optimizer.state_dict(),
            rng=self._rng.bit_generator.state,
            torch_rng=torch.get_rng_state(),
        )

    def restore(self, state: FitState) -> None:
        self.rate, self._waited = state.rate, state.waited
        self.best_epoch, self.settled = state.best_epoch, state.settled
        self.losses, self.scores, self.best = list(state.losses), list(state.scores), state.best
        self._model.load_state_dict(state.model)
        self._optimizer.load_state_dict(dict(state.optimizer))
        self._rng.bit_generator.state = state.rng
        torch.set_rng_state(state.torch_rng)


def _uneven(event_weights: FloatArray | None, interactions: Interactions) -> Tensor | None:
    """The weights as a tensor; None where all events count alike."""
    if event_weights is None or not np.ptp(event_weights[interactions.event_type]):
        return None
    return torch.from_numpy(event_weights)


def step_loss(
    model: SequenceModel,
    items: ItemTensors,
    sequences: Sequences,
    group: IntArray,
    sampler: NegativeSampler,
    event_weights: Tensor | None,
) -> tuple[Tensor, int]:
    """Loss of one batch of windows, targets weighted by event type, and the number of target events
    in it.

    B windows of T + 1 events, E target events, S negatives, U distinct items of all these.
    """
    batch = pad(sequences.rows(group), model.shape.max_history + 1)
    negatives, log_q = sampler.draw()
    involved = np.concatenate([batch.items[batch.present], negatives])
    distinct, place = np.unique(involved, return_inverse=True)  # (U,)
    fused = model.items(items.rows(distinct))  # (U, D)
    n_events = int(batch.present.sum())
    place_of_event = np.zeros(batch.items.shape, dtype=np.int64)
    place_of_event[batch.present] = place[:n_events]
    events = torch.from_numpy(place_of_event)  # (B, T + 1)
    sampled = torch.from_numpy(place[n_events:])  # (S,)

    present = torch.from_numpy(batch.present)[:, :-1]  # (B, T)
    event_types, times = torch.from_numpy(batch.event_types), torch.from_numpy(batch.times)
    states = model(fused[events[:, :-1]], event_types[:, :-1], times[:, :-1], present)  # (B, T, D)

    # A target stands after every present input.
    targets = events[:, 1:][present]  # (E,)
    target_types = event_types[:, 1:][present]
    target_items = torch.from_numpy(batch.items)[:, 1:][present]
    loss = sampled_softmax(
        model.of_tasks(states[present], target_types),
        fused[targets],
        fused[sampled],
        targets[:, None] == sampled[None, :],
        None if log_q is None else log_q[torch.from_numpy(negatives)],
        None if log_q is None else log_q[target_items],
        None if event_weights is None else event_weights[target_types],
    )
    return loss, len(targets)
