"""What a language model is told: the facts, an example of each, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from service.explainer.evidence import Evidence, Subject
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.codes import language_codes
from service.explainer.template.plan import Length
from service.explainer.verify.verifier import verify
from service.explainer.writers.prompt import (
    MAX_FACTS,
    MAX_PROBLEMS,
    RULES,
    messages,
    numbered,
    schema,
)
from tests.service.explainer.made_up import (
    CASINO,
    COLLATERAL,
    HOSTILE_TITLES,
    NOBODY,
    RICH,
    TASTE_FACTS,
    about,
)


def task(
    evidence: list[Evidence],
    subject: Subject = COLLATERAL,
    language: str = "en",
    length: Length = "paragraph",
    problems: list[str] | None = None,
) -> dict[str, Any]:
    facts = numbered(evidence, length)
    system, user = messages(subject, facts, language, length, problems or [])
    assert (system["role"], system["content"]) == ("system", RULES[length])
    assert user["role"] == "user"
    read: dict[str, Any] = json.loads(user["content"])
    return read


def test_facts_are_numbered_strongest_first_and_not_too_many() -> None:
    assert list(numbered(RICH, "line")) == ["e1", "e2", "e3", "e4", "e5"]
    assert len(numbered(RICH * 9, "line")) == MAX_FACTS["line"]


def test_a_fact_has_the_fields_that_say_something() -> None:
    facts = task(RICH)["facts"]
    assert set(facts[0]) == {"id", "kind", "share", "title", "event", "event_value", "example"}
    assert (facts[4]["within_days"], facts[4]["more_often_than_percent"]) == (30, "95")
    rated_zero = task([about(K.HISTORY, CASINO, 0.5, event_value=0.0)])["facts"][0]
    assert rated_zero["event_value"] == 0.0


@pytest.mark.parametrize("language", language_codes())
def test_every_example_says_its_fact_and_holds(language: str) -> None:
    evidence = [*RICH, about(K.MEDIA_SIMILARITY, CASINO, event_type="watch", name="video")]
    read = task(evidence, language=language)
    assert read["language"] == language
    for told, fact in zip(read["facts"], evidence, strict=True):
        assert told["example"]
        assert verify(told["example"], COLLATERAL, [fact], language) == []


def test_a_modality_is_told_by_its_name() -> None:
    (fact,) = task([about(K.MEDIA_SIMILARITY, CASINO, name="video")])["facts"]
    assert (fact["kind"], fact["name"]) == ("media_similarity", "video")
    assert "video" in fact["example"]


def test_a_taste_is_told_without_an_item_and_examples_without_an_example() -> None:
    read = task(TASTE_FACTS, NOBODY, length="profile")
    assert "item" not in read
    examples = {fact["id"]: fact.get("example") for fact in read["facts"]}
    assert "“Alien (1979)”" in str(examples["e1"])
    assert examples["e2"] is None


def test_what_was_wrong_is_told_in_short_and_not_all_of_it() -> None:
    told = task(RICH, problems=["says 'x'\n" * 99] * 20)[
        "your_answer_before_was_thrown_away_because"
    ]
    assert len(told) == MAX_PROBLEMS
    assert all(len(problem) <= 200 and "\n" not in problem for problem in told)


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_words_of_items_go_in_as_one_clean_line(title: str) -> None:
    read = task([replace(RICH[0], title=title)], replace(COLLATERAL, title=title))
    for said in (read["item"]["title"], read["facts"][0].get("title", "")):
        assert not set(said) & set("\n“”<>⟦⟧\u202e\x00")
        assert len(said) <= 60


def test_the_schema_allows_the_ids_that_there_are() -> None:
    ids = schema(numbered(RICH[:2], "line"))["properties"]["claims"]["items"]["properties"]
    assert ids["evidence_ids"]["items"]["enum"] == ["e1", "e2"]
