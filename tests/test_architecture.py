"""The architecture, as far as a test can hold it: who may import whom, and where errors and the
environment live.

Imports inside functions and under TYPE_CHECKING count: they are dependencies as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from encoders.errors import PalateError
from service.errors import STATUS

ROOT = Path(__file__).parents[1]
PACKAGES = ("encoders", "indexer", "service", "palate")

LAYERS = ROOT / "docs" / "layers.txt"
"""The direction of imports, stated once; its first lines say how it is read."""

LIMITS = "palate.limits"
"""What a value may be is said by the contract, for files as well."""
CLOSED = {  # what these import of our packages, beyond themselves
    "encoders": (),
    "indexer": ("encoders", LIMITS),
    "palate": (),
    "service.ranker": (),
    "service.language_model": ("encoders.breaker",),
    "service.explainer": ("service.language_model",),
    "service.evaluation": ("service.ranker",),
}
SERVED_EVALUATION = "service.evaluation.served"
"""Is a part of evaluation that knows the service; the rest of it does not."""

WIRE = ("service.rpc", "service.cli", "service.notebooks")
"""Where generated code and gRPC may be imported."""


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
                name = ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(
                    ".__init__"
                )
                yield Module(name, path, ast.parse(path.read_text(encoding="utf-8")))


MODULES = {module.name: module for module in _modules()}
LEVEL = {
    name: level
    for level, line in enumerate(LAYERS.read_text(encoding="utf-8").splitlines())
    if not line.startswith("#")
    for name in line.split()
}


def _imports(module: Module) -> Iterator[str]:
    """Every name that is imported, in full: `a.b`, and `a.b.c` for `from a.b import c`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}:{node.lineno}: imports are absolute"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _imported_modules(module: Module) -> set[str]:
    """Our own modules that a module imports from."""
    found = set()
    for name in _imports(module):
        while name and name not in MODULES:
            name = name.rpartition(".")[0]
        if name and name != module.name:
            found.add(name)
    return found


IMPORTS: Mapping[str, set[str]] = {
    name: _imported_modules(module) for name, module in MODULES.items()
}


def _within(name: str, *parents: str) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


def _folder(name: str) -> str:
    """What the layers call the place of a module: the longest name among them that the module lies
    within."""
    while name not in LEVEL:
        assert "." in name, f"{name} stands nowhere in docs/layers.txt"
        name = name.rpartition(".")[0]
    return name


def _importers(*names: str) -> set[str]:
    return {
        module.name
        for module in MODULES.values()
        if any(_within(imported, *names) for imported in _imports(module))
    }


def test_all_packages_are_seen() -> None:
    assert {module.package for module in MODULES.values()} == set(PACKAGES)


def test_the_layers_name_what_is_there() -> None:
    folders = {name.rpartition(".")[0] for name in MODULES} | set(MODULES)
    assert [name for name in LEVEL if name not in folders] == []


def test_imports_go_in_the_one_direction() -> None:
    against = [
        f"{name} imports {imported}"
        for name, imports in IMPORTS.items()
        for imported in imports
        if (here := _folder(name)) != (there := _folder(imported)) and LEVEL[there] >= LEVEL[here]
    ]
    assert against == []


def test_no_imports_go_round() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("inside", CLOSED)
def test_a_closed_package_knows_no_other(inside: str) -> None:
    strangers = [
        f"{name} imports {imported}"
        for name, imports in IMPORTS.items()
        if _within(name, inside) and not _within(name, SERVED_EVALUATION)
        for imported in imports
        if not _within(imported, inside, *CLOSED[inside])
    ]
    assert strangers == []


def test_serving_does_not_know_the_training_loop() -> None:
    training = {name for name in MODULES if _within(name, "service.ranker.training")}
    serving = [
        name
        for name in MODULES
        if _within(name, "service.serving", "service.reasons", "service.rpc")
    ]
    assert [name for name in serving if IMPORTS[name] & training] == []


