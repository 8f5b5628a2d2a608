"""The rules beside the fields are read from the descriptors, and the limits from them."""

from __future__ import annotations

import subprocess
import sys

import palate.limits
from palate.rules import field_rules, is_required, rules_of
from palate.v1 import catalog_pb2, recommend_pb2


def test_rules_are_those_of_the_proto_files() -> None:
    rules = rules_of(catalog_pb2.Item)
    assert (rules["item_id"].string.min_len, rules["item_id"].string.max_len) == (1, 512)
    assert rules["price"].double.finite
    assert rules["categories"].repeated.items.string.max_len == 512
    assert "available" not in rules


def test_a_field_that_may_hold_anything_has_none() -> None:
    fields = recommend_pb2.RecommendRequest.DESCRIPTOR.fields_by_name
    assert field_rules(fields["explain"]) is None
    assert field_rules(fields["k"]) is not None


def test_a_oneof_is_required_where_the_contract_says_so() -> None:
    oneofs = recommend_pb2.SearchItemsRequest.DESCRIPTOR.oneofs_by_name
    assert is_required(oneofs["query"])
    optional = catalog_pb2.Item.DESCRIPTOR.oneofs_by_name["_price"]
    assert not is_required(optional)


def test_the_limits_are_numbers_that_something_has() -> None:
    limits = {name: value for name, value in vars(palate.limits).items() if name.startswith("MAX")}
    assert limits["MAX_K"] == 500
    assert limits["MAX_DATA_URI_CHARS"] == 16 * 2**20
    assert all(isinstance(value, int) and value > 0 for value in limits.values()), limits


def test_whoever_wants_limits_loads_no_grpc() -> None:
    """Readers of files want them too."""
    code = "import sys, palate.limits; print('grpc' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
