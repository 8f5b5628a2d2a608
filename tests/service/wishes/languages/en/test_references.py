"""Items that English wishes name by a place or a title."""

from __future__ import annotations

import pytest

from service.wishes.languages.en.grammar import English
from tests.service.wishes.languages.shorthand import shorthand

NAMED = {
    "like 12 but funnier": "prefer funnier | like #12",
    "more like 3": "like #3",
    "not 2": "unlike #2",
    "like Alien but less scary": "less scary | like 'Alien'",
    "more like the first one": "like #1",
    "like 'No Country for Old Men'": "like 'No Country for Old Men'",
    "not 2 and 4": "unlike #2 | unlike #4",
    "similar to number 2": "like #2",
    "the last one": "like #-1",
    "like star wars but funnier": "prefer funnier | like 'star wars'",
    "movies like the matrix with less violence": "want movies | less violence | like 'the matrix'",
    "3": "like #3",
    "like Stranger Things": "like 'Stranger Things'",
    "more like number 3 and less like 5": "like #3 | unlike #5",
    "I liked 2 but I hated 5": "like #2 | unlike #5",
    "something like 'Heat' or \"Ronin\"": "like 'Heat' | like 'Ronin'",
    "films like Heat, Ronin and Collateral": (
        "want films | like 'Heat' | like 'Ronin' | like 'Collateral'"
    ),
    "funnier than Alien": "prefer funnier | like 'Alien'",
    "like blade runner 2049": "like 'blade runner 2049'",
    "like 12 monkeys": "like '12 monkeys'",
    "like the third man": "like 'the third man'",
    "what about the second one": "like #2",
    "the first two": "like #1 | like #2",
    "not the last one": "unlike #-1",
    "without number 3": "unlike #3",
    "no 3": "unlike #3",
    "no. 3": "like #3",
    "#4": "like #4",
    "the 3rd one": "like #3",
    "i like 2": "like #2",
    "don't like 4": "unlike #4",
    "anything like jazz": "like 'jazz'",
    "like “No Country for Old Men”": "like 'No Country for Old Men'",
    "like No Country for Old Men but funnier": "prefer funnier | like 'No Country for Old Men'",
    "like Pride and Prejudice": "like 'Pride and Prejudice'",
    "similar to star wars": "like 'star wars'",
    "unlike 3": "unlike #3",
    "not like the second one": "unlike #2",
    "more of number 2": "like #2",
    "the third one but cheaper": "price down | like #3",
    "like the last two": "like #-1 | like #-2",
    "not 1, 2 or 3": "unlike #1 | unlike #2 | unlike #3",
    "the second to last": "like #-2",
    "more violent than 3": "prefer violent | like #3",
    "more like 2, not 3": "like #2 | unlike #3",
    "more like 1 and 2 and not 3 or 4": "like #1 | like #2 | unlike #3 | unlike #4",
    "more like the first one, not the last": "like #1 | unlike #-1",
    "not 2, not 4": "unlike #2 | unlike #4",
}


@pytest.mark.parametrize(("utterance", "expected"), NAMED.items())
def test_a_reference_is_read(utterance: str, expected: str) -> None:
    assert shorthand(English().parse(utterance)) == expected
