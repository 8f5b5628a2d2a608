"""A rule of the settings: what it may hold, and when it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.config import Settings
from service.config_file import load_settings
from service.errors import ConfigError
from service.rules.rule import PlacementRule

OURS = 'attributes.brand = "ours"'


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kind": "boost"}, "a boost needs a filter"),
        ({"kind": "pin", "filter": OURS, "strength": 2}, "a pin has no strength"),
        ({"kind": "cap", "least": 2, "place": 1}, "a cap has no least, place"),
        ({"kind": "floor", "filter": OURS, "least": 5, "within": 4}, "more than within"),
        ({"kind": "bury", "filter": "price <"}, "filter"),
        ({"kind": "cap", "per": "brand"}, "attributes.NAME"),
        ({"kind": "calibrate", "filter": OURS}, "a calibrate is about every item"),
        ({"kind": "calibrate", "most": 2}, "a calibrate has no most"),
        (
            {"kind": "raise", "filter": OURS},
            "'boost', 'bury', 'pin', 'floor', 'cap' or 'calibrate'",
        ),
    ],
)
def test_what_no_rule_may_hold_is_named(fields: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        PlacementRule.model_validate({"name": "r", **fields})


def test_a_cap_may_be_about_everything() -> None:
    assert (
        PlacementRule.model_validate({"name": "r", "kind": "cap", "per": "attributes.brand"}).most
        == 1
    )


def test_it_holds_for_its_scenarios_and_its_time() -> None:
    rule = PlacementRule.model_validate(
        {
            "name": "spring",
            "kind": "boost",
            "filter": OURS,
            "scenarios": ["home"],
            "since": "2026-03-01",
            "until": "2026-04-01T00:00:00+02:00",
        }
    )
    march, april = datetime(2026, 3, 1, tzinfo=UTC).timestamp(), 1_774_994_400.0
    assert rule.holds("home", march)
    assert not rule.holds("home", march - 1)
    assert rule.holds("home", april - 1)
    assert not rule.holds("home", april)
    assert not rule.holds("basket", march)
    always = PlacementRule(name="r", kind="cap")
    assert always.holds("", 0.0)


def test_rules_are_tables_of_the_file_and_have_names_of_their_own(tmp_path: Path) -> None:
    table = f"[[rules]]\nname = 'ours'\nkind = 'boost'\nfilter = '{OURS}'\n"
    (tmp_path / "palate.toml").write_text(table)
    (rule,) = load_settings(tmp_path).rules
    assert (rule.name, rule.strength) == ("ours", 1.0)
    (tmp_path / "palate.toml").write_text(table * 2)
    with pytest.raises(ConfigError, match="several rules are called 'ours'"):
        load_settings(tmp_path)


def test_without_rules_there_are_none() -> None:
    assert Settings().rules == ()
