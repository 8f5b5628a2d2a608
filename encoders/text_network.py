"""A sentence-transformers model as a network: token ids in, sentence vectors out, all its modules included.

Owns what `SentenceTransformer.encode` does around the network. Knows nothing of who runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch import nn

from encoders.network import Batch, ConversionFailed

_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_TEXT = {"modality": "text"}
_LONG = "Two strangers meet on a night train and decide to leave it together. " * 8
_PROBES = (["", "A slow film about space."], ["Ein Café für 2", "一部慢节奏的科幻片", _LONG])


class SentenceModule(nn.Module):
    """The model with its inputs in the order of `tokens`."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.model = model
        self.names = list(_features(model, ["a"], query=False))
        if self.names != list(_features(model, ["a"], query=True)):
            raise ConversionFailed("the model takes other inputs for queries than for documents")

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        # each input (B, T)
        features = {**_TEXT, **dict(zip(self.names, inputs, strict=True))}
        vectors: torch.Tensor = self.model(features)["sentence_embedding"]
        return vectors  # (B, dim)


def tokens(model: SentenceTransformer, texts: Sequence[str], *, query: bool) -> Batch:
    """The network's inputs, each (B, T); ConversionFailed for a model that takes anything but tokens."""
    return tuple(tensor.numpy() for tensor in _features(model, texts, query=query).values())


def probes(model: SentenceTransformer) -> list[Batch]:
    """Batches of different sizes and lengths."""
    return [tokens(model, texts, query=False) for texts in _PROBES]


def _features(model: SentenceTransformer, texts: Sequence[str], *, query: bool) -> dict[str, torch.Tensor]:
    features: dict[str, Any] = model.preprocess(list(texts), prompt=_prompt(model, query=query))
    if all(getattr(module, "include_prompt", True) for module in model):
        features.pop("prompt_length", None)  # for pooling that leaves the prompt out
    if features.pop("modality", "text") != "text" or not set(features) <= _INPUTS:
        raise ConversionFailed(f"the model takes more than tokens: {', '.join(features)}")
    if model.truncate_dim is not None or any(hasattr(module, "sub_modules") for module in model):
        raise ConversionFailed("the model truncates its vectors or chooses between networks")
    return features


def _prompt(model: SentenceTransformer, *, query: bool) -> str | None:
    """As `encode_query` and `encode_document` choose it."""
    for name in ("query",) if query else ("document", "passage", "corpus"):
        if name in model.prompts:
            return model.prompts[name]
    return model.prompts.get(model.default_prompt_name) if model.default_prompt_name else None
