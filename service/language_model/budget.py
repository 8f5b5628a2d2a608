"""Budget: how many tokens and requests may be spent in all, shared by threads that spend at once.

An answer's cost is known when it is there. So what it may cost at most is put aside before, and
what was left over is given back: the budget is kept to, as far as the prompt was estimated well.
"""

from __future__ import annotations

import threading

from service.language_model.errors import BudgetSpent


class Budget:
    """Of one process, or of one command."""

    def __init__(self, max_tokens: int = 0, max_requests: int = 0) -> None:
        """0 is no limit."""
        self._max_tokens, self._max_requests = max_tokens, max_requests
        self._changed = threading.Condition()
        self._spent = self._put_aside = self._requests = 0

    @property
    def spent(self) -> int:
        """Tokens of the answers so far."""
        return self._spent

    def put_aside(self, tokens: int) -> None:
        """For one request that may cost so much. BudgetSpent where no more is left.

        Waits while other requests under way may give back what is lacking.
        """
        with self._changed:
            while not self._has(tokens):
                self._changed.wait()
            self._put_aside += tokens
            self._requests += 1

    def settle(self, put_aside: int, spent: int) -> None:
        """The request has ended, and cost so much."""
        with self._changed:
            self._put_aside -= put_aside
            self._spent += spent
            self._changed.notify_all()

    def _has(self, tokens: int) -> bool:
        if self._max_requests and self._requests >= self._max_requests:
            raise BudgetSpent(f"its budget of {self._max_requests:,} requests is spent")
        if not self._max_tokens:
            return True
        if self._spent + tokens > self._max_tokens:
            raise BudgetSpent(
                f"its budget of {self._max_tokens:,} tokens is spent: {self._spent:,} were used, and"
                f" an answer may take {tokens:,}"
            )
        return self._spent + self._put_aside + tokens <= self._max_tokens
