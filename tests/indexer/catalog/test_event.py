"""Events: what is accepted and refused, when two are the same, and what their types mean."""

from __future__ import annotations

import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.catalog.event import Event, EventKind, EventPolicy, Outcome, RowError, read_events
from indexer.catalog.rating_habits import Neutral, RatingHabits
from indexer.errors import CatalogError, InvalidInput

NOW = 1_800_000_000.0
ROW: dict[str, object] = {"user_id": "u", "item_id": "i", "event_type": "view", "timestamp": 5}


def test_a_row_becomes_an_event() -> None:
    assert Event.from_mapping(ROW) == Event("u", "i", "view", None, 5.0)
    full = {
        **ROW,
        "value": "4.5",
        "timestamp": "1970-01-01T00:00:07Z",
        "event_id": "e1",
        "domain": "films",
    }
    assert Event.from_mapping(full) == Event("u", "i", "view", 4.5, 7.0, "e1")


@pytest.mark.parametrize(
    ("spelling", "word"),
    [
        ("Like", "like"),
        ("Add-To Cart", "add_to_cart"),
        (" view ", "view"),
        ("收藏", "收藏"),
        ("video.50", "video.50"),
    ],
)
def test_one_word_in_many_spellings(spelling: str, word: str) -> None:
    assert Event.from_mapping({**ROW, "event_type": spelling}).event_type == word


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("user_id", None, "required"),
        ("user_id", "", "must not be empty"),
        ("user_id", "a\x7f", "control characters"),
        ("item_id", "x" * 513, "at most 512"),
        ("event_type", None, "must be a word"),
        ("event_type", "!", "must be a word"),
        ("event_type", 3, "must be text"),
        ("event_type", ["like"], "must be text"),
        ("event_type", "x" * 65, "at most 64"),
        ("value", math.nan, "finite"),
        ("value", "good", "must be a number"),
        ("timestamp", None, "required"),
        ("timestamp", "", "required"),
        ("timestamp", "yesterday", "RFC 3339"),
        ("timestamp", math.inf, "finite"),
        ("timestamp", NOW + 86_401, "more than a day in the future"),
        ("timestamp", NOW * 1000, "milliseconds"),
        ("timestamp", -1, "before 1970"),
        ("event_id", "x" * 513, "at most 512"),
        ("rating", 5, "no such field; known are user_id"),
    ],
)
def test_a_bad_value_is_refused_with_field_value_and_reason(
    field: str, value: object, why: str
) -> None:
    with pytest.raises(InvalidInput, match=why) as caught:
        Event.from_mapping({**ROW, field: value}, now=NOW)
    assert caught.value.field == field


def test_without_an_event_id_the_content_is_the_identity() -> None:
    event = Event("u", "i", "view", 4.0, 5.0)
    assert event.identity() == Event("u", "i", "view", 4, 5).identity()
    others = [
        Event("v", "i", "view", 4.0, 5.0),
        Event("u", "j", "view", 4.0, 5.0),
        Event("u", "i", "like", 4.0, 5.0),
        Event("u", "i", "view", None, 5.0),
        Event("u", "i", "view", 4.0, 5.5),
    ]
    assert len({e.identity() for e in [event, *others]}) == 6
    assert Event("u", "i", "view", 4.0, 5.0, "mine").identity() == "mine"


def test_files_of_events(tmp_path: Path) -> None:
    table = {
        "user_id": ["u", "u"],
        "item_id": ["1", ""],
        "event_type": ["rating"] * 2,
        "value": [4.5, None],
    }
    pq.write_table(
        pa.table({**table, "timestamp": pa.array([5, 6], pa.timestamp("s"))}),
        tmp_path / "e.parquet",
    )
    good, bad = read_events(tmp_path / "e.parquet")
    assert good == Event("u", "1", "rating", 4.5, 5.0)
    assert bad == RowError(2, "", "item_id is '': it must not be empty")

    (tmp_path / "e.csv").write_text(
        "user_id,item_id,event_type,value,timestamp\nu,1,rating,4.5,5\nu,1,view,,5\n"
    )
    assert list(read_events(tmp_path / "e.csv")) == [good, Event("u", "1", "view", None, 5.0)]


