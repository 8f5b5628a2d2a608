"""A map is told from what is repeated."""

from palate.v1 import catalog_pb2
from service.rpc.descriptors import map_value, message_of

FIELDS = catalog_pb2.Item.DESCRIPTOR.fields_by_name


def test_a_map_holds_values_of_its_own_kind() -> None:
    held = map_value(FIELDS["attributes"])
    assert held is not None
    assert held.message_type is catalog_pb2.AttributeValue.DESCRIPTOR
    assert map_value(FIELDS["categories"]) is None
    assert map_value(FIELDS["created_at"]) is None


def test_a_field_knows_its_message() -> None:
    assert message_of(FIELDS["title"]) == "Item"
