import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalog.filter import (
    And,
    Filter,
    ItemIn,
    Not,
    NumberIn,
    Or,
    Present,
    TextIn,
    all_of,
    in_domains,
    is_available,
    parse_filter,
    with_indices,
)
from indexer.errors import FilterSyntaxError

COMEDY = TextIn("categories", ("Comedy",))
CHEAP = NumberIn("price", lt=20.0)
FILMS = TextIn("domain", ("films",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("  \n", None),
        ('categories:"Comedy"', COMEDY),
        ("categories:Comedy", COMEDY),
        ("categories = 'Comedy'", COMEDY),
        ('categories:"Comedy" AND price < 20', And((COMEDY, CHEAP))),
        ("categories:Comedy price<20", And((COMEDY, CHEAP))),
        ("NOT price < 20", Not(CHEAP)),
        ("-price<20", Not(CHEAP)),
        ("-categories:Comedy -price<20", And((Not(COMEDY), Not(CHEAP)))),
        ("(price < 20)", CHEAP),
        ("NOT (NOT price < 20)", CHEAP),
        ("price <= -1.5e1", NumberIn("price", lte=-15.0)),
        ("price > 0", NumberIn("price", gt=0.0)),
        ('price >= "7"', NumberIn("price", gte=7.0)),
        ("price = 3", NumberIn("price", gte=3.0, lte=3.0)),
        ("price != 3", And((Present("price"), Not(NumberIn("price", gte=3.0, lte=3.0))))),
        ("price:*", Present("price")),
        ('categories:"*"', TextIn("categories", ("*",))),
        ("available = true", is_available()),
        ("available:false", TextIn("available", ("false",))),
        ("item_id = AND", TextIn("item_id", ("AND",))),
        ("created_at >= 2026-05-01", NumberIn("created_at", gte=1777593600.0)),
        ("created_at < 2026-05-01T12:30:00Z", NumberIn("created_at", lt=1777638600.0)),
        ("created_at < '2026-05-01T14:30:00.5+02:00'", NumberIn("created_at", lt=1777638600.5)),
        ("created_at < 4102444800", NumberIn("created_at", lt=4102444800.0)),
        ("attributes.director = Lynch", TextIn("attributes.director", ("Lynch",))),
        ('attributes."running time" > 90', NumberIn("attributes.running time", gt=90.0)),
        ("attributes.'a.b':x", TextIn("attributes.a.b", ("x",))),
        ("attributes.режиссёр:*", Present("attributes.режиссёр")),
        ("attributes.wireless = true", TextIn("attributes.wireless", ("true",))),
        (
            "attributes.size = 42",
            Or(
                (
                    NumberIn("attributes.size", gte=42.0, lte=42.0),
                    TextIn("attributes.size", ("42",)),
                )
            ),
        ),
        ('attributes.size = "42"', TextIn("attributes.size", ("42",))),
        (r'domain = "a \"b\" \\ c"', TextIn("domain", ('a "b" \\ c',))),
        ('domain = ""', TextIn("domain", ("",))),
    ],
)
def test_expressions_and_their_trees(text: str, expected: Filter | None) -> None:
    assert parse_filter(text) == expected


def test_or_binds_closer_than_and_as_in_aip_160() -> None:
    tree = And((FILMS, Or((COMEDY, CHEAP))))
    assert parse_filter("domain = films AND categories:Comedy OR price < 20") == tree
    assert parse_filter("domain = films (categories:Comedy OR price < 20)") == tree
    assert parse_filter("(domain = films AND categories:Comedy) OR price < 20") == Or(
        (And((FILMS, COMEDY)), CHEAP)
    )


