"""Messages to a language model, in the form of OpenAI's protocol, and an estimate of their tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Message = Mapping[str, Any]
"""`role`, and `content`: a text, or a list of texts and pictures."""

BYTES_PER_TOKEN = 4
"""About so many in English. Where a word of a language takes more tokens it has more bytes, too."""
TOKENS_PER_PICTURE = 1_000
"""What vision models count for a picture of some 768 x 768 pixels, at most."""


def user_message(text: str, pictures: Sequence[str] = ()) -> Message:
    """What is asked, with pictures as data: URIs."""
    if not pictures:
        return {"role": "user", "content": text}
    shown = [{"type": "image_url", "image_url": {"url": picture}} for picture in pictures]
    return {"role": "user", "content": [{"type": "text", "text": text}, *shown]}


def estimated_tokens(messages: Iterable[Message]) -> int:
    """About how many tokens the messages have; models and their tokenizers differ.

    >>> estimated_tokens([{"role": "user", "content": "four"}, user_message("four", ["data:"])])
    1002
    """
    return sum(_estimated(message["content"]) for message in messages)


def _estimated(content: str | Sequence[Mapping[str, Any]]) -> int:
    if isinstance(content, str):
        return -(-len(content.encode("utf-8", "replace")) // BYTES_PER_TOKEN)
    return sum(
        _estimated(part["text"]) if part["type"] == "text" else TOKENS_PER_PICTURE
        for part in content
    )
