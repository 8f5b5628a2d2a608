"""What an answer costs."""

from __future__ import annotations

from service.language_model.model import Completion


def test_an_answer_costs_what_was_read_and_written() -> None:
    assert Completion("a", 3, 4).tokens == 7
