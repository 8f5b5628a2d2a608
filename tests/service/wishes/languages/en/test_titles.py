from __future__ import annotations

import pytest

from service.wishes.languages.en.titles import title_end
from service.wishes.languages.en.tokens import tokenised


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Alien but funnier", "Alien"),
        ("The Lord of the Rings from the library", "The Lord of the Rings"),
        ("the Matrix please", "the Matrix"),
        ("21 Jump Street", "21 Jump Street"),
        ("Mad Max: Fury Road", "Mad Max: Fury Road"),
        ("'no country for old men' but", "'no country for old men'"),
        ("star wars but funnier", "star wars"),
        ("a western", ""),
        ("this", ""),
    ],
)
def test_a_title_ends_where_another_part_begins(text: str, title: str) -> None:
    source = tokenised(text)
    end = title_end(source, 0, lambda at: source.key(at) in ("but", "from"), in_list=False)
    assert source.excerpt(0, end) == title


def test_and_parts_titles_in_a_list_only() -> None:
    source = tokenised("Ronin and Collateral are good")
    ends = [title_end(source, 0, lambda _: False, in_list=in_list) for in_list in (False, True)]
    assert ends == [3, 1]
