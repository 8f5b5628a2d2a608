"""Where a language model is, and how much of anybody's time an answer may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """A model behind an endpoint that speaks OpenAI's protocol."""

    base_url: str
    """Without `/chat/completions`, such as `http://localhost:8000/v1`."""
    model: str
    api_key: str = field(default="", repr=False)
    """Empty sends none."""
    structured: bool = True
    """Whether the endpoint takes a JSON Schema; else it is asked for any JSON."""
    takes_pictures: bool = False
    timeout_s: float = 10.0
    """For one completion with all its retries."""
    max_retries: int = 2
    max_tokens: int = 600
    breaker_threshold: int = 5
    """Completions that failed in a row, after which none is asked for any more."""
    breaker_reset_s: float = 30.0
    """Seconds until one is tried again."""


@dataclass(frozen=True, slots=True)
class LlamaCppOptions:
    """A GGUF file, run by llama.cpp in this process."""

    model: Path | None = None
    """Without one, the packaged model."""
    threads: int = 1
    context: int = 4096
    """Tokens of question and answer together."""
    timeout_s: float = 30.0
    """For one completion, once the model is free."""
    max_tokens: int = 600
