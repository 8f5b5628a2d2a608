"""What is told of a checkpoint's files and arrays, without reading a ranker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.ranker.checkpoint_soundness import (
    CHECKSUMS,
    damaged_files,
    problem_of,
    write_checksums,
)

SOUND: dict[str, np.ndarray[Any, Any]] = {
    "counts": np.array([1, 2]),
    "neighbours": np.array([[1], [0]]),
    "knn.data": np.array([0.5]),
    "knn.indices": np.array([1]),
    "knn.indptr": np.array([0, 1, 1]),
}


def test_files_are_sound_until_they_change_or_go(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    write_checksums(tmp_path)
    assert damaged_files(tmp_path, ["a", "b", "c"], summed=True) == []
    (tmp_path / "a").write_text("A")
    (tmp_path / "b").unlink()
    assert damaged_files(tmp_path, ["a", "b", "c"], summed=True) == ["a", "b"]
    (tmp_path / CHECKSUMS).write_text("[")
    assert damaged_files(tmp_path, ["c"], summed=True) == [CHECKSUMS]


def test_nothing_is_said_of_files_that_were_never_summed(tmp_path: Path) -> None:
    assert damaged_files(tmp_path, ["a"], summed=False) == []


def test_sound_arrays_have_no_problem() -> None:
    assert problem_of(SOUND, 2) == ""


@pytest.mark.parametrize(
    ("name", "damaged", "problem"),
    [
        ("knn.data", np.array([np.inf]), "1 numbers of knn.data are not finite"),
        ("counts", np.array([1, 2, 3]), "counts has 3 rows for 2 items"),
        ("neighbours", np.array([[1], [2]]), "neighbours names items that are not there"),
        ("knn.indices", np.array([-1]), "knn is no matrix"),
        ("knn.indices", np.array([0, 1]), "knn is no matrix"),
        ("knn.indptr", np.array([0, 1]), "knn is no matrix"),
        ("knn.indptr", np.array([0, 2, 1]), "knn is no matrix"),
        ("knn.indptr", np.array([1, 1, 1]), "knn is no matrix"),
    ],
)
def test_damaged_arrays_are_named(name: str, damaged: np.ndarray, problem: str) -> None:
    assert problem_of({**SOUND, name: damaged}, 2) == problem
