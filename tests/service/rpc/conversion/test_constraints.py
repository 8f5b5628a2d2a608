"""Our checks refuse what the contract's rules refuse, and nothing else.

`protovalidate` is the reference: the rules' own library, which is slower and tells all in other words.
"""

from __future__ import annotations

import math
from typing import Any

import protovalidate
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buf.validate import validate_pb2
from palate.limits import MAX_ID_CHARS, MAX_K
from palate.rules import field_rules, rules_of
from palate.v1 import (
    catalog_pb2,
    event_pb2,
    explain_pb2,
    index_pb2,
    model_pb2,
    recommend_pb2,
    user_pb2,
)
from service.errors import InvalidInput, TooLarge
from service.rpc.conversion.constraints import Constraints
from service.rpc.conversion.requests import REQUESTS, checked
from service.rpc.conversion.rows import event_of, item_of
from service.rpc.descriptors import map_value

NOW = 1_700_000_000.0
BLANKS = [" ", "\t", "\x1c", "\x85", "\xa0", "\u1680", "\u2003", "\u2028", "\u3000"]
ODD = st.sampled_from(
    ["", *BLANKS, "\x00", "\x7f", "\u200b", "\ufeff", "e\u0301", "慢", "😀", "a\nb", "\x9f"]
)
LENGTHS = (64, 512, 4_000, 10_000, 100_000)
TEXTS = st.one_of(
    ODD,
    st.text(max_size=5),
    st.builds(lambda n, by, end: "x" * (n + by) + end, st.sampled_from(LENGTHS), st.sampled_from([-1, 0, 1]), ODD),
    st.builds(str.__add__, ODD, ODD),
)  # fmt: skip
NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, math.nextafter(1, 2), -math.ulp(0), math.nan, math.inf, -math.inf]),
    st.floats(),
)  # fmt: skip
WHOLE = st.sampled_from([0, 1, 2, 500, 1_000, 10_000, 1_000_000])
INTEGERS = st.builds(int.__add__, WHOLE, st.sampled_from([-1, 0, 1])) | st.integers(-(2**31), 2**31 - 1)  # fmt: skip
SLOW = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def _value(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    """One value of a field, often at the edge of what it may be."""
    kind = field.cpp_type
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.sampled_from([b"", b" ", b"x"])
    return {
        FieldDescriptor.CPPTYPE_STRING: TEXTS,
        FieldDescriptor.CPPTYPE_DOUBLE: NUMBERS,
        FieldDescriptor.CPPTYPE_INT32: INTEGERS,
        FieldDescriptor.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
        FieldDescriptor.CPPTYPE_ENUM: st.integers(-1, 8),
        FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
        FieldDescriptor.CPPTYPE_MESSAGE: st.none(),
    }[kind]


@st.composite
def _messages(draw: st.DrawFn, kind: Descriptor) -> Message:
    """Few fields at a time, so that most messages are refused for one reason or for none."""
    message = GetMessageClass(kind)()
    ids = [field for field in kind.fields if _least(field) and draw(st.integers(0, 9))]
    names = draw(st.lists(st.sampled_from(list(kind.fields)), max_size=2)) if kind.fields else []
    for field in ids:
        _fill(message, field, "i" if field.cpp_type == FieldDescriptor.CPPTYPE_STRING else 1)
    for field in names:
        if map_value(field) is not None:
            if map_value(field).message_type is None and field.name == "attributes":  # type: ignore[union-attr]
                n = draw(st.sampled_from([0, 1, 199, 200, 201]))
                getattr(message, field.name).update({f"a{k}": "b" for k in range(n)})
                getattr(message, field.name)[draw(TEXTS)] = draw(TEXTS)
        elif field.message_type is not None:
            if field.is_repeated:
                message.ClearField(field.name)
        elif field.is_repeated:
            n = draw(st.sampled_from([0, 0, 0, 99, 100, 999, 1_000, 9_999, 10_000]))
            _fill(message, field, *["i"] * n, *draw(st.lists(_value(field), max_size=2)))
        else:
            setattr(message, field.name, draw(_value(field)))
    return message


def _least(field: FieldDescriptor) -> bool:
    """Whether nothing is refused."""
    rules = field_rules(field)
    if rules is None or field.containing_oneof is not None or rules.ignore:
        return False
    return bool(rules.string.min_len or rules.repeated.min_items or rules.enum.not_in)


def _fill(message: Message, field: FieldDescriptor, *values: Any) -> None:
    if not field.is_repeated:
        setattr(message, field.name, values[0])
    elif field.message_type is None:
        getattr(message, field.name).extend(values)
    elif field.message_type.name == "Item":
        getattr(message, field.name).add(item_id="i")
    else:
        getattr(message, field.name).add(user_id="u", item_id="i", event_type="view")


def _refused_by_the_rules(message: Message) -> set[str]:
    """The fields that the reference finds something in; a member of a oneof as that."""
    found = {one.proto.field.elements[0].field_name for one in protovalidate.collect_violations(message)}  # fmt: skip
    fields = message.DESCRIPTOR.fields_by_name
    oneofs = {name: fields[name].containing_oneof for name in found if name in fields}
    return found | {oneof.name for oneof in oneofs.values() if oneof is not None}


def _refused(read: Any, message: Message) -> str | None:
    try:
        read(message)
    except InvalidInput as error:
        return error.field.partition(".")[0]
    return None


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.name)
@SLOW
@given(st.data())
def test_a_request_is_refused_where_its_rules_refuse_it(kind: Descriptor, data: Any) -> None:
    message = data.draw(_messages(kind))
    refused, by_the_rules = _refused(checked, message), _refused_by_the_rules(message)
    assert (refused is not None) == bool(by_the_rules), (refused, by_the_rules)
    assert refused is None or refused in by_the_rules


