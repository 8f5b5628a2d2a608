"""Assumptions: each is explained, and a number that makes no sense is refused."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from service.errors import InvalidInput
from service.simulation.assumptions import MEANINGS, Assumptions


def test_every_assumption_is_explained() -> None:
    assert set(MEANINGS) == set(asdict(Assumptions()))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("take_rate", 0.0, "between 0 and 1"),
        ("take_rate", 1.0, "between 0 and 1"),
        ("fatigue", -0.1, "not be below 0"),
        ("impatience", float("nan"), "a finite number"),
        ("repetition", float("inf"), "a finite number"),
        ("round_hours", 0.0, "above 0"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name: str, value: float, why: str) -> None:
    with pytest.raises(InvalidInput, match=f"{name} is .*{why}"):
        Assumptions(**{name: value})


def test_satiation_may_be_assumed() -> None:
    assert Assumptions(repetition=-3.0).repetition == -3.0
