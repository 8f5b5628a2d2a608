"""Tombstones: names that tell nothing, and what they hide."""

from __future__ import annotations

import hashlib
import hmac

from indexer.log.tombstones import Tombstone, Tombstones, tombstone_name

KEY = "00ff" * 16


def test_a_name_is_half_an_hmac_of_the_id() -> None:
    expected = hmac.new(bytes.fromhex(KEY), b"ann", hashlib.sha256).hexdigest()[:32]
    assert tombstone_name(KEY, "ann") == expected
    assert tombstone_name("11" * 32, "ann") != expected


def test_a_guest_who_became_somebody_is_not_hidden() -> None:
    name = tombstone_name(KEY, "guest")
    row = {"user_id": "guest", "seq": 1}
    assert Tombstones(KEY, [Tombstone(name, 5.0, 9)]).hides("events", row)
    assert not Tombstones(KEY, [Tombstone(name, 5.0, 9, "f" * 32)]).hides("events", row)


def test_none_hide_nothing_and_need_no_key() -> None:
    assert not Tombstones("", []).hides("events", {"user_id": "ann", "seq": 1})
