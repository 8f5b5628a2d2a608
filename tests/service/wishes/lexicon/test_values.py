from __future__ import annotations

from indexer.catalog.item import Item
from service.wishes.lexicon.values import Value, Values, names_of, values_of


def test_an_enumeration_in_a_text_is_several_values() -> None:
    item = Item("a", attributes={"cast": "Tom Hanks, Meg Ryan"})
    assert list(values_of(item))[1:] == [
        Value("attributes.cast", "Tom Hanks", is_part=True),
        Value("attributes.cast", "Meg Ryan", is_part=True),
    ]


def test_a_sentence_with_commas_is_one_value() -> None:
    text = (
        "Andy's toys live happily in his room until, one day, Buzz Lightyear arrives on the scene"
    )
    item = Item("a", attributes={"plot": text})
    assert list(values_of(item))[1:] == [Value("attributes.plot", text)]


def test_a_value_that_lists_alternatives_is_called_by_each() -> None:
    assert ("tights",) in names_of("Leggings/Tights")
    assert ("black", "and", "white") in names_of("Black and White")


def test_a_long_value_has_no_name() -> None:
    assert names_of("one two three four five six seven") == set()


def test_people_are_found_by_their_last_name() -> None:
    rows = [
        (0, Item("a", attributes={"director": "Alfred Hitchcock"})),
        (1, Item("b", attributes={"director": "Amy Love"}, categories=("Love",))),
    ]
    values = Values.of(rows)
    assert [value.text for value in values.of_last_name("hitchcock")] == ["Alfred Hitchcock"]
    assert [value.field for value in values.named(("love",))] == ["categories"]
    assert values.items(Value("attributes.director", "Alfred Hitchcock")).tolist() == [0]


def test_what_a_model_says_of_an_item_is_a_value_of_its_own_field() -> None:
    rows = [(0, Item("a")), (1, Item("b"))]
    values = Values.of(rows, [{"mood": ("dark", "slow")}, {}])
    (dark,) = values.named(("dark",))
    assert (dark.field, dark.is_part, values.items(dark).tolist()) == ("aspects.mood", True, [0])


def test_a_domain_is_called_by_each_of_the_things_it_names() -> None:
    values = Values.of([(0, Item("a", domain="Toys_and_Games", categories=("Black and White",)))])
    assert [value.text for value in values.named(("games",))] == ["Toys_and_Games"]
    assert values.named(("white",)) == ()


def test_an_attribute_of_yes_and_no_is_called_as_it_is_called() -> None:
    rows = [
        (0, Item("a", attributes={"isGlutenFree": True, "size": "1"})),
        (1, Item("b", attributes={"isGlutenFree": False, "size": "no"})),
    ]
    values = Values.of(rows)
    (free,) = values.named(("gluten", "free"))
    assert (free.field, free.text, values.items(free).tolist()) == (
        "attributes.isGlutenFree",
        "true",
        [0],
    )
    assert not values.named(("true",))
    assert not values.named(("false",))
