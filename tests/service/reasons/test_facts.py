"""What may be given as a reason, and what is usual in a catalogue."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.catalog.item import Item
from service.explainer.evidence import EvidenceKind
from service.reasons.facts import (
    PastEvent,
    background,
    catalogue_facts,
    convincing,
    sponsor_of,
    subject_of,
)


def rated(value: float | None, *, liked: bool = True, kind: str = "rating") -> PastEvent:
    return PastEvent(Item("x"), kind, value, liked)


def test_what_was_disliked_is_never_a_reason() -> None:
    assert convincing([rated(5.0), rated(1.0, liked=False)]) == [True, False]


def test_what_was_rated_clearly_below_the_persons_own_ratings_is_no_reason() -> None:
    assert convincing([rated(5.0), rated(5.0), rated(5.0), rated(3.0)]) == [True, True, True, False]


def test_a_strict_person_is_measured_by_their_own_ratings() -> None:
    assert convincing([rated(3.0), rated(2.5), rated(3.0)]) == [True, False, True]
    assert convincing([rated(3.0), rated(3.0)]) == [True, True]


def test_events_without_a_value_count_as_liked_and_kinds_are_not_mixed() -> None:
    assert convincing([rated(None, kind="watch"), rated(90.0, kind="listen"), rated(4.0)]) == [
        True,
        True,
        True,
    ]


def test_the_background_is_that_of_random_pairs() -> None:
    vectors = np.eye(20, dtype=np.float32)
    measured = background(vectors)
    assert (measured.mean, measured.std) == (0.0, 0.0)
    assert background(vectors[:3]).std == 0.0  # too few to say


def test_attribute_values_become_text() -> None:
    item = Item("x", attributes={"cast": ("A", "B"), "year": 1999.0, "new": True})
    assert subject_of(item).attributes == {"cast": "A, B", "year": "1999", "new": "true"}
    assert subject_of(item).title == "x"


@pytest.mark.parametrize(
    ("value", "sponsor"),
    [(True, ""), ("Acme", "Acme"), (False, None), ("", None), (" ", None), (None, None)],
)
def test_a_sponsor_is_read_from_the_item(value: str | bool | None, sponsor: str | None) -> None:
    item = Item("x", attributes={} if value is None else {"sponsored": value})
    assert sponsor_of(item) == sponsor


def test_an_event_is_cited_by_its_item_and_weighs_nothing() -> None:
    event = PastEvent(Item("x", domain="films"), "rating", 4.0, True)
    fact = event.cited(EvidenceKind.HISTORY)
    assert (fact.item_id, fact.title, fact.domain) == ("x", "x", "films")
    assert (fact.event_type, fact.event_value, fact.weight) == ("rating", 4.0, 0.0)


def test_shares_count_each_item_once() -> None:
    catalogue = [
        Item("a", categories=("Drama", "Drama"), attributes={"cast": ("A", "B")}),
        Item("b", categories=("Drama", "Crime"), attributes={"cast": "A"}),
    ]
    facts = catalogue_facts(catalogue)
    assert facts.category_share == {"Drama": 1.0, "Crime": 0.5}
    assert facts.attribute_share == {("cast", "A"): 1.0, ("cast", "B"): 0.5}
    assert facts.aspect_share == {}


def test_words_of_a_model_are_counted_by_aspect() -> None:
    catalogue = [Item("a"), Item("b")]
    said = [{"mood": ("dark", "wry")}, {"mood": ("dark",), "style": ("dark",)}]
    facts = catalogue_facts(catalogue, said)
    assert facts.aspect_share == {
        ("mood", "dark"): 1.0,
        ("mood", "wry"): 0.5,
        ("style", "dark"): 0.5,
    }
