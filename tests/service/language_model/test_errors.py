"""A refusal says all that is wrong, and what it cost."""

from __future__ import annotations

from service.language_model import errors
from service.language_model.errors import AnswerRefused


def test_a_refusal_says_all_that_is_wrong() -> None:
    refused = AnswerRefused(["too long", "no text"], 5, 6)
    assert str(refused) == "too long; no text"
    assert (refused.problems, refused.input_tokens, refused.output_tokens) == (
        ["too long", "no text"],
        5,
        6,
    )


def test_the_drawing_names_every_error() -> None:
    ours = [
        name
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, Exception)
    ]
    assert len(ours) == 5
    assert [name for name in ours if name not in (errors.__doc__ or "")] == []
