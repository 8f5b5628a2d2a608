"""`palate backup` and `palate restore`."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from service.cli.commands import backing_up
from tests.service.cli.conftest import Run


def test_a_folder_is_backed_up_twice_and_restored(filled: Run, tmp_path: Path) -> None:
    asked = ("recommend", "--user", "u0", "-k", 5, "--json")
    expected = filled(*asked).json["results"]
    first, second = filled("backup", "b", "--json"), filled("backup", "b", "--json", "--vectors")
    assert (first.code, first.json["rows"]["events"], first.json["position"]) == (0, 240, 240)
    assert second.json["items_with_vectors"] == 40
    restored = filled("restore", "b", "again", "--json")
    assert (restored.code, restored.json["vectors"], restored.json["encoded"]) == (0, 40, 0)
    assert filled(*asked, "--data", "again").json["results"] == expected
    shutil.rmtree("palate-data")
    cut = filled("restore", "b", "palate-data", "--at", "100")
    assert cut.code == 0
    assert "140" in cut.out
    assert "note: no backup is as old as the point" in cut.err


def test_people_are_told_in_words(filled: Run) -> None:
    ran = filled("backup", "b")
    assert ran.code == 0
    assert "280 rows" not in ran.out
    assert "position 240" in ran.out
    assert "backed up and verified" in ran.out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("backup", "b"), "there are no data"),
        (("restore", "b", "again"), "there is no backup in it"),
        (("restore", "b", "again", "--at", "noon"), "at is 'noon'"),
        (("backup", "b", "--follow", "--vectors"), "without --follow"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    run: Run, arguments: tuple[str, ...], why: str
) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert why in ran.err
    assert not Path("again").exists()


def test_vectors_that_are_yet_to_be_made_are_done_in_part(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled("backup", "b")
    monkeypatch.setenv("PALATE_ENCODERS__TEXT", "no-such-encoder")
    ran = filled("restore", "b", "again")
    assert ran.code == 1
    assert "vectors were not made" in ran.err


def test_following_ends_when_it_is_asked_to(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(  # not `output.emit`, which is of the whole process
        backing_up, "_tell", lambda *_, **__: signal.raise_signal(signal.SIGTERM)
    )
    assert filled("backup", "b", "--follow", "--json").code == 0
    assert signal.getsignal(signal.SIGTERM) is before
    assert len(list(Path("b/backups").glob("*.json"))) == 1
