"""The benchmark of differential privacy: its commands exist, its attacker finds whom it can find, and
nobody where there is nothing to find."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from benchmarks import epsilon
from benchmarks.epsilon import ROWS, PrivateRow, Seen
from service.cli.app import app
from service.ranker.data.interactions import Interactions

N = 60


def people(n: int = 120, each: int = 6) -> Interactions:
    """Who meet items at random, so that a pair of items is met by few."""
    rng = np.random.default_rng(0)
    items = np.concatenate([rng.choice(N, each, replace=False) for _ in range(n)])
    return Interactions.build(np.repeat(np.arange(n), each), items, n_items=N)


def advantage(seen: Seen, everybody: Interactions, is_in: np.ndarray) -> float:
    usual = epsilon.without_privacy(everybody)
    told = epsilon.features(everybody.histories(), seen, usual)
    return epsilon.attacked(told, is_in, seed=0)


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_every_command_is_one_that_palate_has(row: PrivateRow) -> None:
    command: Any = typer.main.get_command(app)
    program, name, *options = shlex.split(row.command)
    assert (program, name) == ("palate", "evaluate")
    command.commands[name].make_context(name, options)


def test_the_attacker_tells_who_is_in_exact_tables_and_not_who_is_in_empty_ones() -> None:
    everybody = people()
    is_in = np.arange(120) % 2 == 0
    exact = epsilon.without_privacy(everybody.select(is_in[everybody.user]))
    assert advantage(exact, everybody, is_in) > 0.7
    nothing = Seen({"ease": np.zeros((N, N), np.float32)}, np.zeros(N, np.float32))
    assert advantage(nothing, everybody, is_in) < 0.3  # chance, of 120 people


def test_a_strict_release_of_few_has_no_weight() -> None:
    seen = epsilon.with_privacy(people(), 0.1)
    assert not seen.matrices["ease"].any()
    assert not seen.counts.any()


def test_no_attacker_can_have_more_than_the_bound() -> None:
    """2 Phi(mu / 2) - 1; at epsilon 8 and delta 1e-5 mu is about 1.57."""
    assert epsilon.most(8) == pytest.approx(0.567, abs=0.002)
    assert epsilon.most(1) < epsilon.most(2) < epsilon.most(16)


def test_the_page_has_a_row_for_each_epsilon(tmp_path: Path) -> None:
    row = ROWS["movielens-small-epsilon-8"]
    figures = [
        {"system": system, "slice": "all", "metric": "ndcg@10", "value": value, "low": value / 2,
         "high": 2 * value, "n_cases": 9}
        for system, value in {"palate": 0.03, "content-knn": 0.01, "popularity": 0.02}.items()
    ]  # fmt: skip
    found = {"command": row.command, "measured": "2026-11-30", "about": {}, "figures": figures}
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / f"{row.name}.json").write_text(json.dumps(found))
    membership = {"8": [0.03, 0.05], "guessing": [0.01, 0.03]}
    epsilon.membership_file("movielens-small", tmp_path).write_text(json.dumps(membership))
    lines = epsilon.report(tmp_path).splitlines()
    told = next(line for line in lines if "epsilon 8" in line)
    cells = [cell.strip() for cell in told.strip("|").split("|")]
    assert cells[1:4] == [".0300 [.0150, .0600]", "3.0x", ".0400 [.0300, .0500]"]
    assert any("guessing" in line and ".0200" in line for line in lines)
    assert not any(line.startswith("### movielens-1m") for line in lines)
    assert "movielens-1m-membership" in lines[-1]
