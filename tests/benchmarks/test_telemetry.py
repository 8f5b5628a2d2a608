"""The report says how much more processor time a call takes, against a server that is blind."""

from benchmarks.telemetry import report


def test_the_report_has_what_each_state_costs_more() -> None:
    found = {
        "off": [1000.0] * 5,
        "measured": [1020.0] * 5,
        "logged": [1030.0] * 5,
        "all": [1050.0] * 5,
    }
    lines = report(found, 100, (0.5, 1.5, 4.0)).splitlines()
    assert "| off | 1,000 |  |  |" in lines
    assert "| measured | 1,020 | +20 | 2.0% (2.0% to 2.0%) |" in lines
    assert "| all | 1,050 | +50 | 5.0% (5.0% to 5.0%) |" in lines
    assert "0.5 µs here, 1.5 µs by prometheus_client, 4.0 µs by the SDK" in lines[-1]
