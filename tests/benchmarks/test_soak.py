"""Growth is that of a line which single windows do not move; memory is of the children, too."""

import os
import subprocess
import sys

import pytest

from benchmarks.soak import Window, growth, report, with_children_mb
from benchmarks.start import memory_mb


def test_what_stays_has_not_grown_whatever_one_window_was() -> None:
    values = [100.0] * 20
    values[7] = 400.0
    assert growth(values).estimate == 0


def test_growth_is_of_the_whole_time() -> None:
    found = growth([100.0 + n for n in range(11)])
    assert found.estimate == pytest.approx(10 / 105)
    assert found.low <= found.estimate <= found.high


def test_the_first_fifth_is_warm_up() -> None:
    windows = [Window(5, 20, 300 + 100 * n, 900, 100, n == 0) for n in range(2)]
    windows += [Window(5, 20, 500, 900, 100, 0)] * 8
    text = report(windows, 30.0)
    assert "anonymous memory +0.0% [+0.0%, +0.0%]" in text
    assert "1,000 calls of Recommend at 30/s beside writers, 1 failed" in text
    assert text.splitlines()[-1] == "| 10 | 5 | 20 | 500 | 900 |"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured on Linux only")
def test_memory_of_children_counts() -> None:
    wait = "import sys; x = bytearray(50_000_000); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", wait]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alone, _ = memory_mb(os.getpid())
        with_child, _ = with_children_mb(os.getpid())
        assert with_child - alone > 40
        child.communicate()