@pytest.mark.parametrize(
    ("library", "places"),
    [
        (("open_clip", "timm", "sentence_transformers", "transformers"), ("encoders",)),
        (("openvino",), ("encoders.networks.openvino_network",)),
        (("soundfile",), ("encoders.audio",)),
        (("sqlalchemy",), ("indexer.log.sql", "indexer.ingest.sources.query")),
        (("ijson",), ("indexer.ingest.sources.json_rows",)),
        (("python_calamine",), ("indexer.ingest.sources.workbook",)),
        (("charset_normalizer",), ("indexer.ingest.sources.encoding",)),
        (("nh3",), ("indexer.ingest.values.text",)),
        (("price_parser",), ("indexer.ingest.values.number",)),
        (("dateutil",), ("indexer.ingest.values.moment",)),
        (("qdrant_client", "qdrant_edge"), ("indexer.stores",)),
        (("urllib3",), ("indexer.media.download",)),
        (("typer", "rich"), ("service.cli",)),
        (
            ("pydantic", "pydantic_settings"),
            (
                "service.config",
                "service.config_file",
                "service.rules.rule",
                "service.access.settings",
                "service.tenants.settings",
                "service.wishes.model_grammar",
                "service.mcp.server",
            ),
        ),
        (("starlette", "uvicorn"), ("service.rpc.http",)),
        (("mcp", "mcp_types"), ("service.mcp.server",)),
        (("optuna",), ("service.operations.tuning",)),
        (("implicit",), ("service.ranker.item_item.als",)),
        (("sansa",), ("service.ranker.item_item.sansa",)),
        (("rectools", "pytorch_lightning"), ("service.ranker.peers.sasrec",)),
        (("pandas", "polars"), ("service.ranker.peers.sasrec", "palate.frames")),
        (("httpx", "tenacity"), ("service.language_model.endpoint",)),
        (("llama_cpp",), ("service.language_model.gguf",)),
        (("jwt", "cryptography"), ("service.access.tokens", "service.access.token_keys")),
        (("prometheus_client",), ("service.telemetry", "service.cli.metrics_page")),
        (("opentelemetry",), ("service.telemetry.tracing", "service.telemetry.opening")),
        (("palate.v1", "buf", "grpc", "google"), ("palate", *WIRE)),
    ],
)
def test_a_library_is_used_in_its_place_only(
    library: tuple[str, ...], places: tuple[str, ...]
) -> None:
    assert [name for name in sorted(_importers(*library)) if not _within(name, *places)] == []


def test_what_is_no_wire_knows_the_limits_of_the_contract_and_nothing_else_of_it() -> None:
    knowing = {
        f"{name} imports {imported}"
        for name, found in IMPORTS.items()
        if not _within(name, "palate", *WIRE)
        for imported in found
        if _within(imported, "palate") and imported != LIMITS
    }
    assert knowing == set()


def test_the_ranker_needs_arrays_and_torch_only_and_the_explainer_not_even_torch() -> None:
    heavy = (
        "torch",
        "sqlalchemy",
        "qdrant_client",
        "qdrant_edge",
        "grpc",
        "google",
        "pydantic",
        "typer",
        "rich",
    )
    light = ("service.explainer", "service.language_model")
    assert [name for name in _importers(*heavy) if _within(name, *light)] == []
    sealed = [
        name
        for name in _importers(*heavy[1:])
        if _within(name, "service.ranker", "service.evaluation")
    ]
    assert [name for name in sealed if not _within(name, SERVED_EVALUATION)] == []


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        module.name
        for module in MODULES.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")
    }
    a_default_for_openmp = {"service.cli.app"}
    assert readers | _importers("os.environ", "os.getenv") == {
        "service.config_file",
        *a_default_for_openmp,
    }


def test_errors_are_drawn_in_the_errors_files() -> None:
    """A class of the tree that is defined elsewhere would be missing in the drawing, and maybe in
    the status table."""
    names = {error.__name__ for error in STATUS} | {PalateError.__name__}
    elsewhere = [
        f"{module.name}.{node.name}"
        for module in MODULES.values()
        if module.name.rpartition(".")[2] != "errors"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if (base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")) in names
    ]
    assert elsewhere == []


@pytest.mark.parametrize("package", ["encoders", "indexer", "service"])
def test_the_tree_on_top_of_the_errors_file_names_every_error(package: str) -> None:
    errors = MODULES[f"{package}.errors"]
    drawing = ast.get_docstring(errors.tree) or ""
    defined = [node.name for node in errors.tree.body if isinstance(node, ast.ClassDef)]
    assert defined
    assert [name for name in defined if name not in drawing] == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        module.name
        for module in MODULES.values()
        if not ast.get_docstring(module.tree)
        and not (module.path.name == "__init__.py" and not module.tree.body)
    ]
    assert silent == []


def test_test_packages_mirror_the_packages() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [
        str(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()
    ] == []
