"""Which models there are and which one serves: activated, rolled back, kept, and learning items."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.item import Item
from indexer.stores.store import StoredItem
from service.errors import ModelNotFound, ModelUnreadable, NoTrainedModel
from service.models.model_card import ModelCard
from service.models.registry import ModelRegistry
from service.models.trainer import Trainer
from service.ranker.checkpoint_soundness import write_checksums
from service.storage.item_ids import ItemIds
from service.storage.workspace import Workspace
from tests.service.world import filled, settings

COMPRESSED = 5e-3
"""How far a number in the store may be from its own: it keeps eight bits of each."""
QUICK = {
    "dim": 16,
    "n_blocks": 1,
    "n_heads": 1,
    "max_epochs": 3,
    "blend_lists": 60,
    "candidates": 30,
    "content_dim": 8,
}


def opened(folder: Path) -> Workspace:
    return Workspace.open(settings(folder, ranker=QUICK))


def registry_of(workspace: Workspace) -> ModelRegistry:
    return ModelRegistry(workspace, ItemIds(workspace.log.item_indices()))


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two models, the second of which serves; to be copied."""
    folder = tmp_path_factory.mktemp("two-models")
    filled(folder).close()
    workspace = opened(folder)
    registry = registry_of(workspace)
    trainer = Trainer(workspace, ItemIds(workspace.log.item_indices()), registry)
    for seed in (0, 1):
        trainer.train(lambda _: None, seed=seed, force=True)
    workspace.close()
    return folder


