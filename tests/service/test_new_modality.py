"""A fourth modality is one plug-in and one line in the table: rows with it are read, encoded, stored,
searched, recommended by and given as reasons beside texts, pictures and sounds, and nothing else had
to be told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from encoders.errors import ModalityUnsupported
from encoders.fake import FakeTextEncoder
from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.indexing.indexer import IndexReport
from indexer.ingest.reading import read_items
from indexer.media.folder import public
from service.api.messages import ExplainRequest, RecommendRequest
from service.cli.doctor.encoder_checks import Encoders
from service.explainer.evidence import EvidenceKind
from service.explainer.verify.verifier import verify
from service.models.word_spaces import WordSpaces
from service.reasons.facts import subject_of
from service.recommender import Recommender
from service.serving.search import Search
from service.storage.kept_vectors import kept_vectors
from service.storage.workspace import Workspace
from tests.clips import FakeVideoEncoder, clip, install
from tests.indexer.indexing.test_indexer import png
from tests.service import world
from tests.tones import wav

ROWS = [
    {"item_id": "both", "title": "rocket", "image": "red.png", "video": "red-blue.clip"},
    {"item_id": "two", "videos": ["red-red.clip", "blue-blue.clip"], "audio": "100.wav"},
    {"item_id": "white", "video": "white.clip", "videos": '["white.clip"]'},
    {"item_id": "broken", "title": "planet", "video": "broken.clip"},
    {"item_id": "none", "title": "heart"},
]
ENCODERS = {"text": "fake", "image": "fake", "audio": "fake", "video": "clips"}


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> FakeVideoEncoder:
    return install(monkeypatch)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    root = tmp_path / "catalogue"
    root.mkdir()
    for name in ("red-blue", "red-red", "blue-blue", "white"):
        (root / f"{name}.clip").write_bytes(clip(*name.split("-")))
    (root / "broken.clip").write_bytes(b"a film")
    (root / "red.png").write_bytes(png("red"))
    (root / "100.wav").write_bytes(wav(100))
    file = root / "items.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)))
    return file


def opened(folder: Path, **encoders: str) -> Workspace:
    return Workspace.open(world.settings(folder, encoders=ENCODERS | encoders))


def indexed(workspace: Workspace, catalogue: Path) -> IndexReport:
    return workspace.indexer().index_items(read_items(catalogue), root=catalogue.parent)


@pytest.fixture
def workspace(encoder: FakeVideoEncoder, catalogue: Path, tmp_path: Path) -> Iterator[Workspace]:
    with closing(opened(tmp_path / "data")) as workspace:
        workspace.reconcile()
        indexed(workspace, catalogue)
        yield workspace


def searched(workspace: Workspace) -> Search:
    return Search(
        workspace.store,
        WordSpaces.of(FakeTextEncoder(), workspace.modalities, workspace.alignments),
        workspace.modalities,
    )


def found(workspace: Workspace, *colours: str) -> list[str]:
    hits = searched(workspace).by_content("video", clip(*colours), 10, None)
    assert {source for hit in hits for source in hit.sources} == {"content_video"}
    items = workspace.store.get_items([hit.item_index for hit in hits])
    return [items[hit.item_index].item_id for hit in hits]


def test_rows_have_a_field_of_it_and_a_field_of_further_ones(
    encoder: FakeVideoEncoder, catalogue: Path
) -> None:
    items = {item.item_id: item for item in read_items(catalogue)}
    assert {name: item.perceived("video") for name, item in items.items()} == {
        "both": ("red-blue.clip",),
        "two": ("red-red.clip", "blue-blue.clip"),
        "white": ("white.clip",),
        "broken": ("broken.clip",),
        "none": (),
    }
    for item in items.values():
        assert Item.from_json(item.to_json()) == Item.from_mapping(item.to_mapping()) == item


def test_without_its_line_in_the_table_the_field_is_an_attribute(catalogue: Path) -> None:
    items = {item.item_id: item for item in read_items(catalogue)}
    assert items["both"].media == {"image": ("red.png",)} or "video" in items["both"].attributes


def test_every_item_has_a_vector_of_each_modality_that_it_has(workspace: Workspace) -> None:
    assert workspace.dims == {"text": 16, "image": 12, "audio": 12, "video": 6}
    assert workspace.store.vector_names() == workspace.dims
    having = {
        name: workspace.store.vectors(name, range(5))[0].tolist()
        for name in ("text", "image", "audio", "video")
    }
    assert having == {"text": [0, 1, 2, 3, 4], "image": [0], "audio": [1], "video": [0, 1, 2]}
    _, rows = workspace.store.vectors("video", [0])
    red_to_blue = np.array([1, -1, -1, -1, -1, 1]) / 6**0.5
    np.testing.assert_allclose(rows[0], red_to_blue, atol=0.02)
    _, item = workspace.log.get_items(["both"])["both"]
    assert public(item).media == {"image": ("red.png",), "video": ("red-blue.clip",)}


def test_one_that_cannot_be_had_is_a_warning_in_its_own_words_and_is_tried_again(
    encoder: FakeVideoEncoder, catalogue: Path, tmp_path: Path
) -> None:
    with closing(opened(tmp_path / "data")) as workspace:
        workspace.reconcile()
        (warning,) = indexed(workspace, catalogue).warnings
        assert (warning.line, warning.item_id) == (4, "broken")
        assert warning.reason.startswith("indexed without its clip: video 'broken.clip' is no clip")
        assert workspace.log.count_lacking_pictures() == 1
        (catalogue.parent / "broken.clip").write_bytes(clip("teal"))
        assert indexed(workspace, catalogue).warnings == []
        assert workspace.store.vectors("video", [3])[0].tolist() == [3]


def test_what_looks_like_it_is_found_by_content(workspace: Workspace) -> None:
    assert found(workspace, "red", "blue")[0] == "both"
    assert found(workspace, "white", "white")[0] == "white"
    with pytest.raises(ModalityUnsupported, match=r"smell search; set encoders\.smell"):
        searched(workspace).by_content("smell", b"", 1, None)


def test_words_pictures_and_sounds_are_searched_as_without_it(workspace: Workspace) -> None:
    search = searched(workspace)
    (words,) = search.by_text("rocket", 1, None)
    (picture,) = search.by_content("image", png("red"), 10, None)
    (sound,) = search.by_content("audio", wav(100), 10, None)
    assert [(hit.item_index, hit.sources) for hit in (words, picture, sound)] == [
        (0, ["content_text"]),
        (0, ["content_image"]),
        (1, ["content_audio"]),
    ]


def test_it_comes_as_bytes_and_outlives_a_rebuild(
    workspace: Workspace, encoder: FakeVideoEncoder
) -> None:
    given = {"video": {"sent": [clip("lime", "lime")]}}
    workspace.indexer().index_items([Item("sent")], given=given)
    assert found(workspace, "lime", "lime")[0] == "sent"
    seen = encoder.seen
    workspace.indexer().rebuild()
    assert encoder.seen == seen + 5  # of four items, one of which has two
    assert found(workspace, "lime", "lime")[0] == "sent"


def test_its_encoder_is_named_where_encoders_are(workspace: Workspace, tmp_path: Path) -> None:
    settings = workspace.settings
    assert settings.encoder_names == ENCODERS
    (finding,) = (one for one in Encoders.load(settings).findings() if one.what == "video encoder")
    assert finding.status == "ok"
    assert "clips: fake video, 6 wide" in finding.found
    assert "clips/s here" in finding.found
    workspace.close()
    (kept,) = kept_vectors(settings)
    assert (dict(kept.encoders), kept.configured) == (ENCODERS, True)


HUES = ("red", "blue", "lime", "yellow", "cyan", "magenta")
KINDS = list(permutations(HUES, 2))
"""Thirty clips that begin in one hue and end in another; there are three items of each."""


@pytest.fixture
def palate(encoder: FakeVideoEncoder, tmp_path: Path) -> Iterator[Recommender]:
    """Only their clips tell the items apart; everybody watches those of one kind."""
    only = {"text": "fake", "image": "none", "audio": "none", "video": "clips"}
    recommender = Recommender(Workspace.open(world.settings(tmp_path, encoders=only)))
    items = [Item(f"c{number}", title="Clip") for number in range(3 * len(KINDS))]
    clips = [clip(*kind) for kind in KINDS * 3]
    given = {"video": {item.item_id: [one] for item, one in zip(items, clips, strict=True)}}
    recommender.workspace.indexer(recommender.catalog.learn).index_items(items, given=given)
    watched = [
        (user, len(KINDS) * ((user + step) % 3) + user % len(KINDS), step)
        for user in range(2 * len(KINDS))
        for step in range(3)
    ]
    recommender.record_events(
        [
            Event(f"u{user}", f"c{item}", "watch", None, world.NOW + step, None)
            for user, item, step in watched
        ]
    )
    yield recommender
    recommender.close()


@pytest.mark.parametrize("trained", [False, True])
def test_it_is_a_source_a_signal_and_a_reason(palate: Recommender, trained: bool) -> None:
    if trained:
        palate.train(force=True)
        assert palate.ranker.modalities == ("text", "video")
        signals = [signal.name for signal in palate.ranker.blend.signals]
        assert {"video_recent", "video_best"} <= set(signals)
    answer = palate.recommend(RecommendRequest(history_item_ids=["c0"], k=2))
    assert {result.item_id for result in answer.results} == {"c30", "c60"}
    assert "content_video" in {source for one in answer.results for source in one.sources}
    first = answer.results[0].item_id
    why = palate.explain(ExplainRequest(first, answer.recommendation_id))
    near = [fact for fact in why.evidence if fact.kind is EvidenceKind.MEDIA_SIMILARITY]
    assert near
    assert {fact.name for fact in near} == {"video"}
    assert "video" in why.parameters
    assert verify(why.text, subject_of(palate.get_item(first)), why.evidence, "en") == []
