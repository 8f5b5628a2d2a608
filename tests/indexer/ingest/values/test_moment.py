"""Times as systems write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ingest.values.moment import is_ambiguous, moment

APRIL_3 = datetime(2025, 4, 3, tzinfo=UTC).timestamp()
TEN = APRIL_3 + 36_000


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (TEN, TEN),
        (str(int(TEN)), TEN),
        (TEN * 1e3, TEN),
        (f"{TEN * 1e6:.0f}", TEN),
        ("2025-04-03", APRIL_3),
        ("2025-04-03T10:00:00Z", TEN),
        ("2025-04-03T12:00:00+02:00", TEN),
        ("2025-04-03 10:00:00 +0000 UTC", TEN),
        ("2025-04-03 10:00:00 UTC", TEN),
        ("2025-04-03 12:00:00 +0200", TEN),
        ("20250403", APRIL_3),
        ("Apr 3, 2025", APRIL_3),
        ("3 April 2025 10:00", TEN),
        ("Thu, 03 Apr 2025 10:00:00 GMT", TEN),
        ("03.04.2025", APRIL_3),
        ("4/3/2025 10:00", TEN),
        ("4/3/2025 10:00 AM", TEN),
        ("13/4/2025", APRIL_3 + 10 * 86_400),
        ("April 2025", APRIL_3 - 2 * 86_400),
        (date(2025, 4, 3), APRIL_3),
        (datetime(2025, 4, 3, 10), TEN),
    ],
)
def test_times_in_usual_forms(value: object, seconds: float) -> None:
    assert moment(value) == seconds


@pytest.mark.parametrize(
    "value",
    ["soon", "", "May", "1:30", "0000-00-00", "31/31/2020", "2025-02-30", True, None, [], "x" * 99],
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert moment(value) is None


def test_which_comes_first_is_said_by_the_column() -> None:
    assert moment("03/04/2025", "day first") == APRIL_3
    assert moment("03/04/2025", "month first") == moment("03/04/2025") == APRIL_3 - 30 * 86_400
    assert moment("03.04.2025", "month first") == APRIL_3 - 30 * 86_400


def test_only_dates_that_could_be_read_otherwise_are_ambiguous() -> None:
    texts = ["03/04/2025", "3-4-25", "13/04/2025", "04/04/2025", "2025-04-03", "x"]
    assert [is_ambiguous(text) for text in texts] == [True, True, False, False, False, False]


def test_a_year_is_a_time_of_items_and_a_number_of_seconds_of_events() -> None:
    new_year = datetime(1994, 1, 1, tzinfo=UTC).timestamp()
    assert moment("1994") == moment(1994) == new_year
    assert moment("1994", years=False) == 1994.0


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)))
def test_what_python_writes_is_read_back(when: datetime) -> None:
    assert moment(when.isoformat()) == when.replace(tzinfo=UTC).timestamp()
