"""PyTorch behind the seam, on a machine without a GPU."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from encoders import network
from encoders.network import TorchNetwork, mixed_precision, torch_label

without_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")


def test_batches_come_back_in_order_and_are_taken_one_by_one() -> None:
    module = torch.nn.Linear(2, 1, bias=False)
    torch.nn.init.constant_(module.weight, 1.0)
    taken: list[int] = []

    def batches() -> object:
        for number in range(3):
            taken.append(number)
            yield (np.full((number + 1, 2), number, dtype=np.float32),)

    found = TorchNetwork(module).run(batches())  # type: ignore[arg-type]
    assert taken == []
    assert next(found).tolist() == [[0.0]]
    assert taken == [0]
    assert [rows.tolist() for rows in found] == [[[2.0], [2.0]], [[4.0], [4.0], [4.0]]]


def test_a_module_is_used_as_trained_not_as_in_training() -> None:
    (rows,) = TorchNetwork(torch.nn.Dropout(0.9).train()).run([(np.ones((1, 100), dtype=np.float32),)])
    assert rows.tolist() == [[1.0] * 100]


@without_gpu
def test_without_a_gpu_precision_is_full_and_said() -> None:
    assert torch_label() == "PyTorch fp32 on the CPU"
    with mixed_precision():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_on_a_gpu_with_bf16_precision_is_mixed_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "has_gpu", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: True)
    assert torch_label() == "PyTorch bf16 on the GPU"
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: False)
    assert torch_label() == "PyTorch fp32 on the GPU"
