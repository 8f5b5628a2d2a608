"""`palate users`: what is exported, deleted, merged and swept, here and through a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.api.messages import Personalization, UserDeletion, UserProfile
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


def test_a_consent_is_stored_and_what_it_means_is_said(run: Run, answered: StandIn) -> None:
    assert (
        "nothing that is stored of them is used" in run("users", "consent", "u", "contextual").out
    )
    assert "may be used" in run("users", "consent", "u", "full").out
    told = run("users", "consent", "u", "non_profiled", "--json").json
    assert told == {"user_id": "u", "consent": "non_profiled"}
    assert answered.asked == [
        ("set_consent", "u", Personalization(name))
        for name in ("contextual", "full", "non_profiled")
    ]
    assert run("users", "consent", "u", "some").code == 2


def test_events_of_who_is_restricted_are_withheld(filled: Run, tmp_path: Path) -> None:
    filled("users", "consent", "u1", "contextual")
    file = tmp_path / "more.jsonl"
    file.write_text('{"user_id": "u1", "item_id": "i1"}\n{"user_id": "u2", "item_id": "i1"}\n')
    counts = filled("events", file, "--json").json["files"][0]["counts"]
    assert (counts["recorded"], counts["withheld"]) == (1, 1)


def test_consents_come_back_with_the_profiles_of_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("user_id,consent\n1,Contextual\n2,\n3,perhaps\n")
    report = run("users", "import", file, "--json").json["files"][0]
    assert "taken as non_profiled" in report["warnings"][0]["reason"]
    consents = [run("users", "export", user).json["profile"]["consent"] for user in (1, 2, 3)]
    assert consents == ["contextual", None, "non_profiled"]


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
