from __future__ import annotations

import pytest
from hypothesis import given

from service.wishes.clause import Clause, Limit, Quantity, Stance
from service.wishes.languages.phrases import words_of
from service.wishes.languages.zh.grammar import Chinese
from tests.service.wishes.languages.contract import (
    check_long_texts,
    check_nothing_is_read_of_nothing,
    check_reading,
    texts,
)
from tests.service.wishes.languages.shorthand import shorthand

GRAMMAR = Chinese()
WORDS = sorted(
    words_of(
        """不要 没有 别太 除了 以外 像 类似 《异形》 一样 第3个 第二个 最后一个 不那么 更 搞笑 一点 便宜 点 五十
    元 块 以下 1980 年 以前 七十年代 两 小时
    半 到 之间 的 了 有 想看 但 或者 和 、 ， 。 喜剧 50 . 9. , sci-fi 《 》 不 太 一
    千万 倒数 至少 星 预算 ？ ： - 没兴趣 不用了 算了 谢谢 对"""
    )
)


@given(texts(WORDS))
def test_whatever_is_typed_is_read(text: str) -> None:
    check_reading(GRAMMAR, text)


def test_long_texts_are_read() -> None:
    check_long_texts(GRAMMAR, WORDS)


def test_nothing_is_read_of_nothing() -> None:
    check_nothing_is_read_of_nothing(GRAMMAR)


SENTENCES = {
    "想看 Tom Hanks 的电影": "want Tom Hanks 的电影",
    "想看Tom Hanks演的老电影": "want Tom Hanks演的老电影",
    "不想看恐怖片，也不要战争片": "without 恐怖片 | without 战争片",
    "不要恐怖片和战争片": "without 恐怖片和战争片",
    "有没有七八十年代的歌": "want 歌 | year 1970..1989",
    "来一部九十年代的动作片": "want 动作片 | year 1990..1999",
    "给我推荐一些科幻小说": "want 科幻小说",
    "便宜的红色连衣裙": "want 红色连衣裙 | price down",
    "不要黑色的": "without 黑色",
    "裙子，不要太短，40欧元以内": "want 裙子 | less 短 | price <=40",
    "更便宜的": "price down",
    "再新一点的": "newness up",
    "少一点血腥，多一点爱情": "less 血腥 | prefer 爱情",
    "跟《异形》类似但是轻松一点": "prefer 轻松 | like '异形'",
    "像《异形》或者《铁血战士》": "like '异形' | like '铁血战士'",
    "90分钟以内的喜剧": "want 喜剧 | minutes <=90",
    "20到30欧元之间": "price 20..30",
    "评分8分以上": "分 >=8",
    "4星以上的酒店": "want 酒店 | 星 >=4",
    "2000年前的电影": "want 电影 | year <2000",
    "今年的电影": "want 电影 | newness up",
    "有库存的耳机，无线的": "want 耳机 | want 无线 | availability up",
    "给妈妈的礼物": "want 妈妈的礼物",
    "適合小孩看的": "want 小孩看",
    "別再給我看動畫片了": "without 動畫片",
    "我不喜歡音樂劇": "without 音樂劇",
    "除了第3个": "unlike #3",
    "第一个那样的": "like #1",
    "倒数第二个": "like #-2",
    "比第3个更便宜": "price down | like #3",
    "没有那么暴力的": "less 暴力",
    "不含坚果的甜点": "without 坚果 | want 甜点",
    "恐怖片不要": "without 恐怖片",
}


@pytest.mark.parametrize(("utterance", "expected"), SENTENCES.items())
def test_a_sentence_may_hold_several_wishes(utterance: str, expected: str) -> None:
    assert shorthand(GRAMMAR.parse(utterance)) == expected


def test_every_part_has_the_words_it_was_read_from() -> None:
    parsed = GRAMMAR.parse("想看老的偵探片，別太長，５０元以下")
    assert parsed.clauses == (
        Clause(
            "老的偵探片",
            Stance.WANT,
            "老的偵探片",
            Limit("老的", Quantity.YEAR, direction=-1),
        ),
        Clause("別太長", Stance.LESS, "長"),
    )
    assert parsed.limits == (Limit("５０元以下", Quantity.PRICE, high=50),)
