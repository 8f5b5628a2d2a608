"""Every module of logic has a test where one looks for it: `a/b.py` has `tests/a/test_b.py`.

A module has logic if it has a function that does something: protocols, tables and records have
none.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.house import mirror_of
from benchmarks.modules import Module, modules_of

ROOT = Path(__file__).parents[1]
MODULES = modules_of(ROOT)


def has_logic(module: Module) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _does_something(node)
        for node in ast.walk(module.tree)
    )


def _does_something(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether more is in it than a docstring or an ellipsis."""
    return any(
        not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in function.body
    )


def _test_of(name: str) -> Path:
    return ROOT / mirror_of(MODULES[name])


LOGIC = [name for name, module in MODULES.items() if has_logic(module)]


def test_what_has_logic_is_told_from_what_only_says_how_things_look() -> None:
    def module(text: str) -> Module:
        return Module("x", Path("x.py"), text)

    assert not has_logic(module("X = 1\n\nclass A:\n    x: int\n"))
    assert not has_logic(
        module('class P(Protocol):\n    def f(self) -> int:\n        """Says."""\n')
    )
    assert not has_logic(module("class P(Protocol):\n    def f(self) -> int: ...\n"))
    assert has_logic(module('def f():\n    """Says."""\n    return 1\n'))
    assert has_logic(module("class A:\n    async def f(self):\n        await g()\n"))
    assert len(LOGIC) > len(MODULES) / 2


@pytest.mark.parametrize("name", LOGIC)
def test_a_module_has_a_test_where_one_looks_for_it(name: str) -> None:
    test = _test_of(name)
    assert test.is_file(), f"{name} has no {test.relative_to(ROOT)}"


def test_every_test_is_of_something() -> None:
    """A test whose module was moved or renamed would stay where nobody looks for it. Tests of
    several modules together, of a behaviour or of a whole folder, are named after what they test."""
    mirrored = {mirror_of(module) for module in MODULES.values()}
    folders = {test.parent for test in mirrored}
    stray = [
        test.relative_to(ROOT)
        for test in (ROOT / "tests").rglob("test_*.py")
        if test.relative_to(ROOT).parent not in folders
        and test.relative_to(ROOT).parts[1] in ("encoders", "indexer", "service", "proto")
    ]
    assert stray == []
