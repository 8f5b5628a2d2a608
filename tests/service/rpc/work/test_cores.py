"""A thread of the server takes the cores that its work may have."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
import torch
from threadpoolctl import threadpool_info

from encoders.networks.network import cores
from service.rpc.work.cores import half_the_cores, one_core


def _in_a_thread(prepare: Callable[[], None]) -> tuple[int, int, set[int]]:
    """Cores of encoders, of PyTorch and of BLAS after it."""
    seen: list[tuple[int, int, set[int]]] = []

    def work() -> None:
        prepare()
        blas = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
        seen.append((cores(), torch.get_num_threads(), blas))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return seen[0]


def test_an_answer_takes_one_core() -> None:
    assert _in_a_thread(one_core) == (1, 1, {1})


@pytest.mark.parametrize(("all_cores", "half"), [(8, 4), (3, 1), (1, 1), (None, 1)])
def test_bulk_work_takes_half_of_the_cores_and_at_least_one(
    monkeypatch: pytest.MonkeyPatch, all_cores: int | None, half: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: all_cores)
    assert _in_a_thread(half_the_cores) == (half, half, {1})
