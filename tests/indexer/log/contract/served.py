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

    def test_answers_to_a_user_come_in_order_of_their_ids_from_any_of_them(
        self, log: EventLog
    ) -> None:
        batch = [Served(f"r{n}", "uv"[n % 2], bytes([n]), 9.0 - n) for n in range(6)]
        batch[2] = Served("r2", "u", None, 7.0, "in short")
        batch[4] = Served("r4", "u", b"both", 5.0, "in short")
        log.put_served_batch(batch)
        assert log.served_to("u") == [batch[0], batch[2], batch[4]]
        assert log.served_to("u", after="r0", limit=1) == [batch[2]]
        assert log.served_to("nobody") == []
