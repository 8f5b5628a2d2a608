"""The phrases made of numbers: months, ranges and how many times as often."""

from __future__ import annotations

import pytest

from service.explainer.evidence import HIGHER, LOWER, Evidence
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.codes import language_codes
from service.explainer.languages.loading import load_language
from service.explainer.languages.taste_words import lift

ENGLISH, CHINESE = load_language("en").taste, load_language("zh").taste


@pytest.mark.parametrize(
    ("times", "said"), [(4.29, "4.2"), (2.0, "2"), (9.99, "9.9"), (10.0, "10"), (17.8, "17")]
)
def test_a_lift_is_rounded_down(times: float, said: str) -> None:
    assert lift(times) == said


def test_a_day_is_told_by_its_month() -> None:
    assert ENGLISH.month_of("2017-03-14") == "March 2017"
    assert CHINESE.month_of("2017-03-14") == "2017 年 3 月"
    assert ENGLISH.month_of("") == ""


def test_a_range_is_told_by_its_numbers_and_anything_else_by_its_value() -> None:
    seventies = Evidence(K.RANGE, 0.0, name="year", value=LOWER, low=1968.0, high=1979.5)
    one_year = Evidence(K.RANGE, 0.0, name="year", value=HIGHER, low=1968.0, high=1968.0)
    assert ENGLISH.value_of(seventies) == "1968 to 1979.5"
    assert CHINESE.value_of(seventies) == "1968 至 1979.5"
    assert ENGLISH.value_of(one_year) == "1968"
    assert ENGLISH.value_of(Evidence(K.PREFERENCE, 0.0, value="Sci-Fi")) == "Sci-Fi"


def test_a_range_is_compared_in_the_words_of_its_attribute() -> None:
    low, high = (Evidence(K.RANGE, 0.0, value=value) for value in (LOWER, HIGHER))
    assert ENGLISH.comparison(low, "year") == "earlier than usual here"
    assert ENGLISH.comparison(high, "minutes") == "more than usual here"
    assert ENGLISH.comparison(Evidence(K.PREFERENCE, 0.0, value=LOWER), "year") == ""
    assert ENGLISH.comparison(Evidence(K.RANGE, 0.0, value="elsewhere"), "year") == ""


@pytest.mark.parametrize("code", language_codes())
def test_every_month_has_a_name_of_its_own(code: str) -> None:
    assert len(set(load_language(code).taste.months)) == 12
