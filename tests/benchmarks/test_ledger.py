"""What a store may hold after a kill, and what not."""

from __future__ import annotations

import pytest

from benchmarks.ledger import Key, Ledger, State

ITEM: Key = ("item", "a")


def ledger(*acknowledged: State, attempted: State = "nothing") -> Ledger:
    """Writes of one item, one after the other, the last of them without an answer."""
    made = Ledger()
    for state in acknowledged:
        made.attempt({ITEM: state})
        made.acknowledge({ITEM: state})
    if attempted != "nothing":
        made.attempt({ITEM: attempted})
    return made


@pytest.mark.parametrize(
    ("acknowledged", "attempted", "found", "verdict"),
    [
        (["v1"], "nothing", "v1", ""),
        (["v1"], "nothing", None, "lost"),
        (["v1", "v2"], "nothing", "v1", "stale"),
        (["v1", None], "nothing", "v1", "resurrected"),
        (["v1"], "v2", "v1", ""),
        (["v1"], "v2", "v2", ""),
        (["v1"], "v2", None, "lost"),
        (["v1"], None, None, ""),
        ([], "v1", None, ""),
        ([], "v1", "v1", ""),
        ([None], "v1", "v0", "stale"),
    ],
)
def test_an_unanswered_write_may_have_been_carried_out_or_not(
    acknowledged: list[State], attempted: State, found: State, verdict: str
) -> None:
    wrong = ledger(*acknowledged, attempted=attempted).wrong({} if found is None else {ITEM: found})
    assert [one.verdict for one in wrong] == ([verdict] if verdict else [])


def test_what_nobody_wrote_has_come_from_nowhere() -> None:
    (one,) = Ledger().wrong({ITEM: "v1"})
    assert one.verdict == "resurrected"


def test_what_was_found_once_must_stay() -> None:
    written = ledger("v1", attempted="v2")
    assert written.wrong({ITEM: "v2"}) == []
    (one,) = written.wrong({ITEM: "v1"})
    assert one.verdict == "stale"


def test_acknowledged_writes_are_counted_by_kind() -> None:
    assert ledger("v1", None, attempted="v2").acknowledged == {"item": 2}
