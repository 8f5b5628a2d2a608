"""What was looked up is evidence where it says enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.explainer.attribution.facts import (
    Background,
    CandidateFacts,
    CatalogueFacts,
    Citable,
    HistoryFact,
    RequestFacts,
)
from service.explainer.attribution.limits import AttributionLimits
from service.explainer.attribution.looked_up import cite, look_up
from service.explainer.attribution.weights import weigh_evidence
from service.explainer.evidence import DESCRIPTION, DETAILS, EvidenceKind
from tests.service.explainer.attribution.planted import CATALOGUE, KNOWN_USER, PLAIN, of, scores


@pytest.mark.parametrize(("people", "cited"), [(4, []), (5, [5])])
def test_fewer_than_five_people_are_never_mentioned(people: int, cited: list[int]) -> None:
    facts = [HistoryFact("a", co_engaged=people)]
    evidence = weigh_evidence(scores(1, 1), facts, PLAIN, KNOWN_USER, CATALOGUE)
    assert [e.count for e in of(EvidenceKind.CO_ENGAGEMENT, evidence)] == cited


def test_similarity_counts_against_the_background_not_by_itself() -> None:
    facts = [
        HistoryFact("a", cosines={"text": 0.45, "image": 0.45})
    ]  # z = 3.5 among texts, 1 among pictures
    evidence = weigh_evidence(scores(1, 1), facts, PLAIN, KNOWN_USER, CATALOGUE)
    assert [(e.kind, e.similarity, e.weight) for e in evidence] == [
        (EvidenceKind.TEXT_SIMILARITY, 0.45, 0.0)
    ]
    unknown = replace(CATALOGUE, backgrounds={"text": Background()})
    assert weigh_evidence(scores(1, 1), facts, PLAIN, KNOWN_USER, unknown) == []


@pytest.mark.parametrize(
    ("request_facts", "name", "count"),
    [
        (RequestFacts(n_events_known=0), "no_history", 0),
        (RequestFacts(n_events_known=4), "short_history", 4),
        (RequestFacts(n_events_known=80, profiled=False), "not_used", 0),
    ],
)
def test_cold_start_names_what_is_unknown(
    request_facts: RequestFacts, name: str, count: int
) -> None:
    evidence = weigh_evidence(scores(1), [], PLAIN, request_facts, CATALOGUE)
    assert [(e.kind, e.name, e.count) for e in evidence] == [(EvidenceKind.COLD_START, name, count)]


def test_what_a_taste_and_a_wish_ask_for_is_told_with_the_value_that_is_there() -> None:
    item = replace(PLAIN, of_taste=[("slow", ""), ("jazz", "Jazz")], wished=[("blue", "Blue")])
    evidence = weigh_evidence(scores(4, taste=3, wish=1), [], item, KNOWN_USER, CATALOGUE)
    assert [(e.kind, e.weight, e.name, e.value) for e in evidence] == [
        (EvidenceKind.WISH, 0.75, "blue", "Blue"),
        (EvidenceKind.TASTE, 0.25, "slow", ""),
        (EvidenceKind.TASTE, 0.0, "jazz", "Jazz"),
    ]


def test_newness_taste_rule_and_exploration_are_carried_with_their_words() -> None:
    item = replace(PLAIN, days_since_created=3.7, of_taste=[("slow science fiction", "")])
    asked = RequestFacts(n_events_known=9, rule="price < 20", exploration=True)
    evidence = weigh_evidence(scores(4, taste=1, newness=3), [], item, asked, CATALOGUE)
    assert [(e.kind, e.weight, e.name, e.count) for e in evidence] == [
        (EvidenceKind.TASTE, 0.75, "slow science fiction", 0),
        (EvidenceKind.NEWNESS, 0.25, "", 3),
        (EvidenceKind.EXPLORATION, 0.0, "", 0),
        (EvidenceKind.RULE, 0.0, "price < 20", 0),
    ]


def test_an_old_or_little_chosen_item_is_neither_new_nor_popular() -> None:
    item = replace(PLAIN, days_since_created=31, popularity_count=500, popularity_percentile=0.89)
    assert weigh_evidence(scores(1), [], item, KNOWN_USER, CATALOGUE) == []
    few = replace(PLAIN, popularity_count=4, popularity_percentile=1.0)
    assert weigh_evidence(scores(1), [], few, KNOWN_USER, CATALOGUE) == []


@pytest.mark.parametrize(
    ("count", "percentile", "lift", "told"),
    [(5, 0.9, 2.0, [5]), (4, 0.9, 2.0, []), (5, 0.89, 2.0, []), (5, 0.9, 1.9, [])],
)
def test_a_trend_needs_people_rank_and_a_rise(
    count: int, percentile: float, lift: float, told: list[int]
) -> None:
    candidate = replace(PLAIN, recent_count=count, recent_percentile=percentile, recent_lift=lift)
    evidence = weigh_evidence(scores(1), [], candidate, KNOWN_USER, CATALOGUE)
    assert [fact.count for fact in of(EvidenceKind.TREND, evidence)] == told


def test_sponsorship_is_told_weighs_nothing_and_is_nothing_in_common() -> None:
    candidate = replace(PLAIN, sponsor="Acme", attributes={"sponsored": "Acme"})
    facts = [HistoryFact("a", attributes={"sponsored": "Acme"})]
    evidence = weigh_evidence(scores(2, 1), facts, candidate, KNOWN_USER, CATALOGUE)
    assert [(fact.kind, fact.name, fact.weight) for fact in evidence] == [
        (EvidenceKind.HISTORY, "", 1.0),
        (EvidenceKind.SPONSORSHIP, "Acme", 0.0),
    ]


def test_every_modality_of_the_catalogue_is_compared_and_named() -> None:
    names = ("text", "image", "audio", "video", "motion_capture")
    catalogue = CatalogueFacts(dict.fromkeys(names, Background(0.1, 0.1)))
    fact = HistoryFact("a", cosines=dict.fromkeys(names, 0.5))
    found = look_up([Citable(fact, 0.0)], PLAIN, KNOWN_USER, catalogue, AttributionLimits())
    assert [(one.evidence.kind, one.evidence.name) for one in found] == [
        (EvidenceKind.TEXT_SIMILARITY, DETAILS),
        (EvidenceKind.IMAGE_SIMILARITY, ""),
        (EvidenceKind.AUDIO_SIMILARITY, ""),
        (EvidenceKind.MEDIA_SIMILARITY, "video"),
        (EvidenceKind.MEDIA_SIMILARITY, "motion_capture"),
    ]


def test_a_modality_without_a_vector_or_a_background_is_not_similar() -> None:
    catalogue = CatalogueFacts({"video": Background(0.1, 0.1), "audio": Background()})
    facts = [HistoryFact("a"), HistoryFact("b", cosines={"audio": 0.9, "image": 0.9})]
    citable = [Citable(fact, 0.0) for fact in facts]
    assert list(look_up(citable, PLAIN, KNOWN_USER, catalogue, AttributionLimits())) == []


@pytest.mark.parametrize(
    ("item", "candidate", "name"),
    [(True, True, DESCRIPTION), (True, False, DETAILS), (False, True, DETAILS)],
)
def test_the_text_is_a_description_where_both_have_one(
    item: bool, candidate: bool, name: str
) -> None:
    fact = HistoryFact("a", described=item, cosines={"text": 0.9})
    to = CandidateFacts("c", described=candidate)
    (one,) = look_up([Citable(fact, 0.0)], to, KNOWN_USER, CATALOGUE, AttributionLimits())
    assert one.evidence.name == name


def test_the_closest_items_come_first_and_only_a_few() -> None:
    cosines = {"a": 0.5, "b": 0.9, "c": 0.7, "d": 0.6}
    citable = [Citable(HistoryFact(i, cosines={"text": c}), 0.0) for i, c in cosines.items()]
    found = look_up(citable, PLAIN, KNOWN_USER, CATALOGUE, AttributionLimits(max_looked_up=2))
    assert [one.evidence.item_id for one in found] == ["b", "c"]


def test_a_citation_has_what_was_done_to_the_item() -> None:
    fact = HistoryFact("a", "A", "films", "rating", 4.5)
    cited = cite(EvidenceKind.HISTORY, fact)
    assert (cited.item_key, cited.domain, cited.event_type) == (("a", "A"), "films", "rating")
    assert (cited.event_value, cited.weight) == (4.5, 0.0)
