"""The example of the client for Python, on a real server."""

from __future__ import annotations

import subprocess
import sys

from tests.clients.conftest import ROOT, Server


def test_the_example_gets_lists_with_reasons_and_a_refusal(server: Server) -> None:
    done = subprocess.run(
        [sys.executable, "examples/clients/python/shop.py"],
        cwd=ROOT,
        env={**server.environment, "PYTHONPATH": "proto"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "8 items []"
    assert [line.split(". ")[0] for line in lines[1:5]] == ["ada 1", "ada 2", "bo 1", "bo 2"]
    assert all(line.partition(": ")[2] for line in lines[1:5])
    assert lines[5].startswith("FILTER_SYNTAX: ")
