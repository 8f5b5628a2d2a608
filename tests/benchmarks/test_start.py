"""The report of starts has medians; made-up rows are rows that can be indexed."""

import numpy as np

from benchmarks.start import Start, made_up_events, made_up_items, memory_mb, report


def test_the_report_has_medians() -> None:
    starts = [Start(n, 2 * n, 3 * n, 4 * n, 50 * n, 40 * n, 100 * n, 1000 * n) for n in (3, 1, 2)]
    lines = report({"films": starts}).splitlines()
    assert lines[-1] == "| films | 2.0 | 4.0 | 6.0 | 8.0 | 100 | 80 | 200 | 2,000 |"
    assert "medians of 3" in lines[0]


def test_made_up_rows_name_one_another() -> None:
    rng = np.random.default_rng(0)
    items, events = list(made_up_items(5, rng)), list(made_up_events(5, rng))
    assert [item["item_id"] for item in items] == ["0", "1", "2", "3", "4"]
    assert all(item["title"] and item["categories"] for item in items)
    assert all(0 <= int(str(event["item_id"])) < 100_000 for event in events)


def test_memory_of_a_process_that_is_not_there_is_not_known() -> None:
    assert np.isnan(memory_mb(-1)).all()
