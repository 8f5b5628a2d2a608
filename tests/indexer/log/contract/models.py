"""What every log does with models: registered, one active, none when told so."""

from __future__ import annotations

import pytest

from indexer.errors import InvalidInput
from indexer.log.event_log import EventLog


class ModelRecordsContract:
    def test_a_model_serves_when_it_is_activated(self, log: EventLog) -> None:
        assert (log.list_models(), log.active_model()) == ([], None)
        log.add_model("m1", "models/m1", {"ndcg@10": 0.1, "slices": {"warm": 0.2}})
        log.add_model("m2", "models/m2", {})
        assert log.active_model() is None
        log.set_active_model("m1")
        active = log.active_model()
        assert active is not None
        assert (active.version, active.path, active.metrics) == (
            "m1",
            "models/m1",
            {"ndcg@10": 0.1, "slices": {"warm": 0.2}},
        )
        assert active.activated_at is not None
        assert {m.version: m.active for m in log.list_models()} == {"m2": False, "m1": True}
        log.set_active_model(None)
        assert log.active_model() is None

    def test_an_unknown_model_is_refused_and_the_active_one_stays(self, log: EventLog) -> None:
        log.add_model("m1", "models/m1", {})
        log.set_active_model("m1")
        with pytest.raises(InvalidInput, match="'m9'"):
            log.set_active_model("m9")
        active = log.active_model()
        assert active is not None
        assert active.version == "m1"

    def test_registering_anew_replaces_path_and_metrics(self, log: EventLog) -> None:
        log.add_model("m1", "old", {"a": 1})
        log.add_model("m1", "new", {"a": 2})
        (model,) = log.list_models()
        assert (model.path, model.metrics) == ("new", {"a": 2})
