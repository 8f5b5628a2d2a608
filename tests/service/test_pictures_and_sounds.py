"""A catalogue with pictures and sounds: each is stored, searched and aligned by itself, and encoders
of one are changed without the other.

Item n is one of sixteen looks, hums one of sixteen tones, and is called by one word for each of the
two, so what a word means can be learned from either.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from encoders.alignment.training import AlignConfig
from encoders.fake import FakeAudioEncoder, FakeImageEncoder
from encoders.registry import ENCODERS
from indexer.catalog.item import Item
from service.api.messages import RecommendRequest, SearchRequest, TrainProgress
from service.operations.aligning import align, deactivate
from service.operations.switching import Switching
from service.recommender import Recommender
from service.storage.workspace import Workspace
from tests.service import strips, world
from tests.tones import wav

LOOKS = strips.LOOKS[::16]
PITCHES = [100 * 1.3**n for n in range(16)]
BOTH = {"text": "fake", "image": "fake", "audio": "fake"}


def look_of(n: int) -> int:
    return n % 16


def tone_of(n: int) -> int:
    return (n // 16) % 16


def item(n: int) -> Item:
    return Item(f"i{n}", title=f"look{look_of(n)} tone{tone_of(n)} thing{n}")


def picture(n: int) -> bytes:
    return strips.painted(*LOOKS[look_of(n)])


def sound(n: int) -> bytes:
    return wav(PITCHES[tone_of(n)])


def fill(palate: Recommender | Switching, n_items: int = 20) -> None:
    every = range(n_items)
    report = palate.index_items(
        [item(n) for n in every],
        {f"i{n}": [picture(n)] for n in every if n != 3},
        {f"i{n}": sound(n) for n in every if n != 4},
    )
    assert (report.indexed, report.warnings) == (n_items, [])


def opened(folder: Path, **encoders: str) -> Recommender:
    return world.opened(folder, encoders=BOTH | encoders)


def quiet(progress: TrainProgress) -> None:
    pass


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    """Shared by tests that change nothing."""
    with closing(opened(tmp_path_factory.mktemp("both"))) as palate:
        fill(palate)
        yield palate


def test_each_has_vectors_of_its_own(palate: Recommender) -> None:
    store = palate.workspace.store
    assert store.vector_names() == {"text": 16, "image": 12, "audio": 12}
    assert store.vectors("image", range(20))[0].tolist() == [n for n in range(20) if n != 3]
    assert store.vectors("audio", range(20))[0].tolist() == [n for n in range(20) if n != 4]


def test_a_picture_finds_pictures_and_a_sound_finds_sounds(palate: Recommender) -> None:
    seen = palate.search_items(SearchRequest(image=picture(5), k=1)).results
    heard = palate.search_items(SearchRequest(audio=sound(17), k=2)).results
    assert [(row.item_id, row.sources) for row in seen] == [("i5", ["content_image"])]
    assert {row.item_id for row in heard} <= {f"i{n}" for n in range(16, 20)}
    assert all(row.sources == ["content_audio"] for row in heard)


def test_it_recommends_and_says_which_encoders_are_loaded(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(history_item_ids=["i5"], k=3, explain=True))
    assert len(answer.results) == 3
    loaded = palate.loaded()
    assert [name for name in loaded if name.endswith(" encoder")] == [
        "text encoder",
        "image encoder",
        "audio encoder",
    ]


def test_words_find_both_where_their_encoders_know_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = {"shares_text_space": True}
    monkeypatch.setitem(ENCODERS["image"], "joint", lambda *_: FakeImageEncoder(**shared))
    monkeypatch.setitem(ENCODERS["audio"], "joint", lambda *_: FakeAudioEncoder(**shared))
    with closing(opened(tmp_path, image="joint", audio="joint")) as palate:
        red = strips.painted("red", "red", "red", "red")
        items = [Item("red"), Item("hum"), Item("word", title="red 440")]
        palate.index_items(items, {"red": [red]}, {"hum": wav(440)})
        found = palate.search_items(SearchRequest(text="red 440", k=3)).results
        assert {row.item_id: row.sources for row in found} == {
            "red": ["content_image"],
            "hum": ["content_audio"],
            "word": ["content_text"],
        }
    with closing(opened(tmp_path, image="joint", audio="joint")) as palate:
        by_picture = palate.search_items(SearchRequest(image=red, k=3)).results
        assert {row.item_id: row.sources for row in by_picture} == {
            "red": ["content_image"],
            "word": ["content_text"],
        }


def test_each_is_aligned_by_itself_and_words_are_looked_for_in_both_spaces(tmp_path: Path) -> None:
    settings = world.settings(tmp_path, encoders=BOTH)
    with closing(Recommender(Workspace.open(settings))) as palate:
        fill(palate, 256)
    with closing(Workspace.open(settings)) as workspace:
        config = AlignConfig(epochs=1)
        seen = align(workspace, config=config)
        heard = align(workspace, "audio", config=config)
        assert (seen.trained.modality, heard.trained.modality) == ("image", "audio")
        assert seen.trained.encoders.keys() == {"text", "image"}
        assert (seen.used, heard.used) == (True, True)
    with closing(Recommender(Workspace.open(settings))) as palate:
        workspace = palate.workspace
        assert {name: one.version for name, one in workspace.alignments.items()} == {
            "image": seen.version,
            "audio": heard.version,
        }
        assert palate.loaded()["shared space"] == f"{seen.version}, {heard.version}"
        names = workspace.store.vector_names().keys() - workspace.dims.keys()
        assert names == {
            f"joint-{name}-{version}"
            for of, version in (("image", seen.version), ("audio", heard.version))
            for name in ("text", of)
        }
        palate.index_items(
            [Item("seen"), Item("heard")], {"seen": [picture(7)]}, {"heard": sound(96)}
        )
        looks = palate.search_items(SearchRequest(text="look7", k=30)).results
        tones = palate.search_items(SearchRequest(text="tone6", k=30)).results
        assert ["content_image"] in [row.sources for row in looks if row.item_id == "seen"]
        assert ["content_audio"] in [row.sources for row in tones if row.item_id == "heard"]
        deactivate(workspace, "image")
    with closing(Workspace.open(settings)) as workspace:
        assert list(workspace.alignments) == ["audio"]


def test_one_is_changed_without_the_other_and_either_is_taken_away_by_name(tmp_path: Path) -> None:
    palate = Switching(world.opened(tmp_path))
    fill(palate)

    def change(**encoders: str) -> tuple[str, str, str]:
        lines = {"text": "", "image": "", "audio": ""} | encoders
        now = palate.change_encoders(quiet, **lines)
        return now.text, now.image, now.audio

    assert change(audio="fake") == ("fake", "none", "fake")  # as before there could be both
    assert change(image="fake") == ("fake", "fake", "none")
    assert change(image="fake", audio="fake") == ("fake", "fake", "fake")
    assert len(palate.search_items(SearchRequest(audio=sound(0), k=50)).results) == 19
    assert len(palate.search_items(SearchRequest(image=picture(0), k=50)).results) == 19
    assert change(image="none") == ("fake", "none", "fake")
    palate.close()
