"""Rules of the contract in words, for people. Knows no field by name."""

from __future__ import annotations

from collections.abc import Mapping

from buf.validate.validate_pb2 import IGNORE_IF_ZERO_VALUE, FieldRules, StringRules
from service.rpc.conversion import constraints

_PATTERNS: Mapping[str, str] = {
    constraints.ID: "no control characters, not only blanks",
    constraints.LINE: "no control characters",
    constraints.TEXT: "no NUL",
    constraints.TEXT_NOT_BLANK: "no NUL, not only blanks",
    "": "",
}


def in_words(rules: FieldRules) -> str:
    """What a field with these rules may hold; TypeError for rules of a kind that has no words."""
    match rules.WhichOneof("type"):
        case "string":
            said = _string(rules.string)
        case "repeated":
            count = _span(rules.repeated.min_items, rules.repeated.max_items)
            parts = [f"{count} of them"] if count else []
            if rules.repeated.HasField("items"):
                parts.append(f"each {in_words(rules.repeated.items)}")
            said = ", ".join(parts)
        case "map":
            said = f"0 to {rules.map.max_pairs:,} of them, each name {in_words(rules.map.keys)}"
            if rules.map.HasField("values"):
                said += f", each value {in_words(rules.map.values)}"
        case "bytes":
            said = "not empty"
        case "timestamp":
            said = "from 1970 on"
        case "enum":
            said = "not unspecified" if 0 in rules.enum.not_in else "one of its values"
        case "int32":
            said = _span(rules.int32.gte, rules.int32.lte)
        case "double":
            said = _number(rules)
        case kind:
            raise TypeError(f"there are no words for a rule of {kind}")
    return f"empty, or {said}" if rules.ignore == IGNORE_IF_ZERO_VALUE else said


def _string(rules: StringRules) -> str:
    length = f"{_span(rules.min_len, rules.max_len)} characters"
    return ", ".join(filter(None, (length, _PATTERNS[rules.pattern])))


def _number(rules: FieldRules) -> str:
    if rules.double.HasField("lte"):
        return f"{rules.double.gte:g} to {rules.double.lte:g}"
    return f"finite, at least {rules.double.gte:g}" if rules.double.HasField("gte") else "finite"


def _span(least: int, most: int) -> str:
    if not most:
        return f"at least {least:,}" if least else ""
    return f"{least:,} to {most:,}"
