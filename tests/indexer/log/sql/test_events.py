"""Events in the table: more than one statement takes, and found by an index."""

from __future__ import annotations

import pytest

from indexer.catalog.event import Event
from indexer.log.sql import events as module
from indexer.log.sql.event_log import SqlEventLog


def test_a_batch_of_several_statements_is_numbered_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_ROWS_PER_INSERT", 2)
    batch = [Event("u", str(n), "view", None, float(n)) for n in range(5)]
    with SqlEventLog.open("sqlite://") as log:
        assert log.append_events([*batch, batch[0]]) == [True] * 5 + [False]
        assert [stored.seq for stored in log.user_events("u")] == [1, 2, 3, 4, 5]
        assert log.last_seq() == 6  # the number of the one that was refused is not given again


def test_the_events_of_a_user_are_found_and_sorted_by_an_index() -> None:
    with SqlEventLog.open("sqlite://") as log, log.database.reading() as connection:
        text = str(module._LATEST_OF_USER.compile(compile_kwargs={"render_postcompile": True}))
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN " + text.replace(":user", "'u'").replace(":size", "10")
        )
        steps = [row[-1] for row in plan]
    assert any("events_of_user" in step for step in steps)
    assert not any("TEMP B-TREE" in step for step in steps)
