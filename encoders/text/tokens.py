"""Texts to what a text network reads, with its tokenizer alone: no model and no PyTorch are needed.

Owns prompts, truncation, padding, and the chunks of long texts. Knows nothing of the network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
from tokenizers import Tokenizer

from encoders.networks.network import NetworkBatch
from encoders.text.chunks import MAX_CHUNKS, Chunk, chunked
from encoders.text.tokenising import encodings

CHARACTERS_PER_TOKEN = 16
"""Longer than any language's tokens on average: a text cut here gives the same tokens, and a huge
one costs little."""
_ATTRIBUTES = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
"""Of an encoding, by the names that networks have for them."""
INPUTS = frozenset(_ATTRIBUTES)


class Tokens:
    """A tokenizer that truncates and pads as the network's model has it do. Safe to share between
    threads."""

    def __init__(
        self, tokenizer: Tokenizer, limit: int, inputs: Sequence[str], prompts: Mapping[bool, str]
    ) -> None:
        """`tokenizer` truncates to `limit` tokens, and pads. `inputs` are the network's, in its
        order; `prompts` come before queries (True) and passages (False)."""
        self._tokenizer = tokenizer
        self._limit = limit
        self.inputs = tuple(inputs)
        self._prompts = dict(prompts)
        self._whole = untruncated(tokenizer)
        taken = max(
            len(tokenizer.encode(prompt).ids) for prompt in self._prompts.values()
        )  # with the special ones
        self._window = max(limit - taken, 1)

    @classmethod
    def from_json(cls, text: str) -> Tokens:
        kept = json.loads(text)
        prompts = {True: kept["query"], False: kept["passage"]}
        return cls(Tokenizer.from_str(kept["tokenizer"]), kept["limit"], kept["inputs"], prompts)

    def to_json(self) -> str:
        """ASCII, in one line."""
        return json.dumps(
            {
                "tokenizer": self._tokenizer.to_str(),
                "limit": self._limit,
                "inputs": self.inputs,
                "query": self._prompts[True],
                "passage": self._prompts[False],
            }
        )

    def chunked(self, texts: Sequence[str]) -> list[Chunk]:
        """Texts in their order, in as many parts as the network needs to read them."""
        limit = MAX_CHUNKS * self._limit * CHARACTERS_PER_TOKEN
        return chunked([clean_text(text, limit) for text in texts], self._whole, self._window)

    def batch(self, texts: Sequence[str], *, query: bool) -> NetworkBatch:
        """The network's inputs, each (B, T), int64."""
        prompt = self._prompts[query]
        found = encodings(self._tokenizer, [prompt + text for text in texts])
        return tuple(
            np.array([getattr(encoding, _ATTRIBUTES[name]) for encoding in found], dtype=np.int64)
            for name in self.inputs
        )


def untruncated(tokenizer: Tokenizer) -> Tokenizer:
    """A copy that leaves texts as long as they are."""
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


def clean_text(text: str, limit: int) -> str:
    """At most `limit` characters, and no lone surrogates (JSON allows them, tokenizers do not)."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")
