"""llama.cpp's Python module with a model that says what it is told to."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

import pytest


class MadeUpLlama:
    """Counts a token for each piece it says, and ten for each message."""

    pieces: Sequence[str] = ()
    finish_reason = "stop"
    asked: Sequence[dict[str, Any]] = ()

    def __init__(self, path: str, **options: Any) -> None:
        if path.endswith("broken.gguf"):
            raise ValueError(f"Failed to load model from file: {path}")
        self.options, self.n_tokens, self.closed = options, 0, False

    def create_chat_completion(self, **asked: Any) -> Iterator[dict[str, Any]]:
        type(self).asked = [*type(self).asked, asked]
        if len(asked["messages"]) > 2:
            raise ValueError("Requested tokens (9999) exceed context window of 4096")
        self.n_tokens = 10 * len(asked["messages"])
        yield {"choices": [{"delta": {"role": "assistant"}, "finish_reason": None}]}
        for piece in self.pieces:
            self.n_tokens += 1
            yield {"choices": [{"delta": {"content": piece}, "finish_reason": None}]}
        yield {"choices": [{"delta": {}, "finish_reason": self.finish_reason}]}

    def close(self) -> None:
        self.closed = True


def install(
    monkeypatch: pytest.MonkeyPatch, *pieces: str, finish_reason: str = "stop"
) -> type[MadeUpLlama]:
    """`import llama_cpp` gives the made-up one."""
    told = {"pieces": pieces, "finish_reason": finish_reason, "asked": ()}
    llama: type[MadeUpLlama] = type("Llama", (MadeUpLlama,), told)
    module = types.ModuleType("llama_cpp")
    module.Llama = llama  # type: ignore[attr-defined]
    module.__spec__ = types.SimpleNamespace()  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "llama_cpp", module)
    return llama
