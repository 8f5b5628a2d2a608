"""Text of exports: what is markup goes, what people wrote stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ingest.values.text import has_markup, is_absent, one_line, plain


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("<p>Soft &amp; <b>warm</b></p>", "Soft & warm"),
        ("<ul><li>red</li><li>blue</li></ul>", "red\nblue"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("H<sub>2</sub>O", "H2O"),
        ("<p>unclosed", "unclosed"),
        ("a<script>steal()</script>b<style>p{}</style><!-- c -->", "ab"),
        ("&quot;Tom &amp; Jerry&#39;s&quot;", '"Tom & Jerry\'s"'),
        ("vector<int> and 3 < 5 & 6 > 2", "vector<int> and 3 < 5 & 6 > 2"),
        ("R&D; M&M", "R&D; M&M"),
        ("  spaces \x00 ", "spaces"),
        ("<p>5 &lt; 6</p>", "5 < 6"),
    ],
)
def test_markup_goes_and_text_stays(text: str, reads: str) -> None:
    assert plain(text) == reads


def test_one_line_has_no_control_characters() -> None:
    assert one_line("a\tb\nc\x07") == "a b c"
    assert one_line("<p>a</p><p>b</p>") == "a b"


@given(st.text(alphabet=st.characters(blacklist_characters="<&", blacklist_categories=("Cs",))))
def test_text_without_markup_stays_as_it_is_but_for_what_cannot_be_stored(text: str) -> None:
    assert plain(text) == text.replace("\x00", "").strip()


@given(st.text())
def test_any_text_can_be_stored_afterwards(text: str) -> None:
    found = plain(text)
    assert "\x00" not in found
    found.encode()


@pytest.mark.parametrize(
    "value", [None, "", "  ", "NaN", "null", "None", r"\N", float("nan"), [], {}]
)
def test_what_programs_write_for_nothing_says_nothing(value: object) -> None:
    assert is_absent(value)


@pytest.mark.parametrize("value", [0, False, "0", "N/A", "no", "none", "NONE", [0], 0.0])
def test_what_says_something_is_there(value: object) -> None:
    assert not is_absent(value)


def test_tags_that_html_does_not_have_are_no_markup() -> None:
    assert all(map(has_markup, ("<p>", '<img src="a">', "</LI>")))
    assert not any(map(has_markup, ("<int>", "a < b > c")))
