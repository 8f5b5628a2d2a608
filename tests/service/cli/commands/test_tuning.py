"""`palate tune`: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from service.config_file import load_settings
from service.models.training_data import TrainingData
from service.operations import tuning
from service.operations.tuning import Measure
from service.ranker.config import RankerConfig
from tests.service.cli.conftest import Run

OUT = Path("palate.tuned.toml")


def _scripted(monkeypatch: pytest.MonkeyPatch, *outcomes: float | BaseException) -> None:
    """Training gives these, one after the other."""
    left: Iterator[float | BaseException] = iter(outcomes)

    def measure(config: RankerConfig) -> Mapping[str, float]:
        outcome = next(left)
        if isinstance(outcome, BaseException):
            raise outcome
        return {"palate/all/ndcg@10": outcome}

    def measure_on(data: TrainingData, seed: int, progress: object) -> Measure:
        return measure

    monkeypatch.setattr(tuning, "measure_on", measure_on)


def test_something_better_is_written_as_settings(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scripted(monkeypatch, 0.10, 0.30, 0.20)
    ran = filled("tune", "--trials", 3, "--json")
    assert ran.code == 0
    assert (ran.json["improved"], ran.json["best"]) == (True, 2)
    assert [trial["value"] for trial in ran.json["trials"]] == [0.10, 0.30, 0.20]
    assert str(OUT) in ran.err
    for name in ("DIM", "N_BLOCKS", "N_HEADS"):
        monkeypatch.delenv(f"PALATE_RANKER__{name}")  # the environment would win over the file
    best = RankerConfig(**ran.json["trials"][1]["config"])
    assert load_settings(config=OUT).ranker == best
    assert str(Path.cwd()) not in OUT.read_text()


def test_trials_are_a_table_for_people(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _scripted(monkeypatch, 0.10, 0.30, RuntimeError("can't allocate memory"))
    ran = filled("tune", "--trials", 3)
    first, second, third = (
        line.split() for line in ran.out.splitlines() if line.strip()[:1].isdigit()
    )
    assert (first[:2], first[3:6]) == (["1", "0.1000"], ["present", "dim", "16,"])
    assert (second[:2], second[3]) == (["2", "0.3000"], "best")
    assert (third[0], third[2]) == ("3", "failed")
    assert "trial 3 could not be trained: can't allocate memory" in ran.out


def test_nothing_better_writes_nothing(asking: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _scripted(monkeypatch, 0.10, 0.05, 0.10)
    ran = asking("tune", "--trials", 3)
    assert ran.code == 1
    assert "nothing did better than the present settings" in ran.err
    assert not OUT.exists()


def test_time_that_is_up_is_said(asking: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _scripted(monkeypatch, 0.10)
    ran = asking("tune", "--minutes", 0)
    assert ran.code == 1
    assert "time is up after 1 of 20 trials" in ran.err


def test_ctrl_c_keeps_what_was_found_and_says_so(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scripted(monkeypatch, 0.10, 0.30, KeyboardInterrupt())
    ran = filled("tune")
    assert ran.code == 1
    assert "stopped by hand after 2 of 20 trials" in ran.err
    assert "0.30000, with the present settings 0.10000" in OUT.read_text()


def test_a_search_that_dies_leaves_what_it_had_found(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scripted(monkeypatch, 0.10, 0.30, KeyError("a bug"))
    assert filled("tune").code == 2
    assert "0.30000, with the present settings 0.10000" in OUT.read_text()


def test_ctrl_c_in_the_first_trial_has_nothing_to_keep(
    asking: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scripted(monkeypatch, KeyboardInterrupt())
    assert asking("tune").code == 130
    assert not OUT.exists()


def test_a_file_that_is_there_is_replaced_only_by_force(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    OUT.write_text("mine")
    _scripted(monkeypatch, 0.10, 0.30)
    refused = filled("tune", "--trials", 2)
    assert (refused.code, OUT.read_text()) == (2, "mine")
    assert "--force" in refused.err
    assert filled("tune", "--trials", 2, "--force").code == 0
    assert "[ranker]" in OUT.read_text()


def test_a_real_search_of_two_trials_trains_and_leaves_the_data_as_they_were(filled: Run) -> None:
    before = sorted(Path("palate-data/models").glob("*"))
    ran = filled("tune", "--trials", 2, "--json")
    assert ran.code in (0, 1)
    assert all(0.0 <= trial["value"] <= 1.0 for trial in ran.json["trials"])
    assert OUT.exists() == ran.json["improved"] == (ran.code == 0)
    assert sorted(Path("palate-data/models").glob("*")) == before
    assert filled("recommend", "-k", 1).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--minutes", "nan"], "nan"),
        (["--minutes", "-1"], "-1"),
        (["--minutes", "soon"], "soon"),
        (["--trials", "0"], "--trials"),
        (["--seed", "4294967296"], "--seed"),
        (["--metric", "ease_recent/all/ndcg@10"], "begin with palate/"),
        (["--out", "."], "is a folder"),
        (["--out", "nowhere/tuned.toml"], "nowhere"),
        (["--data", "nowhere"], "palate index FILE"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(
    asking: Run, arguments: list[str], said: str
) -> None:
    ran = asking("tune", *arguments)
    assert ran.code == 2
    (line,) = ran.err.splitlines()
    assert line.startswith("error: ")
    assert said in line


def test_where_people_are_private_nothing_is_searched(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_PRIVACY__EPSILON", "8")
    ran = filled("tune", "--trials", 2)
    assert ran.code == 2
    assert "without noise" in ran.err
    assert not OUT.exists()
