"""Aligning a data folder: held-out pairs are found, and nothing is lost on the way there and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from encoders.alignment.training import AlignConfig
from encoders.arrays import FloatArray
from encoders.errors import AlignmentError
from encoders.fake import FakeImageEncoder, FakeTextEncoder
from encoders.modality import ImageModality, by_name
from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.indexing import shared_space as aligned
from indexer.indexing.shared_space import joint_names
from indexer.stores.store import IMAGE, TEXT
from service.api.messages import ExplainRequest, RecommendRequest, TrainProgress
from service.evaluation.served.dataset import Dataset
from service.evaluation.served.sandbox import sandbox
from service.explainer.evidence import EvidenceKind
from service.operations.aligning import activate_again, align, deactivate
from service.recommender import Recommender
from service.storage.alignments import Alignments
from service.storage.workspace import Workspace
from tests.service import world
from tests.service.strips import (
    LOOKS,
    N_PICTURES,
    ONLY_SEEN,
    align_once,
    opened,
    picture,
    reopened,
    words,
)


def vectors_of(workspace: Workspace, *names: str) -> Mapping[str, FloatArray]:
    return {name: workspace.store.vectors(name, range(len(LOOKS)))[1] for name in names}


def test_held_out_pairs_are_found_both_ways_and_the_report_says_how_well(
    unaligned: Workspace,
) -> None:
    report = align_once(unaligned)
    recall = report.trained.recall
    assert report.used
    assert (report.trained.n_pairs, report.trained.n_held_out) == (229, 25)  # a tenth of 254
    assert (
        recall["text_to_image_before"] == recall["image_to_text_before"] == pytest.approx(10 / 25)
    )
    assert min(recall["text_to_image"], recall["image_to_text"]) > 0.9


def test_pairs_that_have_nothing_in_common_are_not_put_to_use(unaligned: Workspace) -> None:
    others = np.random.default_rng(0).permutation(len(LOOKS))
    pictures = {
        f"i{place}": [picture(int(other))]
        for place, other in enumerate(others)
        if place != ONLY_SEEN
    }
    items = [
        Item(f"i{place}", title=words(place)) for place in range(len(LOOKS)) if place != ONLY_SEEN
    ]
    unaligned.indexer().index_items(items, given={"image": pictures})
    report = align(unaligned, holdout=0.5, config=AlignConfig(epochs=1))
    assert max(report.trained.recall.values()) < 0.2  # chance: 10 of 127
    assert not report.used
    assert Alignments(unaligned.settings.data).active_versions() == []
    assert joint_names(unaligned.store) == []


def test_where_the_image_encoder_knows_words_they_are_what_is_to_be_beaten(tmp_path: Path) -> None:
    encoder = FakeImageEncoder(shares_text_space=True)
    workspace = Workspace.open_with(
        world.settings(tmp_path), FakeTextEncoder(), by_name([ImageModality(encoder)])
    )
    places = range(len(LOOKS))
    items = [
        Item(f"i{place}", title=f"{words(place)} {' '.join(LOOKS[place])}") for place in places
    ]
    workspace.indexer().index_items(
        items, given={"image": {f"i{place}": [picture(place)] for place in places}}
    )
    recall = align_once(workspace).trained.recall
    workspace.close()
    assert (
        10 / 26 < recall["text_to_image_before"] < recall["text_to_image"]
    )  # it knows colours, not their places


def test_too_few_pairs_are_refused_and_nothing_changes(unaligned: Workspace) -> None:
    unaligned.indexer().delete_items([f"i{place}" for place in range(150, len(LOOKS))])
    with pytest.raises(AlignmentError, match=r"148 items.*at least 200"):
        align(unaligned)
    assert (joint_names(unaligned.store), Alignments(unaligned.settings.data).versions()) == (
        [],
        [],
    )


def test_an_empty_catalogue_is_refused(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    with pytest.raises(AlignmentError, match="0 items have both a text and a picture"):
        align(workspace)
    workspace.close()


def test_items_that_are_all_one_product_are_refused(unaligned: Workspace) -> None:
    with pytest.raises(AlignmentError, match=r"254 items are 1 products.*at least 50"):
        align(unaligned, product_of=lambda item: "shirt")


def test_without_an_image_encoder_the_error_says_what_to_configure(tmp_path: Path) -> None:
    workspace = Workspace.open_with(world.settings(tmp_path), FakeTextEncoder(), {})
    with pytest.raises(AlignmentError, match=r"encoders\.image"):
        align(workspace)
    workspace.close()


def test_switching_there_and_back_keeps_the_encoders_vectors(unaligned: Workspace) -> None:
    before = vectors_of(unaligned, TEXT, IMAGE)
    version = align_once(unaligned).version
    there = reopened(unaligned)
    names = joint_names(there.store)
    assert sorted(names) == [f"joint-image-{version}", f"joint-text-{version}"]
    joint = vectors_of(there, *names)
    deactivate(there)
    away = reopened(there)
    alignments = Alignments(away.settings.data)
    assert (joint_names(away.store), alignments.active_versions(), alignments.versions()) == (
        [],
        [],
        [version],
    )
    activate_again(away, version)
    again = reopened(away)
    for name, vectors in vectors_of(again, *before, *joint).items():
        np.testing.assert_array_equal(vectors, {**before, **joint}[name])
    again.close()


def test_a_second_alignment_takes_the_place_of_the_first_and_both_are_kept(
    unaligned: Workspace,
) -> None:
    first, second = align_once(unaligned), align_once(unaligned, seed=1)
    assert (
        len(joint_names(unaligned.store)) == 4
    )  # what still serves by the first finds its vectors
    again = reopened(unaligned)
    alignments = Alignments(again.settings.data)
    assert alignments.active_versions() == [second.version]
    assert sorted(alignments.versions()) == sorted([first.version, second.version])
    assert sorted(joint_names(again.store)) == [
        f"joint-image-{second.version}",
        f"joint-text-{second.version}",
    ]
    again.close()


def test_stopped_while_writing_it_is_not_in_use_and_goes_on_when_it_is_put_to_use(
    unaligned: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aligned, "BATCH", 100)
    written = 0

    def stop(progress: TrainProgress) -> None:
        nonlocal written
        written += progress.stage == "write vectors"
        if written == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        align(unaligned, config=AlignConfig(epochs=1), progress=stop)
    alignments = Alignments(unaligned.settings.data)
    (version,) = alignments.versions()
    assert alignments.active_versions() == []
    name = aligned.joint_name(version, IMAGE)
    assert len(vectors_of(unaligned, name)[name]) == 199  # 200 written, one without a picture
    activate_again(unaligned, version)
    assert len(vectors_of(unaligned, name)[name]) == N_PICTURES


def test_an_alignment_outlives_a_rebuild(unaligned: Workspace) -> None:
    version = align_once(unaligned).version
    unaligned.close()
    again = opened(unaligned.settings.data, anew=True)
    again.indexer().rebuild()
    name = aligned.joint_name(version, IMAGE)
    assert len(vectors_of(again, name)[name]) == N_PICTURES
    again.close()


def test_items_that_were_indexed_without_it_are_completed_at_the_next_start(
    unaligned: Workspace,
) -> None:
    version = align_once(unaligned).version
    unaligned.indexer().index_items(
        [Item("late", title="red0 blue3")]
    )  # by who has not seen yet that there is one
    again = reopened(unaligned)
    found, _ = again.store.vectors(aligned.joint_name(version, TEXT), [len(LOOKS)])
    assert found.tolist() == [len(LOOKS)]
    again.close()


def test_an_explanation_compares_pictures_in_the_space_that_the_score_was_made_in(
    seeing: Recommender,
) -> None:
    answer = seeing.recommend(RecommendRequest(history_item_ids=["i3"]))
    best = answer.results[0].item_id
    explanation = seeing.explain(ExplainRequest(best, answer.recommendation_id))
    (fact,) = (one for one in explanation.evidence if one.kind is EvidenceKind.IMAGE_SIMILARITY)
    loaded = seeing.model
    _, raw = seeing.workspace.store.vectors(IMAGE, [3, int(best[1:])])
    one, other = loaded.ranker.catalog.space.projections[IMAGE].apply(
        loaded.alignments["image"].heads.media(raw)
    )
    assert fact.similarity == pytest.approx(float(one @ other), abs=0.01)


def test_a_model_keeps_seeing_pictures_as_in_its_training(unaligned: Workspace) -> None:
    """Trained before an alignment it does without; trained with one, it keeps it when that is
    switched off, and so does an incremental training."""
    folder = unaligned.settings.data
    unaligned.log.append_events(world.events())
    recommender = Recommender(unaligned)
    before = recommender.train(force=True).version
    version = align_once(unaligned).version
    recommender.close()

    recommender = Recommender(opened(folder))
    assert recommender.ranker.version == before
    assert dict(recommender.model.alignments) == {}
    after = recommender.train(force=True).version
    recommender.close()

    workspace = opened(folder)
    deactivate(workspace)
    workspace.close()
    recommender = Recommender(opened(folder))
    loaded = recommender.model
    assert (loaded.ranker.version, loaded.alignments["image"].version) == (
        after,
        version,
    )
    name, _ = loaded.content_query(recommender.workspace.store, IMAGE, np.ones(12, np.float32))
    assert name == IMAGE  # the vectors of the alignment are gone
    recommender.record_events([Event("u0", "i200", "rating", 5.0, world.NOW + 10_000, None)])
    recommender.train(incremental=True)
    loaded = recommender.model
    assert loaded.ranker.version not in (before, after)
    assert loaded.alignments["image"].version == version
    recommender.close()


def test_a_model_whose_alignment_is_gone_does_not_serve_and_the_answer_says_so(
    unaligned: Workspace,
) -> None:
    unaligned.log.append_events(world.events())
    version = align_once(unaligned).version
    again = reopened(unaligned)
    recommender = Recommender(again)
    recommender.train(force=True)
    recommender.close()
    (again.settings.data / "alignments" / version / "heads.safetensors").write_bytes(b"damaged")
    recommender = Recommender(opened(again.settings.data))
    answer = recommender.recommend(RecommendRequest(user_id="u0"))
    assert not recommender.ranker.trained
    assert [
        remark for remark in answer.degraded if version in remark and "cannot be read" in remark
    ] == answer.degraded
    recommender.close()


def test_a_sandbox_sees_pictures_as_the_folder_does_without_reading_texts_again(
    aligned_strips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = opened(aligned_strips)
    recorded = Dataset.of(workspace)
    monkeypatch.setattr(
        FakeTextEncoder, "encode_passages", lambda *_: pytest.fail("texts are read again")
    )
    with sandbox(workspace, recorded, recorded.table) as copy:
        loaded = copy.recommender.model
        assert loaded.alignments["image"].version == workspace.alignments["image"].version
    with sandbox(workspace, recorded, recorded.table, [TEXT]) as copy:
        assert dict(copy.recommender.model.alignments) == {}
    workspace.close()
