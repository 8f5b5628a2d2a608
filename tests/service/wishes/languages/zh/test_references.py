"""Items that Chinese wishes name by a place or a title."""

from __future__ import annotations

import pytest

from service.wishes.languages.zh.grammar import Chinese
from tests.service.wishes.languages.shorthand import shorthand

NAMED = {
    "类似第3个": "like #3",
    "像《异形》一样但不那么吓人": "less 吓人 | like '异形'",
    "不要第二个": "unlike #2",
    "像異形一樣的": "like '異形'",
    "不要第2和第4个": "unlike #2 | unlike #4",
    "像第2个，不是第3个": "like #2 | unlike #3",
    "像2号而不是3号": "like #2 | unlike #3",
    "最后一个": "like #-1",
    "更像第三个": "like #3",
    "和《异形》差不多": "like '异形'",
    "第三个": "like #3",
    "不像异形": "unlike '异形'",
    "跟第三个差不多但更搞笑": "prefer 搞笑 | like #3",
}


@pytest.mark.parametrize(("utterance", "expected"), NAMED.items())
def test_a_reference_is_read(utterance: str, expected: str) -> None:
    assert shorthand(Chinese().parse(utterance)) == expected
