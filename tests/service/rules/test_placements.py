"""Rules in answers: what they are about, whom they bind, and what is said of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.api.messages import ExplainRequest, Recommendation, RecommendRequest, SimilarRequest
from service.explainer.evidence import EvidenceKind
from service.recommender import Recommender
from service.rules.placements import Placements
from service.rules.rule import PlacementRule
from tests.service.world import NOW, filled

REQUEST = RecommendRequest(user_id="u0", k=6, scenario="home")


@pytest.fixture
def palate(tmp_path: Path) -> Iterator[Recommender]:
    recommender = filled(tmp_path)
    yield recommender
    recommender.close()


def under(palate: Recommender, *rules: PlacementRule) -> Recommender:
    """With these rules in its settings."""
    store = palate.workspace.store
    placements = Placements(rules, store, palate.ids, palate.catalog)
    palate.ranking = replace(palate.ranking, placements=placements)
    return palate


def shown(answer: Recommendation) -> list[str]:
    return [result.item_id for result in answer.results]


def of(item_id: str, kind: str = "pin", **fields: object) -> PlacementRule:
    index = int(item_id[1:])
    return PlacementRule.model_validate(
        {"name": f"{kind} {item_id}", "kind": kind, "filter": f"price = {float(index)}", **fields}
    )


def last_of(palate: Recommender) -> str:
    """The item that would come last of all."""
    return shown(palate.recommend(replace(REQUEST, k=100)))[-1]


def test_a_pinned_item_stands_at_its_place_and_every_text_says_so(palate: Recommender) -> None:
    before, last = shown(palate.recommend(REQUEST)), last_of(palate)
    answer = under(palate, of(last, place=2)).recommend(replace(REQUEST, explain=True))
    assert shown(answer) == [before[0], last, *before[1:5]]
    said = [result.reason.endswith("is placed here by the service.") for result in answer.results]
    assert said == [False, True, False, False, False, False]
    why = palate.explain(ExplainRequest(last, answer.recommendation_id, language="zh"))
    assert EvidenceKind.PLACEMENT in [fact.kind for fact in why.evidence]
    assert "是本服务主推的内容" in why.text
    other = palate.explain(ExplainRequest(before[0], answer.recommendation_id))
    assert EvidenceKind.PLACEMENT not in [fact.kind for fact in other.evidence]


def test_the_store_is_asked_once_however_many_want_to_know(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = palate.workspace.store
    placements = Placements((), store, palate.ids, palate.catalog)
    asked, another = [], threading.Event()
    matching = store.matching

    def counted(*arguments: Any) -> Any:
        asked.append(arguments)
        if len(asked) > 1:
            another.set()
        another.wait(0.2)  # as long as a second one could come
        return matching(*arguments)

    monkeypatch.setattr(store, "matching", counted)
    callers = [threading.Thread(target=placements.members, args=(of("i3"),)) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(asked) == 1
    assert np.flatnonzero(placements.members(of("i3"))).tolist() == [3]


def test_pages_go_on_where_rules_are(palate: Recommender) -> None:
    last = last_of(palate)
    under(palate, of(last, place=8))
    first = palate.recommend(REQUEST)
    second = palate.recommend(replace(REQUEST, page_token=first.next_page_token))
    whole = palate.recommend(replace(REQUEST, k=12))
    assert [*shown(first), *shown(second)] == shown(whole)
    assert shown(second)[1] == last


def test_boosts_move_scores_and_the_explanation_does_not_take_them_for_the_persons(
    palate: Recommender,
) -> None:
    last = last_of(palate)
    under(palate, of(last, "boost", strength=10))
    answer = palate.recommend(REQUEST)
    assert shown(answer)[0] == last
    palate.catalog.drop_cache()
    why = palate.explain(ExplainRequest(last, answer.recommendation_id, change=True))
    assert EvidenceKind.PLACEMENT in [fact.kind for fact in why.evidence]
    assert why.change is not None
    under(palate, of(shown(answer)[1], "bury", strength=10))
    assert shown(palate.recommend(REQUEST))[0] != shown(answer)[1]


def test_nothing_that_is_left_out_comes_back_by_a_rule(palate: Recommender) -> None:
    last = last_of(palate)
    under(palate, of(last, place=1), of("i0", place=2))
    answer = palate.recommend(replace(REQUEST, exclude_item_ids=[last]))
    assert not {last, "i0"} & set(shown(answer))  # u0 has seen i0
    cheap = palate.recommend(replace(REQUEST, filter=f"price != {float(int(last[1:]))}"))
    assert last not in shown(cheap)


def test_rules_are_for_their_scenario_and_not_for_similar_items_or_wishes(
    palate: Recommender,
) -> None:
    last = last_of(palate)
    before = shown(palate.recommend(REQUEST))
    under(palate, of(last, place=1, scenarios=["basket"]))
    assert shown(palate.recommend(REQUEST)) == before
    under(palate, of(last, place=1))
    assert shown(palate.recommend(REQUEST))[0] == last
    alike = palate.similar_items(SimilarRequest("i3", k=5))
    assert "placement" not in str(alike)
    wished = palate.recommend(replace(REQUEST, wish="love"))
    assert shown(wished)[0] != last


def test_a_cap_counts_the_values_of_a_field(palate: Recommender) -> None:
    cap = PlacementRule(name="variety", kind="cap", per="attributes.maker", most=1, within=3)
    answer = under(palate, cap).recommend(replace(REQUEST, k=3))
    makers = [result.item.attributes["maker"] for result in answer.results]
    assert len(set(makers)) == 3


def test_members_follow_the_catalogue(palate: Recommender) -> None:
    rule = of("i3")
    placements = under(palate, rule).ranking.placements
    assert np.flatnonzero(placements.members(rule)).tolist() == [3]
    palate.index_items([Item("fresh", title="Rocket", price=3.0)], {})
    assert np.flatnonzero(placements.members(rule)).tolist() == [3, palate.ids.index("fresh")]
    palate.delete_items(["i3"])
    assert np.flatnonzero(placements.members(rule)).tolist() == [palate.ids.index("fresh")]


MIX = PlacementRule(name="mix", kind="calibrate", strength=10.0)


def test_a_calibrated_list_has_what_was_liked_and_says_what_is_there_by_the_rule(
    palate: Recommender,
) -> None:
    """Six films about space and two about love were liked, and by score all results are about space."""
    liked = [*(f"i{2 * n}" for n in range(6)), "i1", "i3"]
    palate.record_events([Event("mixed", item_id, "rating", 5.0, NOW) for item_id in liked])
    mixed = replace(REQUEST, user_id="mixed", k=8)
    before = palate.recommend(mixed)
    assert about_love(before) == []
    answer = under(palate, MIX).recommend(replace(mixed, explain=True))
    assert len(about_love(answer)) == 2
    said = [one.item_id for one in answer.results if one.reason.endswith("by the service.")]
    assert said == about_love(answer)
    why = palate.explain(ExplainRequest(said[0], answer.recommendation_id))
    assert EvidenceKind.PLACEMENT in [fact.kind for fact in why.evidence]


def about_love(answer: Recommendation) -> list[str]:
    return [one.item_id for one in answer.results if "Love" in one.item.categories]


def test_where_a_request_says_how_its_list_is_to_be_no_rule_calibrates(palate: Recommender) -> None:
    asked = [replace(REQUEST, wish="love"), replace(REQUEST, diversity=0.5)]
    before = [shown(palate.recommend(request)) for request in asked]
    under(palate, MIX)
    assert [shown(palate.recommend(request)) for request in asked] == before


def test_somebody_unknown_has_nothing_to_calibrate_by(palate: Recommender) -> None:
    nobody = RecommendRequest(k=6)
    before = shown(palate.recommend(nobody))
    assert shown(under(palate, MIX).recommend(nobody)) == before
