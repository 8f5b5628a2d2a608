"""A log of two people with a profile each, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.config import Settings
from service.config_file import load_settings

FAKE = {"encoders": {"text": "fake", "image": "none"}}


def settings_of(data: Path) -> Settings:
    return load_settings(data, overrides=FAKE)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "data").mkdir()
    return settings_of(tmp_path / "data")


@pytest.fixture
def log(settings: Settings) -> Iterator[EventLog]:
    """Of two people, with a profile each."""
    with open_event_log(settings.log_url) as opened:
        opened.put_items([Item("a")])
        for user in ("ann", "ben"):
            opened.append_events([Event(user, "a", "view", None, 1.0)])
            opened.put_user(user, {}, "quiet")
        yield opened
