"""An advisory ends the check, and a database that cannot be reached is said aloud."""

from __future__ import annotations

from typing import Any

from benchmarks.audit import verdict

SOUND: dict[str, Any] = {"name": "sound", "version": "1.0", "vulns": []}
WEAK: dict[str, Any] = {
    "name": "weak",
    "version": "2.0",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]},
        {"id": "PYSEC-2", "fix_versions": []},
    ],
}
UNASKED: dict[str, Any] = {"name": "unasked", "skip_reason": "not found"}


def test_each_weakness_is_named_with_what_mends_it() -> None:
    code, said = verdict({"dependencies": [SOUND, WEAK, UNASKED]})
    assert code == 1
    assert said.splitlines()[:2] == [
        "weak 2.0: PYSEC-1, mended in 2.1, 3.0",
        "weak 2.0: PYSEC-2, mended in no version yet",
    ]


def test_nothing_known_is_well_and_what_could_not_be_asked_is_named() -> None:
    assert verdict({"dependencies": [SOUND]}) == (0, "nothing is known against 1 packages")
    code, said = verdict({"dependencies": [SOUND, UNASKED]})
    assert (code, said.endswith("SKIPPED, since nobody knows them: unasked")) == (0, True)


def test_no_database_is_no_verdict_and_says_so() -> None:
    code, said = verdict({"dependencies": [UNASKED]})
    assert (code, said.startswith("SKIPPED")) == (0, True)
