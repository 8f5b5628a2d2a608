"""A catalogue of sounds: what is recommended, found and said of it, and the way there and back.

Items have no words. One half hums at 80 to 300 Hz, the other whistles at 2 to 6 kHz, so who likes
hums is to be given hums, and told that they sound alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from encoders.errors import ModalityUnsupported
from encoders.fake import FakeAudioEncoder
from encoders.registry import ENCODERS
from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.api.messages import (
    ExplainRequest,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TrainProgress,
)
from service.errors import InvalidInput
from service.explainer.evidence import EvidenceKind
from service.operations.switching import Switching
from service.recommender import Recommender
from tests.indexer.indexing.test_indexer import png
from tests.service import world
from tests.tones import wav

EACH = 12
HUMS = [80 * 1.12**n for n in range(EACH)]
WHISTLES = [2_000 * 1.1**n for n in range(EACH)]


def opened(folder: Path, **encoders: str) -> Recommender:
    return world.opened(folder, encoders={"text": "fake", "audio": "fake"} | encoders)


def fill(palate: Recommender | Switching) -> None:
    sounds = {f"hum{n}": wav(hertz) for n, hertz in enumerate(HUMS)}
    sounds |= {f"whistle{n}": wav(hertz) for n, hertz in enumerate(WHISTLES)}
    items = [Item(item_id, domain="songs") for item_id in sounds]
    report = palate.index_items(items, {item.item_id: [png("red")] for item in items}, sounds)
    assert (report.indexed, report.warnings) == (2 * EACH, [])


def kind_of(item_id: str) -> str:
    return item_id.rstrip("0123456789")


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    """Shared by tests that change nothing."""
    palate = opened(tmp_path_factory.mktemp("sounds"))
    fill(palate)
    palate.record_events(
        [Event("u", f"hum{n}", "listen", None, world.NOW + n, None) for n in (0, 1, 2)]
    )
    yield palate
    palate.close()


def quiet(progress: TrainProgress) -> None:
    pass


def test_what_sounds_alike_is_found_by_the_source_of_sounds(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(user_id="u", k=3))
    assert {kind_of(row.item_id) for row in answer.results} == {"hum"}
    sources = {source for row in answer.results for source in row.sources}
    assert "content_audio" in sources
    assert "content_image" not in sources
    alike = palate.similar_items(SimilarRequest("whistle3", k=4))
    assert {kind_of(row.item_id) for row in alike.results} == {"whistle"}


@pytest.mark.parametrize(
    ("language", "sound", "picture"),
    [("en", ("sound",), ("picture", "look")), ("zh", ("声音", "听起来"), ("图片", "看起来"))],
)
def test_the_reason_is_the_sound_and_never_a_picture(
    palate: Recommender, language: str, sound: tuple[str, ...], picture: tuple[str, ...]
) -> None:
    explanation = palate.explain(ExplainRequest("hum3", user_id="u", language=language))
    kinds = {fact.kind for fact in explanation.evidence}
    assert EvidenceKind.AUDIO_SIMILARITY in kinds
    assert EvidenceKind.IMAGE_SIMILARITY not in kinds
    assert any(word in explanation.text for word in sound)
    answer = palate.recommend(RecommendRequest(user_id="u", k=10, explain=True, language=language))
    for text in (explanation.text, *(row.reason for row in answer.results)):
        assert not any(word in text for word in picture), text


def test_the_share_of_the_sounds_is_called_so(palate: Recommender) -> None:
    explanation = palate.explain(ExplainRequest("hum3", user_id="u"))
    assert explanation.parameters["audio"] > 0
    assert "image" not in explanation.parameters


def test_a_sound_finds_what_sounds_like_it(palate: Recommender) -> None:
    found = palate.search_items(SearchRequest(audio=wav(HUMS[4]), k=1)).results
    assert [(row.item_id, row.sources) for row in found] == [("hum4", ["content_audio"])]
    assert palate.loaded()["audio encoder"] == "fake"


def test_a_picture_is_no_question_to_a_catalogue_of_sounds_and_the_other_way_round(
    palate: Recommender, tmp_path: Path
) -> None:
    with pytest.raises(
        ModalityUnsupported, match=r"cannot encode image search; set encoders\.image"
    ):
        palate.search_items(SearchRequest(image=png("red")))
    with pytest.raises(InvalidInput, match="exactly one of text, image and audio"):
        palate.search_items(SearchRequest(image=png("red"), audio=wav(100)))
    seeing = world.opened(tmp_path / "seeing")
    with pytest.raises(
        ModalityUnsupported, match=r"cannot encode audio search; set encoders\.audio"
    ):
        seeing.search_items(SearchRequest(audio=wav(100)))
    seeing.close()


def test_words_find_sounds_where_the_encoder_knows_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        ENCODERS["audio"],
        "joint",
        lambda _argument, _backend: FakeAudioEncoder(shares_text_space=True),
    )
    palate = opened(tmp_path, audio="joint")
    fill(palate)
    found = palate.search_items(SearchRequest(text=f"about {round(HUMS[5])} Hz", k=3)).results
    assert {kind_of(row.item_id) for row in found} == {"hum"}
    assert [row.sources for row in found] == [["content_audio"]] * 3
    palate.close()


def test_from_pictures_to_sounds_and_back_while_calls_are_answered(tmp_path: Path) -> None:
    palate = Switching(world.opened(tmp_path))
    fill(palate)
    now = palate.change_encoders(quiet, text="", image="", audio="fake")
    assert (now.text, now.image, now.audio) == ("fake", "none", "fake")
    assert palate.search_items(SearchRequest(audio=wav(HUMS[4]), k=1)).results[0].item_id == "hum4"
    with pytest.raises(ModalityUnsupported):
        palate.search_items(SearchRequest(image=png("red")))
    again = palate.change_encoders(quiet, text="", image="fake", audio="")
    assert (again.text, again.image, again.audio) == ("fake", "fake", "none")
    assert len(palate.search_items(SearchRequest(image=png("red"), k=50)).results) == 2 * EACH
    with pytest.raises(InvalidInput, match="no audio encoder is called 'clap'"):
        palate.change_encoders(quiet, text="", image="", audio="clap")
    palate.close()


def test_a_model_learns_from_sounds_and_its_reasons_say_so(tmp_path: Path) -> None:
    palate = opened(tmp_path)
    fill(palate)
    events = [
        Event(
            f"{kind}{user}",
            f"{kind}{(user + step) % EACH}",
            "listen",
            None,
            world.NOW + 100 * user + step,
            None,
        )
        for kind in ("hum", "whistle")
        for user in range(20)
        for step in range(6)
    ]
    palate.record_events(events)
    palate.train(quiet, seed=0, force=True, incremental=False)
    answer = palate.recommend(RecommendRequest(user_id="whistle3", k=3, explain=True))
    assert answer.model_version
    assert {kind_of(row.item_id) for row in answer.results} == {"whistle"}
    explanation = palate.explain(
        ExplainRequest(answer.results[0].item_id, recommendation_id=answer.recommendation_id)
    )
    assert "image" not in explanation.parameters
    assert EvidenceKind.IMAGE_SIMILARITY not in {fact.kind for fact in explanation.evidence}
    palate.close()
