"""`palate train` and `palate models`: what they print, and their exit codes."""

from __future__ import annotations

import pytest

from service.api.messages import ModelInfo, TrialKind, TrialRequest
from service.cli.commands.training import show_metrics
from service.models import verdict
from tests.service.cli.conftest import Run
from tests.service.standin import StandIn, served


def test_a_model_that_lost_is_exit_code_1_and_is_listed_beside_the_best_baseline(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    against = verdict.Verdict(False, "it did worse than ease_recent")
    monkeypatch.setattr(verdict, "verdict_on", lambda checked, lead_of_active: against)
    ran = filled("train", "--json")
    assert (ran.code, ran.json["active"]) == (1, False)
    (listed,) = filled("models", "list", "--json").json
    assert listed == ran.json
    assert ran.json["version"] in filled("models", "list").out
    assert filled("models", "activate", ran.json["version"], "--json").json["active"]


def test_a_training_says_what_became_of_its_model(filled: Run) -> None:
    ran = filled("train", "--force", "--seed", 1)
    assert ran.code == 0
    assert "NDCG@10 on held-out events" in ran.out
    assert ran.out.rstrip().endswith(": activated")


def test_a_model_that_serves_though_it_lost_says_so(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    though = verdict.Verdict(True, "it did worse than ease_recent")
    monkeypatch.setattr(verdict, "verdict_on", lambda checked, lead_of_active: though)
    out = " ".join(filled("train").out.split())
    assert out.endswith(": activated, though it did worse than ease_recent")


def test_without_models_there_is_none_to_list_roll_back_to_or_take_up(asking: Run) -> None:
    assert "No model has been trained yet" in asking("models", "list").out
    assert asking("models", "list", "--json").json == []
    rolled = asking("models", "rollback")
    assert (rolled.code, "no model served before this one" in rolled.err) == (2, True)
    taken_up = asking("train", "--incremental")
    assert (taken_up.code, "without --incremental first" in taken_up.err) == (2, True)


def test_metrics_are_a_row_a_system_and_a_column_a_slice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = {
        "palate/all/ndcg@10": 0.25,
        "palate/all/ndcg@10/low": 0.2,
        "palate/all/ndcg@10/high": 0.3,
        "palate/cold_item/ndcg@10": 0.125,
        "ease_recent/all/ndcg@10": 0.2,
        "seconds": 3.0,
    }
    show_metrics(ModelInfo("v", 0.0, True, figures))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["palate", ".2500", "[.2000,", ".3000]", ".1250"] in lines
    assert ["ease_recent", ".2000"] in lines
    assert any(line[:3] == ["system", "all", "cold"] for line in lines)
    show_metrics(ModelInfo("v", 0.0, True, {"seconds": 3.0}))
    assert "Too few events" in capsys.readouterr().out


def test_people_hardly_known_have_a_table_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {
        "palate/all/ndcg@10": 0.25,
        "untrained/all/ndcg@10": 0.125,
        "palate/cold_user/ndcg@10": 0.4,
        "palate/stranger/ndcg@10": 0.5,
    }
    show_metrics(ModelInfo("v", 0.0, True, figures))
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert ["palate", ".2500"] in lines
    assert ["untrained", ".1250"] in lines
    assert lines[-1] == ["palate", ".4000", ".5000"]  # untrained has no row here


def test_how_much_a_wish_is_followed_is_a_table_of_its_own_where_it_was_learned(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = {"palate/all/ndcg@10": 0.2, "wishes/whole/stranger": 1.25, "wishes/whole/known": 0.5}
    show_metrics(ModelInfo("m", 0.0, True, figures))
    assert "whole" not in capsys.readouterr().out  # nothing was learned
    show_metrics(ModelInfo("m", 0.0, True, {**figures, "worth/wish_weights/sort": 0.01}))
    told = capsys.readouterr().out
    row = next(line for line in told.splitlines() if "whole" in line)
    assert row.split() == ["whole", "1.250", "0.500"]


def test_what_parts_are_worth_is_a_table_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {
        "palate/all/ndcg@10": 0.25,
        "worth/cold_item_boost/warm": -0.0021,
        "worth/cold_item_boost/warm/low": -0.004,
        "worth/cold_item_boost/warm/high": 0.0002,
    }
    show_metrics(ModelInfo("v", 0.0, True, figures))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["cold_item_boost", "warm", "-.0021", "[-.0040,", ".0002]"] in lines


def test_a_canary_of_a_server_is_begun_told_of_and_ended(run: Run) -> None:
    standin = StandIn()
    with served(standin) as address:
        begun = run("models", "canary", "m2", "--share", "0.25", "--server", address)
        told = run("models", "trial", "--server", address)
        ended = run("models", "end", "--server", address, "--json")
        run("models", "shadow", "m2", "--server", address)
    assert (begun.code, told.code, ended.json["trial"]["state"]) == (0, 0, "returned")
    assert "clicks 75" in told.out
    assert "0.25" in told.out
    assert "worse by clicks" in told.out
    assert [asked for asked in standin.asked if asked[0] == "start_trial"] == [
        ("start_trial", TrialRequest("m2", TrialKind.CANARY, 0.25)),
        ("start_trial", TrialRequest("m2", TrialKind.SHADOW, 0.1)),
    ]


def test_a_trial_of_a_folder_waits_for_its_server(filled: Run) -> None:
    assert "No model has been tried yet" in filled("models", "trial").out
    for seed in (1, 2):
        filled("train", "--force", "--seed", seed)
    first = filled("models", "list", "--json").json[1]["version"]
    begun = filled("models", "shadow", first, "--share", "0.5")
    assert (begun.code, "next `palate serve`" in begun.err) == (0, True)
    found = filled("models", "trial", "--json").json["trial"]
    assert (found["version"], found["state"], found["share"]) == (first, "running", 0.5)
    assert "0 lists" in filled("models", "trial").out
    assert filled("models", "end").code == 0
    nothing = filled("models", "end")
    assert (nothing.code, "no model is tried at this moment" in nothing.err) == (2, True)


@pytest.mark.parametrize("share", ["0", "2", "x"])
def test_a_share_is_above_0_and_at_most_1(run: Run, share: str) -> None:
    ran = run("models", "canary", "m2", "--share", share)
    assert (ran.code, repr(share) in ran.err) == (2, True)


def test_a_private_training_says_what_it_costs_and_all_before_it(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_PRIVACY__EPSILON", "8")
    first = filled("train")
    assert first.code == 0
    assert "this training tells epsilon 8 of a person at delta 1e-05" in " ".join(first.out.split())
    filled("train")
    lines = [line.split() for line in filled("models", "list").out.splitlines()]
    told = [line[-2:] for line in lines if line and line[0].startswith("2")]
    assert told == [["8", "12.2"], ["8", "8"]]
    monkeypatch.setenv("PALATE_PRIVACY__EPSILON_TOTAL", "15")
    refused = filled("train")
    assert refused.code == 2
    assert "privacy.epsilon_total is 15 and 12.2 are spent" in refused.err
