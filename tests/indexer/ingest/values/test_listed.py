"""Several values in one."""

from __future__ import annotations

import pytest

from indexer.ingest.values.listed import addresses, parsed, texts


@pytest.mark.parametrize(
    ("value", "separators", "found"),
    [
        ("a|b", ("|",), ["a", "b"]),
        ("a, b", ("|",), ["a, b"]),
        ("Home > Garden, Sale", (",", ">"), ["Home", "Garden", "Sale"]),
        ('["a", "b"]', ("|",), ["a", "b"]),
        ("['a', 'b']", ("|",), ["a", "b"]),
        (["a", None, "b"], (), ["a", "b"]),
        ([["a"], [{"name": "b", "id": 1}]], (), ["a", "b"]),
        ([1.0, 2, True], (), ["1", "2", "yes"]),
        ({"title": "a"}, (), ["a"]),
        ("[a broken list", ("|",), ["[a broken list"]),
    ],
)
def test_texts_of_any_form(value: object, separators: tuple[str, ...], found: list[str]) -> None:
    assert list(texts(value, separators)) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("https://a/1,2.jpg, https://a/2.jpg", ["https://a/1,2.jpg", "https://a/2.jpg"]),
        ("https://a/1.jpg|https://a/2.jpg", ["https://a/1.jpg", "https://a/2.jpg"]),
        ("https://a/1.jpg https://a/2.jpg", ["https://a/1.jpg", "https://a/2.jpg"]),
        ("a.jpg,b.png", ["a.jpg", "b.png"]),
        ("a, b.jpg", ["a, b.jpg"]),
        ("//cdn/a.jpg", ["https://cdn/a.jpg"]),
        ([{"thumb": "t", "large": "l", "hi_res": None}, {"hi_res": "h"}], ["l", "h"]),
        ({"src": "s"}, ["s"]),
        ({"bytes": b"\x01", "path": None}, ["data:;base64,AQ=="]),
        ("data:image/png;base64,AA|AA", ["data:image/png;base64,AA|AA"]),
        (None, []),
    ],
)
def test_addresses_of_any_form(value: object, found: list[str]) -> None:
    assert list(addresses(value)) == found


def test_a_text_that_only_looks_like_a_list_stays_a_text() -> None:
    for text in ("[sic] as printed", "{not an object", "__import__('os')", "[" * 5000):
        assert parsed(text) == text


def test_depth_has_an_end() -> None:
    assert list(texts([[[[[["deep"]]]]]], ())) == []
