"""`palate scrub`: what is found, for people and for programs."""

from __future__ import annotations

from pathlib import Path

from tests.service.cli.conftest import Run


def test_a_sound_folder_is_said_to_be_and_a_damaged_one_is_named(
    filled: Run, tmp_path: Path
) -> None:
    run = filled
    ran = run("scrub")
    assert (ran.code, ran.out.strip()) == (0, "everything is as it was written")
    log = tmp_path / "palate-data" / "log.db"
    log.write_bytes(log.read_bytes().replace(b"Rocket 0", b"Rocket 1", 1))
    ran = run("scrub", "--json")
    assert ran.code == 2
    assert {one["what"] for one in ran.json} >= {"log"}
    assert "log: 1 items whose content is not what was put in: 'i0'" in run("scrub").out


def test_an_empty_folder_has_nothing_to_scrub(run: Run) -> None:
    ran = run("scrub")
    assert (ran.code, "there are no data" in ran.err) == (2, True)
