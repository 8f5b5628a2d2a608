"""What may come of asking a language model, instead of an answer.

    LanguageModelUnavailable        it cannot be opened: a package or a file is missing
    LanguageModelFailed             there is no answer
    ├── LeftAlone                   it was not asked: it failed too often just now
    └── BudgetSpent                 it was not asked: the answer might cost more than is left
    AnswerRefused                   there is an answer, and it cannot be used

Messages are fit for callers and logs: they hold no words of what was asked or answered, and no
secret. None of these is a `PalateError`: whoever asks has something else to do without an answer,
and says in its own words that it did so.
"""

from __future__ import annotations

from collections.abc import Sequence


class LanguageModelUnavailable(Exception):
    """It cannot be opened. The message says what to do."""


class LanguageModelFailed(Exception):
    """There is no answer."""


class LeftAlone(LanguageModelFailed):
    """It failed too often just now, and is not asked for a while."""


class BudgetSpent(LanguageModelFailed):
    """What is left of the budget might not do for another answer."""


class AnswerRefused(Exception):
    """The answer cannot be used: it is cut short, or there is none in it. It has been paid for."""

    def __init__(
        self, problems: Sequence[str], input_tokens: int = 0, output_tokens: int = 0
    ) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)
        self.input_tokens, self.output_tokens = input_tokens, output_tokens
