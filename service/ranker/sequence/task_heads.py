"""The linear maps of the tasks (`service.ranker.sequence.tasks`) while they are trained. What serves is
`service.ranker.layers.served_map` of them."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class TaskHeads(nn.Module):
    """(E, n_in) -> (E, H, n_out) to be added to what the H tasks share; nothing before training."""

    def __init__(self, n_tasks: int, n_in: int, n_out: int) -> None:
        super().__init__()
        self.maps = nn.Parameter(torch.zeros(n_tasks, n_in, n_out))

    def forward(self, x: Tensor) -> Tensor:
        """What each task adds."""
        return torch.einsum("ei,hio->eho", x, self.maps)
