"""What the text of a checkout tells of its modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.modules import Direction, below, cycles_of, imports_of, modules_of, within
from tests.benchmarks.checkouts import write

FILES = {
    "encoders/__init__.py": "",
    "encoders/base.py": "import os\n",
    "indexer/log.py": "from encoders.base import unit\n",
    "service/serving/pipeline.py": "from typing import Any\n\nimport indexer.log\n",
    "service/serving/users.py": "from service.serving.pipeline import rank\n",
    "service/recommender.py": "def late():\n    from service.serving import users\n",
    "proto/palate/values.py": "",
    "proto/palate/v1/item_pb2.py": "this is not read",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return write(tmp_path, FILES)


def test_modules_are_named_as_they_are_imported_and_generated_ones_are_none(checkout: Path) -> None:
    modules = modules_of(checkout)
    assert sorted(modules) == [
        "encoders",
        "encoders.base",
        "indexer.log",
        "palate.values",
        "service.recommender",
        "service.serving.pipeline",
        "service.serving.users",
    ]
    assert modules["palate.values"].folder == "proto/palate"


def test_imports_within_functions_and_of_names_within_modules_count(checkout: Path) -> None:
    imports = imports_of(modules_of(checkout))
    assert imports["indexer.log"] == {"encoders.base"}
    assert imports["service.serving.pipeline"] == {"indexer.log"}
    assert imports["service.recommender"] == {"service.serving.users"}
    assert imports["encoders.base"] == set()


def test_what_a_module_imports_through_others_is_below_it() -> None:
    assert below({"a": {"b"}, "b": {"c"}, "c": set()}) == {"a": {"b", "c"}, "b": {"c"}, "c": set()}


def test_modules_of_a_cycle_are_one_knot() -> None:
    assert cycles_of({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == [{"b", "c"}]
    assert cycles_of({"a": {"b"}, "b": set()}) == []


def test_a_name_that_begins_like_a_package_does_not_lie_in_it() -> None:
    assert within("service.ranker", "service.ranker")
    assert within("service.ranker.data", "service.ranker")
    assert not within("service.rankers", "service.ranker")


def test_without_layers_who_imports_stands_higher(checkout: Path) -> None:
    direction = Direction(checkout)
    assert direction.is_above("service.recommender", "encoders.base")
    assert not direction.is_above("encoders.base", "service.recommender")
    assert not direction.is_above("palate.values", "encoders.base")
    assert direction.source == "what imports what"


def test_with_layers_the_later_line_stands_higher_and_within_a_folder_who_imports(
    checkout: Path,
) -> None:
    layers = "# service.serving is not here\nencoders\nindexer\n\nservice.recommender\n"
    write(checkout, {"docs/layers.txt": f"{layers}service.serving\npalate\n"})
    direction = Direction(checkout)
    assert direction.is_above("service.serving.pipeline", "service.recommender")
    assert direction.is_above("service.serving.users", "service.serving.pipeline")
    assert not direction.is_above("service.serving.pipeline", "service.serving.users")
    assert direction.source == "docs/layers.txt"
