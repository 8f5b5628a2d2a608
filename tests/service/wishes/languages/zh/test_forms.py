from __future__ import annotations

import pytest

from service.wishes.languages.zh.forms import forms_of


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("恐怖片", ["恐怖"]),
        ("恐怖的", ["恐怖"]),
        ("喜剧", []),
        ("恐怖", []),
        ("科幻电影", ["科幻"]),
    ],
)
def test_kinds_and_particles_are_left_out(word: str, forms: list[str]) -> None:
    assert forms_of(word) == forms
