"""Account: whatever is asked of a language model is counted, and held to one budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.language_model.budget import Budget
from service.language_model.errors import AnswerRefused
from service.language_model.message import Message, estimated_tokens
from service.language_model.model import Completion, LanguageModel
from service.language_model.usage import Spent, Usage


class Account:
    """Shared by all models that one process, or one command, asks."""

    def __init__(self, max_tokens: int = 0, max_requests: int = 0) -> None:
        """0 is no limit."""
        self.usage = Usage()
        self.budget = Budget(max_tokens, max_requests)


class AccountedModel:
    """A model whose answers go on an account. BudgetSpent where nothing is left on it."""

    def __init__(self, model: LanguageModel, account: Account) -> None:
        self._model, self._account = model, account
        self.name, self.max_tokens = model.name, model.max_tokens
        self.takes_pictures = model.takes_pictures

    def complete(
        self, messages: Sequence[Message], schema: Mapping[str, Any], *, purpose: str
    ) -> Completion:
        """See `LanguageModel.complete`."""
        at_most = estimated_tokens(messages) + self.max_tokens
        self._account.budget.put_aside(at_most)
        spent = Spent(requests=1, failed=1)
        try:
            answer = self._model.complete(messages, schema, purpose=purpose)
            spent = Spent(1, 0, answer.input_tokens, answer.output_tokens)
        except AnswerRefused as refused:
            spent = Spent(1, 0, refused.input_tokens, refused.output_tokens)
            raise
        finally:
            self._account.budget.settle(at_most, spent.tokens)
            self._account.usage.count(purpose, spent)
        return answer

    def close(self) -> None:
        self._model.close()
