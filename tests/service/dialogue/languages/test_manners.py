"""What a language model may reply with: every example is a text that is let through, and no word of
ours can turn a fact around."""

from __future__ import annotations

import pytest

from service.dialogue.languages.loading import Language, languages
from service.dialogue.languages.manners import Role
from service.dialogue.statements import Statement
from service.dialogue.wording import problems

FACTS = {
    Role.ASKED: ["Western", "no Horror", "1980 年以前"],
    Role.LEANING: ["less violent", "like “Heat (1995)”"],
    Role.UNKNOWN: ["“blorf”"],
    Role.REMOVAL: ["“Heat (1995)”", "“卧虎藏龙”"],
}
NEGATIONS = {
    "en": [
        "no",
        "not",
        "never",
        "without",
        "except",
        "instead",
        "rather",
        "against",
        "away",
        "but",
        "only",
    ],
    "zh": "不没无非除别少反",
}
EACH = [(language, role) for language in languages() for role in Role]
NAMED = [f"{language.code}-{role}" for language, role in EACH]


@pytest.mark.parametrize(("language", "role"), EACH, ids=NAMED)
def test_the_example_says_all_of_the_facts_and_no_more(language: Language, role: Role) -> None:
    facts = FACTS[role]
    text = language.manners.of[role].example.format(facts=language.sentences.chips.join(facts))
    assert problems(text, Statement(role, facts), language) == []


@pytest.mark.parametrize(("language", "role"), EACH, ids=NAMED)
def test_every_phrase_may_be_said(language: Language, role: Role) -> None:
    manner = language.manners.of[role]
    first = [group[0] for group in manner.needed]
    between = " " if language.manners.is_spaced else ""
    for group in manner.needed:
        for phrase in group:
            others = [one for one, its in zip(first, manner.needed, strict=True) if its != group]
            text = between.join(["Heat", phrase, *others])
            assert problems(text, Statement(role, ["Heat"]), language) == []
    for phrase in manner.allowed:
        text = between.join(["Heat", *first, phrase])
        assert problems(text, Statement(role, ["Heat"]), language) == []


@pytest.mark.parametrize("language", languages(), ids=lambda one: one.code)
def test_what_was_asked_for_cannot_be_denied(language: Language) -> None:
    words = language.manners.of[Role.ASKED].words
    known = words.split() if language.manners.is_spaced else words
    assert not set(known) & set(NEGATIONS[language.code])
