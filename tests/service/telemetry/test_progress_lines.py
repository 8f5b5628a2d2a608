"""Long work says where a stage begins and ends, and now and then how far it is."""

from service.telemetry.progress_lines import ProgressLines


def test_a_stage_has_a_line_at_its_first_step_at_its_last_and_when_time_has_passed() -> None:
    written: list[tuple[str, int, int | None]] = []
    clock = 0.0
    lines = ProgressLines(lambda *line: written.append(line), every_s=30.0, now=lambda: clock)
    lines.step("fit", 0, 8)  # nothing is done yet
    for done in range(1, 9):
        lines.step(f"fit: loss {done}", done, 8)
        clock += 12.0  # at 0, 36 and 72 seconds 30 have passed since the last line
    lines.step("evaluate", 0, None)
    lines.step("evaluate", 1, None)
    assert written == [
        ("fit: loss 1", 1, 8),
        ("fit: loss 4", 4, 8),
        ("fit: loss 7", 7, 8),
        ("fit: loss 8", 8, 8),
        ("evaluate", 0, None),
    ]
