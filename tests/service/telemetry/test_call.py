"""The id of a call is the caller's where it can stand in a log."""

import pytest

from service.telemetry.call import request_id_of


@pytest.mark.parametrize("given", ["a", "checkout-7.2:retry_1", "x" * 64])
def test_the_callers_id_is_kept(given: str) -> None:
    assert request_id_of(given) == given


@pytest.mark.parametrize("given", ["", "a b", "a\nlevel=error", "x" * 65, "é", "{}"])
def test_what_cannot_be_an_id_is_replaced_by_a_new_one(given: str) -> None:
    first, second = request_id_of(given), request_id_of(given)
    assert first != second
    assert (len(first), first.isalnum()) == (32, True)
