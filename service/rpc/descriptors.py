"""What is asked of descriptors in several places.

Knows no message by name.
"""

from __future__ import annotations

from google.protobuf.descriptor import FieldDescriptor


def map_value(field: FieldDescriptor) -> FieldDescriptor | None:
    """The field that a value of a map is a value of; None where the field is no map."""
    entry = field.message_type
    if entry is None or not entry.GetOptions().map_entry:
        return None
    found: FieldDescriptor = entry.fields_by_name["value"]
    return found


def message_of(field: FieldDescriptor) -> str:
    """The name of the message that the field is in."""
    assert field.containing_type is not None, "extensions are in none, and ours are no extensions"
    return str(field.containing_type.name)
