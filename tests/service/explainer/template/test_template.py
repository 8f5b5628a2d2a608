"""What the template writes: golden sentences, variety, and nothing that the language would not say."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.explainer.evidence import (
    HIGHER,
    LOWER,
    OF_TASTE,
    SEEN,
    Evidence,
    EvidenceKind,
    Subject,
)
from service.explainer.languages.codes import language_codes
from service.explainer.languages.language import Language
from service.explainer.languages.loading import UnknownLanguage, load_language
from service.explainer.template.plan import Length, gist
from service.explainer.template.slots import Slots
from service.explainer.template.writer import TemplateWriter
from service.explainer.verify.masking import mask
from service.explainer.verify.verifier import verify
from service.explainer.writers.writing import TEMPLATE, write_verified
from tests.service.explainer.made_up import (
    CASINO,
    COLLATERAL,
    HEAT,
    RICH,
    about,
    evidence_facts,
    subjects,
)

K = EvidenceKind
WRITER = TemplateWriter()


def deeds(language: str, *history: Evidence) -> str:
    """What the user did, in words."""
    slots = Slots(load_language(language), COLLATERAL)
    return slots.of(history, "it")["did"]


def history(item: tuple[str, str], event_type: str, value: float | None = None) -> Evidence:
    return about(K.HISTORY, item, 0.5, event_type, value)


@pytest.mark.parametrize(
    ("facts", "english", "chinese"),
    [
        (
            [history(HEAT, "rating", 5.0)],
            "you rated “Heat (1995)” 5",
            "你给《Heat (1995)》打了 5 分",
        ),
        (
            [history(HEAT, "rating", 4.5)],
            "you rated “Heat (1995)” 4.5",
            "你给《Heat (1995)》打了 4.5 分",
        ),
        ([history(HEAT, "rating")], "you rated “Heat (1995)”", "你给《Heat (1995)》打过分"),
        ([history(HEAT, "watch")], "you watched “Heat (1995)”", "你看过《Heat (1995)》"),
        ([history(HEAT, "purchase", 12.99)], "you bought “Heat (1995)”", "你买过《Heat (1995)》"),
        (
            [history(HEAT, "Add-To-Cart")],
            "you put “Heat (1995)” in your basket",
            "你把《Heat (1995)》加入过购物车",
        ),
        ([history(HEAT, "listen")], "you listened to “Heat (1995)”", "你听过《Heat (1995)》"),
        ([history(HEAT, "contemplate")], "you chose “Heat (1995)”", "你选过《Heat (1995)》"),
        ([history(("h9", ""), "review")], "you reviewed “h9”", "你评论过《h9》"),
        (
            [history(HEAT, "watch"), history(CASINO, "watch")],
            "you watched “Heat (1995)” and “Casino (1995)”",
            "你看过《Heat (1995)》和《Casino (1995)》",
        ),
        (
            [history(HEAT, "watch"), history(CASINO, "like")],
            "you watched “Heat (1995)” and liked “Casino (1995)”",
            "你看过《Heat (1995)》，还给《Casino (1995)》点过赞",
        ),
        (
            [
                history(HEAT, "rating", 5.0),
                history(CASINO, "rating", 8.0),
                history(("h3", "Ronin"), "rating", 11.0),
            ],
            "you gave “Heat (1995)” a 5, “Casino (1995)” an 8 and “Ronin” an 11",
            "你给《Heat (1995)》打了 5 分、给《Casino (1995)》打了 8 分、给《Ronin》打了 11 分",
        ),
        (
            [history(HEAT, "rating", 5.0), history(CASINO, "rating", 5.0)],
            "you gave “Heat (1995)” and “Casino (1995)” a 5 each",
            "你给《Heat (1995)》和《Casino (1995)》都打了 5 分",
        ),
    ],
)
def test_deeds_are_told_in_the_words_of_the_event(
    facts: list[Evidence], english: str, chinese: str
) -> None:
    assert deeds("en", *facts) == english
    assert deeds("zh", *facts) == chinese


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


def test_two_shared_values_of_one_attribute_are_one_predicate() -> None:
    crime, noir = (about(K.CATEGORY, HEAT, value=v, count=1) for v in ("Crime", "Film-Noir"))
    slots = Slots(load_language("en"), COLLATERAL).of([crime, noir], "it")
    assert slots["sg"] == "is listed under Crime and Film-Noir"
    assert slots["pl_both"] == "are both listed under Crime and Film-Noir"


def test_a_window_is_not_all_time() -> None:
    popular = Evidence(K.POPULARITY, 1.0, count=12, window_days=30)
    for i in range(20):
        text = WRITER.write(replace(COLLATERAL, item_id=str(i)), [popular], "en", length="line")
        assert "last 30 days" in text
        assert "so far" not in text


def test_one_person_is_not_plural() -> None:
    slots = Slots(load_language("en"), COLLATERAL)
    assert slots.of([Evidence(K.POPULARITY, 1.0, count=1)], "it")["people"] == "1 person"
    assert slots.of([Evidence(K.POPULARITY, 1.0, count=12345)], "it")["people"] == "12,345 people"


def test_a_value_that_reads_like_our_own_words_is_quoted() -> None:
    slots = Slots(load_language("en"), COLLATERAL)
    assert (
        slots.of([about(K.CATEGORY, HEAT, value="popular")], "it")["sg"]
        == "is listed under “popular”"
    )
    assert (
        slots.of([about(K.CATEGORY, HEAT, value="Sci-Fi")], "it")["sg"] == "is listed under Sci-Fi"
    )


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


def every_pattern(language: Language) -> list[str]:
    tables = (language.leads, language.tails, language.tails_same)
    return [p for table in tables for patterns in table.values() for p in patterns]


@pytest.mark.parametrize("code", language_codes())
def test_a_language_has_words_for_every_kind(code: str) -> None:
    language = load_language(code)
    alone = {"sponsorship", "change", *(f"contrast.{name}" for name in (HIGHER, LOWER, SEEN))}
    of_taste = OF_TASTE | {K.EXAMPLE}
    keys = {k.value for k in K if k not in of_taste | {K.COLD_START, K.ATTRIBUTE, K.CONTRAST}}
    keys |= {f"cold_start.{name}" for name in ("no_history", "short_history", "not_used")}
    assert set(language.leads) == keys | alone
    assert set(language.tails) == keys - alone
    assert set(language.taste.patterns) == {k.value for k in OF_TASTE} | {
        "aversion.rating",
        "taste",
    }
    assert set(language.taste.binds) == OF_TASTE
    known = {
        "this",
        "item",
        "did",
        "title",
        "cited",
        "something",
        "sg",
        "sg_also",
        "pl",
        "pl_both",
        "people",
        "items",
    }
    known |= {
        "entries",
        "percent",
        "ago",
        "window",
        "ever",
        "name",
        "description",
        "details",
        "medium",
        "titles",
    }
    assert {slot for p in every_pattern(language) for slot in re.findall(r"{(\w+)}", p)} <= known


@pytest.mark.parametrize("tag", ["zh", "zh-CN", "zh_Hans_CN", "ZH"])
def test_a_language_tag_may_name_a_region(tag: str) -> None:
    assert load_language(tag).code == "zh"


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownLanguage, match="'tlh'; there are: en, zh"):
        load_language("tlh")


def test_a_line_draws_on_one_fact_of_each_kind_and_two_of_the_history() -> None:
    heat, casino, ronin = (
        about(K.HISTORY, (str(i), title), 0.3)
        for i, title in enumerate(("Heat", "Casino", "Ronin"))
    )
    shared = [about(K.CATEGORY, value="Crime"), about(K.CATEGORY, value="Drama")]
    assert gist([heat, casino, ronin, *shared]) == [heat, casino, shared[0]]


@pytest.mark.parametrize("code", language_codes())
def test_what_would_change_it_names_all_items_however_many(code: str) -> None:
    facts = [about(K.CHANGE, (str(i), f"Film {i}")) for i in range(5)]
    text = TemplateWriter().write(COLLATERAL, facts, code, length="paragraph")
    assert all(f"Film {i}" in text for i in range(5))
    assert verify(text, COLLATERAL, facts, code) == []


@pytest.mark.parametrize("code", language_codes())
@pytest.mark.parametrize("length", ["line", "paragraph"])
def test_sponsorship_is_a_sentence_of_its_own_that_the_verifier_takes(
    code: str, length: Length
) -> None:
    paid = Evidence(K.SPONSORSHIP, 0.0, name="Acme <b>Films</b>")
    evidence = [about(K.HISTORY, HEAT, 0.6), paid]
    written = write_verified(TEMPLATE, COLLATERAL, evidence, code, length)
    plain = write_verified(TEMPLATE, COLLATERAL, evidence[:1], code, length)
    assert written.text.startswith(plain.text)
    assert "“Acme Films”" in written.text.removeprefix(plain.text)
    assert verify(written.text, COLLATERAL, evidence, code) == []
    assert verify(written.text, COLLATERAL, evidence[:1], code) != []
