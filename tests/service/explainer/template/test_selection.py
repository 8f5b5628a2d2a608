"""Phrasings are selected by a stable hash, and a list does not repeat itself."""

from __future__ import annotations

from dataclasses import replace

from service.explainer.template.selection import HashSelector, rotated, stable_hash
from tests.service.explainer.made_up import COLLATERAL, RICH

OPTIONS = ["a", "b", "c"]


def test_the_hash_depends_on_the_item_the_kinds_and_the_kind_of_text() -> None:
    one = stable_hash(COLLATERAL, RICH, "en", "line")
    assert one == stable_hash(replace(COLLATERAL, title="another"), RICH, "en", "line")
    assert one == stable_hash(COLLATERAL, [replace(f, weight=0.0) for f in RICH], "en", "line")
    assert one != stable_hash(replace(COLLATERAL, item_id="c2"), RICH, "en", "line")
    assert one != stable_hash(COLLATERAL, RICH[1:], "en", "line")
    assert one != stable_hash(COLLATERAL, RICH, "en", "paragraph")


def test_the_hash_is_the_same_on_every_machine() -> None:
    assert stable_hash(COLLATERAL, RICH, "en", "line") == 4374019422370397345


def test_a_selection_is_by_seed_salt_and_variant() -> None:
    seed = 0b101_010
    assert [HashSelector(seed).index(salt) for salt in (0, 1)] == [seed, 0b101]
    assert HashSelector(0, variant=6).index(2) == 2
    assert HashSelector(4).pick(OPTIONS, 0) == "b"
    assert HashSelector(4).phrase(OPTIONS, {}, 0) == "b"


def test_the_lead_is_the_least_used_one_from_where_the_hash_points() -> None:
    assert HashSelector(1).lead(OPTIONS, {}) == "b"
    assert HashSelector(1, used={"b": 1}).lead(OPTIONS, {}) == "c"
    assert HashSelector(1, used={"a": 1, "b": 2, "c": 1}).lead(OPTIONS, {}) == "c"


def test_options_are_turned_round() -> None:
    assert rotated(OPTIONS, 5) == ["c", "a", "b"]
