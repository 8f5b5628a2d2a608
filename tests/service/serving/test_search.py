"""Search: words find pictures, a picture finds words, and what several places found is one list."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import grpc
import numpy as np
import pytest

from encoders.fake import FakeImageEncoder, FakeTextEncoder
from encoders.modality import ImageModality, by_name
from indexer.catalog.item import Item
from indexer.stores.store import Hits
from palate.v1 import recommend_pb2, recommend_pb2_grpc
from service.api.messages import Recommendation, SearchRequest
from service.operations.aligning import deactivate
from service.recommender import Recommender
from service.rpc.server import serve
from service.serving.search import DEPTH, RANK_CONSTANT, WORDS, _fused, _nearest
from service.storage.workspace import Workspace
from tests.service import world
from tests.service.strips import ONLY_SEEN, ONLY_TOLD, opened, painted, picture, words


def hits(*found: tuple[int, float]) -> Hits:
    indices, scores = zip(*found, strict=True)
    return Hits(np.array(indices, dtype=np.int64), np.array(scores, dtype=np.float32))


def worth(*ranks: int) -> float:
    return sum(1 / (RANK_CONSTANT + rank) for rank in ranks) / len(ranks)


def sources(answer: Recommendation) -> Mapping[str, list[str]]:
    return {result.item_id: list(result.sources) for result in answer.results}


PICTURES = "content_image"
BOTH = {WORDS: hits((1, 0.6), (2, 0.5)), PICTURES: hits((2, 0.9), (3, 0.8))}
NOBODY: dict[str, set[int]] = {WORDS: set(), PICTURES: set()}


def test_scores_that_compare_are_merged_by_the_best() -> None:
    found = _nearest(BOTH, k=3)
    assert [one.item_index for one in found] == [2, 3, 1]
    assert [one.score for one in found] == pytest.approx([0.9, 0.8, 0.6])


def test_scores_that_do_not_compare_are_fused_by_reciprocal_rank_and_who_was_not_found_stands_last() -> (
    None
):
    found = _fused(BOTH, NOBODY, k=3)
    assert [one.item_index for one in found] == [2, 1, 3]
    assert [one.score for one in found] == pytest.approx([worth(2, 1), worth(1, 3), worth(3, 2)])


def test_an_item_without_a_picture_is_judged_by_its_words_alone() -> None:
    found = _fused(BOTH, {WORDS: set(), PICTURES: {1}}, k=2)
    assert [(one.item_index, one.score) for one in found] == [
        (1, pytest.approx(worth(1))),
        (2, pytest.approx(worth(2, 1))),
    ]


def test_where_items_without_words_stand_among_words_does_not_matter() -> None:
    """Their vectors are those of the empty text, so the engine gives them in any order."""
    by_picture = hits((1, 0.9), (2, 0.8), (3, 0.1))
    for by_words in (hits((3, 0.2), (2, 0.2), (1, 0.2)), hits((1, 0.2), (2, 0.2), (3, 0.2))):
        found = _fused(
            {WORDS: by_words, PICTURES: by_picture}, {WORDS: {1, 2, 3}, PICTURES: set()}, k=3
        )
        assert [(one.item_index, one.sources) for one in found] == [
            (1, [PICTURES]),
            (2, [PICTURES]),
            (3, [PICTURES]),
        ]
        assert [one.score for one in found] == pytest.approx([worth(1), worth(2), worth(3)])


def test_an_item_that_has_nothing_to_be_found_by_is_not_found() -> None:
    found = _fused(BOTH, {WORDS: {1}, PICTURES: {1}}, k=3)
    assert [one.item_index for one in found] == [2, 3]


def test_sources_are_named_with_the_one_that_ranked_it_highest_first() -> None:
    assert _fused(BOTH, NOBODY, k=1)[0].sources == [PICTURES, WORDS]


def test_words_find_a_picture_that_nobody_described(seeing: Recommender) -> None:
    answer = seeing.search_items(SearchRequest(text=words(ONLY_SEEN), k=5))
    assert sources(answer)[f"i{ONLY_SEEN}"] == [PICTURES]
    assert answer.degraded == []


def test_a_picture_finds_words_that_have_no_picture(seeing: Recommender) -> None:
    answer = seeing.search_items(SearchRequest(image=picture(ONLY_TOLD), k=5))
    assert sources(answer)[f"i{ONLY_TOLD}"] == [WORDS]


def test_a_picture_finds_itself_first(seeing: Recommender) -> None:
    for place in (3, 50, 200):
        found = seeing.search_items(SearchRequest(image=picture(place), k=3)).results
        assert (found[0].item_id, found[0].score) == (f"i{place}", pytest.approx(1.0, abs=0.01))


def test_filters_bind_pictures_as_they_bind_words(seeing: Recommender) -> None:
    for request in (SearchRequest(text=words(30)), SearchRequest(image=picture(30))):
        filtered = SearchRequest(
            request.text, request.image, filter='item_id = "i30" OR item_id = "i31"'
        )
        assert [result.item_id for result in seeing.search_items(filtered).results] == [
            "i30",
            "i31",
        ]


def test_more_may_be_asked_for_than_is_usually_looked_at(seeing: Recommender) -> None:
    found = seeing.search_items(SearchRequest(text=words(0), k=DEPTH + 50)).results
    assert len({result.item_id for result in found}) == len(found) == DEPTH + 50
    assert [result.score for result in found] == sorted(
        (result.score for result in found), reverse=True
    )


def test_an_item_indexed_later_is_found_by_its_picture_at_once(aligned_copy: Path) -> None:
    palate = Recommender(opened(aligned_copy))
    palate.delete_items(["i20"])
    palate.index_items([Item("new")], {"new": [picture(20)]})
    assert sources(palate.search_items(SearchRequest(text=words(20), k=3)))["new"] == [PICTURES]
    palate.close()


def test_switched_off_words_find_words_and_pictures_find_pictures(aligned_copy: Path) -> None:
    workspace = opened(aligned_copy)
    deactivate(workspace)
    workspace.close()
    palate = Recommender(opened(aligned_copy))
    by_words = palate.search_items(SearchRequest(text=words(ONLY_SEEN)))
    by_picture = palate.search_items(SearchRequest(image=picture(ONLY_TOLD)))
    assert {source for found in sources(by_words).values() for source in found} == {WORDS}
    assert {source for found in sources(by_picture).values() for source in found} == {PICTURES}
    assert (by_words.degraded, by_picture.degraded) == ([], [])
    palate.close()


def test_after_a_change_of_encoders_the_answer_says_that_the_alignment_is_not_in_use(
    aligned_copy: Path,
) -> None:
    workspace = opened(aligned_copy, text_dim=20, anew=True)
    workspace.indexer().rebuild()
    palate = Recommender(workspace)
    answer = palate.search_items(SearchRequest(text=words(0)))
    (remark,) = answer.degraded
    assert "other encoders" in remark
    assert sources(answer)["i0"] == [WORDS]
    assert palate.loaded()["shared space"] == remark
    palate.close()


def test_an_encoder_with_a_space_of_its_own_needs_no_alignment(tmp_path: Path) -> None:
    seeing = by_name([ImageModality(FakeImageEncoder(shares_text_space=True))])
    workspace = Workspace.open_with(world.settings(tmp_path), FakeTextEncoder(), seeing)
    palate = Recommender(workspace)
    red = painted("red", "red", "red", "red")
    palate.index_items([Item("seen"), Item("told", title="blue")], {"seen": [red]})
    found = palate.search_items(SearchRequest(text="red", k=1))
    assert sources(found) == {"seen": [PICTURES]}
    palate.close()


def test_a_picture_finds_words_in_the_encoders_own_space_from_the_next_start_on_if_need_be(
    tmp_path: Path,
) -> None:
    items = [Item(f"grey-{n}", title=f"thing {n}") for n in range(60)] + [Item("told", title="red")]
    red = painted("red", "red", "red", "red")
    for shares, found_by in ((False, None), (True, [WORDS])):
        image = FakeImageEncoder(shares_text_space=shares)
        workspace = Workspace.open_with(
            world.settings(tmp_path), FakeTextEncoder(), by_name([ImageModality(image)])
        )
        workspace.reconcile()
        palate = Recommender(workspace)
        if not shares:
            palate.index_items(
                [*items, Item("seen")], {"seen": [painted("red", "red", "red", "blue")]}
            )
        found = sources(palate.search_items(SearchRequest(image=red, k=2)))
        assert (found["seen"], found.get("told")) == ([PICTURES], found_by)
        palate.close()


async def test_over_the_wire_too(seeing: Recommender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeing, "close", lambda: None)  # it serves other tests as well
    settings = world.settings(Path("unused"), server={"address": "127.0.0.1:0"})
    stop, loaded, address = (
        asyncio.Event(),
        asyncio.Event(),
        asyncio.get_running_loop().create_future(),
    )
    server = asyncio.create_task(
        serve(
            settings,
            lambda _: seeing,
            stop=stop,
            on_listening=address.set_result,
            on_loaded=lambda _: loaded.set(),
        )
    )
    await loaded.wait()
    async with grpc.aio.insecure_channel(await address) as channel:
        stub = recommend_pb2_grpc.RecommendServiceStub(channel)
        by_words = await stub.SearchItems(
            recommend_pb2.SearchItemsRequest(text=words(ONLY_SEEN), k=5)
        )
        by_picture = await stub.SearchItems(
            recommend_pb2.SearchItemsRequest(image=picture(ONLY_TOLD), k=5)
        )
    stop.set()
    await server
    assert {row.item_id: list(row.sources) for row in by_words.results}[f"i{ONLY_SEEN}"] == [
        PICTURES
    ]
    assert {row.item_id: list(row.sources) for row in by_picture.results}[f"i{ONLY_TOLD}"] == [
        WORDS
    ]
