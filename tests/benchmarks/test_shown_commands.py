"""Commands that pages show are read as the command line reads them."""

from __future__ import annotations

import pytest

from benchmarks.shown_commands import mentioned, not_understood, problem_of, typed

PAGE = """
# Page

Say `palate train
--incremental`, or `palate models list`; not `pallet`.

```sh
# first
palate index items.jsonl \\
  --data here
cd x && palate train   # then
```

   ```sh
   palate recommend --user 42
   ```

```text
palate dance
```
"""


def test_lines_of_shell_are_found_and_what_is_printed_is_not() -> None:
    assert list(typed(PAGE)) == [
        "palate index items.jsonl    --data here",
        "palate train   # then",
        "palate recommend --user 42",
    ]
    assert list(typed("```sh\nmake demo && make test\n```", "make")) == ["make demo", "make test"]


def test_commands_in_the_text_are_found_though_they_are_broken_over_lines() -> None:
    assert list(mentioned(PAGE)) == ["palate train --incremental", "palate models list"]
    assert list(not_understood(PAGE)) == []


@pytest.mark.parametrize(
    "line",
    [
        "palate recommend --user 42 --wish 'no horror, under 20' -k 5",
        "palate enrich --limit 5",
        "palate enrich list",
        "palate --version",
        "palate train --help",
        "palate audit export > audit.jsonl",
    ],
)
def test_a_line_that_runs_is_no_problem(line: str) -> None:
    assert problem_of(line) == ""


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("palate dance", "no command 'dance'"),
        ("palate models dance", "no command 'models dance'"),
        ("palate train --fast", "--fast"),
        ("palate index", "FILE..."),
        ("palate recommend -k many", "'-k' / '--k'"),
    ],
)
def test_a_line_that_would_not_run_is_one(line: str, why: str) -> None:
    assert why in problem_of(line)
    (told,) = not_understood(f"```sh\n{line}\n```")
    assert told.startswith(f"`{line}`: ")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("palate dance", "no command 'dance'"),
        ("palate train --fast", "no option --fast"),
        ("palate models dance", "no command 'models dance'"),
    ],
)
def test_a_command_in_the_text_must_be_there_with_its_options(command: str, why: str) -> None:
    assert list(not_understood(f"Say `{command}`.")) == [f"`{command}`: {why}"]


def test_a_command_in_the_text_may_leave_out_the_rest() -> None:
    assert (
        list(not_understood("`palate index`, `palate COMMAND --help`, `palate index FILE`")) == []
    )
