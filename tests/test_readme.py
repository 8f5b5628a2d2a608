"""What README and docs tell people to type exists: commands and their options, make targets, files,
Python names."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

import palate
from benchmarks.modules import modules_of
from benchmarks.shown_commands import not_understood, typed
from palate.client import Client
from service.ranker.candidates import sources_of

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
]
MAX_COMMANDS = 5
TOP = {
    "benchmarks",
    "clients",
    "docs",
    "encoders",
    "examples",
    "indexer",
    "proto",
    "service",
    "tests",
}
"""Folders whose files pages name by their whole path."""
MODALITIES = ("text", "image", "audio")


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_their_options_exist(page: Path) -> None:
    assert list(not_understood(page.read_text(encoding="utf-8"))) == []


def test_commands_are_found_to_be_checked() -> None:
    found = [line for page in PAGES for line in typed(page.read_text(encoding="utf-8"))]
    assert len(found) > 40


@pytest.mark.parametrize(
    "line", [line for page in PAGES for line in typed(page.read_text(encoding="utf-8"), "make")]
)
def test_make_targets_exist(line: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(shlex.split(line, comments=True)[1:]) <= set(targets)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_and_folders_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`([\w./<>*-]+/[\w./<>*-]*)`", page.read_text(encoding="utf-8"))
    paths = [name for name in named if name.partition("/")[0] in TOP]
    assert [path for path in paths if not any(ROOT.glob(re.sub(r"<\w+>", "*", path)))] == []


def test_the_architecture_page_names_every_folder_of_code_and_no_other() -> None:
    """With what it is, in one line each."""
    listed = _blocks(ROOT / "docs" / "architecture.md", "text")[0]
    lines = [line for line in listed.splitlines() if line]
    assert [line for line in lines if not re.fullmatch(r"[\w/]+/ +\S.*", line)] == []
    folders = {module.folder for module in modules_of(ROOT).values() if module.text.strip()}
    folders.discard("proto/palate/v1")  # what is in there is generated
    assert sorted(line.partition("/ ")[0] for line in lines) == sorted(folders)


def test_classes_that_the_architecture_page_names_exist_with_their_members() -> None:
    """`Trainer`, and `Trainer._turn` where it is set somewhere in the file of the class."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([A-Z]\w+[a-z]\w*)(?:\.(\w+))?`", page)
    files = {
        node.name: module.text
        for module in modules_of(ROOT).values()
        for node in module.tree.body
        if isinstance(node, ast.ClassDef)
    }
    gone = [name for name, _ in named if name not in files]
    missing = [
        f"{name}.{member}"
        for name, member in named
        if member and not re.search(rf"\b{member}\b", files.get(name, ""))
    ]
    assert (gone, missing) == ([], [])


@pytest.mark.parametrize("source", [source.name for source in sources_of(MODALITIES)])
def test_a_source_that_callers_see_is_on_the_page_about_ranking(source: str) -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "ranking.md").read_text(encoding="utf-8").splitlines()
        if line.strip().startswith("|")
    ]
    assert any(f"`{source}`" in row for row in rows), f"docs/ranking.md has no row with {source}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_on_the_page_parses_and_calls_what_the_client_has(page: Path) -> None:
    for block in _blocks(page, "python"):
        calls = [
            node.func.attr
            for node in ast.walk(ast.parse(block))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "palate"
        ]
        known = {*dir(Client), *palate.__all__}  # the client, or the package
        assert [name for name in calls if name not in known] == []


def test_a_recommendation_with_its_reason_is_at_most_five_commands_away() -> None:
    first = _blocks(PAGES[0], "sh")[0]
    commands = [part for line in first.splitlines() for part in line.split("&&") if part.strip()]
    assert len(commands) <= MAX_COMMANDS
    assert "make demo" in first
