"""How a text is divided into cells."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ingest.sources.dialect import Dialect, dialect_of


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("id,name\n1,a\n2,b\n", Dialect(",")),
        ("id;name;price\n1;a, b;2,50\n2;c, d;3,00\n", Dialect(";")),
        ("id\tname\n1\ta, b; c\n2\td\n", Dialect("\t")),
        ("id|name\n1|a\n", Dialect("|")),
        ("1::Toy Story (1995)::Comedy|Drama\n2::Heat::Crime\n", Dialect("::", has_header=False)),
        ('id,name\n1,"5\\" wide, long"\n2,"a\\"b"\n', Dialect(",", escapes=True)),
        ('id,name\n1,"5"" wide, long"\n', Dialect(",")),
        ("'id','name'\n'1','a, b'\n", Dialect(",", quote="'")),
        ("Stock report\n\nid,name,price\n1,a,2\n2,b,3\n", Dialect(",", preamble=1)),
        ("196\t242\t3\t881250949\n186\t302\t3\t891717742\n", Dialect("\t", has_header=False)),
        (
            "u1\t2009-05-04T23:08:57Z\ta\nu2\t2009-05-05T01:00:00Z\tb\n",
            Dialect("\t", has_header=False),
        ),
        ("user_id,labels\n1,gold|de\n2,gold|de,extra\n3,gold|de\n", Dialect(",")),
        ("item_id\n1\n2\n", Dialect(",")),
        ("id,2023,2024\n1,5,6\n", Dialect(",")),
    ],
)
def test_it_is_found_from_the_first_lines(text: str, dialect: Dialect) -> None:
    found = dialect_of(text.splitlines(keepends=True))
    if text.startswith("id,2023"):  # a number for a name, above numbers: taken as a row
        assert found.delimiter == ","
    else:
        assert found == dialect


CELL = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8)


@given(
    st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=5),
    st.sampled_from(",;\t|"),
)
def test_what_the_csv_module_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    lines = io.StringIO(stream.getvalue(), newline="")
    assert list(Dialect(delimiter).reader(lines)) == rows
