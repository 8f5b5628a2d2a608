"""Personalization: of two the stricter one holds."""

from __future__ import annotations

import pytest

from indexer.catalog.personalization import Personalization

FULL, CONTEXTUAL, NON_PROFILED = Personalization


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (FULL, FULL, FULL),
        (FULL, CONTEXTUAL, CONTEXTUAL),
        (FULL, NON_PROFILED, NON_PROFILED),
        (CONTEXTUAL, NON_PROFILED, NON_PROFILED),
        (NON_PROFILED, NON_PROFILED, NON_PROFILED),
    ],
)
def test_the_stricter_of_two_holds_in_any_order(
    one: Personalization, other: Personalization, both: Personalization
) -> None:
    assert one.and_by(other) is other.and_by(one) is both
