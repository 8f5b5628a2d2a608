"""Changing encoders under calls, and back again: on a real embedded store and log, with encoders
that count."""

from __future__ import annotations

import gc
import logging
import signal
import subprocess
import sys
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qdrant_client import QdrantClient

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.indexing.shared_space import joint_names
from indexer.stores.qdrant import location
from indexer.stores.qdrant.location import QdrantLocation
from indexer.stores.store import IMAGE, TEXT
from service.api.messages import ExplainRequest, RecommendRequest, SearchRequest, TrainProgress
from service.config import TrainingSettings
from service.errors import InvalidInput, ServedByOtherEncoders, TrainingUnderway
from service.garbage_collection import freeze_gc
from service.models import verdict
from service.operations.switching import Switching
from service.recommender import Recommender
from service.storage.workspace import Workspace
from service.telemetry.measurements import Measurements
from service.telemetry.telemetry import SILENT, Telemetry
from tests.service import counting, strips
from tests.service.world import NOW, events, items, settings


class Stopped(Exception):
    """What a caller who goes away raises."""


def quiet(progress: TrainProgress) -> None:
    pass


def recommender(
    folder: Path, text: str, telemetry: Telemetry = SILENT, **overrides: Any
) -> Recommender:
    small = {
        "dim": 8,
        "n_blocks": 1,
        "n_heads": 1,
        "max_epochs": 1,
        "blend_lists": 20,
        "content_dim": 8,
    }
    encoders = {"text": text, "image": "fake"}
    return Recommender(
        Workspace.open(settings(folder, encoders=encoders, ranker=small, **overrides)),
        telemetry=telemetry,
    )


def titles(palate: Switching, words: str) -> list[str]:
    return [row.item.title for row in palate.search_items(SearchRequest(text=words, k=3)).results]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    return counting.install(monkeypatch)


@pytest.fixture
def palate(tmp_path: Path, read: Counter[str]) -> Iterator[Switching]:
    """The small world, read by encoder `one`."""
    opened = Switching(recommender(tmp_path, "one"))
    opened.index_items(items(), {})
    opened.record_events(events())
    yield opened
    opened.close()


def test_calls_are_answered_throughout_and_what_came_meanwhile_is_there(
    palate: Switching, read: Counter[str]
) -> None:
    stop, answers, problems = threading.Event(), [], []

    def ask() -> None:
        while not stop.is_set():
            try:
                answers.append(len(palate.recommend(RecommendRequest(user_id="u0", k=5)).results))
            except Exception as error:
                problems.append(error)

    def meanwhile(progress: TrainProgress) -> None:
        if progress.stage == "encode":  # all 40 are in the new store
            palate.index_items(
                [Item("new", title="Comet"), Item("i2", title="Changed", available=False)], {}
            )
            palate.delete_items(["i4"])
            palate.record_events([Event("u0", "i6", "rating", 5.0, NOW + 5_000, None)])

    asking = threading.Thread(target=ask)
    asking.start()
    now = palate.change_encoders(meanwhile, text="two", image="")
    stop.set()
    asking.join()
    assert (now.text, now.image, now.items, now.model_version) == ("two", "fake", 40, "")
    assert problems == []
    assert len(answers) > 1
    assert set(answers) == {5}
    assert titles(palate, "comet")[0] == "Comet"
    assert titles(palate, "changed")[0] == "Changed"
    assert read["two"] == 40 + 2
    everything = palate.recommend(RecommendRequest(user_id="nobody", k=100)).results
    assert {row.item_id for row in everything} == {f"i{i}" for i in range(40)} - {"i2", "i4"} | {
        "new"
    }
    counts = palate._active.ranker.snapshot.behaviour.counts
    assert counts[6] == sum(event.item_id == "i6" for event in events()) + 1
    (said,) = palate.recommend(RecommendRequest(user_id="u0")).degraded
    assert said.startswith("no model has been trained yet")


def test_back_again_encodes_only_what_has_changed(palate: Switching, read: Counter[str]) -> None:
    palate.change_encoders(quiet, text="two", image="")
    palate.index_items(
        [Item("i0", title="Another"), Item("i1", title=items()[1].title, price=99.0)], {}
    )
    before = read["one"]
    palate.change_encoders(quiet, text="one", image="")
    assert read["one"] - before == 2
    assert titles(palate, "another")[0] == "Another"
    before = read["two"]
    palate.change_encoders(quiet, text="two", image="")
    assert read["two"] == before


