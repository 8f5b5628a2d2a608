"""Comments are found for everything that has a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.rpc.reference.source import read_source


def test_comments_are_found_by_name_in_one_line() -> None:
    comments = read_source().comments
    assert comments["RecommendRequest.k"].startswith("Optional. Results wanted. 0 means 10.")
    assert comments["RecommendService.Recommend"].startswith("The best items for a person")
    assert (
        comments["Personalization.PERSONALIZATION_FULL"]
        == "Everything that is known about the user."
    )
    assert comments["user.proto"] == "What is stored about people, and their rights over it."
    assert [name for name, text in comments.items() if not text or "\n" in text] == []


def test_what_does_not_compile_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "palate" / "v1"
    folder.mkdir(parents=True)
    (folder / "bad.proto").write_text("message {")
    with pytest.raises(RuntimeError, match="protoc ended with code 1"):
        read_source(tmp_path)
