"""The protocol of a language model: messages and a JSON Schema go in, a text and its cost come out.

A model promises an answer or an error, within a time. That the text is JSON of the schema is asked
of it and not promised: whoever asks reads it as the word of a stranger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from service.language_model.message import Message


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer."""

    text: str
    input_tokens: int
    """What was read for it; 0 where the answer was known already."""
    output_tokens: int

    @property
    def tokens(self) -> int:
        """All that it cost."""
        return self.input_tokens + self.output_tokens


class LanguageModel(Protocol):
    """Called from several threads at once."""

    @property
    def name(self) -> str:
        """What records of its answers call it."""
        ...

    @property
    def max_tokens(self) -> int:
        """The longest answer."""
        ...

    @property
    def takes_pictures(self) -> bool:
        """Whether messages may hold pictures."""
        ...

    def complete(
        self, messages: Sequence[Message], schema: Mapping[str, Any], *, purpose: str
    ) -> Completion:
        """What the model says, which should be JSON of that schema.

        `purpose` is one word for what it is asked for: cost is counted by it. LanguageModelFailed
        where there is no answer, AnswerRefused where it is cut short or empty.
        """
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...
