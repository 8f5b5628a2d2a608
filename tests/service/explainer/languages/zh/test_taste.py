"""Chinese words about a taste: what was counted may be said, and nothing else."""

from __future__ import annotations

import pytest

from service.explainer.verify.verifier import verify
from tests.service.explainer.made_up import NOBODY, TASTE_FACTS

TRUE = [
    "你常常回到 Sci-Fi，例如《Alien (1979)》：120 项选择中有 31 项，是这里的人们的 4.2 倍。",
    "2017 年 3 月，你转向了 Documentary：随后 20 项里占 14 项，此前 30 项里曾有 2 项。",
    "历史记录里属于 Western 类的 8 项中，你回绝了 6 项。",
    "你的 60 项选择中有 34 项出自 1968 至 1979 年，比通常更早。",
    "你的 120 项选择中有 52 项属于 Drama 类，例如《Whiplash (2014)》。",
    "你的 120 项选择里，属于 Drama 类的有 52 项。",
]


LIES = {
    "another value": "你常常回到 Romance。",
    "a preference that is none": "你常常回到 Western。",
    "the count of another value": "你常常回到 Sci-Fi：120 项选择中有 9 项。",
    "another lift": "你常常回到 Sci-Fi：120 项选择中有 31 项，是这里的人们的 5 倍。",
    "the example of another value": "你常常回到 Sci-Fi，例如《Heat (1995)》。",
    "a change the other way": "2017 年 3 月，你转向了 Comedy。",
    "another month": "2017 年 4 月，你转向了 Documentary。",
    "before and after exchanged": "你转向了 Documentary：随后 30 项里占 2 项，此前 20 项里曾有 14 项。",
    "an aversion that is none": "历史记录里属于 Sci-Fi 类的 120 项中，你回绝了 31 项。",
    "another count turned down": "历史记录里属于 Western 类的 8 项中，你回绝了 8 项。",
    "the other side of the range": "你的 60 项选择中有 34 项出自 1968 至 1979 年，比通常更晚。",
    "another range": "你的 60 项选择中有 34 项出自 1970 至 1979 年，比通常更早。",
    "another count of what is frequent": "你的 120 项选择里，属于 Drama 类的有 31 项。",
    "a preference of what is frequent": "你常常回到 Drama：120 项选择中有 52 项。",
    "another domain": "你的 120 项选择中有 100 项是图书。",
    "numbers of no value": "120 项选择中有 31 项。",
    "other people": "别人常常回到 Sci-Fi。",
    "love": "你喜欢 Sci-Fi。",
    "a denial": "你不常常回到 Sci-Fi。",
    "always": "你总是回到 Sci-Fi。",
}


@pytest.mark.parametrize("text", TRUE)
def test_what_was_counted_may_be_said(text: str) -> None:
    assert verify(text, NOBODY, TASTE_FACTS, "zh") == []


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lie_about_a_taste_is_caught(lie: str) -> None:
    assert verify(lie, NOBODY, TASTE_FACTS, "zh") != []
