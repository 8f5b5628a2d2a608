import pytest

from service.evaluation.report import Figure, Report

REPORT = Report(
    (
        Figure("a", "all", "ndcg@10", 0.25, 0.2, 0.3, 4),
        Figure("a", "all", "coverage@10", 0.5, None, None, 4),
        Figure("b", "all", "ndcg@10", 0.125, 0.1, 0.15, 4),
        Figure("a", "warm", "ndcg@10", 0.75, 0.7, 0.8, 3),
    )
)


def test_rows_hold_a_line_per_slice_and_system() -> None:
    assert REPORT.header() == ["slice", "system", "cases", "ndcg@10", "coverage@10"]
    assert list(REPORT.rows()) == [
        ["all", "a", "4", "0.2500 [0.2000, 0.3000]", "0.5000"],
        ["all", "b", "4", "0.1250 [0.1000, 0.1500]", ""],
        ["warm", "a", "3", "0.7500 [0.7000, 0.8000]", ""],
    ]
    assert list(REPORT.rows(["ndcg"], slices=["warm"])) == [
        ["warm", "a", "3", "0.7500 [0.7000, 0.8000]"]
    ]


def test_json_gives_the_same_report_back() -> None:
    assert Report.from_json(REPORT.to_json()) == REPORT


def test_a_figure_that_is_not_there_is_answered_with_those_that_are() -> None:
    assert REPORT.get("ndcg@10", system="b").value == 0.125
    with pytest.raises(
        KeyError, match=r"no figure b / warm / ndcg@10; there are: a / all / coverage@10; "
    ):
        REPORT.get("ndcg@10", slice="warm", system="b")
