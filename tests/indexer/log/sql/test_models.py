"""Models in the tables: the keys that older folders have."""

from __future__ import annotations

from indexer.log.sql.event_log import SqlEventLog


def test_the_active_model_is_kept_under_the_keys_of_every_version() -> None:
    with SqlEventLog.open("sqlite://") as log:
        log.add_model("m1", "models/m1", {})
        log.set_active_model("m1")
        assert log.meta_get("active_model") == "m1"
        log.activate_store("a")
        assert (log.meta_get("active_model"), log.meta_get("active_model:a")) == (None, "m1")
        log.set_active_model(None, "a")
        assert log.meta_get("active_model:a") is None
