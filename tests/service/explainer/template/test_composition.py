"""How facts become a line or a paragraph."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.explainer.evidence import Evidence, Subject
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.codes import language_codes
from service.explainer.languages.loading import load_language
from service.explainer.template.composition import compose, hash_selector, label
from service.explainer.template.plan import Length
from service.explainer.template.writer import TemplateWriter
from service.explainer.verify.masking import mask
from service.explainer.verify.verifier import verify
from tests.service.explainer.made_up import (
    CASINO,
    COLLATERAL,
    HEAT,
    RICH,
    about,
    evidence_facts,
    subjects,
)

WRITER = TemplateWriter()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "described by a model as tense and nocturnal"),
        ("zh", "被模型描述为 tense 和 nocturnal"),
    ],
)
def test_what_a_model_says_is_told_as_its_word_in_every_phrasing(language: str, said: str) -> None:
    """Values of all its aspects in one predicate, and beside what the caller says."""
    facts = [
        about(K.ASPECT, HEAT, name="mood", value="tense", count=2),
        about(K.ASPECT, HEAT, name="setting", value="nocturnal", count=1),
    ]
    director = about(K.ATTRIBUTE, HEAT, name="director", value="Michael Mann", count=2)
    for style in range(24):
        subject = replace(COLLATERAL, item_id=f"c{style}")
        for length in ("line", "paragraph"):
            text = WRITER.write(subject, facts, language, length=length)  # type: ignore[arg-type]
            assert said.split(" ", 1)[0] in text
            assert verify(text, subject, facts, language) == []
        both = WRITER.write(subject, [RICH[0], director, *facts], language, length="paragraph")
        assert verify(both, subject, [RICH[0], director, *facts], language) == []
    whole = WRITER.write(COLLATERAL, [RICH[0], *facts], language, length="paragraph")
    assert said in whole


GOLDEN = [
    (
        "en",
        "line",
        RICH,
        "“Heat (1995)”, which you rated 5, led to this film, and it is also directed by Michael Mann.",
    ),
    (
        "en",
        "paragraph",
        RICH,
        "You rated “Heat (1995)” 5, and that is what brought “Collateral (2004)” here. "
        "It is directed by Michael Mann too. 31 people chose both. "
        "Judging by the descriptions, it is close to “Casino (1995)”, which you watched.",
    ),
    (
        "zh",
        "line",
        RICH,
        "你会看到这部影片，是因为你给《Heat (1995)》打了 5 分，而且它同样由 Michael Mann 执导。",
    ),
    (
        "zh",
        "paragraph",
        RICH,
        "推荐《Collateral (2004)》，是因为你给《Heat (1995)》打了 5 分。它也由 Michael Mann 执导。"
        "有 31 人两者都选了。就简介而言，它与你看过的《Casino (1995)》相近。",
    ),
]


@pytest.mark.parametrize(("language", "length", "evidence", "text"), GOLDEN)
def test_golden_texts(language: str, length: Length, evidence: list[Evidence], text: str) -> None:
    assert WRITER.write(COLLATERAL, evidence, language, length=length) == text


def test_a_window_is_not_all_time() -> None:
    popular = Evidence(K.POPULARITY, 1.0, count=12, window_days=30)
    for i in range(20):
        text = WRITER.write(replace(COLLATERAL, item_id=str(i)), [popular], "en", length="line")
        assert "last 30 days" in text
        assert "so far" not in text


def test_circumstances_come_after_facts() -> None:
    evidence = [
        Evidence(K.COLD_START, 0.0, name="no_history"),
        Evidence(K.POPULARITY, 0.0, count=40),
    ]
    text = WRITER.write(COLLATERAL, evidence, "en", length="paragraph")
    assert text.index("40 people") < text.index("history")


def test_without_evidence_nothing_is_claimed() -> None:
    assert WRITER.write(Subject("x", ""), [], "en", length="line") in (
        "No single fact stands out behind this one.",
        "Nothing in particular sets this one apart.",
    )


@settings(max_examples=200, deadline=None)
@given(
    subject=subjects,
    evidence=st.lists(evidence_facts(), max_size=6),
    length=st.sampled_from(["line", "paragraph"]),
)
def test_chinese_has_no_english_but_what_is_named(
    subject: Subject, evidence: list[Evidence], length: Length
) -> None:
    text = WRITER.write(subject, evidence, "zh", length=length)
    ours = re.sub(r"⟦.⟧", "", mask(text, subject, evidence, load_language("zh")).text)
    assert re.findall("[A-Za-z]+", ours) == []


@settings(max_examples=200, deadline=None)
@given(
    subject=subjects,
    evidence=st.lists(evidence_facts(), max_size=6),
    language=st.sampled_from(language_codes()),
    length=st.sampled_from(["line", "paragraph"]),
)
def test_form_is_kept_whatever_the_items_are_called(
    subject: Subject, evidence: list[Evidence], language: str, length: Length
) -> None:
    text = WRITER.write(subject, evidence, language, length=length)
    words = load_language(language)
    assert text.endswith(words.stop)
    assert not re.search(r"[\x00-\x1f\u202e]|  |https?:|</?[A-Za-z]", text)
    assert "{" not in mask(text, subject, evidence, words).text


@pytest.mark.parametrize("code", language_codes())
def test_what_would_change_it_names_all_items_however_many(code: str) -> None:
    facts = [about(K.CHANGE, (str(i), f"Film {i}")) for i in range(5)]
    text = TemplateWriter().write(COLLATERAL, facts, code, length="paragraph")
    assert all(f"Film {i}" in text for i in range(5))
    assert verify(text, COLLATERAL, facts, code) == []


def test_a_text_keeps_the_lead_that_it_was_made_from() -> None:
    english = load_language("en")
    selector = hash_selector(COLLATERAL, RICH, english, "line")
    draft = compose(COLLATERAL, RICH, english, "line", selector)
    assert draft.pattern == "{cited}, led to {this}"
    assert draft.text == GOLDEN[0][-1]


def test_the_item_may_be_called_by_its_title_throughout() -> None:
    english = load_language("en")
    selector = hash_selector(COLLATERAL, RICH, english, "line")
    assert "this film" in compose(COLLATERAL, RICH, english, "line", selector).text
    titled = compose(COLLATERAL, RICH, english, "line", selector, by_title=True).text
    assert "“Collateral (2004)”" in titled
    assert "this film" not in titled


def test_who_chose_the_item_is_not_said_of_it() -> None:
    """In "people who chose X also chose it", "it" would be X."""
    facts = [about(K.HISTORY, CASINO, 0.5), about(K.CO_ENGAGEMENT, HEAT, count=31)]
    for number in range(20):
        item = replace(COLLATERAL, item_id=str(number))
        text = WRITER.write(item, facts, "en", length="paragraph")
        assert not re.search(r"chose it\b|both it\b", text), text


def test_a_fact_that_cannot_be_said_is_left_out() -> None:
    nameless = about(K.MEDIA_SIMILARITY, HEAT, name="")
    popular = Evidence(K.POPULARITY, 0.0, count=12)
    both = WRITER.write(COLLATERAL, [nameless, popular], "en", length="line")
    assert "12 people" in both
    assert "Heat" not in both


@pytest.mark.parametrize(
    ("language", "sponsor", "said"),
    [
        ("en", "Acme", "This film is sponsored by “Acme”."),
        ("en", "", "This film is sponsored."),
        ("zh", "Acme", "这部影片由“Acme”赞助。"),
        ("zh", "", "这部影片是赞助内容。"),
    ],
)
def test_a_label_says_who_pays_where_that_is_known(language: str, sponsor: str, said: str) -> None:
    paid = Evidence(K.SPONSORSHIP, 0.0, name=sponsor)
    assert label(paid, "movies", load_language(language)) == said
