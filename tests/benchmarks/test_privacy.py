"""Nothing is left of people who were deleted: a real server, calls in flight, a real kill, a real
restore."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.privacy import SETTINGS, Person, left_of, measured, running, tell


@pytest.mark.slow
def test_nothing_is_left_of_people_who_were_deleted(tmp_path: Path) -> None:
    rows = measured(tmp_path / "data", tmp_path / "backups", 4, 6)
    assert [(row.state, row.people, row.events, row.files) for row in rows if row.deleted] == [
        ("in flight, served answers kept", 0, 0, []),
        ("running", 0, 0, []),
        ("killed", 0, 0, []),
        ("restarted", 0, 0, []),
        ("restored to before the deletions", 0, 0, []),
    ]
    assert rows[-1].people == 0  # and nothing is lost of those who were not deleted


@pytest.mark.slow
def test_what_is_there_is_found(tmp_path: Path) -> None:
    """Else the test above would hold of anything."""
    (tmp_path / "palate.toml").write_text(SETTINGS, encoding="utf-8")
    somebody = Person()
    with running(tmp_path) as (_, client):
        client.index_items([{"item_id": f"i{n}", "title": f"item {n}"} for n in range(300)])
        tell(client, [somebody])
        left = left_of("there", tmp_path, [somebody])
    assert (left.people, left.events) == (1, len(somebody.event_ids))
