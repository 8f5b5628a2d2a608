"""Every rule of the contract has words, and they tell its numbers."""

from __future__ import annotations

from typing import Any

import pytest

from buf.validate.validate_pb2 import IGNORE_IF_ZERO_VALUE, FieldRules
from palate.rules import rules_in
from service.rpc.conversion import constraints
from service.rpc.reference.source import read_source
from service.rpc.reference.words import in_words

ID = {"string": {"min_len": 1, "max_len": 512, "pattern": constraints.ID}}


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (ID, "1 to 512 characters, no control characters, not only blanks"),
        (
            {**ID, "ignore": IGNORE_IF_ZERO_VALUE},
            "empty, or 1 to 512 characters, no control characters, not only blanks",
        ),
        ({"string": {"max_len": 4_000, "pattern": constraints.TEXT}}, "0 to 4,000 characters, no NUL"),
        ({"int32": {"gte": 0, "lte": 1_000}}, "0 to 1,000"),
        ({"double": {"gte": 0, "lte": 1}}, "0 to 1"),
        ({"double": {"gte": 0, "finite": True}}, "finite, at least 0"),
        ({"double": {"finite": True}}, "finite"),
        ({"repeated": {"min_items": 1}}, "at least 1 of them"),
        ({"repeated": {"items": {"string": {"max_len": 9}}}}, "each 0 to 9 characters"),
        (
            {"repeated": {"max_items": 20, "items": {"string": {"max_len": 64}}}},
            "0 to 20 of them, each 0 to 64 characters",
        ),
        (
            {"map": {"max_pairs": 2, "keys": {"string": {"max_len": 3}}, "values": {"string": {"max_len": 4}}}},
            "0 to 2 of them, each name 0 to 3 characters, each value 0 to 4 characters",
        ),
        ({"enum": {"defined_only": True, "not_in": [0]}}, "not unspecified"),
        ({"enum": {"defined_only": True}}, "one of its values"),
        ({"bytes": {"min_len": 1}}, "not empty"),
        ({"timestamp": {"gte": {}}}, "from 1970 on"),
    ],
)  # fmt: skip
def test_a_rule_is_told_with_its_numbers(rules: Any, told: str) -> None:
    assert in_words(FieldRules(**rules)) == told


def test_there_are_words_for_all_that_is_in_the_contract() -> None:
    found = [
        rules_in(field.options)
        for file in read_source().files
        for message in file.message_type
        for field in message.field
    ]
    told = [in_words(rules) for rules in found if rules is not None]
    assert len(told) > 90
    assert all(told)


def test_a_rule_without_words_is_refused() -> None:
    with pytest.raises(TypeError, match="no words for a rule of any"):
        in_words(FieldRules(any={"in": ["x"]}))
