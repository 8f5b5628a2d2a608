"""What is printed, where, and how it is laid out."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest

from service.api.messages import TrainProgress
from service.cli import output


class Terminal(io.StringIO):
    """Remembers what it was shown."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are wrapped at the width of the terminal that the tests run in."""
    monkeypatch.setenv("COLUMNS", "200")


def _stderr(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> None:
    """Not in a fixture: what one sets is replaced by pytest's own before the test begins."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stream)


def test_json_keeps_its_letters_and_is_one_line_where_it_is_asked_to_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.emit({"title": "慢", "k": [1, 2]}, indent=None)
    assert capsys.readouterr().out == '{"title": "慢", "k": [1, 2]}\n'
    output.emit({"title": "慢", "k": [1, 2]})
    text = capsys.readouterr().out
    assert len(text.splitlines()) == 7
    assert json.loads(text) == {"title": "慢", "k": [1, 2]}


def test_an_error_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    output.error("the file\n  cannot\tbe read")
    assert tuple(capsys.readouterr()) == ("", "error: the file cannot be read\n")


def test_text_is_wrapped_at_words_and_brackets_are_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output.say("a title with [bold]brackets[/bold] in it")
    output.heading("[red]")
    assert capsys.readouterr().out == "a title with [bold]brackets[/bold] in it\n\n== [red]\n"
    monkeypatch.setenv("COLUMNS", "12")
    output.say("wrapped between words")
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "wrapped",
        "between",
        "words",
    ]


def test_a_table_writes_each_kind_of_value_in_its_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.table(
        ["name", "there", "items", "score"],
        [["[b]", True, 12_345, 0.12345], ["second", False, 7, 2.0]],
        title="Models [old] [/x]",
        right=["items", "score"],
    )
    title, *lines = [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]
    header, _, first, second = lines
    assert title == "Models [old] [/x]"
    assert header.split() == ["name", "there", "items", "score"]
    assert first.split() == ["[b]", "yes", "12,345", "0.123"]
    assert second.split() == ["second", "7", "2.000"]
    assert first.index("12,345") + len("12,345") == second.index("7") + 1


def test_a_line_is_as_it_is_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    output.line("[a] " * 100)
    assert capsys.readouterr().out == "[a] " * 100 + "\n"


def test_a_grid_has_columns_without_names(capsys: pytest.CaptureFixture[str]) -> None:
    output.grid([["1.", "[Alien]", "x"], ["10.", "Heat", ""]])
    first, second = capsys.readouterr().out.splitlines()
    assert (first.split(), second.split()) == (["1.", "[Alien]", "x"], ["10.", "Heat"])
    assert first.index("[") == second.index("H") == 5


def test_a_narrow_table_folds_neither_numbers_nor_what_is_to_stay_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = ["model-20240101", "a remark that is much too long for its line", 1_234_567]
    output.table(["version", "remark", "items"], [row], right=["items"], whole=["version"])
    text = capsys.readouterr().out
    assert ("model-20240101" in text, "1,234,567" in text) == (True, True)
    assert str(row[1]) not in text
    assert max(len(line) for line in text.splitlines()) <= 40


def test_progress_is_a_bar_per_stage_whatever_is_remarked_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    _stderr(monkeypatch, terminal)
    with output.progress(quiet=False) as step:
        step("read [a] [/x]", 3, 3)
        step("fit: loss 0.50", 1, 2)
        step("fit: loss 0.25", 2, 2)
    last = terminal.getvalue().rpartition("read [a] [/x]")[2]
    assert ("3/3" in last, "fit: loss 0.25" in last, "2/2" in last) == (True, True, True)
    assert last.count("fit") == 1


def test_a_spinner_turns_while_something_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    _stderr(monkeypatch, terminal)
    with output.waiting("loading [a] [/x]", quiet=False):
        pass
    assert "loading [a] [/x]" in terminal.getvalue()


@pytest.mark.parametrize(("stream", "quiet"), [(Terminal(), True), (io.StringIO(), False)])
def test_nothing_moves_where_nobody_watches_or_quiet_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, quiet: bool
) -> None:
    _stderr(monkeypatch, stream)
    with output.progress(quiet) as step, output.waiting("loading", quiet):
        step("fit", 1, 2)
    assert stream.getvalue() == ""


def test_long_work_without_a_terminal_is_told_in_lines_with_their_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    _stderr(monkeypatch, stream)
    with output.progress(quiet=False, lines=True) as step:
        step("read", 0, None)
        step("fit: loss 0.50", 1, 2)
        step("fit: loss 0.25", 2, 2)
    with output.progress(quiet=True, lines=True) as step:
        step("fit", 1, 2)
    lines = [
        re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", "", line)
        for line in stream.getvalue().splitlines()
    ]
    assert lines == ["read, 0", "fit: loss 0.50, 1 of 2", "fit: loss 0.25, 2 of 2"]


def test_progress_of_long_work_is_told_as_steps() -> None:
    steps: list[tuple[str, int, int | None]] = []
    tell = output.telling(lambda *step: steps.append(step))
    tell(TrainProgress("fit", 1, 3))
    tell(TrainProgress("save", 0, 0))
    assert steps == [("fit", 1, 3), ("save", 0, None)]
