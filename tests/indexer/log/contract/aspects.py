"""What every log does with what language models said of items: kept by content and aspect, found by
either, and deleted by whatever it is asked for."""

from __future__ import annotations

from dataclasses import replace

from indexer.log.event_log import AspectRecord, EventLog

MOOD = AspectRecord("h1", "mood", ("dark", "夜"), "i1", "films", "m1", "1", 30, 1.5)
THEME = replace(MOOD, aspect="theme", values=())
OTHER = AspectRecord("h2", "mood", ("light",), "i2", "books", "m2", "1", 10, 2.0)
OF_BEFORE = replace(MOOD, content_hash="h0", item_id="i2", values=("old",))


class AspectRecordsContract:
    def test_aspects_are_found_by_content_in_order(self, log: EventLog) -> None:
        log.put_aspects([])
        log.put_aspects([OTHER, THEME, MOOD])
        assert log.get_aspects(["h1", "none", "h1"]) == {"h1": [MOOD, THEME]}
        assert log.get_aspects(f"h{n}" for n in range(1_200)) == {
            "h1": [MOOD, THEME],
            "h2": [OTHER],
        }
        assert log.get_aspects([]) == {}

    def test_the_later_of_the_same_content_and_aspect_stands(self, log: EventLog) -> None:
        log.put_aspects([MOOD])
        again = replace(MOOD, values=("bright",), model="m2", tokens=7)
        log.put_aspects([replace(MOOD, values=("grey",)), again])
        assert log.get_aspects(["h1"]) == {"h1": [again]}

    def test_all_aspects_or_those_of_an_item_are_read_page_by_page(self, log: EventLog) -> None:
        log.put_aspects([OTHER, THEME, MOOD, OF_BEFORE])
        for batch in (1, 2, 1_000):
            assert list(log.iter_aspects(batch=batch)) == [OF_BEFORE, MOOD, THEME, OTHER]
            assert list(log.iter_aspects("i2", batch)) == [OF_BEFORE, OTHER]
        assert list(log.iter_aspects("nobody")) == []

    def test_those_to_which_all_applies_are_deleted(self, log: EventLog) -> None:
        everything = [MOOD, THEME, OTHER]
        log.put_aspects(everything)
        assert log.delete_aspects(domain="films", aspect="theme", model="m1") == 1
        assert log.delete_aspects(domain="films", model="m2") == 0
        assert list(log.iter_aspects()) == [MOOD, OTHER]
        log.put_aspects(everything)
        assert log.delete_aspects(["h1", "h9"], aspect="mood") == 1
        assert log.delete_aspects([]) == 0
        assert list(log.iter_aspects()) == [THEME, OTHER]
        assert log.delete_aspects() == 2

    def test_aspects_outlive_their_item(self, log: EventLog) -> None:
        log.put_aspects([MOOD])
        log.delete_items(["i1"])
        assert log.get_aspects(["h1"]) == {"h1": [MOOD]}
