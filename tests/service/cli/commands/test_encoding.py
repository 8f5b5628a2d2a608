"""`palate encoders`: changing, listing and dropping, in a folder and through a server."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from indexer.folder_lock import FolderLock
from tests.service import counting
from tests.service.cli.conftest import Run

DATA = Path("palate-data")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    return counting.install(monkeypatch)


def test_a_change_says_what_to_configure_and_the_way_back_is_one_more(
    filled: Run, read: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = filled("encoders", "change", "--text", "two")
    assert (ran.code, ran.err) == (0, "")
    assert tomllib.loads(ran.out[ran.out.index("[encoders]") :]) == {
        "encoders": {"text": "two", "image": "fake", "audio": "none"}
    }
    assert read == {"two": 40}

    first, second = filled("encoders", "list", "--json").json
    assert [one["items"] for one in (first, second)] == [40, 40]
    assert (first["fingerprints"]["text"], first["configured"], first["served_last"]) == (
        "fake-text-16",
        True,
        False,
    )
    assert (second["fingerprints"]["text"], second["configured"], second["served_last"]) == (
        "fake-text-24",
        False,
        True,
    )
    assert "text two" in filled("encoders", "list").out
    assert (first["encoders"], second["encoders"]["text"]) == (
        {"text": "fake", "image": "fake"},
        "two",
    )
    assert (
        "served last"
        in {one["what"]: one["found"] for one in filled("doctor", "--json").json}["vectors"]
    )

    monkeypatch.setenv("PALATE_ENCODERS__TEXT", "two")
    assert filled("recommend", "--user", "u0", "--json").json["results"]
    assert read == {"two": 40}
    refused = filled("encoders", "drop", second["digest"], "--yes")
    assert (refused.code, "served last" in refused.err) == (2, True)
    assert filled("encoders", "drop", first["digest"]).code == 2  # it asks, and nobody answers
    assert filled("encoders", "drop", first["digest"], "--yes", "--json").json == {
        "dropped": first["digest"]
    }
    assert filled("encoders", "drop", first["digest"], "--yes").code == 2
    assert [one["digest"] for one in filled("encoders", "list", "--json").json] == [
        second["digest"]
    ]


def test_who_configures_other_encoders_first_is_told_the_command_and_it_does_it(
    filled: Run, read: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_ENCODERS__TEXT", "two")
    refused = filled("recommend", "--user", "u0")
    assert (refused.code, "palate encoders change" in refused.err) == (2, True)
    changed = filled("encoders", "change", "--json")
    assert (changed.json["text"], changed.json["items"], changed.json["model_version"]) == (
        "two",
        40,
        "",
    )
    assert filled("recommend", "--user", "u0").code == 0
    again = filled("encoders", "change")
    assert (again.code, "serve already" in again.err) == (2, True)
    assert read == {"two": 40}
    (first, _) = filled("encoders", "list", "--json").json
    monkeypatch.setenv("PALATE_ENCODERS__TEXT", "fake")
    protected = filled("encoders", "drop", first["digest"], "--yes")
    assert (protected.code, "the settings name" in protected.err) == (2, True)


def test_while_a_server_has_the_folder_the_list_leaves_out_the_counts(
    asking: Run, read: Counter[str]
) -> None:
    lock = FolderLock(DATA)
    try:
        (only,) = asking("encoders", "list", "--json").json
        refused = asking("encoders", "change", "--text", "two")
    finally:
        lock.release()
    assert (only["items"], only["configured"], only["served_last"]) == (None, True, True)
    assert (refused.code, "--server ADDRESS" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--text", "no-such-model"], "cannot be loaded"),
        (["--image", "no-such-encoder"], "no image encoder is called"),
        ([], "serve already"),
        (["--data", "elsewhere", "--text", "two"], "there are no data in elsewhere"),
    ],
)
def test_a_change_that_cannot_be_is_one_line_and_leaves_nothing(
    asking: Run, arguments: list[str], said: str
) -> None:
    ran = asking("encoders", "change", *arguments)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert said in ran.err
    assert [path.name for path in DATA.glob("vectors*")] == ["vectors"]
