"""Aligning a data folder: words find pictures, pictures find words, and nothing is lost on the way there and back.

A picture is four strips of one of four colours each; its title names them, one word per place and colour. Neither fake
encoder knows of the other's world, and the heads are linear, so the answer is known: they can be aligned.
"""

from __future__ import annotations

import io
import itertools
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders.align import AlignConfig
from encoders.errors import AlignmentError
from encoders.fake import FakeImageEncoder, FakeTextEncoder
from indexer import aligned
from indexer.catalog import Item
from indexer.store import IMAGE, TEXT
from service import aligning
from service.aligning import AlignReport, align, put_to_use, take_out_of_use
from service.alignments import Alignments
from service.recommender import Recommender
from service.requests import Recommendation, SearchRequest
from service.workspace import Workspace
from tests.service import world

COLOURS = {"red": (230, 20, 20), "green": (20, 200, 30), "blue": (20, 40, 230), "white": (250, 250, 240)}
LOOKS = list(itertools.product(COLOURS, repeat=4))
ONLY_SEEN, ONLY_TOLD = 7, 99
"""Items without a word, and without a picture."""


def words(look: tuple[str, ...]) -> str:
    return " ".join(f"{colour}{place}" for place, colour in enumerate(look))


def picture(look: tuple[str, ...]) -> bytes:
    image = Image.new("RGB", (16, 4))
    for place, colour in enumerate(look):
        image.paste(COLOURS[colour], (4 * place, 0, 4 * place + 4, 4))
    with io.BytesIO() as stream:
        image.save(stream, "PNG")
        return stream.getvalue()


def catalogue(n: int = len(LOOKS)) -> tuple[list[Item], dict[str, list[bytes]]]:
    items = [Item(f"i{i}", title="" if i == ONLY_SEEN else words(look)) for i, look in enumerate(LOOKS[:n])]
    return items, {f"i{i}": [picture(look)] for i, look in enumerate(LOOKS[:n]) if i != ONLY_TOLD}


def opened(folder: Path, *, text_dim: int = 16, anew: bool = False) -> Workspace:
    return Workspace.open_with(
        world.settings(folder), FakeTextEncoder(text_dim), FakeImageEncoder(), anew=anew
    )  # fmt: skip


def fill(folder: Path, n: int = len(LOOKS)) -> Workspace:
    workspace = opened(folder)
    items, pictures = catalogue(n)
    workspace.indexer().index_items(items, images=pictures)
    return workspace


def aligned_once(workspace: Workspace, seed: int = 0) -> AlignReport:
    return align(workspace, seed=seed, config=AlignConfig(epochs=2))


def raw(workspace: Workspace) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    return {name: workspace.store.vectors(name, range(len(LOOKS)))[1] for name in (TEXT, IMAGE)}


def joint_names(workspace: Workspace) -> set[str]:
    return {name for name in workspace.store.vector_names() if name.startswith("joint-")}


