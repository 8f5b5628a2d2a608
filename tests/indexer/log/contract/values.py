"""What every log does with small values."""

from __future__ import annotations

from indexer.log.event_log import EventLog


class SmallValuesContract:
    def test_a_value_is_replaced_and_an_unknown_key_has_none(self, log: EventLog) -> None:
        assert log.meta_get("key") is None
        log.meta_set("key", "old")
        log.meta_set("key", "é中")
        assert (log.meta_get("key"), log.meta_get("other")) == ("é中", None)
