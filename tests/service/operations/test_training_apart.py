"""Training in a process of its own: the same model as in this one, and an end that is not the
server's."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.api.messages import RESUME, RecommendRequest, TrainProgress
from service.config import Settings, TrainingSettings
from service.errors import NoTrainedModel, TrainingEnded, TrainingOutOfMemory, TrainingUnderway
from service.models.kept_rankers import FOLDER as KEPT_RANKERS
from service.operations import training_apart
from service.operations.switching import Switching
from service.operations.training_apart import FOLDER, can_be_apart
from tests.service import world

USERS = ("u0", "u1", "u2")


class Gone(Exception):
    """What a caller who goes away raises."""


@pytest.fixture
def palate(tmp_path: Path) -> Iterator[Switching]:
    switching = Switching(world.filled(tmp_path), training=TrainingSettings())
    yield switching
    switching.close()


def lists(palate: Switching) -> list[list[tuple[str, float]]]:
    answers = [palate.recommend(RecommendRequest(user, k=5)) for user in USERS]
    return [[(one.item_id, one.score) for one in answer.results] for answer in answers]


def end_child(number: int) -> None:
    """The only child of this process that trains."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if parent == os.getpid() and b"service.operations.trainee" in command:
            os.kill(int(status.parent.name), number)


def test_it_trains_the_model_that_this_process_would(palate: Switching, tmp_path: Path) -> None:
    steps: list[TrainProgress] = []
    model = palate.train(steps.append, seed=3, force=True)
    assert model.active
    assert palate.recommend(RecommendRequest("u1")).model_version == model.version
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert stages[0] == "copy"
    assert {"read", "save", "activate", "done"} < set(stages)
    apart = lists(palate)
    here = palate._active.train(seed=3, force=True)
    assert here.version != model.version
    assert {k: v for k, v in here.metrics.items() if k != "seconds"} == pytest.approx(
        {k: v for k, v in model.metrics.items() if k != "seconds"}, abs=1e-4
    )
    assert [[item for item, _ in one] for one in lists(palate)] == [
        [item for item, _ in one] for one in apart
    ]
    assert not (tmp_path / FOLDER).exists()
    taken_up = palate.record_events(world.events(n_users=40)[-16:])
    assert taken_up.recorded == 16
    assert palate.train(incremental=True).active
    with pytest.raises(NoTrainedModel, match=r"nothing happened since model .*; record events"):
        palate.train(incremental=True)


def test_a_caller_who_goes_ends_it_and_the_next_training_goes_on_from_there(
    palate: Switching, tmp_path: Path
) -> None:
    def leave(step: TrainProgress) -> None:
        if step.stage.startswith("sequence model") and step.done >= 2:
            raise Gone

    with pytest.raises(Gone):
        palate.train(leave)
    assert not (tmp_path / FOLDER).exists()
    assert (tmp_path / "training").exists()
    stages: list[str] = []
    palate.train(lambda step: stages.append(step.stage), force=True)
    assert RESUME in stages


def test_what_the_server_keeps_for_its_next_start_stays(palate: Switching, tmp_path: Path) -> None:
    def leave(step: TrainProgress) -> None:
        if step.stage == "read":  # the process has loaded what serves
            raise Gone

    version = palate.train(force=True).version
    kept = tmp_path / KEPT_RANKERS / version
    made = kept.stat()
    with pytest.raises(Gone):
        palate.train(leave)
    assert [one.name for one in kept.parent.iterdir()] == [version]
    assert kept.stat().st_ino == made.st_ino


def test_a_deletion_leaves_its_files_to_a_training_that_is_under_way_and_none_after_it(
    palate: Switching, tmp_path: Path
) -> None:
    there: list[bool] = []

    def delete(step: TrainProgress) -> None:
        if step.stage.startswith("sequence model") and step.done >= 2:
            palate.delete_user("u3")
            there.append((tmp_path / "training").exists())
            raise Gone

    with pytest.raises(Gone):
        palate.train(delete)
    assert there == [True]
    assert not (tmp_path / "training").exists()


@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGTERM, TrainingEnded), (signal.SIGKILL, TrainingOutOfMemory)]
)
def test_a_process_that_is_ended_is_an_error_and_what_served_goes_on(
    palate: Switching, number: int, expected: type[Exception]
) -> None:
    """SIGKILL is what the kernel ends with where memory runs out."""
    before = lists(palate)

    def end_it(step: TrainProgress) -> None:
        if step.stage == "read":
            end_child(number)

    with pytest.raises(expected, match=signal.Signals(number).name):
        palate.train(end_it)
    assert lists(palate) == before
    assert palate.list_models() == []


def test_a_training_that_may_not_have_the_memory_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switching = Switching(world.filled(tmp_path), training=TrainingSettings(memory_mb=48))
    try:
        with pytest.raises(TrainingOutOfMemory, match=r"48 MB of training\.memory_mb"):
            switching.train()
        assert switching.recommend(RecommendRequest("u1")).results
    finally:
        switching.close()


def test_a_second_training_is_refused_while_one_is(palate: Switching) -> None:
    refused: list[bool] = []

    def ask_again(step: TrainProgress) -> None:
        if not refused:
            with pytest.raises(TrainingUnderway):
                palate.train()
            refused.append(True)
            raise Gone

    with pytest.raises(Gone):
        palate.train(ask_again)
    assert refused


def test_a_caller_is_asked_again_while_nothing_new_comes(
    palate: Switching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that who has gone is noticed before the process says something: it is still loading."""
    monkeypatch.setattr(training_apart, "TOLD_EVERY_S", 0.01)
    told: list[TrainProgress] = []

    def leave(step: TrainProgress) -> None:
        told.append(step)
        if told.count(TrainProgress("start", 0, 1)) == 3:
            raise Gone

    with pytest.raises(Gone):
        palate.train(leave)


def test_a_log_in_memory_is_nobody_elses(tmp_path: Path) -> None:
    assert can_be_apart(world.settings(tmp_path))
    assert can_be_apart(Settings(log={"url": "postgresql://host/palate"}))  # type: ignore[arg-type]
    assert not can_be_apart(Settings(log={"url": "sqlite://"}))  # type: ignore[arg-type]
