"""A budget is never overdrawn, and who wants much gets it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from encoders.decoding.memory import MemoryBudget


def test_what_is_taken_together_is_never_more_than_there_is() -> None:
    budget, lock = MemoryBudget(100), Lock()
    taken = most = 0

    def work(n_bytes: int) -> int:
        nonlocal taken, most
        with budget.reserved(n_bytes) as part:
            with lock:
                taken += part
                most = max(most, taken)
            with lock:
                taken -= part
        return part

    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(work, [10, 60, 100, 1_000, 40] * 40))
    assert parts == [10, 60, 100, 100, 40] * 40
    assert (taken, most <= 100) == (0, True)


def test_who_waits_for_much_is_not_overtaken_and_an_error_gives_back() -> None:
    budget, order = MemoryBudget(100), list[str]()
    waits = Event()

    def take(name: str, n_bytes: int) -> None:
        waits.set()
        with budget.reserved(n_bytes):
            order.append(name)

    with ThreadPoolExecutor(2) as pool:
        try:
            with budget.reserved(50):
                much = pool.submit(take, "much", 100)
                waits.wait(10)
                while not budget._next.locked():
                    pass
                little = pool.submit(take, "little", 10)
                raise RuntimeError
        except RuntimeError:
            much.result(10)
            little.result(10)
    assert order == ["much", "little"]
