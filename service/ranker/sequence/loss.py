"""The training loss of the first stage, as a pure function."""

from __future__ import annotations

import torch
from torch import Tensor


def sampled_softmax(
    states: Tensor,
    targets: Tensor,
    negatives: Tensor,
    is_target: Tensor,
    log_q: Tensor | None = None,
    target_log_q: Tensor | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """Mean cross-entropy of the target among itself and shared negatives, corrected by log Q.

    states (E, D), targets (E, D), negatives (S, D), is_target (E, S) bool marks negatives that are
    the row's own target, log_q (S,) and target_log_q (E,) are log sampling probabilities, weights
    (E,) say how much each target counts in the mean, by default all alike. Scalar out. The
    correction makes it an estimate of the full softmax (Bengio & Senecal 2008; arXiv 2508.06450 for
    its effect).

    >>> s, t = torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 0.0]])
    >>> n = torch.tensor([[0.0, 1.0]])
    >>> round(float(sampled_softmax(s, t, n, torch.tensor([[False]]))), 4)  # -log(e / (e + 1))
    0.3133
    >>> twice, other = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[False], [False]])
    >>> weights = torch.tensor([3.0, 1.0])  # (3 * 0.3133 + 1.3133) / 4
    >>> round(float(sampled_softmax(twice, t, n, other, weights=weights)), 4)
    0.5633
    """
    positive = (states * targets).sum(dim=1, keepdim=True)  # (E, 1)
    negative = states @ negatives.T  # (E, S)
    if log_q is not None and target_log_q is not None:
        positive = positive - target_log_q[:, None]
        negative = negative - log_q[None, :]
    negative = negative.masked_fill(is_target, float("-inf"))
    logits = torch.cat([positive, negative], dim=1)  # (E, 1 + S)
    wanted = torch.zeros(len(states), dtype=torch.long)
    if weights is None:
        return torch.nn.functional.cross_entropy(logits, wanted)
    each = torch.nn.functional.cross_entropy(logits, wanted, reduction="none")  # (E,)
    return (weights * each).sum() / weights.sum().clamp(min=1e-6)
