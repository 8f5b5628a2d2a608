from __future__ import annotations

import numpy as np

from indexer.catalog.item import Item
from service.wishes.lexicon.lexicon import Lexicon, Segment
from service.wishes.lexicon.values import Value

BEFORE = [
    (0, Item("a", title="Matrix, The (1999)", categories=("Sci-Fi",), price=3.0)),
    (1, Item("b", title="Alien", categories=("Horror",), price=4.0)),
]
SINCE = [
    (1, Item("b", title="Aliens", categories=("Action",), price=5.0)),
    (2, Item("c", title="Alien", categories=("Horror",))),
]
LEXICON = Lexicon([Segment.of(BEFORE), Segment.of(SINCE)], 4)


def test_what_changed_stands_for_what_was_there_before() -> None:
    assert LEXICON.mask(Value("categories", "Horror")).tolist() == [False, False, True, False]
    assert LEXICON.mask(Value("categories", "Action")).tolist() == [False, True, False, False]
    assert LEXICON.titled("alien") == [2]
    np.testing.assert_array_equal(LEXICON.numbers("price"), [3, 5, np.nan, np.nan])
    assert (LEXICON.scores(["horror"]) > 0).tolist() == [False, False, True, False]


def test_a_title_is_found_without_its_year_and_with_its_article_in_front() -> None:
    for title in ("Matrix, The (1999)", "matrix, the", "The Matrix"):
        assert LEXICON.titled(title) == [0]


def test_values_of_all_segments_are_named() -> None:
    assert {value.text for value in LEXICON.named(("sci", "fi"))} == {"Sci-Fi"}
    assert LEXICON.domains == {"default"}
    assert LEXICON.share("alien") == 3 / 4
    assert LEXICON.number_fields()["price"] == 3


def test_coverage_is_the_share_of_the_words_and_rare_ones_count_more() -> None:
    texts = ["red hat", "red", "hat", "red", "red"]
    lexicon = Lexicon([Segment.of([(i, Item(f"{i}", title=t)) for i, t in enumerate(texts)])], 5)
    red, hat = -np.log(4 / 5), -np.log(2 / 5)
    alone, most = red / (red + hat), hat / (red + hat)
    expected = [1.0, alone, most, alone, alone]
    np.testing.assert_allclose(lexicon.coverage(["red", "hat"]), expected, rtol=1e-6)


def test_what_nearly_every_item_has_of_its_own_is_no_value_to_ask_for() -> None:
    """Names of single items, but for those of people."""
    rows = [
        (n, Item(f"i{n}", attributes={"alias": f"Island {n}", "director": f"Ada Maker{n}"}))
        for n in range(40)
    ]
    lexicon = Lexicon([Segment.of(rows)], 40)
    assert not lexicon.named(("island", "3"))
    assert lexicon.named(("ada", "maker3"))
    few = Lexicon([Segment.of(rows[:10])], 10)
    assert few.named(("island", "3"))
    changed = Lexicon([Segment.of(rows), Segment.of(rows[3:4])], 40)
    assert not changed.named(("island", "3"))
