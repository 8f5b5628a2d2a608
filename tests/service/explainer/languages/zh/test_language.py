"""Chinese: what is true may be said, and planted lies are caught."""

from __future__ import annotations

import pytest

from service.explainer.verify.verifier import verify
from tests.service.explainer.made_up import COLLATERAL, RICH

TRUE = [
    "因为你给《Heat (1995)》打了 5 分。",
    "和《Heat (1995)》一样，它由 Michael Mann 执导。",
    "有 31 人同时选了《Heat (1995)》和《Collateral (2004)》。",
    "最近 30 天里有 1204 人选了这部影片。",
    "我们推荐这部电影，因为你给《Heat (1995)》打了 5 分，而且两者的导演都是 Michael Mann。",
    "它的简介与你看过的《Casino (1995)》相似。",
]

LIES = {
    "another title": "因为你看过《教父》。",
    "a title without marks": "因为你看过教父。",
    "another rating": "你给《Heat (1995)》打了 4 分，所以推荐了它。",
    "the rating of another item": "你给《Casino (1995)》打了 5 分。",
    "another event": "因为你买过《Heat (1995)》。",
    "a cause that is only similar": "推荐它，是因为你看过《Casino (1995)》。",
    "another number of people": "有 32 人同时选了《Heat (1995)》和《Collateral (2004)》。",
    "people of another kind": "有 1204 人同时选了《Heat (1995)》和《Collateral (2004)》。",
    "a vague crowd": "成千上万的观众选了它。",
    "a number in characters": "有三百人选了它。",
    "newness": "这部影片是新内容。",
    "another director": "它由斯科塞斯执导。",
    "the director is an actor": "它由 Tom Cruise 执导。",
    "shared with another item": "和《Casino (1995)》一样，它由 Michael Mann 执导。",
    "a category": "这是一部喜剧。",
    "a picture": "它看起来很像《Heat (1995)》。",
    "praise": "这部影片是一部杰作。",
    "friends": "你的朋友也选了它。",
    "a habit": "你经常看这样的影片。",
    "taste never described": "这部影片与你描述的口味相近。",
    "another window": "最近 7 天里有 1204 人选了它。",
    "a cause that is none": "因为这部影片很受欢迎。",
    "the item itself was rated": "你给《Collateral (2004)》打了 5 分。",
    "a value of one item given to two": "《Heat (1995)》和《Casino (1995)》都由 Michael Mann 执导。",
    "a denial": "它不由 Michael Mann 执导。",
    "a plot": "这部影片讲述了一名侦探的故事。",
    "a mood": "这部影片节奏紧张。",
    "another language": "Because you rated “Heat (1995)” 5.",
    "a stray word": "这部 film 由 Michael Mann 执导。",
}


@pytest.mark.parametrize("text", TRUE)
def test_what_the_evidence_supports_passes(text: str) -> None:
    assert verify(text, COLLATERAL, RICH, "zh") == []


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_planted_lie_is_caught(lie: str) -> None:
    assert verify(lie, COLLATERAL, RICH, "zh") != []