def test_a_change_that_was_stopped_goes_on_where_it_was(tmp_path: Path, read: Counter[str]) -> None:
    palate = Switching(recommender(tmp_path, "one"))
    palate.index_items([Item(f"i{i}", title=f"word{i}") for i in range(600)], {})

    def stop(progress: TrainProgress) -> None:
        if progress.stage == "encode":
            raise Stopped

    with pytest.raises(Stopped):
        palate.change_encoders(stop, text="two", image="")
    assert read["two"] == 256
    assert palate.recommend(RecommendRequest(k=3)).results
    assert titles(palate, "word7")[0] == "word7"
    palate.change_encoders(quiet, text="two", image="")
    assert read == {"one": 600, "two": 600}
    palate.close()


def test_what_an_encoder_that_stays_has_read_is_not_read_again(
    palate: Switching, read: Counter[str]
) -> None:
    looks = {f"i{i}": [strips.picture(i)] for i in range(0, 40, 2)}
    palate.index_items(
        [
            *items(),
            Item("wordless", media={"image": ("http://127.0.0.1/gone.png",)}),
            Item("untold"),
        ],
        looks,
    )
    before = Counter(read)
    palate.change_encoders(quiet, text="", image="two")
    assert read - before == {"two pictures": 20 + 1}
    before = Counter(read)
    palate.change_encoders(quiet, text="two", image="")
    assert read - before == {"two": 42, "two pictures": 1}
    workspace = palate._active.workspace
    stored = {
        row.item: row.vectors for page in workspace.store.scroll((TEXT, IMAGE)) for row in page
    }
    assert set(stored) == {item for _, item in workspace.log.iter_items()}
    for item, vectors in stored.items():
        assert (TEXT in vectors, IMAGE in vectors) == (True, item.item_id in looks)
    text, look = workspace.text_encoder, strips.picture(4)
    np.testing.assert_allclose(
        workspace.store.vectors(TEXT, [4])[1], text.encode_passages([items()[4].text()]), atol=0.02
    )
    (found, *_) = palate.search_items(SearchRequest(image=look, k=1)).results
    assert found.item_id == "i4"
    assert workspace.log.count_lacking_pictures() == 1


def test_killed_in_the_middle_it_answers_as_before_and_encodes_nothing_twice(
    palate: Switching, tmp_path: Path, read: Counter[str]
) -> None:
    palate.index_items([Item(f"w{i}", title=f"word{i}") for i in range(300)], {})
    palate.close()
    body = f"""
import os, signal
import pytest
from pathlib import Path
from tests.service import counting
from tests.service.operations.test_switching import recommender
from service.operations.switching import Switching

counting.install(pytest.MonkeyPatch())
def kill(step):
    if step.stage == "encode":
        os.kill(os.getpid(), signal.SIGKILL)
Switching(recommender(Path({str(tmp_path)!r}), "one")).change_encoders(kill, text="two", image="")
"""
    assert subprocess.run([sys.executable, "-c", body], check=False).returncode == -signal.SIGKILL
    again = Switching(recommender(tmp_path, "one"))
    assert titles(again, "word7")[0] == "word7"
    again.change_encoders(quiet, text="two", image="")
    assert read["two"] == 340 - 256
    assert again._active.workspace.store.count() == 340
    again.close()


