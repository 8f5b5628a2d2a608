"""What a language must say, held against every language there is."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from service.explainer.evidence import TELLING
from service.explainer.languages import language as language_module
from service.explainer.languages.codes import language_codes
from service.explainer.languages.language import OF_A_MODEL, Language
from service.explainer.languages.loading import load_language
from service.explainer.template.slots import stands_unquoted

SLOTS = frozenset(re.findall(r"`(\w+)`", language_module.__doc__ or ""))
"""The slots that the module explains."""

languages = pytest.mark.parametrize("code", language_codes())


def slots_of(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name}


@languages
def test_a_language_is_called_by_the_code_of_its_folder(code: str) -> None:
    assert load_language(code).code == code


@languages
def test_patterns_have_slots_that_are_explained(code: str) -> None:
    language = load_language(code)
    tables = (language.leads, language.tails, language.tails_same)
    patterns = [p for table in tables for patterns in table.values() for p in patterns]
    assert {"this", "did", "medium"} <= SLOTS
    assert {slot for pattern in patterns for slot in slots_of(pattern)} <= SLOTS


@languages
def test_a_lead_or_tail_can_be_said_of_an_item_without_a_title(code: str) -> None:
    """The fact is sayable then, or it would be left out of a text that has room for it."""
    language = load_language(code)
    for kind in ("category", "text_similarity", "media_similarity", "co_engagement"):
        for table in (language.leads, language.tails):
            assert any("{something}" in pattern for pattern in table[kind]), (kind, code)


@languages
def test_a_second_clause_about_the_same_item_does_not_name_it(code: str) -> None:
    same = load_language(code).tails_same
    named = {"title", "cited", "something"}
    assert [p for patterns in same.values() for p in patterns if slots_of(p) & named] == []


@languages
def test_everything_that_is_counted_has_its_noun(code: str) -> None:
    counted = {telling.counts for telling in TELLING.values() if telling.counts}
    assert set(load_language(code).counted) == counted


@languages
def test_every_table_has_its_fallback(code: str) -> None:
    language = load_language(code)
    for table in (language.nouns, language.verbs, language.attributes, language.taste.than):
        assert "" in table
    assert {"category", OF_A_MODEL} <= set(language.attributes)
    assert language.attribute(OF_A_MODEL) == ""  # an attribute of a caller is never told like it
    assert set(language.attribute_aliases.values()) <= set(language.attributes)
    assert set(language.event_aliases.values()) <= {*language.verbs, "rating"}


@languages
def test_the_noun_of_a_modality_stands_without_quotation_marks(code: str) -> None:
    language = load_language(code)
    assert all(stands_unquoted(noun, language) for noun in language.media.values())


@languages
def test_own_phrases_are_whole(code: str) -> None:
    """Everything that the tables say is one of them, so that an item's word like it is quoted."""
    language = load_language(code)
    phrases = set(language.own_phrases())
    assert set(language.sentence_patterns()) <= phrases
    assert {language.it, language.ever, language.something, *language.ago} <= phrases


def english() -> Language:
    return load_language("en")


@pytest.mark.parametrize(
    ("event_type", "key"),
    [
        ("Add-To-Cart", "add_to_cart"),
        (" buy ", "purchase"),
        ("rate", "rating"),
        ("contemplate", ""),
        ("impression", ""),
    ],
)
def test_an_event_is_found_by_its_name_in_any_spelling(event_type: str, key: str) -> None:
    assert english().event(event_type) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [("Directors", "director"), ("colour_group_name", "colour"), ("sleeve length", "")],
)
def test_an_attribute_is_found_by_its_name_in_any_spelling(name: str, key: str) -> None:
    assert english().attribute(name) == key


@pytest.mark.parametrize(
    ("code", "modality", "noun"),
    [
        ("en", "video", "video"),
        ("zh", "video", "视频"),
        ("en", "motion_capture", "motion capture"),
        ("zh", "motion-capture", "motion capture"),
    ],
)
def test_a_modality_is_called_by_its_noun_or_its_name(code: str, modality: str, noun: str) -> None:
    assert load_language(code).medium(modality) == noun


@languages
def test_a_rating_is_said_with_its_value(code: str) -> None:
    for verb in load_language(code).rated:
        assert re.search(r"{(a_)?value}", verb.did)
        assert re.search(r"{(a_)?value}", verb.cited)
