"""What `palate index` says of its time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from encoders.backend import Running
from encoders.fake import FakeImageEncoder, FakeTextEncoder
from encoders.timing import Laps, Timing
from service.cli.times import EncoderTimes, run_times, show
from tests.service.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[3]


class Measuring(FakeTextEncoder):
    """A text encoder that says it took 6 seconds."""

    def __init__(self, running: Running | None) -> None:
        super().__init__()
        self.running = running
        self.timing = Timing()
        laps = Laps()
        laps.seconds = {"load": 1.0, "pre": 1.5, "core": 3.0, "post": 0.5}
        self.timing.add(laps)


def test_stages_and_shares_are_those_of_the_encoders() -> None:
    times = run_times([Measuring(Running("OpenVINO bf16")), None], rows=100, seconds=8.0)
    assert times.encoders == (
        EncoderTimes("fake", "OpenVINO bf16", {"load": 1.0, "pre": 1.5, "core": 3.0, "post": 0.5}),
    )
    assert (times.seconds, times.rows_per_s, times.encoding) == (8.0, 12.5, 0.75)


def test_an_encoder_that_does_not_say_leaves_the_share_unknown() -> None:
    times = run_times([Measuring(Running("PyTorch")), FakeImageEncoder()], rows=1, seconds=8.0)
    assert (len(times.encoders), times.encoding) == (1, None)


def test_an_encoder_that_was_not_needed_is_not_listed() -> None:
    times = run_times([Measuring(None)], rows=1, seconds=8.0)
    assert (times.encoders, times.encoding) == ((), 0.0)


def test_people_see_why_it_is_not_the_fast_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    label = "PyTorch fp32 on the CPU (openvino is not installed)"
    show(run_times([Measuring(Running(label))], rows=1234, seconds=8.0))
    out = capsys.readouterr().out
    assert label in out
    assert "8.0 seconds in all, 75% of it inside the encoders; 154 rows a second" in out


def test_peak_memory_counts_what_was_given_back() -> None:
    """In a process of its own: this one may have held more before, and its parent's peak is not its own."""
    code = (
        "from service.cli.times import peak_memory_mb as peak; before = peak();"
        "held = bytearray(b'x') * 100_000_000; del held; print(peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 90 < float(done.stdout) < 130


def test_a_program_gets_the_times_and_a_person_a_line(run: Run, catalogue: Path) -> None:
    times = run("index", catalogue, "--json").json["times"]
    assert times["encoders"] == []
    assert times["encoding"] is None
    assert times["rows_per_s"] == pytest.approx(40 / times["seconds"], rel=0.1)
    assert times["peak_memory_mb"] > 10
    assert "rows a second" in run("index", catalogue).out


def test_events_have_no_encoders_to_tell_of(run: Run, behaviour: Path) -> None:
    assert "times" not in run("events", behaviour, "--json").json


def test_the_doctor_says_what_an_encoder_runs_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.cli import encoder_checks

    monkeypatch.setattr(encoder_checks, "load_text_encoder", lambda *_: Measuring(Running("OpenVINO bf16")))
    (found,) = (row["found"] for row in run("doctor", "--json").json if row["what"] == "text encoder")
    assert found.endswith("texts/s here on OpenVINO bf16")