@pytest.fixture
def workspace(two_models: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(two_models, tmp_path, dirs_exist_ok=True)
    copy = opened(tmp_path)
    yield copy
    copy.close()


@pytest.fixture
def registry(workspace: Workspace) -> ModelRegistry:
    return registry_of(workspace)


def flip(file: Path) -> None:
    """One bit in the middle."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


def sequence_vectors(workspace: Workspace) -> set[str]:
    return {name for name in workspace.store.vector_names() if name.startswith("sequence-")}


def test_the_active_model_serves_from_the_start_and_has_its_vectors_in_the_store(
    workspace: Workspace, registry: ModelRegistry
) -> None:
    second, first = registry.list()
    assert (second.active, first.active) == (True, False)
    active = registry.active
    assert active.ranker.version == second.version
    assert (active.counted, active.notes) == (240, ())
    assert sequence_vectors(workspace) == {active.vector_name, f"sequence-{first.version}"}
    found, vectors = workspace.store.vectors(active.vector_name, range(40))
    assert found.tolist() == list(range(40))
    np.testing.assert_allclose(vectors, active.ranker.snapshot.item_vectors, atol=COMPRESSED)


def test_another_model_is_activated_and_the_one_before_rolled_back_to(
    workspace: Workspace, registry: ModelRegistry
) -> None:
    second, first = registry.list()
    assert registry.activate(first.version).active
    assert registry.active.ranker.version == first.version
    of_both = {f"sequence-{first.version}", f"sequence-{second.version}"}
    assert sequence_vectors(workspace) == of_both  # calls with the one before may have begun
    assert registry.rollback().version == second.version
    again = registry_of(workspace)
    assert again.active.ranker.version == second.version


def test_a_model_that_does_not_serve_is_read_once(registry: ModelRegistry) -> None:
    second, first = registry.list()
    assert registry.by_version(second.version) is registry.active
    before = registry.by_version(first.version)
    assert before.ranker.version == first.version
    assert registry.by_version(first.version) is before
    assert registry.active.ranker.version == second.version


def test_a_version_that_is_not_there_is_said(registry: ModelRegistry) -> None:
    for ask in (registry.by_version, registry.activate, registry.record):
        with pytest.raises(ModelNotFound, match="ghost"):
            ask("ghost")


def test_the_active_model_is_read_anew_with_its_card(registry: ModelRegistry) -> None:
    card, model = registry.load_active()
    assert model is not registry.active
    assert model.ranker.version == registry.active.ranker.version
    assert (card.last_seq, card.n_events, card.seed, card.taken_up_from) == (240, 240, 1, "")


def test_a_ranker_that_is_added_is_registered_and_does_not_serve(
    workspace: Workspace, registry: ModelRegistry
) -> None:
    card, model = registry.load_active()
    ids = ItemIds(workspace.log.item_indices()).ids(40)
    model.ranker.version = "copy"
    registry.save(model.ranker, ids, replace(card, metrics={"a": 1.0}))
    added = registry.register("copy", {"a": 1.0})
    assert (added.version, added.active, added.metrics) == ("copy", False, {"a": 1.0})
    assert ModelCard.read(registry.folder("copy")).metrics == {"a": 1.0}
    assert registry.by_version("copy").ranker.trained


def test_an_item_that_comes_later_is_scored_and_has_a_vector(
    workspace: Workspace, registry: ModelRegistry
) -> None:
    item = Item("i900", title="Rocket planet", description="rocket planet space", domain="films")
    (put,) = workspace.log.put_items([item])
    text = workspace.text_encoder.encode_passages([item.text()])[0]
    row = StoredItem(put.item_index, item, {"text": text})
    workspace.store.upsert([row])
    registry.learn([row])
    assert registry.active.ranker.n_items == 41
    found, vectors = workspace.store.vectors(registry.active.vector_name, [40])
    assert found.tolist() == [40]
    np.testing.assert_allclose(
        vectors[0], registry.active.ranker.snapshot.item_vectors[40], atol=COMPRESSED
    )


def test_a_damaged_model_is_named_and_the_one_before_it_serves(
    workspace: Workspace, registry: ModelRegistry
) -> None:
    second, first = registry.list()
    registry.activate(first.version)
    registry.activate(second.version)
    flip(registry.folder(second.version) / "weights.safetensors")
    broken = registry_of(workspace)
    assert broken.active.ranker.version == first.version
    (note,) = broken.active.notes
    assert "the active model could not be loaded" in note
    assert "weights.safetensors is not as it was written" in note
    assert note.endswith(f"{first.version}, which served before, serves in its place")
    with pytest.raises(ModelUnreadable):
        broken.by_version(second.version)


def test_where_all_models_are_damaged_the_untrained_ranker_serves(
    workspace: Workspace, registry: ModelRegistry
) -> None:
    second, first = registry.list()
    kept = (registry.folder(first.version) / "config.json").read_bytes()
    registry.activate(first.version)
    registry.activate(second.version)
    for model in (first, second):
        (registry.folder(model.version) / "config.json").write_text("{")
    broken = registry_of(workspace)
    assert not broken.active.ranker.trained
    assert "the active model could not be loaded" in broken.active.notes[0]
    assert "ranked by content, co-engagement and popularity" in broken.active.notes[1]
    with pytest.raises(ModelUnreadable):
        broken.load_active()
    (registry.folder(first.version) / "config.json").write_bytes(kept)
    broken.activate(first.version)
    assert (broken.active.ranker.trained, broken.active.notes) == (True, ())


def test_a_model_of_other_encoders_is_listed_and_does_not_serve(
    workspace: Workspace, registry: ModelRegistry
) -> None:
    _, first = registry.list()
    file = registry.folder(first.version) / "config.json"
    own = workspace.fingerprints["text"]
    file.write_text(file.read_text().replace(f'"{own}"', '"another"'))
    write_checksums(file.parent)
    assert first.version in {model.version for model in registry.list()}
    with pytest.raises(NoTrainedModel, match="trained with other encoders"):
        registry.activate(first.version)
    with pytest.raises(NoTrainedModel, match="no model served before this one"):
        registry.rollback()


def test_without_a_model_the_untrained_ranker_serves_and_grows_with_the_catalogue(
    tmp_path: Path,
) -> None:
    filled(tmp_path).close()
    workspace = opened(tmp_path)
    ids = ItemIds(workspace.log.item_indices())
    registry = ModelRegistry(workspace, ids)
    first = registry.active
    assert (first.ranker.version, first.ranker.trained, registry.list()) == ("", False, [])
    with pytest.raises(NoTrainedModel, match="without --incremental first"):
        registry.load_active()
    many = [Item(f"n{index}", title="rocket") for index in range(9)]
    for item, put in zip(many, workspace.log.put_items(many), strict=True):
        ids.put(item.item_id, put.item_index)
    registry.learn([])
    assert registry.active is not first
    assert registry.active.ranker.n_items == 49
    workspace.close()


def test_vectors_of_models_of_before_the_one_before_go(
    registry: ModelRegistry, workspace: Workspace
) -> None:
    second, first = registry.list()
    active = registry.active
    workspace.store.create_vector("sequence-old", 4)
    registry.activate(first.version)
    registry.activate(second.version)
    assert sequence_vectors(workspace) == {active.vector_name, f"sequence-{first.version}"}


def test_a_model_beside_the_active_one_learns_of_new_items_until_it_is_let_go(
    registry: ModelRegistry, workspace: Workspace
) -> None:
    _, first = registry.list()
    beside = registry.keep_beside(first.version)
    assert [model.ranker.version for model in registry.live] == [
        registry.active.ranker.version,
        first.version,
    ]
    assert registry.by_version(first.version) is beside
    row = next(batch[0] for batch in workspace.store.scroll(("text", "image")))
    new = replace(row, item_index=40, item=replace(row.item, item_id="new"))
    workspace.store.upsert([new])
    registry.learn([new])
    for model in registry.live:
        assert model.ranker.n_items == 41
        assert model.ranker.snapshot.item_vectors[40].any()
        assert len(workspace.store.vectors(model.vector_name, [40])[0]) == 1
    registry.let_go(first.version)
    assert registry.live == (registry.active,)
    assert sequence_vectors(workspace) == {registry.active.vector_name}


def test_activating_what_is_beside_swaps_it_in_as_it_is(registry: ModelRegistry) -> None:
    _, first = registry.list()
    beside = registry.keep_beside(first.version)
    assert registry.activate(first.version).active
    assert registry.live == (beside,)


def test_a_model_that_cannot_make_a_list_is_not_activated(registry: ModelRegistry) -> None:
    second, first = registry.list()

    def refuse(model: object) -> None:
        raise RuntimeError("no list")

    registry.on_loaded = refuse
    with pytest.raises(RuntimeError, match="no list"):
        registry.activate(first.version)
    assert registry.active.ranker.version == second.version
    assert registry.list()[0].active
