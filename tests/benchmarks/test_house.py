"""The measures of a house whose size is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.house import House, measured
from tests.benchmarks.checkouts import write

SHORT = '''"""A docstring is no code."""

# Nor is a comment.
x = 1
'''
LONG = f'''def f(a):
    """Says what it does."""
    b = a

    return b


y = "{"z" * 100}"
'''


@pytest.fixture
def house(tmp_path: Path) -> House:
    write(
        tmp_path,
        {
            "encoders/__init__.py": "",
            "encoders/short.py": SHORT,
            "encoders/long.py": LONG,
            "service/serving/one.py": "import service.serving.two\n",
            "service/serving/two.py": "import service.serving.one\n",
            "proto/palate/client.py": "x = 1\n",
            "tests/encoders/test_short.py": "",
            "tests/proto/test_client.py": "",
            "tests/test_one.py": "",
        },
    )
    return measured(tmp_path)


def test_files_are_counted_by_folder_and_empty_ones_nowhere(house: House) -> None:
    assert sorted(house.files_per_folder) == [1, 2, 2]
    assert sorted(house.lines_per_file) == [1, 1, 1, 4, 8]


def test_a_body_begins_after_the_docstring_and_ends_with_the_last_statement(house: House) -> None:
    assert house.lines_per_body == [3]


def test_lines_over_the_width_are_a_share_of_all_lines(house: House) -> None:
    assert house.long_lines == 1 / (1 + 1 + 1 + 4 + 8)


def test_nodes_are_counted_by_line_of_code(house: House) -> None:
    """Code: one line in each of the small files, x in SHORT, and four lines in LONG."""
    nodes_of_assignment = 5  # Module, Assign, Name, Store, Constant
    nodes_of_import = 3  # Module, Import, alias
    docstring = 2  # Expr, Constant
    nodes_of_long = 1 + (3 + docstring + 5 + 3) + 4
    total = 2 * nodes_of_assignment + docstring + 2 * nodes_of_import + nodes_of_long
    lines = 1 + 1 + 1 + 1 + 4
    assert house.nodes_per_line == pytest.approx(total / lines)


def test_modules_that_import_one_another_are_a_knot(house: House) -> None:
    assert house.cycles == 1


def test_a_test_counts_where_one_looks_for_it_and_nowhere_else(house: House) -> None:
    assert (house.mirrored, house.logic) == (2, 5)
