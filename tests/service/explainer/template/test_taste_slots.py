"""One fact about a taste, with its examples, as phrases."""

from __future__ import annotations

from service.explainer.evidence import LOWER, Evidence
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.loading import load_language
from service.explainer.template.taste_slots import TasteSlots
from tests.service.explainer.made_up import TASTE_FACTS, example_of

SLOTS = TasteSlots(load_language("en"), 0)


def test_a_preference_has_its_numbers_and_examples() -> None:
    preference, alien, dune = TASTE_FACTS[:3]
    slots = SLOTS.of_taste(preference, [alien, dune, alien])
    assert slots["value"] == "Sci-Fi"
    assert slots["pl"] == "are listed under Sci-Fi"
    assert slots["titles"] == "“Alien (1979)” and “Dune (2021)”"
    assert (slots["count"], slots["total"], slots["times"]) == ("31", "120", "4.2 times")
    assert (slots["since"], slots["than"]) == ("", "")


def test_a_change_has_its_month_and_what_was_before() -> None:
    rise = next(fact for fact in TASTE_FACTS if fact.kind is K.RISE)
    slots = SLOTS.of_taste(rise, [])
    assert (slots["since"], slots["earlier_count"], slots["earlier_total"]) == (
        "March 2017",
        "2",
        "30",
    )
    assert slots["titles"] == ""


def test_a_range_is_compared() -> None:
    slots = SLOTS.of_taste(
        Evidence(K.RANGE, 0.0, name="year", value=LOWER, low=1968, high=1979), []
    )
    assert (slots["pl"], slots["than"]) == ("date from 1968 to 1979", "earlier than usual here")


def test_a_value_that_does_not_say_what_it_is_stands_with_its_attribute_only() -> None:
    sleeve = Evidence(K.PREFERENCE, 0.0, name="sleeve_length", value="long", count=7, total=40)
    slots = SLOTS.of_taste(sleeve, [])
    assert (slots["value"], slots["pl"]) == ("", "have long as their sleeve length")


def test_without_a_value_nothing_can_be_said() -> None:
    assert SLOTS.of_taste(Evidence(K.PREFERENCE, 0.0, count=7, total=40), []) == {}
    assert example_of("A", "").value == ""