@st.composite
def _items(draw: st.DrawFn) -> catalog_pb2.Item:
    """Without what only Python says: of media, how long a name may be that is no data: URI."""
    item = catalog_pb2.Item(item_id="i")
    for field in draw(
        st.lists(st.sampled_from(list(catalog_pb2.Item.DESCRIPTOR.fields)), max_size=3)
    ):
        match field.name:
            case "attributes":
                for _ in range(draw(st.sampled_from([0, 1, 200, 201]))):
                    item.attributes[str(len(item.attributes))].bool_value = True
                _fill_attribute(draw, item.attributes[draw(TEXTS)])
            case "created_at":
                item.created_at.seconds = draw(st.integers(-(10**9), int(NOW)))
            case "categories":
                item.categories.extend(["c"] * draw(st.sampled_from([0, 199, 200])))
                item.categories.append(draw(TEXTS))
            case "images":
                item.images.append(draw(ODD))
            case "image" | "audio":
                setattr(item, field.name, draw(ODD))
            case _:
                setattr(item, field.name, draw(_value(field)))
    return item


def _fill_attribute(draw: st.DrawFn, value: catalog_pb2.AttributeValue) -> None:
    match draw(st.integers(0, 4)):
        case 0:
            value.string_value = draw(TEXTS)
        case 1:
            value.number_value = draw(NUMBERS)
        case 2:
            value.bool_value = True
        case 3:
            value.string_list.values.extend(["v"] * draw(st.sampled_from([0, 999, 1_000])))
            value.string_list.values.append(draw(TEXTS))
        case _:
            pass


@SLOW
@given(_items())
def test_an_item_is_refused_where_its_rules_refuse_it(item: catalog_pb2.Item) -> None:
    refused, by_the_rules = _refused(item_of, item), _refused_by_the_rules(item)
    assert (refused is not None) == bool(by_the_rules), (refused, by_the_rules)
    assert refused is None or refused in by_the_rules


@st.composite
def _events(draw: st.DrawFn) -> event_pb2.Event:
    """Without what only Python says: that a type is a word, and that a time is not ahead of now."""
    event = event_pb2.Event(user_id="u", item_id="i", event_type="view")
    for field in draw(
        st.lists(st.sampled_from(list(event_pb2.Event.DESCRIPTOR.fields)), max_size=2)
    ):
        if field.name == "timestamp":
            event.timestamp.seconds = draw(st.integers(-2, 2) | st.integers(-(10**9), int(NOW)))
            event.timestamp.nanos = draw(st.sampled_from([0, 1, 999_999_999]))
        elif field.name == "event_type":
            event.event_type = "x" * draw(st.sampled_from([0, 1, 63, 64, 65]))
        else:
            setattr(event, field.name, draw(_value(field)))
    return event


@SLOW
@given(_events())
def test_an_event_is_refused_where_its_rules_refuse_it(event: event_pb2.Event) -> None:
    refused = _refused(lambda message: event_of(message, NOW), event)
    by_the_rules = _refused_by_the_rules(event)
    assert (refused is not None) == bool(by_the_rules), (refused, by_the_rules)
    assert refused is None or refused in by_the_rules


