"""Every answer is counted, whatever became of it, and none is asked for beyond the budget."""

from __future__ import annotations

import pytest

from service.language_model.account import Account, AccountedModel
from service.language_model.errors import AnswerRefused, BudgetSpent, LanguageModelFailed
from service.language_model.model import Completion
from service.language_model.usage import Spent
from tests.service.language_model.scripted import MESSAGES, SCHEMA, ScriptedModel


def test_answers_refusals_and_failures_are_counted_by_purpose() -> None:
    account = Account()
    inner = ScriptedModel(
        Completion("a", 10, 5), AnswerRefused(["no"], 10, 100), LanguageModelFailed("down")
    )
    model = AccountedModel(inner, account)
    assert model.complete(MESSAGES, SCHEMA, purpose="wish") == Completion("a", 10, 5)
    with pytest.raises(AnswerRefused):
        model.complete(MESSAGES, SCHEMA, purpose="aspects")
    with pytest.raises(LanguageModelFailed):
        model.complete(MESSAGES, SCHEMA, purpose="aspects")
    assert account.usage.by_purpose() == {
        "wish": Spent(1, 0, 10, 5),
        "aspects": Spent(2, 1, 10, 100),
    }
    assert account.budget.spent == 125
    assert [purpose for *_, purpose in inner.asked] == ["wish", "aspects", "aspects"]


def test_beyond_the_budget_nothing_is_asked_nor_counted() -> None:
    account = Account(max_tokens=150)  # one question of 10 tokens, and an answer of at most 100
    inner = ScriptedModel(Completion("a", 10, 50))
    model = AccountedModel(inner, account)
    model.complete(MESSAGES, SCHEMA, purpose="p")
    with pytest.raises(BudgetSpent):
        model.complete(MESSAGES, SCHEMA, purpose="p")
    assert len(inner.asked) == account.usage.total().requests == 1


def test_it_is_the_model_otherwise() -> None:
    inner = ScriptedModel(Completion("a", 1, 1))
    model = AccountedModel(inner, Account())
    assert (model.name, model.max_tokens, model.takes_pictures) == ("scripted", 100, False)
    model.close()
    assert inner.closed
