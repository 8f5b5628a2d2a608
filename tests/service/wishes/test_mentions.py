from __future__ import annotations

from collections.abc import Sequence

import pytest

from indexer.catalog.item import Item
from service.wishes.lexicon.lexicon import Lexicon, Segment
from service.wishes.mentions import mentions_in

ROWS = [
    (0, Item("a", categories=("Black and White", "Comedy", "White", "动画"))),
    (1, Item("b", categories=("Film-Noir", "A", "画"))),
]
LEXICON = Lexicon([Segment.of(ROWS)], 2)


def forms(word: str) -> Sequence[str]:
    return {"comedies": ["comedy"], "films": ["film"]}.get(word, [])


def named(text: str) -> list[tuple[int, int, str]]:
    found = mentions_in(text.split(), LEXICON, forms)
    return [(one.start, one.stop, one.values[0].text) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("old black and white comedies", [(1, 4, "Black and White"), (4, 5, "Comedy")]),
        ("white", [(0, 1, "White")]),
        ("film noir", [(0, 2, "Film-Noir")]),
        ("films noir", [(0, 2, "Film-Noir")]),
        ("a thing", []),
        ("a", [(0, 1, "A")]),
        ("动 画 片", [(0, 2, "动画")]),
        ("片 画", []),
        ("", []),
    ],
)
def test_the_longest_names_are_found(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert named(text) == expected


def test_a_function_word_names_something_only_where_it_is_all_that_is_said() -> None:
    lexicon = Lexicon([Segment.of([(0, Item("a", categories=("IN", "Islands")))])], 1)

    def found(text: str) -> list[str]:
        mentions = mentions_in(text.split(), lexicon, forms, {"in"})
        return [mention.values[0].text for mention in mentions]

    assert found("islands in spain") == ["Islands"]
    assert found("in") == ["IN"]
