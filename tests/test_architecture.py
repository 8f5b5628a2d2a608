"""The architecture, as far as a test can hold it: who may import whom, and where errors and the environment live.

    encoders <- indexer <- service.recommender <- service.server, service.cli

Imports inside functions and under TYPE_CHECKING count: they are dependencies as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from encoders.errors import PalateError
from service.errors import STATUS

ROOT = Path(__file__).parents[1]
PACKAGES = ("encoders", "indexer", "service", "palate")

WIRE = {  # where generated code may be imported
    "service.server",
    "service.servicers",
    "service.wire_in",
    "service.wire_out",
    "service.wire_rows",
    "service.cli",
}
SEALED = ("service.ranker", "service.explainer", "service.evaluation")


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]


def _modules() -> Iterator[Module]:
    for package in PACKAGES:
        base = ROOT / "proto" if package == "palate" else ROOT
        for path in sorted((base / package).rglob("*.py")):
            if "_pb2" not in path.name:
                name = ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
                yield Module(name, path, ast.parse(path.read_text(encoding="utf-8")))


MODULES = list(_modules())


def _imports(module: Module) -> Iterator[str]:
    """Every name that is imported, in full: `a.b`, and `a.b.c` for `from a.b import c`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}:{node.lineno}: imports are absolute"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _within(name: str, *parents: str) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def _importers(*names: str) -> set[str]:
    return {module.name for module in MODULES if any(_within(imported, *names) for imported in _imports(module))}


def _forbidden(inside: str, *allowed: str) -> list[str]:
    """Imports of our packages by modules inside `inside` that are neither inside it nor allowed."""
    return [
        f"{module.name} imports {imported}"
        for module in MODULES
        if _within(module.name, inside)
        for imported in _imports(module)
        if _within(imported, *PACKAGES) and not _within(imported, inside, *allowed)
    ]


def test_all_packages_are_seen() -> None:
    assert {module.package for module in MODULES} == set(PACKAGES)


@pytest.mark.parametrize(
    ("inside", "allowed"),
    [
        ("encoders", ()),
        ("indexer", ("encoders",)),
        ("service", ("encoders", "indexer", "palate")),
        ("palate", ()),
        *((sealed, ()) for sealed in SEALED if sealed != "service.evaluation"),
        ("service.evaluation", ("service.ranker",)),
    ],
)
def test_imports_go_in_one_direction(inside: str, allowed: tuple[str, ...]) -> None:
    assert _forbidden(inside, *allowed) == []


def test_the_recommender_does_not_know_the_server_or_the_command_line() -> None:
    entries = {"service.server", "service.servicers", "service.interceptor", "service.lanes", "service.cli"}
    below = [m.name for m in MODULES if m.package == "service" and m.name not in entries | WIRE]
    above = _importers(*entries, *(WIRE - {"service.cli"}))
    assert [name for name in below if name in above and not _within(name, "service.cli")] == []


@pytest.mark.parametrize(
    ("library", "places"),
    [
        (("open_clip", "timm", "sentence_transformers", "transformers"), ("encoders",)),
        (("openvino",), ("encoders.openvino_network",)),
        (("soundfile",), ("encoders.sound",)),
        (("sqlalchemy",), ("indexer",)),
        (("urllib3",), ("indexer.download",)),
        (("typer", "rich"), ("service.cli",)),
        (("pydantic", "pydantic_settings"), ("service.config",)),
        (("optuna",), ("service.tune",)),
        (("httpx", "tenacity"), ("service.explainer.chat",)),
        (("llama_cpp",), ("service.explainer.llama",)),
    ],
)
def test_a_library_is_used_in_its_place_only(library: tuple[str, ...], places: tuple[str, ...]) -> None:
    assert [name for name in sorted(_importers(*library)) if not _within(name, *places)] == []


def test_qdrant_is_behind_the_stores() -> None:
    strangers = _importers("qdrant_client", "qdrant_edge")
    assert [name for name in sorted(strangers) if not name.startswith("indexer.store_")] == []


def test_generated_code_and_grpc_stay_at_the_edge() -> None:
    edge = WIRE | {"service.interceptor"}
    strangers = sorted(_importers("palate", "grpc", "google") - edge)
    assert [name for name in strangers if not _within(name, "palate", "service.cli")] == []


def test_the_ranker_needs_arrays_and_torch_only_and_the_explainer_not_even_torch() -> None:
    heavy = ("torch", "sqlalchemy", "qdrant_client", "qdrant_edge", "grpc", "google", "pydantic", "typer", "rich")
    assert [name for name in _importers(*heavy) if _within(name, "service.explainer")] == []
    assert [name for name in _importers(*heavy[1:]) if _within(name, "service.ranker", "service.evaluation")] == []


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        module.name
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")
    }
    assert readers | _importers("os.environ", "os.getenv") == {"service.config"}


def test_errors_are_drawn_in_the_errors_files() -> None:
    """A class of the tree that is defined elsewhere would be missing in the drawing, and maybe in the status table."""
    names = {error.__name__ for error in STATUS} | {PalateError.__name__}
    elsewhere = [
        f"{module.name}.{node.name}"
        for module in MODULES
        if module.name.rpartition(".")[2] != "errors"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if (base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")) in names
    ]
    assert elsewhere == []


@pytest.mark.parametrize("package", ["encoders", "indexer", "service"])
def test_the_tree_on_top_of_the_errors_file_names_every_error(package: str) -> None:
    (errors,) = (module for module in MODULES if module.name == f"{package}.errors")
    drawing = ast.get_docstring(errors.tree) or ""
    defined = [node.name for node in errors.tree.body if isinstance(node, ast.ClassDef)]
    assert defined
    assert [name for name in defined if name not in drawing] == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        module.name
        for module in MODULES
        if not ast.get_docstring(module.tree) and not (module.path.name == "__init__.py" and not module.tree.body)
    ]
    assert silent == []


def test_test_packages_mirror_the_packages() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
