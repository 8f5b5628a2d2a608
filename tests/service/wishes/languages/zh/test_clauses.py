"""Stances of Chinese wishes, and how far they reach."""

from __future__ import annotations

import pytest

from service.wishes.languages.zh.grammar import Chinese
from tests.service.wishes.languages.shorthand import shorthand

WANTED = {
    "想看老的侦探片": "want 老的侦探片",
    "适合六岁孩子": "want 儿童",
    "喜剧或者爱情片": "want 喜剧 | want 爱情片",
    "特别好看的科幻片": "want 特别好看的科幻片",
    "不错的喜剧": "want 喜剧",
    "汤姆汉克斯主演的电影": "want 汤姆汉克斯主演的电影",
    "关于友谊的": "want 友谊",
    "太空歌剧": "want 太空歌剧",
    "想看sci-fi电影": "want sci-fi电影",
    "好看的电影": "want 好看的电影",
    "有趣的书": "want 有趣的书",
    "和平主题": "want 和平主题",
    "一块看的电影": "want 一块看的电影",
    "90后": "want 90后",
    "犹太历史": "want 犹太历史",
    "喜剧，还要机器人": "want 喜剧 | want 机器人",
    "老舍的书": "want 老舍的书",
    "同性别": "want 同性别",
}


LEANING = {
    "别太长": "less 长",
    "更搞笑": "prefer 搞笑",
    "少一点暴力": "less 暴力",
    "最好有机器人": "prefer 机器人",
    "有没有轻松一点的": "prefer 轻松",
    "太暴力了": "less 暴力",
    "更多爱情": "prefer 爱情",
    "不太长的电影": "less 长 | want 电影",
    "不要太长的": "less 长",
}


DENIED = {
    "不要动画片": "without 动画片",
    "不要恐怖的": "without 恐怖",
    "没有暴力": "without 暴力",
    "除了喜剧": "without 喜剧",
    "不要動畫片": "without 動畫片",
    "沒有暴力的喜劇": "without 暴力 | want 喜劇",
    "我想看一部搞笑的电影，不要恐怖，别太长": "want 搞笑的电影 | without 恐怖 | less 长",
    "不要恐怖片、战争片": "without 恐怖片 | without 战争片",
    "看腻了超级英雄": "without 超级英雄",
    "不要90年代的": "without 90年代",
    "我讨厌音乐剧": "without 音乐剧",
    "除了喜剧以外都可以": "without 喜剧",
    "别给我看恐怖片": "without 恐怖片",
    "没有暴力的喜剧": "without 暴力 | want 喜剧",
    "千万不要恐怖片": "without 恐怖片",
    "不恐怖的电影": "without 恐怖 | want 电影",
    "不是喜剧": "without 喜剧",
}


REFUSED = {
    "恐怖片不要": "without 恐怖片",
    "恐怖片？不要": "without 恐怖片",
    "恐怖片？不用了，谢谢": "without 恐怖片",
    "恐怖片：不要": "without 恐怖片",
    "恐怖片 - 不": "without 恐怖片",
    "恐怖片吗？不想看": "without 恐怖片",
    "恐怖片就算了": "without 恐怖片",
    "恐怖片不是我的菜": "without 恐怖片",
    "音乐剧没兴趣": "without 音乐剧",
    "音乐剧？没兴趣": "without 音乐剧",
    "音樂劇？沒興趣": "without 音樂劇",
    "对音乐剧没有兴趣": "without 音乐剧",
    "我对音乐剧不感兴趣，来点搞笑的": "without 音乐剧 | want 搞笑",
    "没兴趣看恐怖片": "without 恐怖片",
    "喜剧，恐怖片就算了": "want 喜剧 | without 恐怖片",
    "恐怖片？不要，来个喜剧": "without 恐怖片 | want 喜剧",
    "像《异形》？不用了": "unlike '异形'",
    "50元以下？不要": "price >50",
    "80年代的？没兴趣": "without 80年代",
    "没兴趣": "",
    "不用了，谢谢": "",
    "谢谢": "",
    "有没有恐怖片？": "want 恐怖片",
    "有恐怖片吗？不要动画片": "want 恐怖片 | without 动画片",
    "喜剧，不要恐怖片": "want 喜剧 | without 恐怖片",
    "对话多的电影": "want 对话多的电影",
    "对手戏": "want 对手戏",
}


@pytest.mark.parametrize(("utterance", "expected"), REFUSED.items())
def test_a_refusal_denies_what_stands_before_it_and_alone_says_nothing(
    utterance: str, expected: str
) -> None:
    assert shorthand(Chinese().parse(utterance)) == expected


def test_the_text_of_a_refused_clause_has_the_refusal() -> None:
    parsed = Chinese().parse("喜剧，音乐剧？没兴趣")
    assert [clause.text for clause in parsed.clauses] == ["喜剧", "音乐剧？没兴趣"]


@pytest.mark.parametrize(("utterance", "expected"), WANTED.items())
def test_what_is_wanted_keeps_its_words(utterance: str, expected: str) -> None:
    assert shorthand(Chinese().parse(utterance)) == expected


@pytest.mark.parametrize(("utterance", "expected"), LEANING.items())
def test_more_and_less_are_told_apart(utterance: str, expected: str) -> None:
    assert shorthand(Chinese().parse(utterance)) == expected


@pytest.mark.parametrize(("utterance", "expected"), DENIED.items())
def test_a_negation_reaches_over_its_list_and_no_further(utterance: str, expected: str) -> None:
    assert shorthand(Chinese().parse(utterance)) == expected
