"""Weights by how well somebody is known, and how they are kept."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from service.wishes.weights import FEW_EVENTS, KNOWN, STRANGER, Following, WishWeights


def test_a_stranger_and_somebody_known_well_have_the_weights_of_their_own() -> None:
    usual = Following()
    assert usual.of(0) == STRANGER
    known = usual.of(10**9)
    for one in fields(WishWeights):
        assert getattr(known, one.name) == pytest.approx(getattr(KNOWN, one.name), abs=1e-6)


def test_in_between_they_are_mixed_by_the_number_of_events() -> None:
    mixed = Following(WishWeights(topic=0.4), WishWeights(topic=0.1)).of(3 * FEW_EVENTS)
    assert mixed.topic == pytest.approx(0.4 / 4 + 0.1 * 3 / 4)


def test_they_come_back_through_json() -> None:
    learned = Following(replace(STRANGER, topic=0.7), replace(KNOWN, whole=2.5))
    assert Following.from_json(json.loads(json.dumps(learned.to_json()))) == learned


def test_what_was_not_saved_is_as_it_is_set_and_what_is_not_known_is_left_out() -> None:
    read = Following.from_json({"known": {"topic": 0.5, "of_another_version": 9.0}})
    assert read == Following(STRANGER, replace(KNOWN, topic=0.5))
    assert Following.from_json({}) == Following()
