"""A segment from a file: it answers as the one that was read."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.catalog.item import Item
from service.wishes.lexicon.kept_segment import from_kept, to_kept
from service.wishes.lexicon.lexicon import Lexicon, Segment

WORDS = [
    "opera",
    "Operas",
    "ballet",
    "dance",
    "Jane Doe",
    "中文",
    "sci-fi & horror",
    "été",
    "1999",
    "",
]
TEXT = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
ITEMS = st.lists(
    st.builds(
        Item,
        item_id=st.just("x"),
        domain=st.sampled_from(["films", "books and music"]),
        title=TEXT,
        description=TEXT,
        categories=st.lists(st.sampled_from(WORDS[:-1]), max_size=2).map(tuple),
        attributes=st.dictionaries(
            st.sampled_from("ab"), st.sampled_from(["Jane Doe, John Roe", "7", "dance", 3.5, True])
        ),
        price=st.none() | st.floats(0, 100),
    ),
    max_size=8,
)


def again(segment: Segment) -> Segment:
    """From what JSON and a file of arrays make of it."""
    about, arrays = to_kept(segment)
    return from_kept(
        json.loads(json.dumps(about)), {name: np.array(a) for name, a in arrays.items()}
    )


@settings(deadline=None)
@given(ITEMS)
def test_it_answers_as_it_did(items: list[Item]) -> None:
    rows = [(2 * place, item) for place, item in enumerate(items)]
    n_items = 2 * len(items) + 1
    segment = Segment.of(rows)
    before, kept = Lexicon([segment], n_items), Lexicon([again(segment)], n_items)
    for word in ["opera", "dance", "doe", "中", "ete", "nothing"]:
        np.testing.assert_array_equal(before.scores([word]), kept.scores([word]))
        assert before.named([word]) == kept.named([word])
        assert before.share(word) == kept.share(word)
    assert before.segments[0].values.postings.keys() == kept.segments[0].values.postings.keys()
    for value in segment.values.postings:
        np.testing.assert_array_equal(before.mask(value), kept.mask(value))
    for item in items:
        assert before.titled(item.title) == kept.titled(item.title)
    assert before.number_fields() == kept.number_fields()
    for field in before.number_fields():
        np.testing.assert_array_equal(before.numbers(field), kept.numbers(field))
    assert before.domains == kept.domains


def test_another_format_is_refused() -> None:
    about, arrays = to_kept(Segment.of([(0, Item("a", title="Opera"))]))
    with pytest.raises(ValueError, match="format 99"):
        from_kept({**about, "format": 99}, arrays)
