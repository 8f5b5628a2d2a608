from __future__ import annotations

import pytest

from service.wishes.languages.en.tokens import tokenised


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Don’t stop", ["dont", "stop"]),
        ("sci-fi R&B U.S.", ["sci-fi", "r&b", "u.s."]),
        ("the '70s, 1980's", ["the", "70s", ",", "1980s"]),
        ("$1,000.50", ["$", "1,000.50"]),
        ("2h30", ["2", "h", "30"]),
        ("two-hour", ["two", "-", "hour"]),
        ("mid-90s", ["mid", "-", "90s"]),
        ("like 'Ocean's Eleven'", ["like", "oceans eleven"]),
        ("funny 😂", ["funny"]),
    ],
)
def test_tokens_have_the_keys_of_tables(text: str, keys: list[str]) -> None:
    assert [token.key for token in tokenised(text).tokens] == keys


def test_capitals_tell_nothing_where_there_is_nothing_else() -> None:
    assert tokenised("No Horror").tells_capitals
    assert not tokenised("NO HORROR").tells_capitals
