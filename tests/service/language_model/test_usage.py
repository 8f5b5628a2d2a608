"""Usage adds up, by purpose and in all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from service.language_model.usage import Spent, Usage


def test_what_is_spent_adds_up_by_purpose() -> None:
    usage = Usage()
    usage.count("wish", Spent(1, 0, 10, 2))
    usage.count("aspects", Spent(1, 1))
    usage.count("wish", Spent(1, 0, 5, 1))
    assert usage.by_purpose() == {"wish": Spent(2, 0, 15, 3), "aspects": Spent(1, 1, 0, 0)}
    assert usage.total() == Spent(3, 1, 15, 3)
    assert usage.total().tokens == 18
    assert Usage().total() == Spent()


def test_threads_lose_nothing() -> None:
    usage = Usage()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: usage.count("p", Spent(1, 0, 1, 1)), range(800)))
    assert usage.total() == Spent(800, 0, 800, 800)
