"""A training that was killed goes on, and gives what it would have given."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from service.ranker.training import resume
from service.ranker.training.fit import FitState, StageProgress
from service.ranker.training.resume import SavedFits, fingerprint
from service.ranker.training.train import Trained, train_ranker
from tests.service.ranker.planted import SMALL, chain, features

CONFIG = replace(SMALL, max_epochs=6, dropout=0.1, blend_lists=60)
PROVISIONAL, EVERYTHING = "sequence model", "sequence model, all events"
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.service.ranker.training.test_resume import train

def kill(stage: str, done: int, total: int) -> None:
    if (stage, done) == (sys.argv[2], int(sys.argv[3])):
        os.kill(os.getpid(), signal.SIGKILL)

train(Path(sys.argv[1]), kill)
"""


def train(
    folder: Path | None, progress: StageProgress | None = None, told: list[str] | None = None
) -> Trained:
    kept = (
        None if folder is None else SavedFits(folder, "same", ([] if told is None else told).append)
    )
    return train_ranker(chain(), features(30), CONFIG, version="x", progress=progress, kept=kept)


def test_a_training_that_was_killed_twice_gives_the_ranker_of_one_that_was_not(
    tmp_path: Path,
) -> None:
    undisturbed = train(None)
    for stage, epoch in ((PROVISIONAL, "3"), (EVERYTHING, "2")):
        killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path, stage, epoch], check=False)
        assert killed.returncode == -signal.SIGKILL
    begun: dict[str, int] = {}
    told: list[str] = []
    resumed = train(tmp_path, lambda stage, done, total: begun.setdefault(stage, done), told)
    assert begun[PROVISIONAL] == 6
    assert begun[EVERYTHING] == 2
    assert told[-1] == f"{EVERYTHING}: goes on after epoch 2 of a training that was interrupted"
    assert resumed.first_stage.losses == pytest.approx(undisturbed.first_stage.losses, rel=1e-5)
    assert resumed.metrics == pytest.approx(undisturbed.metrics, rel=1e-4)
    np.testing.assert_allclose(
        resumed.ranker.snapshot.item_vectors, undisturbed.ranker.snapshot.item_vectors, atol=1e-5
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a training called `same` was interrupted after one epoch."""
    weight = {"weight": torch.ones(2)}
    state = FitState(
        0.1,
        0,
        1,
        False,
        [0.5],
        [0.2],
        weight,
        weight,
        {"state": {}},
        {"state": 2**100},
        torch.ones(2),
    )
    SavedFits(tmp_path, "same", lambda _: None).write(PROVISIONAL, state)
    return tmp_path


def test_what_was_written_is_read(folder: Path) -> None:
    state = SavedFits(folder, "same", lambda _: None).read(PROVISIONAL)
    assert state is not None
    assert (state.rate, state.losses, state.rng) == (0.1, [0.5], {"state": 2**100})
    torch.testing.assert_close(state.model["weight"], torch.ones(2))
    assert SavedFits(folder, "same", lambda _: None).read(EVERYTHING) is None


def test_what_another_training_left_is_deleted(folder: Path) -> None:
    assert SavedFits(folder, "other", lambda _: None).read(PROVISIONAL) is None
    assert not folder.exists()


def test_a_folder_that_goes_while_a_state_is_written_stays_away_until_the_next_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = SavedFits(folder, "same", lambda _: None)
    state = fits.read(PROVISIONAL)
    assert state is not None
    with monkeypatch.context() as patch:
        patch.setattr(resume.os, "fsync", lambda _: shutil.rmtree(folder))
        fits.write(PROVISIONAL, state)
    assert not folder.exists()
    fits.write(PROVISIONAL, state)
    assert fits.read(PROVISIONAL) is not None


@pytest.mark.parametrize("left", [0, 100, -100])
def test_a_damaged_file_is_no_state(folder: Path, left: int) -> None:
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:left])
    assert SavedFits(folder, "same", lambda _: None).read(PROVISIONAL) is None


def test_trainings_are_the_same_only_if_log_items_settings_weights_and_seed_are() -> None:
    table, items, weights = chain(), features(30), np.ones(1, np.float32)
    same = fingerprint(table, items, CONFIG, weights, 0)
    assert fingerprint(chain(), features(30), replace(CONFIG), weights.copy(), 0) == same
    others = [
        fingerprint(table.select(np.arange(len(table)) > 0), items, CONFIG, weights, 0),
        fingerprint(table, features(30, domain=np.ones(30, np.int64)), CONFIG, weights, 0),
        fingerprint(table, replace(items, tags=[np.zeros(1, np.int64)] * 30), CONFIG, weights, 0),
        fingerprint(table, items, replace(CONFIG, dropout=0.2), weights, 0),
        fingerprint(table, items, CONFIG, weights / 2, 0),
        fingerprint(table, items, CONFIG, weights, 1),
    ]
    assert len({same, *others}) == 7
