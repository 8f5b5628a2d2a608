"""PyTorch behind the seam, on a machine without a GPU."""

from __future__ import annotations

import sys
from threading import Thread

import numpy as np
import pytest
import torch

from encoders.networks import network
from encoders.networks.network import (
    TorchNetwork,
    cores,
    has_gpu,
    mixed_precision,
    torch_label,
    use_cores,
)

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
    (rows,) = TorchNetwork(torch.nn.Dropout(0.9).train()).run(
        [(np.ones((1, 100), dtype=np.float32),)]
    )
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


def test_a_thread_takes_no_more_cores_than_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    seen: list[int] = []

    def bounded(n: int) -> None:
        use_cores(n)
        seen.append(cores())

    for n in (1, 3, 99, 0):
        thread = Thread(target=bounded, args=[n])
        thread.start()
        thread.join()
    assert (seen, cores()) == ([1, 3, 4, 4], 4)


def test_pytorch_takes_no_more_cores_than_an_encoder_may(monkeypatch: pytest.MonkeyPatch) -> None:
    before, during = torch.get_num_threads(), []

    class Counting(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            during.append(torch.get_num_threads())
            return x

    monkeypatch.setattr(network, "cores", lambda: 1)
    list(TorchNetwork(Counting()).run([(np.ones((1, 1), dtype=np.float32),)]))
    assert (during, torch.get_num_threads()) == ([1], before)


def test_pytorch_is_not_asked_for_a_gpu_where_there_is_no_driver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(network, "_DRIVERS", ("/no/such/device",))
    monkeypatch.setattr(sys, "platform", "linux")
    assert not has_gpu()
    monkeypatch.setattr(network, "_DRIVERS", ("/no/such/device", "/dev/null"))
    assert has_gpu()
