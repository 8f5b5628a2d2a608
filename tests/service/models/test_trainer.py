"""From the log to a model: one training at a time, activated unless it lost; and serving does
without the training loop."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from service.api.messages import TrainProgress
from service.errors import NoTrainedModel, TrainingUnderway
from service.models import verdict
from service.models.model_card import ModelCard
from service.models.registry import ModelRegistry
from service.models.trainer import Trainer
from service.ranker.config import RankerConfig
from service.storage.item_ids import ItemIds
from service.storage.workspace import Workspace
from service.wishes import learning
from service.wishes.lexicon.lexicon import Lexicon, Segment
from service.wishes.lexicon.topics import Topics
from service.wishes.weights import Following, WishWeights
from tests.service.world import NOW, filled, settings
from tests.service.world import items as world_items

ROOT = Path(__file__).resolve().parents[3]


QUICK = {
    "dim": 16,
    "n_blocks": 1,
    "n_heads": 1,
    "max_epochs": 3,
    "blend_lists": 60,
    "candidates": 30,
    "content_dim": 8,
}


class World:
    """The small world with its trainer."""

    def __init__(self, folder: Path) -> None:
        filled(folder).close()
        self.workspace = Workspace.open(settings(folder, ranker=QUICK))
        ids = ItemIds(self.workspace.log.item_indices())
        self.registry = ModelRegistry(self.workspace, ids)
        self.trainer = Trainer(self.workspace, ids, self.registry)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    opened = World(tmp_path)
    yield opened
    opened.workspace.close()


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every training loses."""
    against = verdict.Verdict(False, "it did worse than ease_recent")
    monkeypatch.setattr(verdict, "verdict_on", lambda checked, lead_of_active: against)


def test_a_training_is_told_saved_registered_and_activated(world: World) -> None:
    told: list[TrainProgress] = []
    model = world.trainer.train(told.append, seed=3)
    stages = list(dict.fromkeys(one.stage for one in told))
    assert (stages[0], stages[-3:]) == ("read", ["save", "activate", "done"])
    assert told[-1].message == "activated"
    assert model.active
    assert world.registry.active.ranker.version == model.version
    card = ModelCard.read(world.registry.folder(model.version))
    assert (card.seed, card.n_events, card.n_users, card.last_seq) == (3, 240, 30, 240)
    assert card.metrics == model.metrics
    assert card.metrics["epochs"] >= len(card.losses) > 0


@pytest.mark.usefixtures("lost")
def test_a_model_that_lost_is_registered_and_not_activated_unless_forced(world: World) -> None:
    told: list[TrainProgress] = []
    model = world.trainer.train(told.append)
    assert not model.active
    assert told[-1].message == "not activated: it did worse than ease_recent"
    assert not world.registry.active.ranker.trained
    assert world.trainer.train(lambda _: None, force=True).active


def test_a_configuration_of_the_callers_takes_the_place_of_the_settings(world: World) -> None:
    small = RankerConfig(
        dim=8, n_blocks=1, n_heads=1, max_epochs=1, blend_lists=60, candidates=30, content_dim=8
    )
    world.trainer.train(lambda _: None, config=small, force=True)
    assert world.registry.active.ranker.config == small


@pytest.mark.usefixtures("lost")
def test_what_happened_since_is_taken_up_and_always_activated(world: World) -> None:
    with pytest.raises(NoTrainedModel, match="without --incremental first"):
        world.trainer.train(lambda _: None, incremental=True)
    before = world.trainer.train(lambda _: None, force=True)
    with pytest.raises(NoTrainedModel, match=f"nothing happened since model {before.version}"):
        world.trainer.train(lambda _: None, incremental=True)
    world.workspace.log.append_events([Event("newcomer", "i0", "watch", None, NOW)])
    after = world.trainer.train(lambda _: None, incremental=True)
    assert after.active
    card = ModelCard.read(world.registry.folder(after.version))
    assert (card.taken_up_from, card.n_events, card.last_seq) == (before.version, 241, 241)


def test_one_training_at_a_time_and_a_failed_one_makes_room(world: World) -> None:
    def again(progress: TrainProgress) -> None:
        with pytest.raises(TrainingUnderway):
            world.trainer.train(lambda _: None)
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            world.trainer.train(again)


def test_what_was_interrupted_is_kept_until_a_training_is_whole(world: World) -> None:
    kept = world.workspace.settings.data / "training"

    def interrupt(progress: TrainProgress) -> None:
        if (progress.stage, progress.done) == ("sequence model", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.trainer.train(interrupt)
    assert list(kept.iterdir())
    world.trainer.train(lambda _: None, force=True)
    assert not kept.exists()


def test_who_serves_does_not_load_the_training_loop() -> None:
    code = (
        "import sys, service.models.registry, service.models.trainer, service.recommender\n"
        "print([name for name in sys.modules if name.startswith('service.ranker.training')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_a_new_model_is_asked_beside_the_active_one_what_that_has_not_seen(world: World) -> None:
    before = world.trainer.train(lambda _: None, force=True)
    users = [f"u{user}" for user in range(30)]
    world.workspace.log.append_events(
        [Event(user, f"i{20 + place}", "watch", None, NOW) for place, user in enumerate(users[:10])]
    )
    after = world.trainer.train(lambda _: None, force=True, seed=1)
    assert before.version != after.version
    assert "active/all/ndcg@10" in after.metrics
    assert "active/all/ndcg@10" not in before.metrics


def test_an_active_model_whose_checkpoint_is_gone_does_not_stop_a_training(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    before = world.trainer.train(lambda _: None, force=True)
    (world.registry.folder(before.version) / "config.json").unlink()
    after = world.trainer.train(lambda _: None, force=True)
    assert after.active
    assert "is not compared with the active one" in caplog.text


def test_how_much_wishes_are_followed_is_learned_kept_and_taken_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned = Following(known=WishWeights(whole=2.5))
    monkeypatch.setattr(learning, "learned", lambda lists: learning.Learned(learned, {}))
    items = list(enumerate(world_items()))
    segment = Segment.of(items)
    topics = Topics.of(segment, world.workspace.text_encoder.encode_queries)
    ids = ItemIds(world.workspace.log.item_indices())
    trainer = Trainer(
        world.workspace, ids, world.registry, lexicon=lambda n: (Lexicon([segment], n), topics)
    )
    model = trainer.train(lambda _: None, force=True)
    assert ModelCard.read(world.registry.folder(model.version)).wishes == learned
    assert model.metrics["wishes/whole/known"] == 2.5
    assert world.registry.active.following == learned
    world.workspace.log.append_events([Event("newcomer", "i0", "watch", None, NOW)])
    trainer.train(lambda _: None, incremental=True)
    assert world.registry.active.following == learned


def test_without_a_model_wishes_are_followed_as_much_as_is_set(world: World) -> None:
    assert world.registry.active.following == Following()
