"""How many calls come through, by a clock that is set by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.access.caller import Caller
from service.access.rates import Rates
from service.access.roles import Role
from service.errors import RateLimited


def _caller(name: str = "a", rate_per_s: float | None = None) -> Caller:
    return Caller(name, Role.READ, "key", rate_per_s)


def _taken(rates: Rates, caller: Caller, calls: int) -> int:
    taken = 0
    for _ in range(calls):
        try:
            rates.take(caller)
        except RateLimited:
            continue
        taken += 1
    return taken


def test_a_burst_then_the_rate() -> None:
    at = [0.0]
    rates = Rates(10.0, 2.0, lambda: at[0])
    assert _taken(rates, _caller(), 100) == 20
    at[0] += 0.5
    assert _taken(rates, _caller(), 100) == 5


def test_who_is_refused_is_told_when_to_come_again() -> None:
    at = [0.0]
    rates = Rates(4.0, 0.25, lambda: at[0])
    rates.take(_caller())
    with pytest.raises(RateLimited, match="more than the 4 calls a second") as refused:
        rates.take(_caller())
    assert refused.value.retry_after_s == 0.25
    at[0] += refused.value.retry_after_s
    rates.take(_caller())


def test_callers_do_not_use_up_one_anothers_and_may_have_rates_of_their_own() -> None:
    rates = Rates(1.0, 1.0, lambda: 0.0)
    assert _taken(rates, _caller("a"), 10) == 1
    assert _taken(rates, _caller("b"), 10) == 1
    assert _taken(rates, _caller("c", rate_per_s=3.0), 10) == 3
    assert _taken(rates, _caller("d", rate_per_s=0.0), 50) == 50


def test_no_rate_is_no_limit() -> None:
    assert _taken(Rates(0.0, 2.0, lambda: 0.0), _caller(), 500) == 500


@given(
    rate=st.floats(0.1, 100), pauses=st.lists(st.floats(0, 3), max_size=60), burst=st.floats(0.1, 5)
)
def test_never_more_than_the_burst_and_the_rate_over_any_time(
    rate: float, pauses: list[float], burst: float
) -> None:
    at = [0.0]
    rates = Rates(rate, burst, lambda: at[0])
    taken = 0
    for pause in pauses:
        at[0] += pause
        taken += _taken(rates, _caller(), 3)
    assert taken <= max(1.0, rate * burst) + rate * at[0] + 1e-6
