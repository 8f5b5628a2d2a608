"""Which GGUF file is loaded, and what is missing where none is."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from service.language_model import gguf
from service.language_model.errors import LanguageModelFailed, LanguageModelUnavailable
from service.language_model.gguf import gguf_file, load_gguf, packaged_model
from tests.service.language_model.made_up_llama import install


def _with_package(monkeypatch: pytest.MonkeyPatch, folder: Path | None) -> None:
    """llama.cpp is installed, and the packaged model where there is a folder for it."""

    def find_spec(name: str) -> ModuleSpec | None:
        if name == gguf.PACKAGE and folder is None:
            return None
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        return spec

    monkeypatch.setattr(gguf, "find_spec", find_spec)


def test_the_packaged_file_is_taken_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "smol.gguf").touch()
    (tmp_path / "mine.gguf").touch()
    _with_package(monkeypatch, tmp_path)
    assert packaged_model() == tmp_path / "mine.gguf"  # the first by name
    assert gguf_file(None, "x") == tmp_path / "mine.gguf"
    assert gguf_file(tmp_path / "smol.gguf", "x") == tmp_path / "smol.gguf"


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _with_package(monkeypatch, None)
    with pytest.raises(LanguageModelUnavailable, match=r"pip install 'palate\[local-llm\]'"):
        gguf_file(None, "x")
    with pytest.raises(LanguageModelUnavailable, match=r"a\.b is .*gone\.gguf, and there is no"):
        gguf_file(tmp_path / "gone.gguf", "a.b")
    monkeypatch.setattr(gguf, "find_spec", lambda name: None)
    with pytest.raises(LanguageModelUnavailable, match="install its extra"):
        gguf_file(tmp_path / "smol.gguf", "x")


def test_scores_are_kept_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    assert load_gguf(Path("a.gguf"), 2, 512).options["logits_all"] is False
    options = load_gguf(Path("a.gguf"), 2, 512, scores=True).options
    assert (options["logits_all"], options["n_ctx"], options["n_threads"]) == (True, 512, 2)
    with pytest.raises(LanguageModelFailed, match=r"^its model file cannot be loaded$"):
        load_gguf(Path("secret/broken.gguf"), 1, 512)
