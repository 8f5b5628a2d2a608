"""A folder is opened in this process, with the calls of a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import palate
from service.errors import ConfigError, StoreLocked
from tests.service import world

FAKE: dict[str, Any] = {"encoders": {"text": "fake", "image": "fake"}}


def test_a_folder_is_filled_asked_closed_and_opened_again(tmp_path: Path) -> None:
    with palate.open(tmp_path, **FAKE) as shop:
        report = shop.index([item.to_mapping() for item in world.items()])
        assert report.counts == {"indexed": 40, "skipped": 0}
        events = [
            {
                "user_id": one.user_id,
                "item_id": one.item_id,
                "event_type": "rating",
                "value": 5.0,
                "timestamp": one.timestamp,
            }
            for one in world.events()
        ]
        assert shop.record(events).counts["recorded"] == len(events)
        assert {one.item.categories[0] for one in shop.recommend("u0", k=3)} == {"Space"}
    with palate.open(tmp_path, **FAKE) as shop:
        assert len(shop.recommend("u1", k=3)) == 3


def test_a_folder_has_one_owner(tmp_path: Path) -> None:
    with palate.open(tmp_path, **FAKE), pytest.raises(StoreLocked):
        palate.open(tmp_path, **FAKE)


def test_a_setting_that_there_is_not_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="encoder"):
        palate.open(tmp_path, encoder={"text": "fake"})
