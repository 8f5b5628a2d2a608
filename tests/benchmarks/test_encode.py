"""What the encoding benchmark counts, on vectors and clocks whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import encode
from benchmarks.encode import comparison, in_turns, overlap, row_of
from encoders.networks.backend import Running


def circle(n: int, moved: float = 0.0) -> np.ndarray:
    """n directions around the circle, the first turned by `moved` places: a row's neighbours are
    those beside it."""
    angles = 2 * np.pi * (np.arange(n) + moved * (np.arange(n) == 0)) / n
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_same_vectors_have_all_neighbours_in_common_and_a_row_is_not_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encode, "NEIGHBOURS", 2)
    assert overlap(circle(40), circle(40)) == 1.0


def test_a_row_that_moved_loses_its_neighbours_and_they_lose_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encode, "NEIGHBOURS", 2)
    # row 0 between 10 and 11: it loses both neighbours, 1 and 39 lose it, 10 and 11 gain it for
    # another
    assert overlap(circle(40, moved=10.5), circle(40)) == pytest.approx(
        1 - (2 + 1 + 1 + 1 + 1) / 80
    )


def test_the_ratio_is_the_median_of_rounds_not_of_their_parts() -> None:
    rates = [(10.0, 30.0), (5.0, 20.0), (1.0, 2.0)]  # ratios 3, 4 and 2
    found = comparison("texts", rates, circle(20), circle(20), Running("OpenVINO bf16"))
    assert (found.plain_per_s, found.ours_per_s, found.ratio) == (5.0, 20.0, 3.0)
    assert found.cosine == pytest.approx(1.0)
    assert (found.what, found.overlap, found.runs_on) == ("20 texts", 1.0, "OpenVINO bf16")


def test_both_take_turns_after_a_first_run_that_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    ran: list[str] = []

    def run(name: str, seconds: float) -> np.ndarray:
        nonlocal now
        ran.append(name)
        now += seconds
        return circle(3)

    monkeypatch.setattr(encode.time, "perf_counter", lambda: now)
    _, rates = in_turns(lambda: run("plain", 4.0), lambda: run("ours", 1.0), 8)
    assert ran == ["plain", "ours"] * (1 + encode.ROUNDS)
    assert rates == [(2.0, 8.0)] * encode.ROUNDS


def test_a_share_that_nobody_knows_is_left_out() -> None:
    times = {"seconds": 12.34, "rows_per_s": 5678.9, "encoding": None, "peak_memory_mb": 1234.0}
    assert row_of("rows", times) == ["rows", "12.3", "5,679", "", "1,234 MB"]
    assert row_of("rows", times | {"encoding": 0.868})[3] == "87%"
