"""The reference tells of every rpc, message, field and value, and its links lead somewhere."""

from __future__ import annotations

import re

import pytest

from service.rpc.reference.pages import pages
from service.rpc.reference.source import read_source
from service.rpc.server import SERVICES

SOURCE = read_source()
PAGES = pages([service for service, _, _ in SERVICES], SOURCE)


def test_everything_that_has_a_name_is_there() -> None:
    for file in SOURCE.files:
        page = PAGES[file.name.rpartition("/")[2].replace(".proto", ".md")]
        for message in file.message_type:
            assert f"\n## {message.name}\n" in page
            assert all(f"\n| `{field.name}` | " in page for field in message.field)
        for enum in file.enum_type:
            assert all(f"\n| `{value.name}` = {value.number} | " in page for value in enum.value)
        for service in file.service:
            assert all(f"\n| `{method.name}` | " in page for method in service.method)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_headings(name: str) -> None:
    for target, anchor in re.findall(r"\]\(([\w.]+)(?:#(\w+))?\)", PAGES[name]):
        headings = [
            line[3:].lower() for line in PAGES[target].splitlines() if line.startswith("## ")
        ]
        assert not anchor or anchor in headings


@pytest.mark.parametrize("name", PAGES)
def test_rows_of_a_table_have_its_columns_and_no_html(name: str) -> None:
    columns = 0
    for line in PAGES[name].splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1
        if re.fullmatch(r"\|(---\|)+", line):
            columns = cells
        elif line.startswith("| `"):
            assert cells == columns, line
            assert not re.search(r"(?<!\\)<", re.sub(r"`[^`]*`", "", line)), line


def test_types_are_told_as_the_proto_has_them() -> None:
    assert "| `price` | optional double |" in PAGES["catalog.md"]
    assert (
        "| `attributes` | map of string to [AttributeValue](catalog.md#attributevalue) |"
        in PAGES["catalog.md"]
    )
    assert "| `results` | repeated [ScoredItem](recommend.md#scoreditem) |" in PAGES["recommend.md"]
    assert "| `created_at` | `google.protobuf.Timestamp` |" in PAGES["catalog.md"]
    assert (
        "stream of [TrainModelResponse](model.md#trainmodelresponse) | `POST /v1/models:train` |"
        in PAGES["model.md"]
    )
