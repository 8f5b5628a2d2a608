"""A language is found by its code or tag, and an unknown one is refused with the known ones."""

from __future__ import annotations

import pytest

from service.explainer.languages.loading import (
    UnknownLanguage,
    is_own_word,
    load_language,
    own_text,
)


@pytest.mark.parametrize("tag", ["zh", "zh-CN", "zh_Hans_CN", "ZH"])
def test_a_language_tag_may_name_a_region(tag: str) -> None:
    assert load_language(tag).code == "zh"


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownLanguage, match="'tlh'; there are: en, zh"):
        load_language("tlh")


def test_an_empty_code_is_no_language() -> None:
    with pytest.raises(UnknownLanguage, match="no explanations in language ''"):
        load_language("")


def test_our_own_words_are_told_from_names() -> None:
    assert is_own_word("en", "Popular")
    assert is_own_word("en", "your list")
    assert not is_own_word("en", "Crime")
    assert not is_own_word("en", "pop")  # a part of a word is not one
    assert is_own_word("zh", "图片")
    assert "{" not in own_text("en")
