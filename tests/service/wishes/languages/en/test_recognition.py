from __future__ import annotations

from service.wishes.languages.en.recognition import is_english
from service.wishes.languages.en.tokens import tokenised


def test_function_words_of_another_language_outweigh_names() -> None:
    assert is_english(tokenised("with Jean Reno and without violence"))
    assert not is_english(tokenised("avec Jean Reno et sans violence"))


def test_a_few_words_are_english_and_more_need_to_be_known() -> None:
    assert is_english(tokenised("Akira Kurosawa"))
    assert is_english(tokenised("red cotton summer dress"))
    assert not is_english(tokenised("haluaisin katsoa hauskan elokuvan"))


def test_another_script_is_not_english() -> None:
    assert not is_english(tokenised("хочу комедию"))
