"""Rules of requests: which are resolved to their items, and how they read."""

from __future__ import annotations

import pytest

from indexer.catalog.item import Item
from service.errors import FilterSyntaxError
from service.recommender import Recommender
from service.serving import rule as rules
from service.serving.rule import Rule, rule_text
from service.storage.item_ids import ItemIds
from tests.service.world import filled


def test_a_rule_is_told_in_words() -> None:
    assert rule_text("", ()) == ""
    assert rule_text(" price < 20 ", ["films", "books"]) == "domain films or books, price < 20"


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    recommender = filled(tmp_path_factory.mktemp("rules"))
    yield recommender
    recommender.close()


def rule(palate: Recommender, text: str, *domains: str) -> Rule:
    store = palate.workspace.store
    return Rule.of(text, domains, store, ItemIds(palate.workspace.log.item_indices()))


def test_no_filter_and_no_domains_allow_anything(palate: Recommender) -> None:
    anything = rule(palate, "  ")
    assert (anything.filter, anything.members, anything.is_resolved) == (None, None, True)


def test_a_narrow_rule_is_resolved_to_its_items(palate: Recommender) -> None:
    found = rule(palate, "price < 35", "books")  # books are the items 30 to 39, priced by number
    assert found.members is not None
    assert found.members.tolist() == [30, 31, 32, 33, 34]


def test_a_wide_rule_is_left_to_be_checked(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "SELECTIVE", 4)
    found = rule(palate, "price < 35", "books")
    assert found.members is None
    assert not found.is_resolved


def test_a_text_that_is_no_filter_is_refused(palate: Recommender) -> None:
    with pytest.raises(FilterSyntaxError):
        rule(palate, "price <")


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("attributes.runtime < 100", ("no item has a value for attributes.runtime",)),
        ("price > 1000", ()),
        (
            'domain:"nowhere" AND attributes.runtime = "x"',
            ("no item has a value for attributes.runtime",),
        ),
        ("price < 35", ()),
    ],
)
def test_why_nothing_fits_is_said_where_no_item_has_what_is_compared(
    palate: Recommender, text: str, notes: tuple[str, ...]
) -> None:
    assert rule(palate, text).notes == notes


def test_texts_that_are_compared_as_numbers_are_told(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = palate.workspace.store
    palate.index_items([Item("odd", attributes={"length": "long"})], {})
    try:
        (note,) = rule(palate, "attributes.length < 100").notes
        assert note == "attributes.length is a number in no item: only = and : compare texts"
        palate.index_items([Item("odd", attributes={"length": "81.0"})], {})
        assert rule(palate, "attributes.length < 100").members is not None
        assert rule(palate, 'attributes.length = "81.0"').members is not None
        assert store.matching(rule(palate, "attributes.length < 100").filter).size == 1
    finally:
        palate.delete_items(["odd"])
