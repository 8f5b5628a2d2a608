"""Texts to encodings, padded as a tokenizer pads them. Knows no network and no prompts."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Encoding, Tokenizer

FEW = 8
"""So few texts are done sooner by the thread that asks than by the others that a batch wakes."""


def encodings(
    tokenizer: Tokenizer, texts: Sequence[str], *, special_tokens: bool = True
) -> list[Encoding]:
    """As `tokenizer.encode_batch` has them."""
    if len(texts) > FEW:
        many: list[Encoding] = tokenizer.encode_batch(
            list(texts), add_special_tokens=special_tokens
        )
        return many
    found = [tokenizer.encode(text, add_special_tokens=special_tokens) for text in texts]
    if len(found) > 1 and (padding := tokenizer.padding):
        longest = max(map(len, found))  # each is padded to what `padding` says of one text
        for encoding in found:
            encoding.pad(
                longest,
                direction=padding["direction"],
                pad_id=padding["pad_id"],
                pad_type_id=padding["pad_type_id"],
                pad_token=padding["pad_token"],
            )
    return found
