"""`palate simulate`: what it prints, and what is refused before any work is done."""

from __future__ import annotations

import inspect
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from service.cli.commands.simulating import simulate
from service.evaluation.report import Figure
from service.simulation.assumptions import Assumptions
from service.simulation.plan import Plan
from tests.service.cli.conftest import Run

DOCS = Path(__file__).parents[4] / "docs" / "simulation.md"


def test_defaults_are_those_of_the_plan_and_every_assumption_has_an_option_and_a_row() -> None:
    parameters = inspect.signature(simulate).parameters
    assumed = asdict(Assumptions())
    assert {name: parameters[name].default for name in assumed} == assumed
    plain = ("rounds", "people", "k", "seed")
    assert [parameters[name].default for name in plain] == [getattr(Plan(), name) for name in plain]
    page = DOCS.read_text(encoding="utf-8")
    for name, value in assumed.items():
        row = f"`--{name.replace('_', '-')}`" + ("" if value is None else f" | {value:g} |")
        assert row in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--policy", "magic"], "policy is 'magic': it must be one of greedy, thompson"),
        (["--policy", "exploration-2"], "policy is 'exploration-2': it must be one of"),
        (["--take-rate", "1"], "take_rate is 1.0: it must lie between 0 and 1"),
        (["--people", "1"], "Invalid value for '--people'"),
        (["--impatience", "-1"], "impatience is -1.0: it must not be below 0"),
        ([], "there is no trained model; train one with `palate train`"),
    ],
)
def test_what_cannot_be_simulated_is_said_at_once(
    asking: Run, options: list[str], message: str
) -> None:
    ran = asking("simulate", *options)
    assert ran.code == 2
    assert message in ran.err
    assert ran.out == ""


def test_a_page_that_cannot_be_drawn_is_said_before_the_work(
    asking: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    ran = asking("simulate", "--report", tmp_path / "page.html")
    assert ran.code == 2
    assert "palate[report]" in ran.err


def test_tables_json_and_page_tell_the_same(filled: Run, tmp_path: Path) -> None:
    assert filled("train", "--force", "--json").code == 0
    options = ["--rounds", 5, "--people", 6, "--policy", "random,exploration-0.5"]
    page = tmp_path / "page.html"
    told = filled("simulate", *options, "--json", "--report", page)
    assert told.code == 0
    assert "<h2>Takes so far</h2>" in page.read_text(encoding="utf-8")
    figures = [Figure(**row) for row in told.json["figures"]]
    policies = list(dict.fromkeys(figure.system for figure in figures))
    assert policies == ["greedy", "random", "exploration-0.5"]
    assert {"assumptions", "estimates", "curves", "about"} <= set(told.json)
    printed = filled("simulate", *options)
    assert printed.code == 0
    for figure in figures:
        if figure.slice == "value" and figure.low is not None and figure.high is not None:
            cell = f"{figure.value:.3f} ±{figure.high - figure.value:.3f}"
            assert cell in printed.out, figure
    for title in ("Estimated from the log", "Assumed, for no log tells it", "Minus greedy"):
        assert title in printed.out
