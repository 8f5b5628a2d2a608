"""Served answers in the table: pruning by number keeps to the latest also among equals."""

from __future__ import annotations

from indexer.log.event_log import Served
from indexer.log.sql.event_log import SqlEventLog


def test_answers_of_one_moment_are_pruned_together() -> None:
    """By time, not by row: at most as many as wanted are kept."""
    with SqlEventLog.open("sqlite://") as log:
        log.put_served_batch([Served(f"r{n}", "u", b"", 1.0) for n in range(3)])
        log.put_served_batch([Served("latest", "u", b"", 2.0)])
        assert log.prune_served(before=0.0, keep=2) == 3
        assert log.get_served("latest") == b""
