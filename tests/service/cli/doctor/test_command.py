"""`palate doctor`: its exit codes, its table and what it says to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli.doctor import command
from service.cli.doctor.finding import Finding
from tests.service.cli.conftest import Run


@pytest.mark.parametrize(
    ("statuses", "code"),
    [(["ok"], 0), (["ok", "warn"], 1), (["warn", "fail", "ok"], 2)],
)
def test_the_exit_code_is_that_of_the_worst_finding(
    run: Run, monkeypatch: pytest.MonkeyPatch, statuses: list[str], code: int
) -> None:
    def findings(data: Path | None, config: Path | None) -> Iterator[Finding]:
        for n, status in enumerate(statuses):
            todo = "" if status == "ok" else f"mend {n}"
            yield Finding(status, f"thing {n}", f"found {n}", todo)  # type: ignore[arg-type]

    monkeypatch.setattr(command, "_findings", findings)
    ran = run("doctor")
    assert ran.code == code
    assert [f"thing {n}: mend {n}" in ran.out for n in range(len(statuses))] == [
        status != "ok" for status in statuses
    ]
    assert [finding["status"] for finding in run("doctor", "--json").json] == statuses


def test_settings_that_cannot_be_read_end_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "palate.toml").write_text("[server]\nworkers = 0\n")
    ran = run("doctor", "--config", tmp_path / "palate.toml", "--json")
    assert ran.code == 2
    assert ran.json[-1]["what"] == "settings"
    assert "server.workers" in ran.json[-1]["found"]
