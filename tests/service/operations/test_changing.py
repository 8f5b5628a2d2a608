"""Changing encoders: what a request for others means, and a recommender with them that is ready."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import InvalidInput
from service.api.messages import TrainProgress
from service.operations.changing import (
    named,
    open_alone,
    open_beside,
    prepare,
    serving_encoders,
)
from service.recommender import Recommender
from service.storage.workspace import Workspace
from tests.service import counting, world


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    return counting.install(monkeypatch)


def quiet(progress: TrainProgress) -> None:
    pass


@pytest.mark.parametrize(
    ("now", "asked", "then"),
    [
        # as it was when a catalogue had pictures or sounds
        ({"image": "I"}, {"image": "J"}, {"image": "J"}),
        ({"image": "I"}, {"text": "U"}, {"text": "U", "image": "I"}),
        ({"image": "I"}, {"audio": "A"}, {"audio": "A"}),
        ({"image": "I"}, {"audio": "A", "image": "none"}, {"audio": "A"}),
        ({"image": "I"}, {"image": "none"}, {"image": "none"}),
        ({"audio": "A"}, {"audio": "B"}, {"audio": "B"}),
        ({"audio": "A"}, {"image": "I"}, {"image": "I"}),
        ({"audio": "A"}, {"image": "I", "audio": "none"}, {"image": "I"}),
        ({"image": "none"}, {"audio": "A"}, {"audio": "A"}),
        # and with both
        ({"image": "I"}, {"image": "I", "audio": "A"}, {"image": "I", "audio": "A"}),
        ({"audio": "A"}, {"image": "I", "audio": "B"}, {"image": "I", "audio": "B"}),
        ({"image": "I", "audio": "A"}, {"image": "J"}, {"image": "J", "audio": "A"}),
        ({"image": "I", "audio": "A"}, {"audio": "none"}, {"image": "I"}),
        ({"image": "I", "audio": "A"}, {"text": "U"}, {"text": "U", "image": "I", "audio": "A"}),
        ({"image": "none"}, {"image": "I", "audio": "A"}, {"image": "I", "audio": "A"}),
    ],
)
def test_an_encoder_that_is_new_takes_the_place_of_others_unless_they_are_named_too(
    tmp_path: Path, now: dict[str, str], asked: dict[str, str], then: dict[str, str]
) -> None:
    settings = world.settings(tmp_path, encoders={"text": "T", **now})
    lines = {"text": "", "image": "", "audio": ""} | asked
    changed = named(settings, lines)
    assert changed.encoder_names == {"text": "T", **then}
    assert (changed.data, changed.ranker) == (settings.data, settings.ranker)


def test_the_backend_stays(tmp_path: Path) -> None:
    encoders = {"text": "T", "image": "I", "backend": "torch"}
    settings = world.settings(tmp_path, encoders=encoders)
    assert named(settings, {"image": "J"}).encoders.backend == "torch"


def test_an_encoder_that_stays_is_not_loaded_again(tmp_path: Path, read: Counter[str]) -> None:
    settings = world.settings(tmp_path, encoders={"text": "one", "image": "one"})
    with closing(Workspace.open(settings)) as serving:
        after = open_beside(serving, named(settings, {"text": "two"}), quiet)
        assert after.modalities["image"] is serving.modalities["image"]
        assert after.text_encoder is not serving.text_encoder
        after.close()


@pytest.mark.parametrize(
    ("lines", "field"), [({"text": "one"}, "encoders"), ({"image": "gone"}, "image")]
)
def test_what_changes_nothing_or_cannot_be_loaded_is_refused_and_nothing_is_left(
    tmp_path: Path, read: Counter[str], lines: dict[str, str], field: str
) -> None:
    settings = world.settings(tmp_path, encoders={"text": "one", "image": "one"})
    with closing(Workspace.open(settings)) as serving:
        serving.reconcile()
        with pytest.raises(InvalidInput) as caught:
            open_beside(serving, named(settings, lines), quiet)
        assert caught.value.field == field
    with pytest.raises(InvalidInput) as caught:
        open_alone(named(settings, lines), quiet)
    assert caught.value.field == field
    assert [path.name for path in tmp_path.glob("vectors*")] == ["vectors"]
    Workspace.open(settings).close()


def test_what_is_prepared_serves_all_items_and_says_what_it_is(
    tmp_path: Path, read: Counter[str]
) -> None:
    settings = world.settings(tmp_path, encoders={"text": "one", "image": "fake"})
    with closing(Recommender(Workspace.open(settings))) as before:
        before.index_items(world.items(), {})
    read.clear()
    steps: list[TrainProgress] = []
    workspace = open_alone(named(settings, {"text": "two", "audio": "fake"}), steps.append)
    after = prepare(workspace, steps.append)
    with closing(after):
        assert read == {"two": 40}
        assert [step.stage for step in steps][:2] == ["load", "encode"]
        now = serving_encoders(after)
        assert (now.text, now.image, now.audio, now.items) == ("two", "none", "fake", 40)
        assert now.digest == workspace.digest
        assert now.model_version == ""


def test_where_a_trained_model_serves_one_is_trained_on_the_new_vectors(
    tmp_path: Path, read: Counter[str]
) -> None:
    settings = world.settings(tmp_path, encoders={"text": "one", "image": "none"})
    with closing(Recommender(Workspace.open(settings))) as before:
        before.index_items(world.items(), {})
        before.record_events(world.events())
        before.train(force=True)
    steps: list[TrainProgress] = []
    workspace = open_alone(named(settings, {"text": "two"}), steps.append)
    with closing(prepare(workspace, steps.append)) as after:
        assert {step.stage for step in steps} >= {"load", "encode", "save"}
        assert any(step.stage == "done" for step in steps)
        assert len(after.list_models()) == 2
