"""The report says how many times the processor time of an open server a call takes."""

from benchmarks.access import report


def test_the_report_has_what_each_state_costs_more() -> None:
    found = {"open": [1000.0] * 5, "key": [1010.0] * 5, "TLS + key": [1050.0] * 5}
    lines = report(found, 30).splitlines()
    assert "| open | 1,000 |  |  |" in lines
    assert "| key | 1,010 | +10 | 1.010 (1.010 to 1.010) |" in lines
    assert "| TLS + key | 1,050 | +50 | 1.050 (1.050 to 1.050) |" in lines
    assert lines[-1] == "Medians of 5 rounds of 30 calls in each state."