@pytest.mark.parametrize(
    ("text", "position", "why"),
    [
        ("price <", 8, "the filter ends where a value was expected"),
        ("price", 6, "the filter ends where one of = != < <= > >= : was expected"),
        ("price ! 3", 7, "found '!' where one of = != < <= > >= : was expected"),
        ("price < 3 AND", 14, "the filter ends where"),
        ("(price < 3", 11, "the filter ends where"),
        ("price < 3)", 10, "found ')'"),
        ('"Comedy"', 1, "found '\"Comedy\"'"),
        ("domain = films and price < 3", 16, "AND is written in capitals"),
        ("domain=films,books", 13, "found ','"),
        ('domain = "films', 10, "where a value was expected"),
        ("colour = red", 1, "is it attributes.colour?"),
        ("price.low = 3", 1, "price.low is no field"),
        ("attributes = 3", 1, "attributes is no field"),
        ("attributes.a.b = 3", 1, 'attributes."a.b"'),
        ("attributes.'a\"b' = 3", 1, "no attribute name"),
        ('attributes."a\\b" = 3', 1, "no attribute name"),
        ("price < cheap", 9, "it must be a number"),
        ("price = cheap", 9, "it must be a number"),
        ("price < ''", 9, "a number was expected"),
        ("price < 1e999", 9, "finite"),
        ("created_at > yesterday", 14, "RFC 3339"),
        ("created_at > 2026-13-01", 14, "no such time"),
        ("domain < films", 8, "compares numbers and times"),
        ("available = maybe", 13, "available is true or false"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_an_example(
    text: str, position: int, why: str
) -> None:
    with pytest.raises(FilterSyntaxError) as caught:
        parse_filter(text)
    assert f"at character {position}: " in str(caught.value)
    assert caught.value.metadata["position"] == str(position)
    assert why in str(caught.value)
    assert 'For example: categories:"Comedy" AND price < 20' in str(caught.value)
    assert caught.value.field == "filter"


def test_a_filter_that_is_too_long_or_too_deep_is_refused() -> None:
    with pytest.raises(FilterSyntaxError, match=r"at most 4,000"):
        parse_filter("price < 1 " * 500)
    deep = "price < 1"
    for _ in range(40):
        deep = f"(domain = a OR (domain = b AND {deep}))"
    with pytest.raises(FilterSyntaxError, match="nest deeper than 32"):
        parse_filter(deep)
    assert parse_filter("(" * 1000 + "price < 20" + ")" * 1000) == CHEAP


WORDS = (*"ab.\"'\\()<>=!:- \n019*,", "AND ", "OR ", "NOT ", "price", "domain", "attributes.")


@given(st.lists(st.sampled_from(WORDS), min_size=1).map("".join))
def test_any_text_is_a_filter_or_a_syntax_error(text: str) -> None:
    with contextlib.suppress(FilterSyntaxError):
        parse_filter(text)


@given(st.text().filter(lambda text: "\x00" not in text))
def test_a_quoted_text_means_itself(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_filter(f'domain = "{escaped}"') == TextIn("domain", (text,))


def test_constructors_join_what_there_is() -> None:
    assert in_domains([]) is None
    assert in_domains(["films", "books", "films"]) == TextIn("domain", ("films", "books"))
    assert all_of(None, None) is None
    assert all_of(None, CHEAP) == CHEAP
    assert all_of(in_domains(["films"]), None, CHEAP) == And((FILMS, CHEAP))


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ('item_id = "b"', ItemIn((1,))),
        ("item_id = unknown", ItemIn(())),
        ("item_id:*", Not(ItemIn(()))),
        ("item_id != a", And((Not(ItemIn(())), Not(ItemIn((0,)))))),
        (
            "price < 3 AND (item_id = a OR domain = x)",
            And((NumberIn("price", lt=3), Or((ItemIn((0,)), TextIn("domain", ("x",)))))),
        ),
        ("domain = a", TextIn("domain", ("a",))),
    ],
)
def test_stores_are_told_indices_of_items_and_not_their_ids(text: str, resolved: Filter) -> None:
    parsed = parse_filter(text)
    assert parsed is not None
    assert with_indices(parsed, {"a": 0, "b": 1}.get) == resolved
