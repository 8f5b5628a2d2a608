"""A sentence-transformers model as a network: token ids in, sentence vectors out, all its modules
included.

Owns what `SentenceTransformer.encode` does around the network. Knows nothing of who runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from torch import nn

from encoders.networks.network import ConversionFailed, Convertible
from encoders.text.pytorch_model import MAX_TOKENS, load_model
from encoders.text.tokens import INPUTS, Tokens

_TEXT = {"modality": "text"}
_LONG = "Two strangers meet on a night train and decide to leave it together. " * 8
_PROBES = (["", "A slow film about space."], ["Ein Café für 2", "一部慢节奏的科幻片", _LONG])


class SentenceModule(nn.Module):
    """The model with its inputs in the order of `inputs`."""

    def __init__(self, model: SentenceTransformer, inputs: Sequence[str]) -> None:
        super().__init__()
        self.model = model
        self.names = tuple(inputs)

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        # each input (B, T)
        features = {**_TEXT, **dict(zip(self.names, inputs, strict=True))}
        vectors: torch.Tensor = self.model(features)["sentence_embedding"]
        return vectors  # (B, dim)


def convertible(folder: Path, name: str) -> Convertible:
    """The model of a folder; ConversionFailed where it does more than read tokens."""
    model = load_model(folder, name)
    tokens = tokens_of(model)
    probes = [tokens.batch(texts, query=False) for texts in _PROBES]
    return Convertible(SentenceModule(model, tokens.inputs), probes, tokens.to_json())


def tokens_of(model: SentenceTransformer) -> Tokens:
    """What reads texts as the model's own preprocessing does; ConversionFailed where that does
    more."""
    tokenizer: Any = model.tokenizer
    limit = model.max_seq_length
    if not getattr(tokenizer, "is_fast", False) or limit is None or limit > MAX_TOKENS:
        raise ConversionFailed("the model's tokenizer is a slow one, or without a limit")
    fast = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    fast.enable_truncation(limit, direction=tokenizer.truncation_side)
    fast.enable_padding(
        direction=tokenizer.padding_side,
        pad_id=tokenizer.pad_token_id,
        pad_type_id=tokenizer.pad_token_type_id,
        pad_token=tokenizer.pad_token,
    )
    inputs = list(_features(model, ["a"], query=False))
    tokens = Tokens(
        fast, limit, inputs, {query: _prompt(model, query=query) or "" for query in (False, True)}
    )
    beyond = "a film about [MASK] and <mask> " * limit
    for texts in (*_PROBES, [beyond, "half \ufffd"]):
        for query in (False, True):
            expected = _features(model, texts, query=query)
            if list(expected) != inputs:
                raise ConversionFailed(
                    "the model takes other inputs for queries than for documents"
                )
            for ours, theirs in zip(
                tokens.batch(texts, query=query), expected.values(), strict=True
            ):
                if not np.array_equal(ours, theirs.numpy()):
                    raise ConversionFailed("the model does more to texts than its tokenizer tells")
    return tokens


def _features(
    model: SentenceTransformer, texts: Sequence[str], *, query: bool
) -> dict[str, torch.Tensor]:
    task = "query" if query else "document"  # for models that read the two in different lengths
    features: dict[str, Any] = model.preprocess(
        list(texts), prompt=_prompt(model, query=query), task=task
    )
    if all(getattr(module, "include_prompt", True) for module in model):
        features.pop("prompt_length", None)  # for pooling that leaves the prompt out
    if features.pop("modality", "text") != "text" or not set(features) <= INPUTS:
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
