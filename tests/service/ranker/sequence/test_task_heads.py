"""The linear maps of the tasks."""

from __future__ import annotations

import torch

from service.ranker.sequence.task_heads import TaskHeads

X = torch.arange(8.0).reshape(2, 4)


def test_each_task_has_a_map_of_its_own() -> None:
    heads = TaskHeads(3, 4, 2)
    torch.nn.init.normal_(heads.maps)
    expected = torch.stack([X @ one for one in heads.maps], dim=1)
    torch.testing.assert_close(heads(X), expected)


def test_before_training_nothing_is_added() -> None:
    assert not TaskHeads(3, 4, 2)(X).any()
