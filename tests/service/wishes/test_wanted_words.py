from __future__ import annotations

from service.wishes.reading import PartKind, WishPart
from service.wishes.wanted_words import is_told, wanted_words
from tests.service.wishes.shop import Shop

TOPICS = Shop().topics
GENRE = WishPart(PartKind.WANTED, "a western", "western", "categories", ("Western",))
KEYWORD = WishPart(PartKind.WANTED, "robots", "robots", "attributes.keywords", ("robot",))
PERSON = WishPart(PartKind.WANTED, "by Lee", "lee", "attributes.cast", ("Ada Lee",))
FREE = WishPart(PartKind.WANTED, "sunny places", "sunny places")


def test_what_every_item_tells_and_names_of_people_are_told() -> None:
    told = [is_told(part, TOPICS) for part in (GENRE, KEYWORD, PERSON, FREE)]
    assert told == [True, False, True, False]


def test_all_else_that_is_wanted_is_one_text() -> None:
    less = WishPart(PartKind.LESS, "less rain", "rain")
    assert wanted_words([FREE, GENRE, KEYWORD, less, FREE], TOPICS) == "sunny places, robots"
    assert wanted_words([GENRE, PERSON], TOPICS) == ""


def test_words_that_stand_among_others_are_not_said_twice() -> None:
    around = WishPart(PartKind.WANTED, "dancing", "dancing robots")
    assert wanted_words([KEYWORD, around, FREE], TOPICS) == "dancing robots, sunny places"
