"""The page: every kind of group with its figures, and nothing that a name could do."""

from __future__ import annotations

import pytest

from indexer.catalog.event import EventPolicy
from indexer.catalog.item import Item
from indexer.log.opening import open_event_log
from service.api.fairness import FairnessReport, FairnessRequest
from service.online import fairness_page as shown
from service.online.fairness_reading import read_fairness
from tests.service.online.planted import T0, answer


@pytest.fixture(scope="module")
def report() -> FairnessReport:
    with open_event_log("sqlite://") as log:
        log.put_items(
            [Item(f"i{n}", categories=(f"<b>{n}</b>",), available=True) for n in range(30)]
        )
        log.put_served_batch(
            [answer(f"r{n}", f"u{n % 7}", [n % 30, (n + 1) % 30], at=T0 + n) for n in range(200)]
        )
        return read_fairness(log, EventPolicy(), 7.0, FairnessRequest())


def test_a_row_has_a_cell_for_every_column(report: FairnessReport) -> None:
    assert len(shown.exposure_row(report.exposure[0].groups[0])) == len(shown.EXPOSURE)
    assert len(shown.user_row(report.users[0].groups[0])) == len(shown.USERS)
    assert len(shown.window_row(report.windows[0])) == len(shown.WINDOWS)
    assert len(shown.trend_row(report.trends[0])) == len(shown.TRENDS)


def test_names_are_written_and_not_run(report: FairnessReport) -> None:
    html = shown.page(report, {"answers": "200"})
    assert "<b>1</b>" not in html
    assert "&lt;b&gt;" in html
    assert html.count("<svg") == 2
    assert "Concentration over time" in html


def test_of_many_groups_those_shown_most_are_in_the_table(report: FairnessReport) -> None:
    (category,) = (one for one in report.exposure if one.kind == "category")
    kept = shown.shown(category)
    assert (len(category.groups), len(kept)) == (30, shown.MOST_GROUPS)
    least_kept = min(one.impressions for one in kept)
    left_out = [one for one in category.groups if one not in kept]
    assert all(one.impressions <= least_kept for one in left_out)
    assert "10 more groups" in shown.page(report, {})
