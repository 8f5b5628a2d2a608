"""The expressions of every language can be searched for, and speak of what there is."""

from __future__ import annotations

import pytest

from service.explainer.evidence import DESCRIPTION, HIGHER, LOWER, SEEN, Evidence, EvidenceKind
from service.explainer.languages.codes import language_codes
from service.explainer.languages.lexicon import Lexicon
from service.explainer.languages.loading import load_language
from service.explainer.verify.checks import fields_of
from service.explainer.verify.expressions import compiled

languages = pytest.mark.parametrize("code", language_codes())


def lexicon_of(code: str) -> Lexicon:
    return load_language(code).lexicon


@languages
def test_its_script_is_one_that_the_verifier_knows(code: str) -> None:
    assert lexicon_of(code).script in ("latin", "cjk")


@languages
def test_every_expression_compiles_and_none_matches_nothing(code: str) -> None:
    lexicon = lexicon_of(code)
    expressions = [
        lexicon.causes,
        lexicon.sharing,
        lexicon.clause_ends,
        *(guarded.words for guarded in lexicon.guarded),
        *(unit.words for unit in lexicon.units),
        *lexicon.needs_fact,
    ]
    for expression in expressions:
        assert not compiled(expression, lexicon.script == "latin").search(""), expression


@languages
def test_a_unit_counts_a_number_that_facts_have(code: str) -> None:
    fields = set(fields_of(Evidence(EvidenceKind.HISTORY, 0.0)))
    for unit in lexicon_of(code).units:
        assert unit.field in fields
        assert "N" in unit.words
        assert unit.kinds


@languages
def test_words_are_guarded_by_names_that_facts_have(code: str) -> None:
    named = {guarded.named for guarded in lexicon_of(code).guarded}
    assert named == {"", HIGHER, LOWER, SEEN, DESCRIPTION}


@languages
def test_praise_is_guarded_by_no_evidence_at_all(code: str) -> None:
    assert sum(not guarded.kinds for guarded in lexicon_of(code).guarded) >= 5
