"""The rules of the contract (`palate.rules`) as checks in plain Python, compiled once for each message.

Owns what each rule is in Python, and the words in which a value is refused. A rule or a pattern that
is not known here is an error of ours, and ends the start. A field that holds messages is not gone
into: rows of a batch are refused one by one (`service.rpc.conversion.batches`). Knows no message by
name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, OneofDescriptor
from google.protobuf.message import Message

from buf.validate.validate_pb2 import IGNORE_IF_ZERO_VALUE, DoubleRules, FieldRules, Int32Rules
from indexer.catalog import fields
from palate.rules import field_rules, is_required
from service.errors import InvalidInput, TooLarge
from service.rpc.descriptors import message_of

Test: TypeAlias = Callable[[Any], object]
"""InvalidInput for a value, or a whole message, that is refused."""

ID = r"^\P{Cc}*[^\p{Cc}\p{Z}]\P{Cc}*$"
LINE = r"^\P{Cc}*$"
TEXT = r"^[^\x00]*$"
TEXT_NOT_BLANK = r"^[^\x00]*[^\x00\s\x0b\x1c-\x1f\x85\p{Z}][^\x00]*$"

_PATTERNS: Mapping[str, Callable[[str, str, int], object]] = {
    ID: lambda value, name, most: fields.identifier({name: value}, name, most),
    LINE: fields.label,
    TEXT: fields.text,
    TEXT_NOT_BLANK: fields.text,  # that it is not blank is told by its oneof
}
"""The patterns of the contract (RE2): what reads a value, its field and its length."""


@dataclass(frozen=True, slots=True)
class _Tests:
    """Of one message."""

    oneofs: Sequence[Test]
    """Of the whole message."""
    required: Mapping[str, Test]
    """Of fields, by name, that may not be empty."""
    others: Mapping[str, Test]
    """Of fields that are tested where they are set."""


class Constraints:
    """The rules of some messages; TypeError where one has a rule that is not known here. `zero_means` is
    told beside the range of a number, by `Message.field`."""

    def __init__(self, messages: Iterable[Descriptor], zero_means: Mapping[str, str]) -> None:
        self._zero_means = zero_means
        self._compiled = {message: self._compile(message) for message in messages}

    def check(self, message: Message) -> None:
        """InvalidInput for a field that holds what it may not, TooLarge where it holds too much of
        it."""
        tests = self._compiled[message.DESCRIPTOR]  # type: ignore[index]  # the stubs name two classes
        for test in tests.oneofs:
            test(message)
        for name, test in tests.required.items():
            test(getattr(message, name))
        others = tests.others
        for field, value in message.ListFields():
            if field.name in others:
                others[field.name](value)

    def _compile(self, message: Descriptor) -> _Tests:
        required: dict[str, Test] = {}
        others: dict[str, Test] = {}
        for field in message.fields:
            if (rules := field_rules(field)) is not None:
                test = self._of_field(field, rules)
                (required if _refuses_nothing(field, rules) else others)[field.name] = test
        oneofs = [_oneof(oneof) for oneof in message.oneofs if is_required(oneof)]
        return _Tests(oneofs, required, others)

    def _of_field(self, field: FieldDescriptor, rules: FieldRules) -> Test:
        kind = rules.WhichOneof("type")
        _known(field, rules, kind, "ignore")
        match kind:
            case "string":
                return _string(field, rules)
            case "repeated":
                return _repeated(field, rules)
            case "map":
                return _map(field, rules)
            case "int32" | "double":
                zero_means = self._zero_means.get(f"{message_of(field)}.{field.name}", "")
                return _number(field, getattr(rules, kind), zero_means)
            case "enum":
                return _enum(field, rules)
            case "bytes":
                return _bytes(field, rules)
            case _:
                raise _unknown(field, str(kind))


def _refuses_nothing(field: FieldDescriptor, rules: FieldRules) -> bool:
    """Whether a field that is not set is against its rules."""
    if field.has_presence or rules.ignore == IGNORE_IF_ZERO_VALUE:
        return False
    return bool(rules.string.min_len or rules.repeated.min_items or 0 in rules.enum.not_in)


def _oneof(oneof: OneofDescriptor) -> Test:
    """One is set, and neither empty nor blank."""
    *first, last = (field.name for field in oneof.fields)
    why = f"it is required: set {', '.join(first)} or {last}, and not empty"

    def test(message: Message) -> None:
        name = message.WhichOneof(oneof.name)
        value = "" if name is None else getattr(message, name)
        if not value or (isinstance(value, str) and value.isspace()):
            raise InvalidInput(oneof.name, value or "", why)

    return test


def _string(field: FieldDescriptor, rules: FieldRules) -> Test:
    _known(field, rules.string, "min_len", "max_len", "pattern")
    name, most = field.name, rules.string.max_len
    read = _PATTERNS.get(rules.string.pattern)
    if read is None or rules.string.min_len != (rules.string.pattern in (ID, TEXT_NOT_BLANK)):
        raise _unknown(field, f"pattern {rules.string.pattern} of at least {rules.string.min_len}")

    def test(value: str) -> None:
        if not value or len(value) > most or not value.isprintable() or value.isspace():
            read(value, name, most)  # finds out what is wrong, if anything is

    return test


def _repeated(field: FieldDescriptor, rules: FieldRules) -> Test:
    _known(field, rules.repeated, "min_items", "max_items", "items")
    name, least, most = field.name, rules.repeated.min_items, rules.repeated.max_items
    _known(field, rules.repeated.items, "string")
    one = _string(field, rules.repeated.items) if rules.repeated.HasField("items") else None

    def test(values: Sequence[Any]) -> None:
        if len(values) < least:
            raise InvalidInput(name, [], "it is required: at least one")
        if most and len(values) > most:
            raise TooLarge(name, len(values), most)
        if one is not None:
            for value in values:
                one(value)

    return test


def _map(field: FieldDescriptor, rules: FieldRules) -> Test:
    """A value that is refused is named by its key."""
    _known(field, rules.map, "max_pairs", "keys", "values")
    name, most = field.name, rules.map.max_pairs
    _known(field, rules.map.keys, "string")
    _known(field, rules.map.values, "string")
    _known(field, rules.map.values.string, "max_len", "pattern")
    key_test = _string(field, rules.map.keys)
    read, longest = _PATTERNS[rules.map.values.string.pattern], rules.map.values.string.max_len

    def test(pairs: Mapping[str, str]) -> None:
        if len(pairs) > most:
            raise TooLarge(name, len(pairs), most)
        for key, value in sorted(pairs.items()):
            key_test(key)
            read(value, f"{name}.{key}", longest)

    return test


def _number(field: FieldDescriptor, rules: Int32Rules | DoubleRules, zero_means: str) -> Test:
    """From gte to lte, 0 among them."""
    _known(field, rules, "gte", "lte")
    name, low, high = field.name, rules.gte, rules.lte
    if not (rules.HasField("gte") and rules.HasField("lte") and low <= 0 <= high):
        raise _unknown(field, f"a range without 0, {low} to {high}")
    span = f"{low:,} to {high:,}" if isinstance(low, int) else f"a number from {low:g} to {high:g}"
    why = f"it must be {span}"
    why += f"; 0 means {zero_means}" if zero_means else ""

    def test(value: float) -> None:
        if not low <= value <= high:  # also true of NaN
            raise InvalidInput(name, value, why)

    return test


def _bytes(field: FieldDescriptor, rules: FieldRules) -> Test:
    _known(field, rules.bytes, "min_len")
    if field.containing_oneof is None or not is_required(field.containing_oneof):
        raise _unknown(field, "bytes outside a oneof, which tells where they are empty")
    return lambda _: None


def _enum(field: FieldDescriptor, rules: FieldRules) -> Test:
    _known(field, rules.enum, "defined_only", "not_in")
    assert field.enum_type is not None
    name, allowed = field.name, allowed_values(field.enum_type, rules)
    names = list(allowed.values())
    is_pair = len(names) == 2
    why = f"it must be {' or '.join(names)}" if is_pair else f"it must be one of {', '.join(names)}"

    def test(number: int) -> None:
        if number not in allowed:
            raise InvalidInput(name, number, why)

    return test


def allowed_values(enum: EnumDescriptor, rules: FieldRules) -> Mapping[int, str]:
    """Names by number, of those that may be sent."""
    return {
        value.number: value.name for value in enum.values if value.number not in rules.enum.not_in
    }


def _known(field: FieldDescriptor, rules: Message, *names: str | None) -> None:
    for rule, _ in rules.ListFields():
        if rule.name not in names:
            raise _unknown(field, rule.name)


def _unknown(field: FieldDescriptor, rule: str) -> TypeError:
    return TypeError(f"{field.full_name} has a rule that is not known here: {rule}")
