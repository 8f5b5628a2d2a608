"""What every log does with served answers: kept once, found by id, pruned by age and number."""

from __future__ import annotations

from indexer.log.event_log import EventLog, Served


class ServedRecordsContract:
    def test_served_answers_keep_their_first_context(self, log: EventLog) -> None:
        log.put_served_batch([])
        log.put_served_batch([Served("r1", "u", b"one", 1.0), Served("r2", "u", b"\x00\xff", 2.0)])
        log.put_served_batch([Served("r1", "u", b"two", 3.0)])
        assert log.get_served("r1") == b"one"
        assert log.get_served("r2") == b"\x00\xff"
        assert log.get_served("r3") is None

    def test_old_and_too_many_served_answers_are_pruned(self, log: EventLog) -> None:
        log.put_served_batch([Served(f"r{n}", "u", b"", float(n)) for n in range(10)])
        assert log.prune_served(before=3.0, keep=100) == 3
        assert log.prune_served(before=0.0, keep=2) == 5
        assert [n for n in range(10) if log.get_served(f"r{n}") is not None] == [8, 9]
