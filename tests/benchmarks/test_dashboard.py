"""Pages of metrics become one record in time; what Prometheus answers becomes lines with names.

That Prometheus answers is asked in `tests/test_deploy.py`.
"""

from __future__ import annotations

from benchmarks.dashboard import Target, _line, _note, panels

PAGE = """# HELP palate_items Items.
# TYPE palate_items gauge
palate_items {n}
# EOF
"""


def test_samples_of_one_family_stand_together_with_their_time() -> None:
    samples: dict[str, list[str]] = {}
    for at, n in ((15.0, 40), (30.0, 41)):
        _note(samples, PAGE.format(n=n), at)
    assert samples == {
        "palate_items": [
            "# HELP palate_items Items.",
            "# TYPE palate_items gauge",
            "palate_items 40 15.0",
            "palate_items 41 30.0",
        ]
    }


def test_a_line_is_named_by_its_labels_and_leaves_out_what_is_no_number() -> None:
    series = {
        "metric": {"rpc_method": "palate.v1.IndexService/GetItem"},
        "values": [[15, "1.5"], [30, "NaN"], [45, "2"]],
    }
    line = _line(Target("", "{{rpc_method}}, calls"), series)
    assert (line.name, line.times, line.values) == ("GetItem, calls", [15, 45], [1.5, 2.0])


def test_the_panels_are_those_with_queries_and_grafanas_window_is_filled_in() -> None:
    assert len(panels()) == 28
    queries = [target.expr for panel in panels() for target in panel.targets]
    assert any("[1m]" in query for query in queries)
    assert not any("$" in query for query in queries)
