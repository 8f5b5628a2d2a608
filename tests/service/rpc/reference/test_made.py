"""What is committed is what would be written now."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.rpc.reference import made
from service.rpc.reference.pages import MADE_BY


def test_the_committed_files_are_those_of_the_proto_files() -> None:
    stale = [
        path.name
        for path, text in made.files().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make proto`, with the grpcio-tools of constraints.txt"
    pages = {path.name for path in made.files() if path.parent == made.REFERENCE}
    there = {path for path in made.REFERENCE.iterdir() if MADE_BY in path.read_text("utf-8")}
    assert {path.name for path in there} == pages


def test_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "OPENAPI", tmp_path / "openapi.json")
    monkeypatch.setattr(made, "REFERENCE", tmp_path / "reference")
    made.write()
    assert (tmp_path / "openapi.json").read_text(encoding="utf-8").startswith("{")
    assert (tmp_path / "reference" / "README.md").is_file()
