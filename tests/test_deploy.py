"""The dashboard and the alerts name what a server exports, and Prometheus answers what they ask.

What needs Prometheus (Debian's package `prometheus`) is left out where it is not installed.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import dashboard
from service.telemetry.metrics import METRICS

ROOT = Path(__file__).parents[1]
RULES = ROOT / "deploy" / "prometheus"
PANELS = dashboard.panels()
ALERTS: list[dict[str, Any]] = yaml.safe_load((RULES / "alerts.yml").read_text())["groups"][0][
    "rules"
]
STEPS = 14

needs_prometheus = pytest.mark.skipif(
    not dashboard.available(), reason="prometheus and promtool are not installed"
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, float]:
    """Metrics of a server under traffic, and the time of the first."""
    folder = tmp_path_factory.mktemp("world")
    return asyncio.run(dashboard.record(folder, steps=STEPS, busiest=8, drift_of=20))


def _names(expr: str) -> set[str]:
    """The metrics of an expression, without the labels in it."""
    bare = re.sub(r"\{[^}]*\}|\b(by|on|ignoring|without)\s*\([^)]*\)", "", expr)
    return set(re.findall(r"\b(?:palate|rpc|process)_\w+", bare))


def _exported(text: str) -> set[str]:
    return {re.split(r"[ {]", line)[0] for line in text.splitlines() if not line.startswith("#")}


def test_names_are_told_from_labels() -> None:
    expr = 'sum by (rpc_method) (rate(rpc_x_count{palate_y="1"}[5m])) / on (rpc_z) palate_w'
    assert _names(expr) == {"rpc_x_count", "palate_w"}


@pytest.mark.slow
def test_the_dashboard_and_the_alerts_name_what_a_server_exports(
    recorded: tuple[str, float],
) -> None:
    exported = _exported(recorded[0])
    asked = [
        *((panel.title, target.expr) for panel in PANELS for target in panel.targets),
        *((alert["alert"], alert["expr"]) for alert in ALERTS),
    ]
    assert [where for where, expr in asked if not _names(expr)] == []
    assert [
        (where, _names(expr) - exported) for where, expr in asked if _names(expr) - exported
    ] == []


@pytest.mark.slow
def test_every_metric_of_the_table_is_exported_by_a_server_under_traffic(
    recorded: tuple[str, float],
) -> None:
    exported = _exported(recorded[0])
    names = {f"{one.name}_count" if one.buckets else one.name for one in METRICS}
    assert names - exported == set()


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    assert len({alert["alert"] for alert in ALERTS}) == len(ALERTS)
    for alert in ALERTS:
        assert alert["labels"]["severity"] in ("page", "ticket")
        assert set(alert["annotations"]) == {"summary", "todo"}


@needs_prometheus
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "alerts.yml"),
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "alerts.test.yml"),
    ],
    ids=" ".join,
)
def test_promtool_finds_nothing_wrong(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *arguments], cwd=RULES, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@needs_prometheus
def test_prometheus_answers_every_query_of_the_dashboard(recorded: tuple[str, float]) -> None:
    text, began = recorded
    with dashboard.prometheus(text) as address:
        empty = [
            (panel.title, target.expr)
            for panel in PANELS
            for target in panel.targets
            if not any(line.values for line in dashboard.query(address, target, began, STEPS))
        ]
    assert empty == []
