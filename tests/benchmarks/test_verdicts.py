"""When a decision of the check is wrong."""

from __future__ import annotations

import pytest

from benchmarks.quality import Result
from benchmarks.verdicts import DATASETS, best_baseline, is_wrong, report, row_of
from service.evaluation.report import Figure, Report


def result(check: str, ours: float, theirs: float) -> Result:
    """Intervals reach .01 to either side."""
    figures = tuple(
        Figure(name, "all", "ndcg@10", value, value - 0.01, value + 0.01, 100)
        for name, value in (("palate", ours), ("ease", theirs), ("popularity", 0.01))
    )
    about = {"check": check, "seed": "0"}
    return Result("palate evaluate", "2026-11-30", about, Report(figures))


@pytest.mark.parametrize(
    ("check", "ours", "theirs", "wrong"),
    [
        ("serves", 0.06, 0.05, False),
        ("serves", 0.05, 0.06, False),  # within chance
        ("serves", 0.03, 0.06, True),
        ("refused", 0.03, 0.06, False),
        ("refused", 0.06, 0.05, True),
    ],
)
def test_a_decision_is_wrong_where_the_served_answer_says_the_opposite(
    check: str, ours: float, theirs: float, wrong: bool
) -> None:
    assert is_wrong(result(check, ours, theirs), "ease") is wrong


def test_the_report_counts_what_is_wrong() -> None:
    text = report({"a": result("serves", 0.06, 0.05), "b": result("refused", 0.06, 0.05)})
    assert "1 of 2 decisions wrong" in text
    assert "| b | refused | .0600 [.0500, .0700] | ease .0500 [.0400, .0600] | **wrong** |" in text
    assert best_baseline(result("serves", 0.06, 0.05)) == "ease"


def test_every_training_is_a_row_of_its_own() -> None:
    names = {row_of(name, seed).name for name in DATASETS for seed in range(5)}
    assert len(names) == 15
    assert "--domain" in row_of("amazon-toys", 1).options
