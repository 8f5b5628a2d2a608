"""Refusals: by the reason that they name, wherever the backend is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from encoders.errors import PalateError
from service.dialogue.refusals import has_expired, is_busy, item_is_gone
from service.errors import (
    Busy,
    DeadlinePassed,
    ItemNotFound,
    ModelNotFound,
    NotServing,
    Overloaded,
    RecommendationNotFound,
    ServedByOtherEncoders,
)


class FromAServer(Exception):
    """As the client raises it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@pytest.mark.parametrize(
    ("errors", "means"),
    [
        ((RecommendationNotFound, ServedByOtherEncoders, ModelNotFound), has_expired),
        ((Overloaded, Busy, NotServing, DeadlinePassed), is_busy),
        ((ItemNotFound,), item_is_gone),
    ],
)
def test_a_reason_means_one_thing(
    errors: Sequence[type[PalateError]], means: Callable[[Exception], bool]
) -> None:
    for error in errors:
        refused = FromAServer(error.reason)
        meant = [one for one in (has_expired, is_busy, item_is_gone) if one(refused)]
        assert meant == [means]


def test_an_error_without_a_reason_means_nothing() -> None:
    for means in (has_expired, is_busy, item_is_gone):
        assert not means(ValueError("x"))
        assert not means(FromAServer(""))
