"""A budget is kept to: what an answer may cost is put aside before it is asked for."""

from __future__ import annotations

import threading

import pytest

from service.language_model.budget import Budget
from service.language_model.errors import BudgetSpent


def test_what_an_answer_did_not_cost_is_given_back() -> None:
    budget = Budget(max_tokens=100)
    for _ in range(3):
        budget.put_aside(60)
        budget.settle(60, 20)
    assert budget.spent == 60
    with pytest.raises(BudgetSpent, match=r"100 tokens is spent: 60 were used, .* may take 60"):
        budget.put_aside(60)
    budget.put_aside(40)  # this much is left


def test_a_request_waits_for_what_others_may_give_back() -> None:
    budget = Budget(max_tokens=100)
    budget.put_aside(60)
    begun, done = threading.Event(), threading.Event()

    def second() -> None:
        begun.set()
        budget.put_aside(60)
        done.set()

    thread = threading.Thread(target=second)
    thread.start()
    begun.wait()
    assert not done.is_set()
    budget.settle(60, 10)
    thread.join()
    assert done.is_set()


def test_one_that_waits_is_refused_when_nothing_was_given_back() -> None:
    budget = Budget(max_tokens=100)
    budget.put_aside(60)
    errors: list[BudgetSpent] = []

    def second() -> None:
        try:
            budget.put_aside(60)
        except BudgetSpent as error:
            errors.append(error)

    thread = threading.Thread(target=second)
    thread.start()
    budget.settle(60, 60)
    thread.join()
    assert len(errors) == 1


def test_requests_are_limited_too_and_nothing_is_where_nothing_is_said() -> None:
    budget = Budget(max_requests=2)
    for _ in range(2):
        budget.put_aside(10**9)
        budget.settle(10**9, 10**9)
    with pytest.raises(BudgetSpent, match="2 requests"):
        budget.put_aside(1)
    Budget().put_aside(10**9)
