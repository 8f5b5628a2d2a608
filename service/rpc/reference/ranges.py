"""What JSON Schema can say of the values that a request may have, by `Message.field`.

Made from the rules of the contract, and of the languages that are written here. Rows of a batch are
checked one by one and refused one by one, so that a request with a bad one is a good request: of
them nothing stands here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from google.protobuf.descriptor import FieldDescriptor

from buf.validate.validate_pb2 import IGNORE_IF_ZERO_VALUE, FieldRules, StringRules
from palate.limits import MAX_ID_CHARS
from palate.rules import field_rules
from service.explainer.languages.codes import language_codes
from service.rpc.conversion import constraints
from service.rpc.conversion.requests import REQUESTS

Schema: TypeAlias = dict[str, Any]

_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_PATTERNS: Mapping[str, str] = {
    constraints.ID: rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$",
    constraints.LINE: rf"^[^{_CONTROL}]*$",
    constraints.TEXT: r"^[^\u0000]*$",
    constraints.TEXT_NOT_BLANK: r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
}
"""Those of RE2 as those of ECMAScript, which has no classes of Unicode without a flag."""
_FORMATS: Mapping[str, Schema] = {
    "filter": {"format": "aip-160"},
    "page_token": {"format": "page-token"},
    "language": {"enum": ["", *language_codes()]},
    "provider": {"pattern": r"^(domain|categories|attributes\.[^\u0000]+)?$"},
}
"""By the name of the field, what no rule says."""

SAME: Mapping[str, str] = {"StreamExplainRequest": "ExplainRequest"}
"""Messages of the same fields as another one."""

ID: Schema = {"pattern": _PATTERNS[constraints.ID], "minLength": 1, "maxLength": MAX_ID_CHARS}
"""An id that is required."""


def _schema(field: FieldDescriptor, rules: FieldRules) -> Schema:
    match rules.WhichOneof("type"):
        case "string":
            return _string(rules.string, may_be_empty=rules.ignore == IGNORE_IF_ZERO_VALUE)
        case "repeated":
            items, count = rules.repeated.items, rules.repeated
            found: Schema = {"minItems": count.min_items} if count.min_items else {}
            found |= {"maxItems": count.max_items} if count.max_items else {}
            return found | ({"items": _string(items.string)} if items.HasField("string") else {})
        case "map":
            return {
                "maxProperties": rules.map.max_pairs,
                "propertyNames": _string(rules.map.keys.string),
                "additionalProperties": _string(rules.map.values.string),
            }
        case "int32":
            low, high = rules.int32.gte, rules.int32.lte
            return {"minimum": low, "maximum": high, "pattern": up_to(high)}
        case "double":
            low_share, high_share = rules.double.gte, rules.double.lte
            assert (low_share, high_share) == (0, 1), f"{field.full_name} is no share"
            return {"minimum": 0, "maximum": 1, "pattern": r"^(0|1|0?\.[0-9]+)$"}
        case "enum":
            assert field.enum_type is not None
            allowed = constraints.allowed_values(field.enum_type, rules)
            return {"enum": [*allowed.values(), *allowed]} if rules.enum.not_in else {}
        case "bytes":
            return {"minLength": rules.bytes.min_len}
        case kind:
            raise TypeError(f"{field.full_name} has a rule that is not known here: {kind}")


def _string(rules: StringRules, *, may_be_empty: bool = False) -> Schema:
    pattern, least = _PATTERNS[rules.pattern], rules.min_len
    if may_be_empty:
        pattern, least = f"^({pattern[1:-1]})?$", 0
    return {
        "pattern": pattern,
        **({"minLength": least} if least else {}),
        "maxLength": rules.max_len,
    }


def up_to(most: int) -> str:
    """A pattern of the whole numbers from 0 to `most`, without zeros in front."""
    digits = str(most)
    n_digits = len(digits)
    shorter = [f"[1-9][0-9]{{{n}}}" for n in range(1, n_digits - 1)]
    lower = [
        f"{digits[:n]}[{least}-{int(digit) - 1}][0-9]{{{n_digits - n - 1}}}"
        for n, digit in enumerate(digits)
        if int(digit) > (least := int(n == 0 and n_digits > 1))
    ]
    single = ["[0-9]"] if n_digits > 1 else []
    return f"^({'|'.join([*single, *shorter, *lower, digits])})$"


def _ranges() -> Iterator[tuple[str, Schema]]:
    for message in REQUESTS:
        for field in message.fields:
            rules = field_rules(field)
            found = {} if rules is None else _schema(field, rules)
            found |= _FORMATS.get(field.name, {})
            if found and message.name not in SAME:
                yield f"{message.name}.{field.name}", found


def _only(name: str, *names: str) -> Schema:
    """That one of these, and none of the others."""
    others: Schema = {other: {"type": "null"} for other in names if other != name}
    return {"required": [name], "properties": {name: {"type": "string"}, **others}}


_SOME = {"type": "string", "minLength": 1}
_FOR_WHAT: Schema = {
    "anyOf": [
        {"required": ["recommendationId"], "properties": {"recommendationId": _SOME}},
        {"required": ["userId"], "properties": {"userId": _SOME}},
    ]
}

TOGETHER: Mapping[str, Schema] = {
    "ExplainRequest": _FOR_WHAT,
    "SearchItemsRequest": {
        "oneOf": [_only(name, "text", "image", "audio") for name in ("text", "image", "audio")]
    },
    "DeleteEventsRequest": {
        "oneOf": [
            {
                "required": ["all"],
                "properties": {"all": {"const": True}, "eventIds": {"maxItems": 0}},
            },
            {
                "required": ["eventIds"],
                "properties": {
                    "all": {"enum": [False, None]},
                    "eventIds": {"type": "array", "minItems": 1},
                },
            },
        ]
    },
}
"""What holds of several fields of a message together."""

RANGES: Mapping[str, Schema] = dict(_ranges())
