"""Problems counted by kind."""

from __future__ import annotations

import pytest

from indexer.catalog.rows import RowError
from indexer.ingest import problems as module
from indexer.ingest.problems import Problem, Problems

PRICE = Problem("price", "is not a number; left out", "N/A")


def test_a_sentence_has_how_many_rows_and_one_of_them() -> None:
    problems = Problems("row")
    for line in range(17, 17 + 1_204):
        problems.warn(line, "a", [PRICE])
    problems.lose(5, None, Problem("item_id", "is missing"))
    assert problems.sentences() == [
        "1 row lost: item_id is missing, e.g. in row 5",
        "1,204 rows: price is not a number; left out, e.g. 'N/A' in row 17",
    ]
    assert (problems.n_failed, problems.n_warnings) == (1, 1_204)


def test_every_row_goes_to_who_listens_and_the_first_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "KEPT_ROWS", 2)
    heard: list[RowError] = []
    problems = Problems("line", on_warning=heard.append)
    for line in range(3):
        problems.warn(line, "a", [PRICE, PRICE])
    assert len(heard) == 6
    assert (
        problems.warnings
        == heard[:2]
        == [RowError(0, "a", "price is 'N/A': it is not a number; left out")] * 2
    )


def test_kinds_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_KINDS", 2)
    problems = Problems()
    for name in "abcd":
        problems.warn(1, None, [Problem(name, "is odd", name)])
    assert [kind.rows for kind in problems.kinds.values()] == [1, 1, 2]
    assert "2 rows: other problems" in problems.sentences()[0]


def test_what_is_about_the_row_has_no_field() -> None:
    assert Problem("", "the row has fewer cells").reason == "the row has fewer cells"
    assert Problem("timestamp", "is missing").reason == "timestamp is missing"


def test_sentences_of_others_about_rows_are_counted_by_what_they_have_in_common() -> None:
    """As of pictures, of which the indexer or a server has a sentence for each."""
    problems = Problems("line")
    for line in range(1, 41):
        problems.warn_row(RowError(line, "b", f"image 'images/{line}.jpg' does not exist"))
    problems.warn_row(RowError(50, "b", "too many pictures"))
    assert problems.sentences() == [
        "40 rows: image ... does not exist, e.g. 'images/1.jpg' in line 1",
        "1 row: too many pictures, e.g. in line 50",
    ]
    assert problems.n_warnings == 41
    assert problems.warnings[0].reason == "image 'images/1.jpg' does not exist"
