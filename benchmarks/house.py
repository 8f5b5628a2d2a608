"""The measures of our code as a house: how many files a folder has, how dense a line is, what has a
test where one looks for it.

    python -m benchmarks.house [CHECKOUT | COMMIT ...] [--package NAME] [--write]

Prints one column for each folder or commit, for this checkout without any. Reads text only, so that
every commit can be measured from here, and with `--package` any other library, unpacked.
"""

from __future__ import annotations

import argparse
import ast
import io
import subprocess
import tarfile
import tempfile
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.modules import PACKAGES, Module, cycles_of, imports_of, modules_of
from benchmarks.tables import markdown, replace_section

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/architecture.md"
WIDTH = 100
"""Columns."""
_BETWEEN = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)
"""Tokens that are no code by themselves."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class House:
    """What is measured of one checkout. Empty files count nowhere."""

    files_per_folder: Sequence[int]
    lines_per_file: Sequence[int]
    lines_per_body: Sequence[int]
    """Of functions, without their docstrings."""
    long_lines: float
    """Share of lines over WIDTH columns."""
    nodes_per_line: float
    """Syntax nodes per line of code: neither blank, nor comment, nor docstring."""
    cycles: int
    """Knots of modules that import from one another."""
    mirrored: int
    """Modules of logic with a test at the mirrored path."""
    logic: int
    """Modules with code of their own: all but `__init__.py`."""


def measured(checkout: Path, packages: Mapping[str, str] = PACKAGES) -> House:
    everything = modules_of(checkout, packages)
    modules = [module for module in everything.values() if module.text.strip()]
    lines = [line for module in modules for line in module.text.splitlines()]
    logic = [module for module in modules if module.path.name != "__init__.py"]
    return House(
        files_per_folder=list(Counter(module.folder for module in modules).values()),
        lines_per_file=[len(module.text.splitlines()) for module in modules],
        lines_per_body=[size for module in modules for size in _bodies(module.tree)],
        long_lines=sum(len(line) > WIDTH for line in lines) / len(lines),
        nodes_per_line=sum(map(_nodes, modules)) / sum(map(_code_lines, modules)),
        cycles=len(cycles_of(imports_of(everything))),
        mirrored=sum((checkout / mirror_of(module)).is_file() for module in logic),
        logic=len(logic),
    )


def mirror_of(module: Module) -> Path:
    """Where one looks for the test of a module."""
    folder = module.path.parent
    if module.name.startswith("palate."):
        folder = Path("proto", *folder.parts[2:])
    return Path("tests") / folder / f"test_{module.path.name}"


def _nodes(module: Module) -> int:
    return sum(1 for _ in ast.walk(module.tree))


def _code_lines(module: Module) -> int:
    written: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type not in _BETWEEN:
            written.update(range(token.start[0], token.end[0] + 1))
    return len(written - _docstring_lines(module.tree))


def _docstring_lines(tree: ast.Module) -> set[int]:
    """Lines of texts that stand alone, those beside fields included."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if _is_text(node):
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def _bodies(tree: ast.Module) -> Iterable[int]:
    """Lines of each function from its first statement to its last."""
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            body = node.body[1:] if _is_text(node.body[0]) else node.body
            if body:
                yield (body[-1].end_lineno or 0) - body[0].lineno + 1


def _is_text(node: ast.AST) -> bool:
    alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return alone and isinstance(node.value.value, str)


ROWS: Mapping[str, Callable[[House], str]] = {
    "folders": lambda house: str(len(house.files_per_folder)),
    "files": lambda house: str(len(house.lines_per_file)),
    "files per folder: median, most": lambda house: _spread(house.files_per_folder, 50, 100),
    "lines per file: median, p90, most": lambda house: _spread(house.lines_per_file, 50, 90, 100),
    "lines per function body: median, p90": lambda house: _spread(house.lines_per_body, 50, 90),
    f"lines over {WIDTH} columns": lambda house: f"{house.long_lines:.1%}",
    "syntax nodes per line of code": lambda house: f"{house.nodes_per_line:.1f}",
    "knots of imports": lambda house: str(house.cycles),
    "modules with a test at the mirrored path": lambda house: (
        f"{house.mirrored} of {house.logic} ({house.mirrored / house.logic:.0%})"
    ),
}


def _spread(sizes: Sequence[int], *percents: int) -> str:
    return ", ".join(f"{np.percentile(sizes, percent):.0f}" for percent in percents)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("checkouts", nargs="*", default=[str(ROOT)], metavar="CHECKOUT")
    parser.add_argument("--package", help="a package that is not ours, in its place")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args()
    packages = {options.package: "."} if options.package else PACKAGES
    houses = [_measured(checkout, packages) for checkout in options.checkouts]
    rows = [[name, *map(figure, houses)] for name, figure in ROWS.items()]
    table = markdown(["", *map(_name, options.checkouts)], rows)
    if options.write:
        replace_section(PAGE, "house", table)
    else:
        print(table)


def _measured(checkout: str, packages: Mapping[str, str]) -> House:
    """Of a folder, or of a commit of this repository."""
    if Path(checkout).is_dir():
        return measured(Path(checkout), packages)
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "archive", checkout], check=True, stdout=subprocess.PIPE
    )
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        return measured(Path(folder), packages)


def _name(checkout: str) -> str:
    here = Path(checkout).resolve() == ROOT
    return "now" if here else Path(checkout).name


if __name__ == "__main__":
    main()
