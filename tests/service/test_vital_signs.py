"""What a recommender stands at, read from its parts: answers known in advance on the small world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.api.messages import ExplainRequest, RecommendRequest
from service.recommender import Recommender
from tests.service import world

EVENTS = len(world.events())


@pytest.fixture
def palate(tmp_path: Path) -> Iterator[Recommender]:
    recommender = world.filled(tmp_path)
    yield recommender
    recommender.close()


def _stands(palate: Recommender) -> dict[tuple[str, ...], float]:
    return {(r.metric.name, *r.labels): r.value for r in palate._vital_signs.readings()}


def test_the_catalogue_its_encoding_and_its_events_are_told(palate: Recommender) -> None:
    stands = _stands(palate)
    assert stands["palate_items",] == 40
    assert stands["palate_encoded_total", "text"] == 40
    assert stands["palate_encode_seconds_total", "text"] > 0
    assert stands["palate_newest_event_seq", "log"] == EVENTS
    assert stands["palate_newest_event_seq", "popularity"] == EVENTS
    assert stands["palate_newest_event_seq", "model"] == 0
    assert stands["palate_last_event_recorded_timestamp_seconds",] > 0
    assert stands["palate_model_info", "untrained"] == 1
    assert stands["palate_model_trained_timestamp_seconds",] == 0
    assert 0 < stands["palate_disk_free_bytes",] <= stands["palate_disk_size_bytes",]


def test_events_of_others_are_in_the_log_and_not_in_popularity(palate: Recommender) -> None:
    palate.workspace.log.append_events(world.events(n_users=1, each=1, n_items=39)[:1])
    stands = _stands(palate)
    known = [stands["palate_newest_event_seq", who] for who in ("log", "popularity")]
    assert known == [EVENTS + 1, EVENTS]


def test_a_cache_is_asked_each_time_and_hits_the_second(palate: Recommender) -> None:
    before = _stands(palate)
    palate.recommend(RecommendRequest(user_id="u1"))
    palate.recommend(RecommendRequest(user_id="u1"))
    after = _stands(palate)
    for cache in ("users", "items"):
        asked = ("palate_cache_requests_total", cache)
        hits = ("palate_cache_hits_total", cache)
        assert after[asked] - before[asked] == 2
        assert after[hits] - before[hits] == 1


def test_texts_are_counted_by_what_came_of_them(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(user_id="u1"))
    item_id = answer.results[0].item_id
    palate.explain(ExplainRequest(item_id, recommendation_id=answer.recommendation_id))
    assert _stands(palate)["palate_writer_texts_total", "template", "written"] == 1
