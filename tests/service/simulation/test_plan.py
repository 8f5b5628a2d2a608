"""Plans: greedy is always compared, and what makes no sense is refused."""

from __future__ import annotations

import pytest

from service.errors import InvalidInput
from service.simulation.plan import Plan


def test_greedy_comes_first_and_every_policy_once() -> None:
    plan = Plan(policies=["random", "exploration-0.5", "random"])
    assert list(plan.compared) == ["greedy", "random", "exploration-0.5"]
    assert list(Plan(policies=["random", "greedy"]).compared) == ["greedy", "random"]


@pytest.mark.parametrize(("name", "value"), [("rounds", 0), ("people", 1), ("k", 0)])
def test_what_makes_no_sense_is_refused_by_name(name: str, value: int) -> None:
    with pytest.raises(InvalidInput, match=f"{name} is {value}: it must be at least"):
        Plan(**{name: value})  # type: ignore[arg-type]


def test_a_policy_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match="policy is 'magic'"):
        Plan(policies=["magic"])
