"""What a catalogue says is shown as text, whatever it says, and a picture only where it is one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from palate import html
from palate.v1 import explain_pb2, recommend_pb2

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    return out.getvalue()


def _listed(text: str) -> list[recommend_pb2.ScoredItem]:
    one = recommend_pb2.ScoredItem(item_id=text, rank=1, reason=text)
    one.item.title = text
    one.item.categories.append(text)
    one.item.image = text
    return [one]


@given(st.text() | st.just(EVIL))
def test_no_text_becomes_markup(text: str) -> None:
    fact = explain_pb2.Evidence(title=text, name=text, value=text, weight=0.5)
    shown = "".join(
        [
            html.results(_listed(text), None),
            html.evidence([fact]),
            html.notes([text]),
            html.paragraph(text),
            html.table([[text]]),
        ]
    )
    plain = "".join(
        [
            html.results(_listed("a"), None),
            html.evidence([explain_pb2.Evidence(title="a", name="a", value="a", weight=0.5)]),
            html.notes(["a"]),
            html.paragraph("a"),
            html.table([["a"]]),
        ]
    )
    if text and not html.picture(text, None):
        assert shown.count("<") == plain.count("<")


@pytest.mark.parametrize(
    "name",
    [
        "javascript:alert(1)",
        "data:text/html;base64,AAAA",
        "data:image/svg+xml;base64,AAAA",
        "file:///etc/passwd",
        'https://a/"onerror="x',
        "//evil.example/a.png",
        "",
    ],
)
def test_what_is_no_picture_is_not_shown(name: str, tmp_path: Path) -> None:
    assert html.picture(name, tmp_path) == ""


def test_urls_and_data_uris_of_pictures_are_shown() -> None:
    for name in ("https://shop.example/a.png?w=1&h=2", "data:image/png;base64,AAAA"):
        assert "<img" in html.picture(name, None)
    assert "w=1&amp;h=2" in html.picture("https://shop.example/a.png?w=1&h=2", None)


def test_a_file_is_shown_where_it_is_a_picture_within_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "0b").mkdir(parents=True)
    kept = "0b" + "c" * 30
    (folder / "a.png").write_bytes(_png())
    (folder / "0b" / kept).write_bytes(_png())
    (folder / "b.png").write_text("a secret")
    (tmp_path / "outside.png").write_bytes(_png())
    assert "data:image/png;base64," in html.picture("a.png", folder)
    assert "data:image/png;base64," in html.picture(f"kept:{kept}", folder)
    for name in ("b.png", "../outside.png", str(tmp_path / "outside.png"), "gone.png", "a\0.png"):
        assert html.picture(name, folder) == "", name


def test_a_bar_is_as_long_as_the_share() -> None:
    shown = html.evidence(
        [explain_pb2.Evidence(kind=1, title="Alien", weight=0.25), explain_pb2.Evidence(kind=2)]
    )
    assert f"width:{html.BAR_PX // 4}px" in shown
    assert ">history<" in shown
    assert " 25%" in shown
    assert shown.count(html._BAR) == 1  # what was looked up has no share
