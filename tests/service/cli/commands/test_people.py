"""`palate users`: what is exported, deleted, merged and swept, here and through a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.api.messages import UserDeletion, UserProfile
from tests.service.cli.conftest import Run
from tests.service.standin import ANSWERS, StandIn


def test_an_export_is_asked_of_a_server_where_one_is_named(run: Run, answered: StandIn) -> None:
    assert run("users", "export", "u", "--server", "here:1").json == ANSWERS["export_user"].data
    assert answered.asked == [("export_user", "u")]


def test_an_export_of_no_data_says_how_to_begin(run: Run) -> None:
    ran = run("users", "export", "u")
    assert ran.code == 2
    assert "palate index FILE" in ran.err


def test_what_was_deleted_is_counted(run: Run, answered: StandIn) -> None:
    assert run("users", "delete", "u", "--retrain").out == (
        "deleted: 2 events\na training without them is in the queue; the server does it next\n"
    )
    assert run("users", "delete", "u", "--json").json == {
        "events": 2, "exposed_model_version": "m1", "retraining": True,
    }  # fmt: skip
    assert answered.asked == [
        ("delete_user", "u", {"retrain": True}),
        ("delete_user", "u", {"retrain": False}),
    ]


@pytest.mark.parametrize(
    ("deletion", "said"),
    [
        (UserDeletion({"events": 0, "profiles": 0}), "nothing was stored about 'u'\n"),
        (UserDeletion({"events": 1}, "m1"), "model m1, which serves, has learnt of them"),
    ],
)
def test_what_there_was_not_and_what_stays_is_said(
    run: Run,
    answered: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    deletion: UserDeletion,
    said: str,
) -> None:
    monkeypatch.setitem(ANSWERS, "delete_user", deletion)  # type: ignore[arg-type]
    assert said in " ".join(run("users", "delete", "u").out.split(" "))


def test_what_was_merged_is_counted(run: Run, answered: StandIn) -> None:
    assert run("users", "merge", "guest", "u").out == "merged: 3 events\n"
    assert run("users", "merge", "guest", "u", "--json").json == {"events": 3}
    assert answered.asked == [("merge_users", "guest", "u")] * 2


def test_a_sweep_says_what_was_deleted(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nothing is older" in filled("users", "sweep").out
    monkeypatch.setenv("PALATE_PRIVACY__RETENTION_DAYS", '{"rating": 0.001}')
    assert filled("users", "sweep").out.startswith("deleted: ")
    assert filled("users", "export", "u0").json["events"] == []


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
