"""Facts as phrases: deeds, numbers, quotes and shared values."""

from __future__ import annotations

import pytest

from service.explainer.evidence import DESCRIPTION, DETAILS, Evidence
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.language import OF_A_MODEL
from service.explainer.languages.loading import load_language
from service.explainer.template.slots import (
    Slots,
    attribute_key,
    cited_title,
    percent,
    printable_name,
    stands_unquoted,
)
from tests.service.explainer.made_up import CASINO, COLLATERAL, HEAT, about


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


def test_two_shared_values_of_one_attribute_are_one_predicate() -> None:
    crime, noir = (about(K.CATEGORY, HEAT, value=v, count=1) for v in ("Crime", "Film-Noir"))
    slots = Slots(load_language("en"), COLLATERAL).of([crime, noir], "it")
    assert slots["sg"] == "is listed under Crime and Film-Noir"
    assert slots["pl_both"] == "are both listed under Crime and Film-Noir"


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


@pytest.mark.parametrize(
    ("language", "modality", "noun"),
    [
        ("en", "video", "video"),
        ("zh", "video", "视频"),
        ("en", "motion_capture", "motion capture"),
        ("zh", "motion_capture", " motion capture "),
        ("en", "history", "“history”"),
        ("en", "So good. Buy it now", "“So good. Buy it now”"),
        ("en", "", ""),
    ],
)
def test_a_modality_is_called_by_its_noun_or_else_by_its_name(
    language: str, modality: str, noun: str
) -> None:
    slots = Slots(load_language(language), COLLATERAL)
    assert slots.of([about(K.MEDIA_SIMILARITY, HEAT, name=modality)], "it")["medium"] == noun


def test_the_text_that_is_close_is_a_description_or_the_details() -> None:
    slots = Slots(load_language("en"), COLLATERAL)
    described = slots.of([about(K.TEXT_SIMILARITY, HEAT, name=DESCRIPTION)], "it")
    bare = slots.of([about(K.TEXT_SIMILARITY, HEAT, name=DETAILS)], "it")
    assert (described["description"], described["details"]) == ("description", "")
    assert (bare["description"], bare["details"]) == ("", "details")


def test_an_item_is_cited_with_what_was_done_to_it_until_it_was_mentioned() -> None:
    slots = Slots(load_language("en"), COLLATERAL)
    fact = about(K.IMAGE_SIMILARITY, HEAT, event_type="watch", event_value=None)
    assert slots.of([fact], "it")["cited"] == "“Heat (1995)”, which you watched"
    slots.mention([fact])
    assert slots.of([fact], "it")["cited"] == "“Heat (1995)”"


def test_without_a_title_something_stands_in() -> None:
    slots = Slots(load_language("en"), COLLATERAL).of([about(K.CATEGORY, ("", ""))], "it")
    assert (slots["title"], slots["cited"], slots["something"]) == ("", "", "something you chose")


def test_an_item_is_called_by_its_title_or_else_its_id() -> None:
    assert (cited_title("h1", "Heat"), cited_title("h1", " "), cited_title("", "")) == (
        "Heat",
        "h1",
        "",
    )


def test_the_attribute_of_a_value_is_found_in_the_tables() -> None:
    english = load_language("en")
    assert attribute_key(Evidence(K.ATTRIBUTE, 0.0, name="Directors"), english) == "director"
    assert attribute_key(Evidence(K.ATTRIBUTE, 0.0, name="sleeve"), english) == ""
    assert attribute_key(Evidence(K.ATTRIBUTE, 0.0), english) == ""
    assert attribute_key(Evidence(K.ASPECT, 0.0, name="director"), english) == OF_A_MODEL
    assert attribute_key(Evidence(K.PREFERENCE, 0.0), english) == "category"
    assert attribute_key(Evidence(K.CATEGORY, 0.0, name="genre"), english) == "category"
    assert attribute_key(Evidence(K.DOMAIN, 0.0), english) == "domain"


@pytest.mark.parametrize(
    ("value", "fits"),
    [("Crime", True), ("1995", True), ("120", False), ("popular", False), ("a, b", False)],
)
def test_a_value_stands_unquoted_where_it_cannot_be_mistaken(value: str, fits: bool) -> None:
    assert stands_unquoted(value, load_language("en")) == fits


@pytest.mark.parametrize(
    ("percentile", "said"), [(0.953, "95"), (0.999, "99"), (1.0, "100"), (0.29, "29")]
)
def test_a_percentage_is_rounded_down(percentile: float, said: str) -> None:
    assert percent(percentile) == said


@pytest.mark.parametrize(
    ("name", "printed"),
    [("sleeve_length", "sleeve length"), ("brand_name", "brand"), ("size_2", ""), ("history", "")],
)
def test_an_attribute_is_printed_as_words_or_not_at_all(name: str, printed: str) -> None:
    assert printable_name(name, load_language("en")) == printed
