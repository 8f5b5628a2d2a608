"""Head, tail and cold: a tenth, a half, and what nobody chose."""

from __future__ import annotations

import numpy as np

from service.evaluation.popularity import popularity_groups


def test_groups_are_of_live_items_alone() -> None:
    counts, live = np.arange(30), np.arange(30) < 20
    groups = popularity_groups(counts, live)
    assert np.flatnonzero(groups["head"]).tolist() == [18, 19]
    assert np.flatnonzero(groups["tail"]).tolist() == list(range(10))
    assert np.flatnonzero(groups["cold"]).tolist() == [0]


def test_a_catalogue_of_nothing_has_empty_groups() -> None:
    groups = popularity_groups(np.zeros(0, np.int64), np.zeros(0, bool))
    assert [len(members) for members in groups.values()] == [0, 0, 0]
