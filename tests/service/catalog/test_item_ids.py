"""What the catalogue hands to the ranker."""

from __future__ import annotations

import pytest

from indexer.catalog.event import EventKind, EventPolicy
from service.catalog.item_ids import event_weights


def test_events_count_by_the_size_of_their_weight_and_types_unknown_to_the_table_in_full() -> None:
    policy = EventPolicy(
        kinds={
            "click": EventKind(0.2, seen=False, trains=True),
            "return": EventKind(-0.5, True, True),
        }
    )
    weights = event_weights(policy, {"click": 1, "return": 2, "gift": 3})
    assert weights.tolist() == pytest.approx([1.0, 0.2, 0.5, 1.0])
    assert event_weights(policy, {}).tolist() == [1.0]
