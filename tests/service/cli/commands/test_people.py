"""`palate users`: what is exported and deleted, here and through a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.api.messages import UserProfile
from tests.service.cli.conftest import Run
from tests.service.standin import ANSWERS, StandIn


def test_an_export_is_read_from_the_log_without_loading_a_model(
    asking: Run, answered: StandIn
) -> None:
    exported = asking("users", "export", "u0").json
    assert (exported["user_id"], len(exported["events"])) == ("u0", 8)
    assert answered.asked == []


def test_an_export_is_asked_of_a_server_where_one_is_named(run: Run, answered: StandIn) -> None:
    assert run("users", "export", "u", "--server", "here:1").json == ANSWERS["export_user"]
    assert answered.asked == [("export_user", "u")]


def test_an_export_of_no_data_says_how_to_begin(run: Run) -> None:
    ran = run("users", "export", "u")
    assert ran.code == 2
    assert "palate index FILE" in ran.err


def test_what_was_deleted_is_counted(run: Run, answered: StandIn) -> None:
    assert run("users", "delete", "u").out == "deleted: 2 events\n"
    assert run("users", "delete", "u", "--json").json == {"events": 2}
    assert answered.asked == [("delete_user", "u")] * 2


def test_nothing_to_delete_is_said(
    run: Run, answered: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ANSWERS, "delete_user", {"events": 0, "profiles": 0})  # type: ignore[arg-type]
    assert run("users", "delete", "u").out == "nothing was stored about 'u'\n"


def test_profiles_of_a_file_are_stored(run: Run) -> None:
    Path("people.csv").write_text("Customer ID,Interests,Age\n1,soft shirts,30\n,x,1\n2,,40\n")
    ran = run("users", "import", "people.csv", "--map", "auto", "--json")
    (report,) = ran.json["files"]
    assert (ran.code, report["counts"], report["n_failed"]) == (1, {"stored": 2}, 1)
    profile = run("users", "export", "1").json["profile"]
    assert (profile["taste"], profile["attributes"]) == ("soft shirts", {"Age": "30"})


def test_profiles_go_to_a_server_where_one_is_named(run: Run, answered: StandIn) -> None:
    Path("people.jsonl").write_text('{"user_id": 7, "age": 30}\n')
    assert run("users", "import", "people.jsonl", "--server", "here:1").code == 0
    assert answered.asked == [("put_user", UserProfile("7", {"age": "30"}))]
