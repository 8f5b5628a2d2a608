"""The modules of a checkout, as their text shows them: names, imports, and which stands above which.

Imports nothing of what it reads, so that any checkout can be looked at. Imports inside functions and
under TYPE_CHECKING count: they are dependencies as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGES = {"encoders": ".", "indexer": ".", "service": ".", "palate": "proto"}
"""Our packages and the folders of a checkout that they lie in."""
LAYERS = Path("docs/layers.txt")
"""The direction of imports, lowest line first; `tests/test_architecture.py` holds the code to it."""


@dataclass(frozen=True)
class Module:
    """One file of ours; generated ones are none of them."""

    name: str
    path: Path
    """Within the checkout."""
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def folder(self) -> str:
        return self.path.parent.as_posix()


def modules_of(checkout: Path, packages: Mapping[str, str] = PACKAGES) -> dict[str, Module]:
    """By name, package after package."""
    return {module.name: module for module in _modules(checkout, packages)}


def _modules(checkout: Path, packages: Mapping[str, str]) -> Iterator[Module]:
    for package, base in packages.items():
        for path in sorted((checkout / base / package).rglob("*.py")):
            if "_pb2" not in path.name:
                parts = path.relative_to(checkout / base).with_suffix("").parts
                name = ".".join(parts).removesuffix(".__init__")
                yield Module(name, path.relative_to(checkout), path.read_text(encoding="utf-8"))


def within(name: str, package: str) -> bool:
    """Whether a module is, or lies in, a package."""
    return name == package or name.startswith(f"{package}.")


def imports_of(modules: Mapping[str, Module]) -> dict[str, set[str]]:
    """The modules that each imports from."""
    return {name: _imported(module, modules) for name, module in modules.items()}


def _imported(module: Module, modules: Mapping[str, Module]) -> set[str]:
    found = set()
    for name in _names(module.tree):
        while name and name not in modules:
            name = name.rpartition(".")[0]
        if name and name != module.name:
            found.add(name)
    return found


def _names(tree: ast.Module) -> Iterator[str]:
    """Every name that is imported, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def below(imports: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """What each module imports from, directly or through others."""
    return {name: _reached(name, imports) for name in imports}


def _reached(start: str, imports: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(imports[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(imports[name])
    return found


def cycles_of(imports: Mapping[str, set[str]]) -> list[set[str]]:
    """Modules that import from one another, directly or through others; each set is one knot."""
    reached = below(imports)
    knots = []
    for name in sorted(imports):
        knot = {other for other in reached[name] if name in reached[other]}
        if knot and knot not in knots:
            knots.append(knot)
    return knots


class Direction:
    """Which of two modules stands higher."""

    def __init__(self, checkout: Path) -> None:
        self._below = below(imports_of(modules_of(checkout)))
        self._lines = _lines(checkout / LAYERS)
        self.source = LAYERS.as_posix() if self._lines else "what imports what"

    def is_above(self, name: str, other: str) -> bool:
        """Whether `name` stands higher than `other`: on a later line of the layers or, where both
        stand on one or nothing is written of layers, by importing from it, directly or through
        others."""
        here, there = self._line(name), self._line(other)
        return here > there or (here == there and other in self._below[name])

    def _line(self, name: str) -> int:
        """The same for all where there are no layers."""
        if not self._lines:
            return 0
        while name not in self._lines:
            assert "." in name, f"{name} stands nowhere in {LAYERS}"
            name = name.rpartition(".")[0]
        return self._lines[name]


def _lines(file: Path) -> dict[str, int]:
    """The line on which each folder stands; empty where there is no such file."""
    if not file.is_file():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return {
        name: number
        for number, line in enumerate(lines)
        if not line.startswith("#")
        for name in line.split()
    }
