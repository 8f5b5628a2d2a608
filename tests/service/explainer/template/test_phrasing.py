"""Which patterns say a fact, and sentences from capital to full stop."""

from __future__ import annotations

import pytest

from service.explainer.evidence import Evidence
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.loading import load_language
from service.explainer.template.phrasing import finish, pattern_key, slot_names, tidy, usable


@pytest.mark.parametrize(
    ("fact", "key"),
    [
        (Evidence(K.HISTORY, 0.0), "history"),
        (Evidence(K.ATTRIBUTE, 0.0, name="director"), "category"),
        (Evidence(K.ASPECT, 0.0, name="mood"), "category"),
        (Evidence(K.MEDIA_SIMILARITY, 0.0, name="video"), "media_similarity"),
        (Evidence(K.CONTRAST, 0.0, name="higher"), "contrast.higher"),
        (Evidence(K.COLD_START, 0.0, name="not_used"), "cold_start.not_used"),
        (Evidence(K.COLD_START, 0.0, name="?", count=3), "cold_start.short_history"),
        (Evidence(K.COLD_START, 0.0, name="?"), "cold_start.no_history"),
    ],
)
def test_a_fact_is_said_by_the_patterns_of_its_kind(fact: Evidence, key: str) -> None:
    assert pattern_key(fact) == key


def test_a_pattern_is_used_only_where_every_slot_has_something_to_say() -> None:
    patterns = ["{this} {sg}", "like {title}, {this} {sg}", "nothing"]
    facts = {"this": "it", "sg": "is new", "title": ""}
    assert usable(patterns, facts) == ["{this} {sg}", "nothing"]
    assert slot_names(patterns[1]) == ("title", "this", "sg")


def test_sentences_begin_with_a_capital_and_end_with_one_full_stop() -> None:
    english, chinese = load_language("en"), load_language("zh")
    assert finish(["it is new ", "“A” is not."], english) == "It is new. “A” is not."
    assert finish(["它是新内容", "就 Heat ，接近。"], chinese) == "它是新内容。就 Heat，接近。"


def test_spaces_are_single_and_none_stands_beside_chinese_punctuation() -> None:
    assert tidy("由  A  执导 ，和 B 。") == "由 A 执导，和 B。"
