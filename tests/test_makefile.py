"""The Makefile: what its targets leave behind."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def _make(folder: Path, *arguments: str) -> int:
    command = ["make", "--silent", "--file", str(MAKEFILE), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode


def test_clean_leaves_what_benchmarks_took_hours_for(tmp_path: Path) -> None:
    for name in ("build/bench-quality/ml-1m", "build/lib/service", "build/site", ".venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    assert _make(tmp_path, "clean") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["build"]
    assert [path.name for path in tmp_path.rglob("build/*")] == ["bench-quality"]
    assert (tmp_path / "build/bench-quality/ml-1m").is_dir()
    shutil.rmtree(tmp_path / "build")
    assert _make(tmp_path, "clean") == 0


@pytest.mark.parametrize("fails_at", ["encoders.carry", "pip", "nothing"])
def test_a_wheel_leaves_no_networks_in_the_checkout_whatever_fails(
    tmp_path: Path, fails_at: str
) -> None:
    """They would be used in the place of the weights from then on."""
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nmkdir -p encoders/carried\ntest "$2" != {fails_at}\n')
    python.chmod(0o755)
    code = _make(tmp_path, "--old-file=install", f"BIN={python.parent}", "wheel")
    assert (code == 0) == (fails_at == "nothing")
    assert not (tmp_path / "encoders/carried").exists()
