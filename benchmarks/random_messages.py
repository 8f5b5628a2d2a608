"""Messages at random, for any message type: built from its descriptor, so that a new field is in them
by itself.

Values are such as a caller sends, such as a broken caller sends, and such as somebody sends who means
harm. Knows no rpc and no server.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

DEPTH = 4
"""Of messages in messages; deeper ones are empty."""
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_IDS = (
    "u0",
    "u1",
    "i0",
    "i1",
    "i39",
    "nobody",
    "i 1",
    "人",
    "a" * 512,
    "a" * 513,
    "\u200b",
    "é\u0301",
)
_HOSTILE = (
    "\0", "\n", "\x1b[31m", "\u202eabc", "\U0001f600" * 50, "x" * 20_000, "..", "../../etc/passwd", "/root",
    "'; DROP TABLE events; --", "{}", "null", "%s%n", "data:,", "data:image/png;base64,AAAA", "\ufeff",
    "http://127.0.0.1:1/x", "http://[::1]/", "file:///etc/passwd", "ftp://x", "st:/root", "hf:", "timm:",
)  # fmt: skip
_FILTERS = (
    "price < 5", "price >", "domain = 'films'", "NOT (NOT (price < 5))", "(" * 300, "a.b.c = 1", "price < 1e999",
    "attributes.maker = 'maker 1'", "attributes.x < nan", "price in []", "available", "category = ''", "price < 5 AND",
    "created_at > 2024-01-01", "title = 'a' OR " * 60 + "available",
)  # fmt: skip
_WORDS = (
    "a film about space, no love, under 20", "not this, more like 2", "之前的科幻片，不要恐怖", "under under under",
    "between 5 and", "no no no", "before 1980 and after 2090", "🎬" * 40, "under 99999999999999999999999 dollars",
)  # fmt: skip
_TOKENS = (
    *(
        base64.urlsafe_b64encode(plain.encode()).decode()
        for plain in ("12", "null", "true", "[" * 3_000, "[10, 5]", '[1e999, "x"]', '{"a": 1}')
    ),
    *("e1", "s" + "0" * 32, str(2**63), "9" * 5_000, "١٢", "===="),
)
_JSON_DEEP = json.dumps({"a": [1, {"b": None}]}) + "[" * 2_000

TEXTS = st.one_of(
    st.sampled_from(_IDS),
    st.sampled_from((*_HOSTILE, *_FILTERS, *_WORDS, *_TOKENS, _JSON_DEEP)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
CONTENTS = st.one_of(
    st.sampled_from((b"", _PNG, _PNG[:40], b"GIF89a" + b"\xff" * 40, b"RIFF\xff\xff\xff\xffWAVE", b"\0" * 5_000)),
    st.binary(max_size=200),
)  # fmt: skip
_USERS = tuple(f"u{n}" for n in range(12))
_ITEMS = tuple(f"i{n}" for n in range(40))
_PROPER: Mapping[str, Sequence[str]] = {
    "user_id": _USERS,
    "guest_user_id": ("guest", "u11"),
    "item_id": _ITEMS,
    "item_ids": _ITEMS,
    "history_item_ids": _ITEMS,
    "exclude_item_ids": _ITEMS,
    "instead_of_item_id": ("", *_ITEMS),
    "event_type": ("view", "rating", "like", "buy"),
    "domain": ("films", "books"),
    "domains": ("films", "books"),
    "filter": ("", "price < 30", "domain = 'films' AND NOT price > 20"),
    "wish": ("", *_WORDS),
    "taste": ("", *_WORDS),
    "text": _WORDS,
    "title": _WORDS,
    "language": ("", "en", "zh"),
    "writer": ("", "template"),
}
"""What a caller who means well sends in fields of these names; nothing in others."""
_FLOATS = (0.0, -0.0, 0.5, 1.0, -1.0, 1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf, 1.7e9)
_LEAST = {"int32": -(2**31), "int64": -(2**63), "uint32": 0, "uint64": 0}
_MOST = {"int32": 2**31 - 1, "int64": 2**63 - 1, "uint32": 2**32 - 1, "uint64": 2**64 - 1}
_WHOLE = {
    FieldDescriptor.CPPTYPE_INT32: "int32",
    FieldDescriptor.CPPTYPE_INT64: "int64",
    FieldDescriptor.CPPTYPE_UINT32: "uint32",
    FieldDescriptor.CPPTYPE_UINT64: "uint64",
}


@st.composite
def messages(draw: st.DrawFn, descriptor: Descriptor, depth: int = DEPTH) -> Message:
    """A message of this type."""
    message = GetMessageClass(descriptor)()
    # In hundredths of the fields; hardly any call of hostile ones alone gets behind the first check.
    hostile = draw(st.sampled_from((0, 10, 60)))
    for field in descriptor.fields:
        if draw(st.integers(0, 99)) < 30 and not field.name.endswith("_id"):
            continue
        _set(draw, message, field, depth, is_tame=draw(st.integers(0, 99)) >= hostile)
    return message


def _set(
    draw: st.DrawFn, message: Message, field: FieldDescriptor, depth: int, *, is_tame: bool
) -> None:
    if field.type == FieldDescriptor.TYPE_MESSAGE and depth == 0:
        return
    if not field.is_repeated:
        value = draw(_values(field, depth, is_tame))
        if isinstance(value, Message):
            getattr(message, field.name).CopyFrom(value)
        else:
            setattr(message, field.name, value)
        return
    values = draw(st.lists(_values(field, depth, is_tame), max_size=4))
    if _is_map(field):
        _fill(getattr(message, field.name), values)
    else:
        getattr(message, field.name).extend(values)


def _fill(entries: Any, values: Sequence[Any]) -> None:
    for entry in values:
        if isinstance(entry.value, Message):
            entries[entry.key].CopyFrom(entry.value)
        else:
            entries[entry.key] = entry.value


def _values(field: FieldDescriptor, depth: int, is_tame: bool) -> st.SearchStrategy[Any]:
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return messages(field.message_type, depth - 1)
    if field.type == FieldDescriptor.TYPE_ENUM:
        known = [value.number for value in field.enum_type.values]
        return st.sampled_from(known if is_tame else [*known, -1, 99, 2**31 - 1])
    if field.type == FieldDescriptor.TYPE_STRING:
        return st.sampled_from(_PROPER.get(field.name, ("",))) if is_tame else TEXTS
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.sampled_from((b"", b"", _PNG)) if is_tame else CONTENTS
    if field.type == FieldDescriptor.TYPE_BOOL:
        return st.booleans()
    if field.cpp_type in _WHOLE:
        name = _WHOLE[field.cpp_type]
        least, most = _LEAST[name], _MOST[name]
        return st.integers(0, 20) if is_tame else st.integers(least, most) | st.integers(0, 200)
    return st.floats(0.0, 1.0, width=32) if is_tame else st.sampled_from(_FLOATS)


def _is_map(field: FieldDescriptor) -> bool:
    kind = field.message_type
    return kind is not None and kind.GetOptions().map_entry


def with_unknown_field(message: Message) -> bytes:
    """As a newer client would send it: with a field that nobody here knows."""
    return message.SerializeToString() + b"\xfa\xff\x03\x03new"


def said(message: Message) -> Mapping[str, Any]:
    """Its fields, for people."""
    return {field.name: value for field, value in message.ListFields()}
