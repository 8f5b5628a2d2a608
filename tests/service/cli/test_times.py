"""What `palate index` tells of its time, of encoders whose seconds are given."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from encoders.fake import FakeImageEncoder, FakeTextEncoder
from encoders.networks.backend import Running
from encoders.timing import Laps, Timing
from service.cli.times import RunTimes, peak_memory_mb, run_times, show


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are wrapped at the width of the terminal that the tests run in."""
    monkeypatch.setenv("COLUMNS", "200")


class MeasuredText(FakeTextEncoder):
    """Says that it took some seconds."""

    def __init__(self, **seconds: float) -> None:
        super().__init__()
        self.running: Running | None = Running("OpenVINO bf16") if seconds else None
        self.timing = Timing()
        laps = Laps()
        laps.seconds.update(seconds)
        self.timing.add(laps)


class MeasuredImages(FakeImageEncoder):
    """The same of pictures."""

    def __init__(self, **seconds: float) -> None:
        super().__init__()
        self.running: Running | None = Running("PyTorch fp32 on the CPU")
        self.timing = Timing()
        laps = Laps()
        laps.seconds.update(seconds)
        self.timing.add(laps)


def _stages(
    load: float = 0.0, pre: float = 0.0, core: float = 0.0, post: float = 0.0
) -> dict[str, float]:
    return {"load": load, "pre": pre, "core": core, "post": post}


def test_shares_are_of_the_whole_run() -> None:
    times = run_times(
        [MeasuredText(load=1, core=3, post=0.5), MeasuredImages(pre=0.5, core=5)],
        rows=500,
        seconds=20,
    )
    assert (times.seconds, times.rows_per_s, times.encoding) == (20, 25, 0.5)
    assert [(e.runs_on, e.seconds) for e in times.encoders] == [
        ("OpenVINO bf16", _stages(load=1, core=3, post=0.5)),
        ("PyTorch fp32 on the CPU", _stages(pre=0.5, core=5)),
    ]


def test_an_encoder_that_does_not_tell_its_time_leaves_the_share_unknown() -> None:
    times = run_times([MeasuredText(core=3), FakeImageEncoder()], rows=10, seconds=5)
    assert times.encoding is None
    assert [e.runs_on for e in times.encoders] == ["OpenVINO bf16"]


def test_a_text_encoder_alone_tells_the_share_of_all() -> None:
    assert run_times([MeasuredText(core=2)], rows=10, seconds=5).encoding == 0.4


def test_an_encoder_that_had_nothing_to_do_is_not_listed() -> None:
    times = run_times([MeasuredText(), MeasuredImages(core=1)], rows=10, seconds=4)
    assert [e.runs_on for e in times.encoders] == ["PyTorch fp32 on the CPU"]
    assert times.encoding == 0.25


def test_nothing_that_was_read_is_no_rows_a_second() -> None:
    assert run_times([FakeTextEncoder()], rows=0, seconds=0.01).rows_per_s == 0


def test_the_memory_at_most_is_more_than_python_alone_and_less_than_a_machine() -> None:
    assert 20 < peak_memory_mb() < 1e6


def test_keys_for_programs() -> None:
    times = asdict(run_times([MeasuredText(core=1)], rows=10, seconds=4))
    assert set(times) == {"seconds", "rows_per_s", "encoders", "encoding", "peak_memory_mb"}
    assert times["encoders"] == (
        {"encoder": "fake", "runs_on": "OpenVINO bf16", "seconds": _stages(core=1)},
    )


def test_people_read_a_line_for_each_encoder_and_one_of_the_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(run_times([MeasuredText(load=1, core=2.26)], rows=4_000, seconds=13.04))
    lines = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    header, encoder, total = lines[0], lines[-2], lines[-1]
    assert header.split() == ["encoder", "runs", "on", "load", "pre", "core", "post"]
    assert encoder.split() == ["fake", "OpenVINO", "bf16", "1.0", "0.0", "2.3", "0.0"]
    assert total.startswith(
        "13.0 seconds in all, 25% of it inside the encoders; 307 rows a second; "
    )


def test_people_are_told_no_share_that_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    show(RunTimes(seconds=2.0, rows_per_s=5.0, encoders=(), encoding=None, peak_memory_mb=1234.0))
    assert (
        capsys.readouterr().out
        == "2.0 seconds in all; 5 rows a second; 1,234 MB of memory at most\n"
    )
