"""The template writer: the same text for the same input, and a list that does not repeat itself."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from service.explainer.evidence import Evidence
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.codes import language_codes
from service.explainer.languages.loading import load_language
from service.explainer.template.writer import TemplateWriter
from service.explainer.verify.masking import mask
from tests.service.explainer.made_up import COLLATERAL, HEAT, RICH, about

WRITER = TemplateWriter()


@pytest.mark.parametrize("language", language_codes())
def test_the_same_input_gives_the_same_text(language: str) -> None:
    once, again = (WRITER.write(COLLATERAL, RICH, language, length="paragraph") for _ in range(2))
    assert once == again


SAME_KINDS = {
    "history": RICH[:2],
    "similar": [RICH[3]],
    "people": [RICH[2], RICH[3]],
    "popular": [RICH[4], Evidence(K.NEWNESS, 0.0, count=3)],
    "shared": [RICH[1], RICH[3]],
    "new": [Evidence(K.NEWNESS, 0.0, count=0)],
    "taste": [Evidence(K.TASTE, 1.0, name="slow science fiction")],
    "video": [
        about(K.MEDIA_SIMILARITY, HEAT, name="video"),
        about(K.CATEGORY, HEAT, value="Crime"),
    ],
    "picture": [about(K.IMAGE_SIMILARITY, HEAT), about(K.CATEGORY, HEAT, value="Crime", count=4)],
}


@pytest.mark.parametrize("language", language_codes())
@pytest.mark.parametrize("evidence", SAME_KINDS.values(), ids=SAME_KINDS.keys())
def test_ten_results_with_the_same_evidence_read_differently(
    language: str, evidence: list[Evidence]
) -> None:
    pairs = [
        (replace(COLLATERAL, item_id=f"item {i}", title=f"Title {i}"), evidence) for i in range(10)
    ]
    texts = WRITER.write_list(pairs, language)
    assert len(set(texts)) >= 8


@pytest.mark.parametrize("language", language_codes())
@pytest.mark.parametrize("evidence", SAME_KINDS.values(), ids=SAME_KINDS.keys())
def test_no_phrase_makes_up_more_than_three_of_ten(language: str, evidence: list[Evidence]) -> None:
    """The pattern of a text is its first clause with everything named masked."""
    pairs = [
        (replace(COLLATERAL, item_id=f"item {i}", title=f"Title {i}"), evidence) for i in range(10)
    ]
    texts = WRITER.write_list(pairs, language)
    patterns = Counter(
        re.sub(r"⟦.⟧", "X", mask(text, subject, facts, load_language(language)).text)
        .split("；")[0]
        .split(";")[0]
        for text, (subject, facts) in zip(texts, pairs, strict=True)
    )
    assert max(patterns.values()) <= 3


def test_single_texts_vary_by_subject() -> None:
    texts = {
        WRITER.write(replace(COLLATERAL, item_id=str(i)), RICH, "en", length="line")
        for i in range(100)
    }
    assert len(texts) >= 20
