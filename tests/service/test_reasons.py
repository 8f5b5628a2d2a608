"""From a served context to the explainer's facts."""

from __future__ import annotations

import numpy as np

from indexer.catalog import Item
from service.reasons import PastEvent, background, convincing, rule_text, subject_of


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
    assert convincing([rated(None, kind="watch"), rated(90.0, kind="listen"), rated(4.0)]) == [True, True, True]


def test_the_background_is_that_of_random_pairs() -> None:
    vectors = np.eye(20, dtype=np.float32)
    measured = background(vectors)
    assert (measured.mean, measured.std) == (0.0, 0.0)
    assert background(vectors[:3]).std == 0.0  # too few to say


def test_attribute_values_become_text() -> None:
    item = Item("x", attributes={"cast": ("A", "B"), "year": 1999.0, "new": True})
    assert subject_of(item).attributes == {"cast": "A, B", "year": "1999", "new": "true"}
    assert subject_of(item).title == "x"


def test_a_rule_is_told_in_words() -> None:
    assert rule_text("", ()) == ""
    assert rule_text(" price < 20 ", ["films", "books"]) == "domain films or books, price < 20"
