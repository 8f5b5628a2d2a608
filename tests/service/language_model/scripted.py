"""A language model that says what it is told to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.language_model.message import Message
from service.language_model.model import Completion

MESSAGES: Sequence[Message] = [{"role": "user", "content": "x" * 40}]
"""Ten tokens, by the estimate."""
SCHEMA: Mapping[str, Any] = {"type": "object"}


class ScriptedModel:
    """Gives the answers one after the other, the last one for ever; an error is raised."""

    name = "scripted"
    max_tokens = 100
    takes_pictures = False

    def __init__(self, *answers: Completion | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[Sequence[Message], Mapping[str, Any], str]] = []
        self.closed = False

    def complete(
        self, messages: Sequence[Message], schema: Mapping[str, Any], *, purpose: str
    ) -> Completion:
        self.asked.append((messages, schema, purpose))
        answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True
