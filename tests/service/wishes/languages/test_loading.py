from __future__ import annotations

import pytest

from service.wishes.clause import Grammar
from service.wishes.languages.loading import grammar_of, grammars

ENGLISH = """no animation
something funny
sci-fi
Tom Hanks
red dress
Akira Kurosawa
like 12 but funnier
3
films like 花样年华
I want a movie like La La Land
Les Misérables musical""".splitlines()
CHINESE = """不要动画片
想看sci-fi电影
便宜一点
沒有暴力""".splitlines()
OTHER = """хочу комедию без насилия
ich möchte einen lustigen Film
keine Animation
アニメが見たい
코미디 영화
je veux un film drôle sans violence
quiero una película divertida
vorrei un film senza violenza
quero um filme engraçado
ik wil een grappige film zonder geweld
أريد فيلم كوميدي
haluaisin katsoa hauskan elokuvan""".splitlines()


@pytest.mark.parametrize("text", ENGLISH)
def test_english_and_names_are_read_as_english(text: str) -> None:
    grammar = grammar_of(text)
    assert grammar is not None
    assert grammar.code == "en"


@pytest.mark.parametrize("text", CHINESE)
def test_chinese_is_read_as_chinese(text: str) -> None:
    grammar = grammar_of(text)
    assert grammar is not None
    assert grammar.code == "zh"


@pytest.mark.parametrize("text", OTHER)
def test_other_languages_have_no_grammar(text: str) -> None:
    assert grammar_of(text) is None


def test_every_grammar_keeps_to_the_contract() -> None:
    found: list[Grammar] = list(grammars())
    assert [grammar.code for grammar in found] == ["en", "zh"]
