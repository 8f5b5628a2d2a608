"""Parts of a wish in a few words, in both languages."""

from __future__ import annotations

import pytest

from service.dialogue.languages.loading import language_of
from service.dialogue.understood import Chips, leans
from service.wishes.reading import PartKind, WishPart


def limit(
    field: str, low: float | None = None, high: float | None = None, *, strict: bool = False
) -> WishPart:
    return WishPart(PartKind.LIMIT, "words", field=field, low=low, high=high, is_strict=strict)


def valued(kind: PartKind, *values: str) -> WishPart:
    return WishPart(kind, "no such", "such", "categories", values)


FIRM = [
    (valued(PartKind.WANTED, "Western"), "Western", "Western"),
    (valued(PartKind.WANTED, "Sci-Fi", "Fantasy"), "Sci-Fi or Fantasy", "Sci-Fi或Fantasy"),
    (valued(PartKind.WANTED, "a", "b", "c", "d"), "such", "such"),
    (valued(PartKind.RULED_OUT, "Horror"), "no Horror", "不要 Horror"),
    (WishPart(PartKind.UNLIKE_ITEM, "2", item_id="f1"), "not “Alien”", "不要“Alien”"),
    (WishPart(PartKind.UNLIKE_ITEM, "not 2", item_id="gone"), "not “not 2”", "不要“not 2”"),
    (limit("price", high=50, strict=True), "price under 50", "价格低于 50"),
    (limit("price", high=19.99), "price at most 19.99", "价格不超过 19.99"),
    (limit("price", 5, 10), "price 5 to 10", "价格在 5 到 10 之间"),
    (limit("attributes.page_count", 300), "page count at least 300", "page count不低于 300"),
    (limit("attributes.minutes", 90, strict=True), "minutes over 90", "minutes高于 90"),
    (limit("title", high=1980, strict=True), "before 1980", "1980 年以前"),
    (limit("attributes.year", 1970, 1979), "1970 to 1979", "1970 到 1979 年"),
    (limit("attributes.release_year", 1994), "1994 or later", "1994 年及以后"),
    (limit("attributes.year", 5), "year at least 5", "year不低于 5"),
    (limit("created_at", 0, strict=True), "added after 1970-01-01", "1970-01-01 以后上架"),
    (limit("available"), "available", "有货"),
    (limit("price"), "words", "words"),
]


@pytest.mark.parametrize(("part", "english", "chinese"), FIRM)
def test_what_leads_or_leaves_out_is_told_by_the_catalogue(
    part: WishPart, english: str, chinese: str
) -> None:
    for code, expected in (("en", english), ("zh", chinese)):
        chips = Chips(language_of(code).sentences, {"f1": "Alien"})
        assert (chips.firm([part, part]), chips.leaning([part])) == ([expected], [])


@pytest.mark.parametrize(
    ("part", "chip"),
    [
        (WishPart(PartKind.WANTED, "slow detective films"), "slow detective films"),
        (WishPart(PartKind.LESS, "less violent", "violent"), "less violent"),
        (WishPart(PartKind.PREFERRED, "more romance", "", "categories", ["Romance"]), "more romance"),
        (WishPart(PartKind.AVOIDED, "nothing gory", "gory"), "nothing gory"),
        (WishPart(PartKind.LIKE_ITEM, "like 1", item_id="f1"), "like “Alien”"),
    ],
)  # fmt: skip
def test_what_only_leans_is_told_by_the_persons_words(part: WishPart, chip: str) -> None:
    chips = Chips(language_of("en").sentences, {"f1": "Alien"})
    assert leans(part)
    assert (chips.firm([part]), chips.leaning([part])) == ([], [chip])


def test_what_leads_comes_first_and_what_was_not_understood_nowhere() -> None:
    chips = Chips(language_of("en").sentences, {})
    parts = [
        limit("price", high=5),
        WishPart(PartKind.NOT_UNDERSTOOD, "blorf"),
        valued(PartKind.WANTED, "Western"),
    ]
    assert chips.firm(parts) == ["Western", "price at most 5"]
    assert chips.filters(parts) == ["price at most 5"]
    assert chips.leaning(parts) == []


def test_words_of_others_are_one_harmless_line() -> None:
    chips = Chips(language_of("en").sentences, {})
    part = WishPart(PartKind.LESS, "less\n\x1b[31m“red”")
    assert chips.leaning([part]) == ["less [31m‘red’"]
    assert chips.quoted("a\tb") == "“a b”"
