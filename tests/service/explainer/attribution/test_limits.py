"""Limits decide how much is told."""

from __future__ import annotations

from service.explainer.attribution.facts import HistoryFact
from service.explainer.attribution.limits import AttributionLimits
from service.explainer.attribution.weights import weigh_evidence
from tests.service.explainer.attribution.planted import (
    CATALOGUE,
    KNOWN_USER,
    PLAIN,
    history,
    scores,
)


def test_fewer_history_items_are_named_where_fewer_are_allowed() -> None:
    served, facts = scores(10, 7, 9, 4), history("a", "b", "c1")
    two = weigh_evidence(
        served, facts, PLAIN, KNOWN_USER, CATALOGUE, AttributionLimits(max_history=2)
    )
    assert [(e.item_id, e.weight) for e in two] == [("c1", 0.6), ("a", 0.3)]


def test_people_are_mentioned_where_fewer_are_enough() -> None:
    facts = [HistoryFact("a", co_engaged=2)]
    counterfactual = scores(1, 1)
    assert weigh_evidence(counterfactual, facts, PLAIN, KNOWN_USER, CATALOGUE) == []
    (fact,) = weigh_evidence(
        counterfactual, facts, PLAIN, KNOWN_USER, CATALOGUE, AttributionLimits(min_people=2)
    )
    assert fact.count == 2