def test_a_header_without_a_required_column_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("user,item_id,event_type,timestamp\nu,1,view,5\n")
    with pytest.raises(CatalogError, match="no column 'user_id'"):
        list(read_events(tmp_path / "e.csv"))


NEUTRAL = Neutral(below=2.5, above=3.5)


def test_a_rating_is_liked_disliked_or_neither_and_behaviour_all_the_same() -> None:
    policy = EventPolicy()
    said = [policy.kind("rating", value, NEUTRAL) for value in (2.0, 2.5, 3.0, 3.5, None)]
    assert [kind.weight for kind in said] == [-1.0, 0.0, 0.0, 1.0, 1.0]
    assert all(kind.seen and kind.trains for kind in said)


def test_a_weight_of_ratings_in_the_settings_is_that_of_a_dislike_as_well() -> None:
    policy = EventPolicy(kinds={"rating": EventKind(0.4, seen=False, trains=False)})
    assert policy.kind("rating", 1.0, NEUTRAL) == EventKind(-0.4, seen=False, trains=False)


def test_what_the_operator_sets_is_what_is_used_and_nothing_is_neither() -> None:
    policy = EventPolicy(rating_negative_below=3.0)
    assert policy.neutral(RatingHabits(mean=4.9), 50, 250.0) == Neutral(3.0, 3.0)
    events = [Event("u", "i", "rating", value, 0.0) for value in (5.0, 3.0, 2.9)]
    assert [kind.weight for kind in policy.kinds_of(RatingHabits(), events)] == [1.0, 1.0, -1.0]


def test_what_a_person_usually_gives_decides_what_a_rating_of_theirs_says() -> None:
    policy, habits = EventPolicy(), RatingHabits(1000, 1.0, 5.0, 1.0, mean=3.5, pull=4.0)
    kind = [Event("u", f"i{n}", "rating", 4.2, 0.0) for n in range(50)]
    strict = [Event("v", f"i{n}", "rating", 2.1, 0.0) for n in range(50)]
    three = Event("u", "x", "rating", 3.0, 0.0)
    assert policy.kinds_of(habits, [*kind, three])[-1].weight == -1.0
    assert policy.kinds_of(habits, [*strict, three])[-1].weight == 1.0
    assert policy.kinds_of(habits, [three])[-1].weight == 0.0


def test_types_have_meanings_and_other_words_are_positive() -> None:
    policy = EventPolicy()
    assert policy.of_type("dislike") == EventKind(-1.0, seen=True, trains=False)
    assert policy.kind("view", 1.0, NEUTRAL) == EventKind(
        0.3, seen=False, trains=True, outcome=Outcome.CLICK
    )
    assert policy.of_type("borrowed") == EventKind(
        1.0, seen=True, trains=True, outcome=Outcome.CLICK
    )
    assert (
        EventPolicy(kinds={"borrowed": EventKind(0.1, seen=False, trains=False)})
        .of_type("borrowed")
        .weight
        == 0.1
    )


@pytest.mark.parametrize("position", [0, -1, 1.5, "first", 1e9, True])
def test_a_position_is_a_whole_number_from_one(position: object) -> None:
    row = {"user_id": "u", "item_id": "i", "event_type": "click", "timestamp": 1.0}
    with pytest.raises(InvalidInput, match="position"):
        Event.from_mapping({**row, "position": position})
    assert Event.from_mapping({**row, "position": "3"}).position == 3
    assert Event.from_mapping({**row, "position": ""}).position is None


def test_an_event_without_an_answer_is_called_as_it_always_was() -> None:
    """So that what is sent again after an upgrade is still the same event."""
    event = Event("u", "i", "rating", 4.5, 1.5)
    assert event.identity() == "d1a26ea290531d2894854249"
    assert Event("u", "i", "rating", 4.5, 1.5, None, "r").identity() != event.identity()


def test_types_that_say_nothing_of_a_taste_are_silent() -> None:
    policy = EventPolicy(kinds={**EventPolicy().kinds, "hover": EventKind(0.0, False, False)})
    assert policy.silent == {"shown", "dwell", "hover"}
