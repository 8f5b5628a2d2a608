"""Utterances and what they ask, in both languages."""

from __future__ import annotations

import pytest

from service.dialogue.command import Command, Verb
from service.dialogue.hearing import WISH, heard

ENGLISH = {
    "undo": Command(Verb.UNDO),
    "Undo that, please!": Command(Verb.UNDO),
    "go back": Command(Verb.UNDO),
    "ok, take that back": Command(Verb.UNDO),
    "never mind that": Command(Verb.UNDO),
    "Start over.": Command(Verb.START_OVER),
    "can we start again": Command(Verb.START_OVER),
    "let's start over": Command(Verb.START_OVER),
    "reset": Command(Verb.START_OVER),
    "more": Command(Verb.MORE),
    "Show me more, please": Command(Verb.MORE),
    "what else?": Command(Verb.MORE),
    "next page": Command(Verb.MORE),
    "show": Command(Verb.SHOW),
    "show me the list again": WISH,
    "show it again": Command(Verb.SHOW),
    "help": Command(Verb.HELP),
    "What can I say?": Command(Verb.HELP),
    "quit": Command(Verb.QUIT),
    "that's all, thanks": Command(Verb.QUIT),
    "bye!": Command(Verb.QUIT),
    "why 1?": Command(Verb.WHY, 1),
    "why?": Command(Verb.WHY),
    "Why #2": Command(Verb.WHY, 2),
    "why number 3?": Command(Verb.WHY, 3),
    "why the second one": Command(Verb.WHY, 2),
    "why the 3rd?": Command(Verb.WHY, 3),
    "why the last one?": Command(Verb.WHY, -1),
    "why is 2 there?": Command(Verb.WHY, 2),
    "so why is the first one on the list?": Command(Verb.WHY, 1),
    "Why did you recommend 4?": Command(Verb.WHY, 4),
    "why do you recommend me number 4": Command(Verb.WHY, 4),
    "how come 2": Command(Verb.WHY, 2),
    "explain 2": Command(Verb.WHY, 2),
    "what's the reason for 3?": Command(Verb.WHY, 3),
    "why Blade Runner?": Command(Verb.WHY, title="blade runner"),
    "why “Alien”?": Command(Verb.WHY, title="alien"),
    "what would take 1 off?": Command(Verb.CHANGE, 1),
    "What would take 1 off the list?": Command(Verb.CHANGE, 1),
    "what would take the first one off": Command(Verb.CHANGE, 1),
    "what would it take to get rid of 2?": Command(Verb.CHANGE, 2),
    "what would it take for 2 to disappear?": Command(Verb.CHANGE, 2),
    "what could remove number 3 from the list": Command(Verb.CHANGE, 3),
    "what would change 1?": Command(Verb.CHANGE, 1),
    "how do I get 2 off the list?": Command(Verb.CHANGE, 2),
    "how can I get rid of the last one": Command(Verb.CHANGE, -1),
    "what takes 1 off?": Command(Verb.CHANGE, 1),
}
CHINESE = {
    "撤销": Command(Verb.UNDO),
    "请撤销一下": Command(Verb.UNDO),
    "上一步": Command(Verb.UNDO),
    "算了": Command(Verb.UNDO),
    "撤銷": Command(Verb.UNDO),
    "重新开始": Command(Verb.START_OVER),
    "重新开始吧。": Command(Verb.START_OVER),
    "從頭開始": Command(Verb.START_OVER),
    "更多": Command(Verb.MORE),
    "还有吗？": Command(Verb.MORE),
    "下一页": Command(Verb.MORE),
    "列表": Command(Verb.SHOW),
    "再看一遍": Command(Verb.SHOW),
    "帮助": Command(Verb.HELP),
    "我能说什么？": Command(Verb.HELP),
    "退出": Command(Verb.QUIT),
    "再见！": Command(Verb.QUIT),
    "为什么？": Command(Verb.WHY),
    "为什么是1?": Command(Verb.WHY, 1),
    "为什么推荐第1个？": Command(Verb.WHY, 1),
    "为什么给我推荐第二部": Command(Verb.WHY, 2),
    "第3个为什么会推荐？": Command(Verb.WHY, 3),
    "请问为什么第一个在这里": Command(Verb.WHY, 1),
    "為什麼推薦第2個": Command(Verb.WHY, 2),
    "解释一下第2个": Command(Verb.WHY, 2),
    "第2个的理由是什么": Command(Verb.WHY, 2),
    "为什么推荐最后一个": Command(Verb.WHY, -1),
    "为什么推荐《异形》": Command(Verb.WHY, title="异形"),
    "怎样才能去掉第1个？": Command(Verb.CHANGE, 1),
    "怎么才能把第一个去掉": Command(Verb.CHANGE, 1),
    "什么会让第2个消失？": Command(Verb.CHANGE, 2),
    "第1个怎样才会不出现": Command(Verb.CHANGE, 1),
    "如何让第1个从列表中消失": Command(Verb.CHANGE, 1),
}
WISHES = {
    "en": [
        "a western",
        "less violent",
        "something newer",
        "more like 3",
        "not 2",
        "more comedy",
        "no more zombies",
        "no more",
        "show me westerns",
        "show me more like 3",
        "why not a western?",
        "why don't we watch a comedy",
        "help me find a comedy",
        "something to start the day",
        "a film about a man who goes back",
        "back to the future",
        "another one",
    ],
    "zh": [
        "西部片",
        "少一点暴力",
        "更新一点",
        "更像第3个",
        "不要第2个",
        "更多喜剧",
        "为什么不看喜剧",
        "怎么没有喜剧",
        "关于返回地球的电影",
        "给我推荐一部喜剧",
    ],
}


@pytest.mark.parametrize(("text", "command"), ENGLISH.items())
def test_english_is_heard(text: str, command: Command) -> None:
    assert heard(text) == (command, "en")


@pytest.mark.parametrize(("text", "command"), CHINESE.items())
def test_chinese_is_heard(text: str, command: Command) -> None:
    assert heard(text) == (command, "zh")


@pytest.mark.parametrize(
    ("text", "code"), [(text, code) for code, texts in WISHES.items() for text in texts]
)
def test_what_is_no_command_is_a_wish(text: str, code: str) -> None:
    assert heard(text) == (WISH, code)


def test_what_has_no_words_is_in_no_language() -> None:
    assert heard("3") == (WISH, "")
    assert heard("< 50") == (WISH, "")
    for text in ("?", "？", "...", "🙂"):
        assert heard(text) == (Command(Verb.HELP), "")


def test_a_language_that_nobody_replies_in_is_heard_as_a_wish_in_none() -> None:
    assert heard("ich möchte einen Western ohne Gewalt") == (WISH, "")