R = recommend_pb2.RecommendRequest


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (R(k=MAX_K + 1), "k is 501: it must be 0 to 500; 0 means 10"),
        (R(diversity=math.nan), "diversity is nan: it must be a number from 0 to 1"),
        (R(user_id=" "), "user_id is ' ': it must not be empty"),
        (R(user_id="a\nb"), r"user_id is 'a\nb': it must not contain control characters"),
        (R(domains=["a", ""]), "domains is '': it must not be empty"),
        (R(scenario="a\tb"), r"scenario is 'a\tb': it must not contain control characters"),
        (R(wish="\x00"), r"wish is '\x00': it contains a NUL or half of a surrogate pair, which cannot be stored"),
        (
            R(personalization=9),  # type: ignore[arg-type]
            "personalization is 9: it must be one of PERSONALIZATION_UNSPECIFIED, PERSONALIZATION_FULL, "
            "PERSONALIZATION_NON_PROFILED, PERSONALIZATION_CONTEXTUAL",
        ),
        (
            user_pb2.SetConsentRequest(user_id="u"),
            "personalization is 0: it must be one of PERSONALIZATION_FULL, PERSONALIZATION_NON_PROFILED, "
            "PERSONALIZATION_CONTEXTUAL",
        ),
        (
            model_pb2.StartTrialRequest(version="m"),
            "kind is 0: it must be TRIAL_KIND_SHADOW or TRIAL_KIND_CANARY",
        ),
        (
            recommend_pb2.SearchItemsRequest(image=b""),
            "query is '': it is required: set text, image or audio, and not empty",
        ),
        (index_pb2.ListItemsRequest(page_size=1_001), "page_size is 1001: it must be 0 to 1,000; 0 means 100"),
        (
            user_pb2.ExportUserRequest(user_id="u", page_size=-1),
            "page_size is -1: it must be 0 to 10,000; 0 means all in one page",
        ),
        (explain_pb2.DescribeTasteRequest(), "user_id is '': it must not be empty"),
        (index_pb2.IndexItemsRequest(), "items is []: it is required: at least one"),
        (
            user_pb2.PutUserRequest(user_id="u", attributes={"a": "\x00"}),
            r"attributes.a is '\x00': it contains a NUL or half of a surrogate pair, which cannot be stored",
        ),
    ],
)  # fmt: skip
def test_a_refusal_says_which_value_and_what_to_do(message: Message, told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(message)
    assert str(refused.value) == told


def test_too_many_are_too_large() -> None:
    with pytest.raises(TooLarge, match=r"history_item_ids is 1001: .* at most 1,000 are taken"):
        checked(R(history_item_ids=["i"] * 1_001))
    with pytest.raises(TooLarge, match=r"attributes is 201: .* at most 200 are taken"):
        checked(user_pb2.PutUserRequest(user_id="u", attributes={f"a{n}": "" for n in range(201)}))


def test_all_ids_and_names_have_the_one_length() -> None:
    """So that one limit stands for them all."""
    rules = rules_of(catalog_pb2.Item)
    texts = (
        rules["item_id"].string,
        rules["domain"].string,
        rules["categories"].repeated.items.string,
        rules["attributes"].map.keys.string,
        *(rules_of(event_pb2.Event)[name].string for name in ("user_id", "item_id", "event_id", "recommendation_id")),
    )  # fmt: skip
    assert {text.max_len for text in texts} == {MAX_ID_CHARS}


@pytest.mark.parametrize(
    ("name", "rules", "told"),
    [
        ("email", {"string": {"email": True, "max_len": 5}}, "email"),
        ("pattern", {"string": {"pattern": "^a$", "max_len": 5}}, r"pattern \^a\$"),
        ("required", {"required": True, "string": {"max_len": 5}}, "required"),
        ("cel", {"cel": [{"id": "x", "expression": "true"}], "string": {"max_len": 5}}, "cel"),
    ],
)
def test_a_rule_that_is_not_known_ends_the_start(name: str, rules: Any, told: str) -> None:
    file = descriptor_pb2.FileDescriptorProto(name=f"tests/{name}.proto", syntax="proto3")
    file.package = f"tests.{name}"
    field = file.message_type.add(name="Request").field.add(name="f", number=1, type=9, label=1)
    field.options.Extensions[validate_pb2.field].CopyFrom(validate_pb2.FieldRules(**rules))
    file.dependency.append("buf/validate/validate.proto")
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    message = pool.FindMessageTypeByName(f"tests.{name}.Request")
    with pytest.raises(TypeError, match=rf"tests\.{name}\.Request\.f has a rule .* {told}"):
        Constraints([message], {})
