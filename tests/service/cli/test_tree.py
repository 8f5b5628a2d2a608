"""The commands by name."""

from __future__ import annotations

import pytest
import typer

from service.cli.tree import called, commands

app = typer.Typer()
group = typer.Typer()
both = typer.Typer()


@app.command()
def cook(salt: bool = False) -> None: ...


@group.command("list")
def list_all() -> None: ...


@both.callback(invoke_without_command=True)
def taste(spoon: str = "") -> None: ...


@both.command()
def again() -> None: ...


app.add_typer(group, name="dishes")
app.add_typer(both, name="taste")


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ([], ""),
        (["cook", "--salt"], "cook"),
        (["dishes", "list", "again"], "dishes list"),
        (["dishes", "cook"], "dishes"),
        (["taste", "--spoon", "again"], "taste"),
        (["taste", "again"], "taste again"),
        (["dance"], ""),
    ],
)
def test_the_command_is_found_that_arguments_call(arguments: list[str], path: str) -> None:
    assert called(app, arguments)[0] == path


def test_a_command_has_its_parameters() -> None:
    assert [one.name for one in called(app, ["cook"])[1].params] == ["salt"]


def test_all_that_can_be_called_is_listed_and_groups_that_cannot_are_not() -> None:
    assert [path for path, _ in commands(app)] == [
        "cook",
        "dishes list",
        "taste",
        "taste again",
    ]