def test_stores_on_a_qdrant_server_change_places_too(
    tmp_path: Path, read: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(QdrantClient(":memory:")) as client:
        monkeypatch.setattr(
            location, "QdrantLocation", lambda url, prefix: QdrantLocation(client, prefix)
        )
        palate = Switching(
            recommender(tmp_path, "one", store={"kind": "qdrant", "url": "http://unused"})
        )
        palate.index_items(items(), {})
        for text in ("two", "one", "two"):
            palate.change_encoders(quiet, text=text, image="")
            assert titles(palate, "galaxy")[0].startswith("Galaxy")
        assert read == {"one": 40, "two": 40}
        assert len({one.name.split("_")[0] for one in client.get_collections().collections}) == 2
        palate.close()


def test_a_restart_with_either_configuration_is_right_and_says_what_changed(
    palate: Switching, tmp_path: Path, read: Counter[str], caplog: pytest.LogCaptureFixture
) -> None:
    palate.change_encoders(quiet, text="two", image="")
    palate.index_items([Item("i0", title="Another")], {})
    palate.delete_items(["i1"])
    palate.close()
    so_far = Counter(read)
    caplog.set_level(logging.WARNING)
    new = recommender(tmp_path, "two")
    assert (read, caplog.messages, "encoders" in new.loaded()) == (so_far, [], False)
    new.close()
    old = recommender(tmp_path, "one")
    assert read - so_far == {"one": 1}
    (said,) = caplog.messages
    assert "text two, image fake served last, the settings name text one, image fake" in said
    assert "text two" in old.loaded()["encoders"]
    assert {row.item_id for row in old.recommend(RecommendRequest(k=100)).results} == {
        f"i{i}" for i in range(40) if i != 1
    }
    old.close()
    again = recommender(tmp_path, "one")
    assert (read - so_far, len(caplog.messages), "encoders" in again.loaded()) == (
        {"one": 1},
        1,
        False,
    )
    again.close()


def test_each_set_of_encoders_has_its_own_model(
    palate: Switching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_favour = verdict.Verdict(True, "")
    monkeypatch.setattr(verdict, "verdict_on", lambda checked, lead_of_active: in_favour)
    first = palate.train(quiet, seed=0, force=True, incremental=False).version
    stages: list[str] = []
    second = palate.change_encoders(
        lambda step: stages.append(step.stage), text="two", image=""
    ).model_version
    assert "save" in stages
    assert second not in ("", first)
    assert {model.version: model.active for model in palate.list_models()} == {
        first: False,
        second: True,
    }
    assert palate.recommend(RecommendRequest(user_id="u0")).model_version == second
    stages.clear()
    assert (
        palate.change_encoders(
            lambda step: stages.append(step.stage), text="one", image=""
        ).model_version
        == first
    )
    assert set(stages) == {"load", "encode", "switch"} - {"encode"}
    palate.close()
    for text, version in (("two", second), ("one", first), ("two", second)):
        opened = recommender(tmp_path, text)
        answer = opened.recommend(RecommendRequest(user_id="u0"))
        assert (answer.model_version, answer.degraded) == (version, [])
        opened.close()
    reopened = Switching(recommender(tmp_path, "one"))
    with pytest.raises(Exception, match="trained with other encoders"):
        reopened.activate_model(second)
    with pytest.raises(Exception, match="no model served before"):
        reopened.rollback_model()
    reopened.close()


def test_where_too_little_happened_to_train_again_that_is_said_and_the_change_goes_on(
    palate: Switching, read: Counter[str]
) -> None:
    palate.train(quiet, seed=0, force=True, incremental=False)
    for user in range(30):
        palate.delete_events(f"u{user}", None)
    told: list[str] = []
    now = palate.change_encoders(lambda step: told.append(step.message), text="two", image="")
    assert now.model_version == ""
    assert any(message.startswith("no model was trained: ") for message in told)
    said = palate.recommend(RecommendRequest(taste="rocket")).degraded[0]
    assert said.startswith("no model has been trained with these encoders yet")


def test_an_answer_of_before_is_not_explained_by_what_serves_now(palate: Switching) -> None:
    palate.train(quiet, seed=0, force=True, incremental=False)
    answer = palate.recommend(RecommendRequest(user_id="u0"))
    question = ExplainRequest(answer.results[0].item_id, answer.recommendation_id)
    before = palate.explain(question)
    palate.change_encoders(quiet, text="two", image="")
    with pytest.raises(ServedByOtherEncoders, match="explain by user_id"):
        palate.explain(question)
    assert palate.explain(ExplainRequest(question.item_id, user_id="u0")).text
    palate.change_encoders(quiet, text="one", image="")
    after = palate.explain(question)
    assert [
        (fact.kind, fact.item_id, pytest.approx(fact.weight, abs=1e-3)) for fact in after.evidence
    ] == [(fact.kind, fact.item_id, fact.weight) for fact in before.evidence]


def test_an_alignment_is_not_in_use_for_other_encoders_and_is_again_for_its_own(
    aligned_copy: Path, read: Counter[str]
) -> None:
    palate = Switching(Recommender(strips.opened(aligned_copy)))
    palate.change_encoders(quiet, text="two", image="")
    (said,) = palate.search_items(SearchRequest(text=strips.words(0), k=1)).degraded
    assert "other encoders" in said
    palate.index_items([Item("late", title=strips.words(0))], {})
    palate.change_encoders(quiet, text="fake", image="")
    answer = palate.search_items(SearchRequest(text=strips.words(strips.ONLY_SEEN), k=3))
    assert answer.degraded == []
    assert f"i{strips.ONLY_SEEN}" in [row.item_id for row in answer.results]
    store = palate._active.workspace.store
    assert [len(store.vectors(name, [len(strips.LOOKS)])[0]) for name in joint_names(store)] == [
        1,
        0,
    ]  # no picture
    palate.close()


def test_pictures_that_could_not_be_had_are_known_for_each_store(palate: Switching) -> None:
    palate.index_items(
        [Item("p", title="Poster", media={"image": ("http://127.0.0.1/gone.png",)})], {}
    )
    log = palate._active.workspace.log
    assert log.count_lacking_pictures() == 1
    palate.change_encoders(quiet, text="", image="none")
    assert log.count_lacking_pictures() == 0
    palate.change_encoders(quiet, text="", image="fake")
    assert log.count_lacking_pictures() == 1


def test_what_served_before_is_freed(palate: Switching) -> None:
    before = weakref.ref(palate._active)
    freeze_gc()
    palate.change_encoders(quiet, text="two", image="")
    freeze_gc()
    gc.unfreeze()
    assert before() is None


def test_one_change_or_training_at_a_time(palate: Switching) -> None:
    refused: list[str] = []

    def another(progress: TrainProgress) -> None:
        for call in (
            lambda: palate.change_encoders(quiet, text="three", image=""),
            lambda: palate.train(quiet, seed=0, force=False, incremental=False),
        ):
            with pytest.raises(TrainingUnderway) as caught:
                call()
            refused.append(str(caught.value))

    palate.change_encoders(another, text="two", image="")
    assert refused
    palate.change_encoders(quiet, text="three", image="")


@pytest.mark.parametrize(
    ("asked", "field", "why"),
    [
        ({"text": "no-such-model"}, "text", "cannot be loaded"),
        ({"image": "no-such-encoder"}, "image", "no image encoder is called"),
        ({}, "encoders", "serve already"),
        ({"text": "one", "image": "fake"}, "encoders", "serve already"),
    ],
)
def test_what_cannot_be_changed_to_is_refused_and_nothing_changes(
    palate: Switching, tmp_path: Path, asked: dict[str, Any], field: str, why: str
) -> None:
    with pytest.raises(InvalidInput, match=why) as caught:
        palate.change_encoders(quiet, **{"text": "", "image": "", **asked})
    assert caught.value.field == field
    assert [path.name for path in tmp_path.glob("vectors*")] == ["vectors"]
    assert palate.recommend(RecommendRequest(user_id="u0")).results


def test_whoever_watches_reads_the_recommender_that_serves(
    tmp_path: Path, read: Counter[str], caplog: pytest.LogCaptureFixture
) -> None:
    measurements = Measurements()
    palate = Switching(recommender(tmp_path, "one", Telemetry(measurements)))
    palate.index_items(items(), {})

    def encoded() -> Any:
        return measurements.registry.get_sample_value("palate_encoded_total", {"modality": "text"})

    assert (read["one"], encoded()) == (40, 40)
    palate.change_encoders(quiet, text="two", image="")
    palate.index_items([Item("new", title="Comet")], {})
    assert encoded() == 1  # by the recommender with encoder two, since it serves
    palate.close()
    assert encoded() is None
    assert "could not be read" not in caplog.text


def test_what_falls_due_is_done_by_whoever_tends_it_until_that_is_to_end(
    tmp_path: Path, read: Counter[str]
) -> None:
    palate = Switching(recommender(tmp_path, "one"), training=TrainingSettings(every="1d"))
    palate.index_items(items(), {})
    palate.record_events(events())
    tended: list[bool] = []
    palate._schedule._train = tended.append  # what a training does is no matter here
    palate.tend()
    assert tended == [False]
    palate.end_tending()
    palate.close()
