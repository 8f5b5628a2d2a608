"""What the process that trains says, and what it may take. That it trains is in
`test_training_apart.py`."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from service.api.messages import TrainProgress
from service.operations.trainee import Task, Voice, says_no_memory

TASK = Task(
    settings={"data": "x", "log": {"url": "postgresql://user:secret@host/palate"}},
    digest="1a2b",
    seed=3,
    incremental=True,
    memory_mb=512,
    cores=1,
)


def test_a_task_is_read_as_it_was_written_and_by_nobody_else(tmp_path: Path) -> None:
    TASK.write(tmp_path)
    assert Task.read(tmp_path) == TASK
    assert (tmp_path / "task.json").stat().st_mode & 0o077 == 0


def test_what_is_said_is_a_line_each() -> None:
    stream = io.StringIO()
    voice = Voice(stream)
    voice.progress(TrainProgress("fit", 1, 2, "loss\n0.5"))
    voice.handle(logging.makeLogRecord({"levelno": 30, "name": "x", "msg": "a %s", "args": ("b",)}))
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
        {"progress": {"stage": "fit", "done": 1, "total": 2, "message": "loss\n0.5"}},
        {"log": [30, "x", "a b"]},
    ]


@pytest.mark.parametrize(
    "words",
    [
        "RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 9 bytes",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 1.2 GiB",
        "OpenBLAS error: Memory allocation still failed after 10 retries, giving up.",
    ],
)
def test_libraries_say_in_many_ways_that_there_is_no_memory(words: str) -> None:
    assert says_no_memory(words)
    assert not says_no_memory("ValueError: a shape is wrong")


def test_its_cores_and_its_memory_are_limited() -> None:
    """In a process of its own, for they cannot be raised again."""
    code = """
import os, resource
from service.operations.trainee import limit
limit(1024, 1)
print(len(os.sched_getaffinity(0)), resource.getrlimit(resource.RLIMIT_DATA)[0] >> 20,
      os.getpriority(os.PRIO_PROCESS, 0), open("/proc/self/oom_score_adj").read().strip())
try:
    bytearray(2 << 30)
except MemoryError:
    print("refused")
"""
    if sys.platform != "linux":
        pytest.skip("limits of a process are Linux's")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["1", "1024", "15", "1000", "refused"]


def test_it_ends_with_the_server_and_says_what_it_could_not_do(tmp_path: Path) -> None:
    code = "import sys; from service.operations.trainee import main; sys.exit(main(sys.argv[1]))"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    assert ran.returncode == 1  # either it has seen that nobody is there, or that nothing is asked
    said = [json.loads(line) for line in ran.stdout.splitlines()]
    assert all("error" in line for line in said)
