"""Encodings that nobody told."""

from __future__ import annotations

import io

import pytest

from indexer.ingest.sources import encoding
from indexer.ingest.sources.encoding import Line, encoding_of, in_utf8, lines_of


def lines(content: bytes) -> list[Line]:
    return list(lines_of(content[:100_000], io.BytesIO(content)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Größe, café, naïve, señor: 49 €", "cp1252"),
        ("id;name\n1;Müsli", "cp1252"),
        ("czerwona sukienka z długim rękawem, bawełna, żółty", "cp1250"),
        ("Красное платье, размер 42, хлопок", "cp1251"),
        ("赤いドレス、サイズ42、綿 カテゴリ 商品名", "shift_jis"),
        ('商品コード,価格\nJ0,"\\1,000",とても柔らかい\nJ1,"\\1,001",服', "shift_jis"),
        ("红色连衣裙,尺码42,棉质 商品名称 价格", "gb18030"),
        ("Κόκκινο φόρεμα, μέγεθος 42", "cp1253"),
        ("plain", "utf-8"),
        ("Größe 赤", "utf-8"),
        ("Größe 赤", "utf-16"),
        ("Größe 赤", "utf-8-sig"),
    ],
)
def test_it_is_found_and_the_text_is_right(text: str, name: str) -> None:
    content = f"{text}\nmore\n".encode(name)
    assert encoding_of(content) == name
    assert [line.text for line in lines(content)] == [
        f"{part}\n" for part in (*text.split("\n"), "more")
    ]


def test_utf_16_without_a_mark_is_told_by_its_zeros() -> None:
    assert encoding_of("id,name\n".encode("utf-16-le")) == "utf-16-le"
    assert encoding_of("id,name\n".encode("utf-16-be")) == "utf-16-be"
    assert encoding_of("id,größe\n".encode("utf-16-le")) == "utf-16-le"


def test_a_character_cut_at_the_end_of_the_head_is_no_fault() -> None:
    assert encoding_of("naïve".encode()[:3]) == "utf-8"


def test_a_bad_byte_in_a_text_of_utf_8_spoils_one_character_and_is_told() -> None:
    good = "Größe\n".encode()
    found = lines(good * 3 + b"caf\xe9 \xc3\xb6\n" + good)
    assert found[3] == Line(4, "café ö\n", "byte 0xe9 is not UTF-8, read as Windows-1252")
    assert [line.note for line in found[:3] + found[4:]] == [""] * 4


def test_lines_may_end_by_carriage_returns_alone() -> None:
    assert [(line.number, line.text) for line in lines(b"a\rb\r")] == [(1, "a\r"), (2, "b\r")]


@pytest.mark.parametrize("name", ["utf-8", "utf-16"])
def test_a_line_without_an_end_is_not_held(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "MAX_LINE_BYTES", 64)
    found = lines(f"a\n{'x' * 1000}\nb\n".encode(name))
    assert [(line.number, line.text) for line in found] == [(1, "a\n"), (2, None), (3, "b\n")]


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_text_is_read_as_utf_8_whatever_its_encoding_in_reads_of_any_size(name: str) -> None:
    text = "id,größe,😀,鞋\n" * 20
    raw = text.encode(name)
    for size in (1, 3, 7, 4_096):
        stream = in_utf8(raw, io.BytesIO(raw))
        assert b"".join(iter(lambda: stream.read(size), b"")).decode() == text  # noqa: B023
