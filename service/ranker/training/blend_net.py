"""Fitting of one network of the second stage: training lists in, a `BlendNetwork` out.

The loss is the listwise softmax of a list's candidates (ListNet's top-one form, Cao et al. 2007).
Knows no cases and no ranker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from service.ranker.second_stage.blend_network import BlendNetwork, inputs_of
from service.ranker.sequence.task_heads import TaskHeads
from service.ranker.training.training_list import TrainingList

STANDARDISED_ON = 2_000
"""Lists on which mean and deviation of the signals are measured."""
LEAST_DEVIATION = 1e-4
"""A signal that varies less is not divided by its deviation."""
LEAST_GAIN = 1e-4
"""An epoch that lowers the validation loss by less is none the better for it."""


class BlendNet(nn.Module):
    """The network while it is trained: (C, 2F) standardised signals -> (C, H) scores of each event type,
    (C, 1) of all alike."""

    def __init__(
        self, n_signals: int, hidden: int, dropout: float = 0.0, task_shares: Sequence[float] = ()
    ) -> None:
        super().__init__()
        self.task_shares = tuple(task_shares)
        self.mean = nn.Buffer(torch.zeros(n_signals))
        self.deviation = nn.Buffer(torch.ones(n_signals))
        self.linear = nn.Linear(2 * n_signals, 1, bias=False)
        self.hidden = nn.Sequential(
            nn.Linear(2 * n_signals, hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, 1, bias=False),
        )
        self.tasks = TaskHeads(len(task_shares), 2 * n_signals, 1) if task_shares else None
        nn.init.zeros_(self.linear.weight)

    def forward(self, inputs: Tensor) -> Tensor:
        shared: Tensor = self.linear(inputs) + self.hidden(inputs)  # (C, 1)
        return shared if self.tasks is None else shared + self.tasks(inputs).squeeze(-1)

    def network(self) -> BlendNetwork:
        """What serves, with a copy of these weights."""
        weights = {name: value.numpy().copy() for name, value in self.state_dict().items()}
        return BlendNetwork(weights, self.task_shares)


class Standards(NamedTuple):
    """By what signals are standardised, (F,) each."""

    mean: Tensor
    deviation: Tensor
    """1 where a signal hardly varies."""


class _Packed(NamedTuple):
    """A training list as the network takes it."""

    inputs: Tensor
    """(C, 2F)"""
    chosen: Tensor
    """(P,)"""
    tasks: Tensor
    """(P,) what predicts each choice: a column of what the network gives."""


def fit_net(
    lists: Sequence[TrainingList],
    validation: Sequence[TrainingList],
    *,
    standards: Standards,
    hidden: int,
    dropout: float,
    seed: int,
    task_shares: Sequence[float] = (),
    epochs: int = 30,
    patience: int = 4,
    batch: int = 32,
) -> BlendNetwork:
    """Learn one network from at least one list; keeps the epoch with the lowest loss on the
    validation lists, or on the training lists where there are none."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = BlendNet(lists[0].signals.shape[1], hidden, dropout, task_shares)
    net.mean.copy_(standards.mean)
    net.deviation.copy_(standards.deviation)
    train, held_out = _packed(lists, net), _packed(validation, net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
    best, best_loss, waited = net.state_dict(), float("inf"), 0
    for _ in range(epochs):
        net.train()
        order = rng.permutation(len(train))
        for start in range(0, len(order), batch):
            loss = _loss(net, [train[place] for place in order[start : start + batch]])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        net.eval()
        with torch.inference_mode():
            validation_loss = float(_loss(net, held_out or train))
        if validation_loss < best_loss - LEAST_GAIN:
            best = {name: value.clone() for name, value in net.state_dict().items()}
            best_loss, waited = validation_loss, 0
            continue
        waited += 1
        if waited >= patience:
            break
    net.load_state_dict(best)
    return net.network()


def standards_of(lists: Sequence[TrainingList]) -> Standards:
    """Of at least one list."""
    sample = np.concatenate([one.signals for one in lists[:STANDARDISED_ON]])  # (candidates, F)
    deviation = sample.std(axis=0)
    divisor = np.where(deviation > LEAST_DEVIATION, deviation, 1.0).astype(np.float32)
    return Standards(torch.from_numpy(sample.mean(axis=0)), torch.from_numpy(divisor))


def _packed(lists: Sequence[TrainingList], net: BlendNet) -> list[_Packed]:
    return [
        _Packed(
            torch.from_numpy(
                inputs_of(one.signals, net.mean.numpy(), net.deviation.numpy(), one.scale)
            ),
            torch.from_numpy(one.chosen),
            torch.from_numpy(one.event_types if net.tasks else np.zeros_like(one.event_types)),
        )
        for one in lists
    ]


def _loss(net: BlendNet, lists: Sequence[_Packed]) -> Tensor:
    """Mean negative log-likelihood of a chosen candidate in its list by its event type; every
    choice counts alike."""
    scores_of_all = net(torch.cat([one.inputs for one in lists]))  # (sum of C, H)
    scores = torch.split(scores_of_all, [len(one.inputs) for one in lists])
    likelihoods = [
        each.log_softmax(0)[one.chosen, one.tasks] for each, one in zip(scores, lists, strict=True)
    ]
    return -torch.cat(likelihoods).mean()