def sources(answer: Recommendation) -> Mapping[str, list[str]]:
    return {result.item_id: list(result.sources) for result in answer.results}


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the catalogue in it; to be copied, since encoding it takes seconds."""
    folder = tmp_path_factory.mktemp("indexed")
    fill(folder).close()
    return folder


@pytest.fixture
def workspace(indexed: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    workspace = opened(tmp_path)
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def palate(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    """A recommender on an aligned folder; read-only in tests."""
    folder = tmp_path_factory.mktemp("aligned")
    shutil.copytree(indexed, folder, dirs_exist_ok=True)
    workspace = opened(folder)
    aligned_once(workspace)
    workspace.close()
    recommender = Recommender(opened(folder))
    yield recommender
    recommender.close()


def test_held_out_pairs_are_found_both_ways_and_the_report_says_how_well(workspace: Workspace) -> None:
    report = aligned_once(workspace)
    recall = report.trained.recall
    assert report.used
    assert (report.trained.n_pairs, report.trained.n_held_out) == (228, 26)
    assert recall["text_to_image_before"] == recall["image_to_text_before"] == pytest.approx(10 / 26)
    assert min(recall["text_to_image"], recall["image_to_text"]) > 0.9


def test_words_find_a_picture_that_nobody_described(palate: Recommender) -> None:
    answer = palate.search_items(SearchRequest(text=words(LOOKS[ONLY_SEEN]), k=5))
    assert sources(answer)[f"i{ONLY_SEEN}"] == ["content_image"]
    assert answer.degraded == []


def test_a_picture_finds_words_that_have_no_picture(palate: Recommender) -> None:
    answer = palate.search_items(SearchRequest(image=picture(LOOKS[ONLY_TOLD]), k=5))
    assert sources(answer)[f"i{ONLY_TOLD}"] == ["content_text"]


def test_a_picture_finds_itself_first(palate: Recommender) -> None:
    for place in (3, 50, 200):
        found = palate.search_items(SearchRequest(image=picture(LOOKS[place]), k=3)).results
        assert found[0].item_id == f"i{place}"
        assert found[0].score == pytest.approx(1.0, abs=0.01)


def test_the_ranker_sees_pictures_in_the_shared_space(palate: Recommender) -> None:
    loaded = palate._models.active
    assert loaded.alignment is not None
    assert loaded.ranker.space.image.mean.shape == (loaded.alignment.dim,)


def test_an_item_indexed_later_is_found_by_its_picture_at_once(workspace: Workspace) -> None:
    aligned_once(workspace)
    workspace.close()
    palate = Recommender(opened(workspace.settings.data))
    look = LOOKS[20]
    palate.delete_items(["i20"])
    palate.index_items([Item("new")], {"new": [picture(look)]})
    assert sources(palate.search_items(SearchRequest(text=words(look), k=3)))["new"] == ["content_image"]
    palate.close()


def test_too_few_pairs_are_refused_and_nothing_changes(workspace: Workspace) -> None:
    workspace.indexer().delete_items([f"i{i}" for i in range(150, len(LOOKS))])
    with pytest.raises(AlignmentError, match=r"148 items.*at least 200"):
        align(workspace)
    assert (joint_names(workspace), Alignments(workspace.settings.data).versions()) == (set(), [])


def test_items_that_are_all_one_product_are_refused(workspace: Workspace) -> None:
    items, pictures = catalogue()
    workspace.indexer().index_items([Item(item.item_id, title="shirt") for item in items], images=pictures)
    with pytest.raises(AlignmentError, match="1 products"):
        align(workspace)


def test_without_an_image_encoder_the_error_says_what_to_configure(tmp_path: Path) -> None:
    workspace = Workspace.open_with(world.settings(tmp_path), FakeTextEncoder(), None)
    with pytest.raises(AlignmentError, match=r"encoders\.image"):
        align(workspace)
    workspace.close()


def test_switching_there_and_back_keeps_the_encoders_vectors(workspace: Workspace) -> None:
    before = raw(workspace)
    version = aligned_once(workspace).version
    there = joint_names(workspace)
    take_out_of_use(workspace)
    away = joint_names(workspace)
    alignments = Alignments(workspace.settings.data)
    assert (alignments.active_version(), alignments.versions()) == ("", [version])
    put_to_use(workspace, alignments.read(version, workspace.fingerprints))
    assert (len(there), away, joint_names(workspace)) == (2, set(), there)
    assert alignments.active_version() == version
    for name, vectors in raw(workspace).items():
        np.testing.assert_array_equal(vectors, before[name])


def test_a_second_alignment_takes_the_place_of_the_first_and_both_are_kept(workspace: Workspace) -> None:
    first, second = aligned_once(workspace), aligned_once(workspace, seed=1)
    alignments = Alignments(workspace.settings.data)
    assert alignments.active_version() == second.version
    assert sorted(alignments.versions()) == sorted([first.version, second.version])
    assert all(second.version in name for name in joint_names(workspace))


def test_stopped_while_writing_it_is_not_in_use_and_goes_on_when_it_is_put_to_use(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aligned, "BATCH", 100)
    written = 0

    def stop(progress: aligning.TrainProgress) -> None:
        nonlocal written
        if progress.stage == "write vectors":
            written += 1
            if written == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        align(workspace, config=AlignConfig(epochs=1), progress=stop)
    alignments = Alignments(workspace.settings.data)
    (version,) = alignments.versions()
    assert alignments.active_version() == ""
    (image,) = (name for name in joint_names(workspace) if IMAGE in name)
    assert len(workspace.store.vectors(image, range(len(LOOKS)))[0]) == 199  # 200 written, one without a picture
    put_to_use(workspace, alignments.read(version, workspace.fingerprints))
    assert len(workspace.store.vectors(image, range(len(LOOKS)))[0]) == 255


def test_an_alignment_outlives_a_rebuild(workspace: Workspace) -> None:
    version = aligned_once(workspace).version
    workspace.close()
    again = opened(workspace.settings.data, anew=True)
    again.indexer().rebuild()
    found, _ = again.store.vectors(aligned.joint_name(version, IMAGE), range(len(LOOKS)))
    assert len(found) == 255
    again.close()


def test_after_a_change_of_encoders_search_says_that_the_alignment_is_not_in_use(workspace: Workspace) -> None:
    aligned_once(workspace)
    workspace.close()
    again = opened(workspace.settings.data, text_dim=20, anew=True)
    again.indexer().rebuild()
    recommender = Recommender(again)
    (remark,) = recommender.search_items(SearchRequest(text=words(LOOKS[0]))).degraded
    assert "other encoders" in remark
    assert recommender.loaded()["shared space"] == remark
    recommender.close()


def test_a_trained_model_keeps_seeing_pictures_as_in_its_training(workspace: Workspace) -> None:
    """Trained before an alignment it does without; trained with one, it keeps it when that is switched off."""
    folder = workspace.settings.data
    workspace.log.append_events(world.events())
    recommender = Recommender(workspace)
    before = recommender.train(force=True).version
    version = aligned_once(workspace).version
    recommender.close()

    recommender = Recommender(opened(folder))
    assert recommender._models.active.ranker.version == before
    assert recommender._models.active.alignment is None
    after = recommender.train(force=True).version
    recommender.close()

    workspace = opened(folder)
    take_out_of_use(workspace)
    workspace.close()
    recommender = Recommender(opened(folder))
    loaded = recommender._models.active
    assert loaded.ranker.version == after
    assert loaded.alignment is not None
    assert loaded.alignment.version == version
    assert loaded.image_query(recommender._store, np.ones(12, np.float32))[0] == IMAGE
    recommender.close()
