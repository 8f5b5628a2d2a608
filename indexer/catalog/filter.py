"""The filter language: an AIP-160 style expression becomes a small tree that every store can
translate.

    categories:"Comedy" AND price < 20 AND NOT attributes.director = "Uwe Boll"

Fields: `domain`, `item_id`, `categories`, `available`, `price`, `created_at`, `attributes.<name>`
(a name with other than letters, digits, `_` and `-` goes in quotes: `attributes."running time"`).

- `=` and `:` hold when the value, or one of the values of a list, is exactly that (upper and lower case differ);
  `field:*` holds when there is any value. `<`, `<=`, `>`, `>=` compare numbers and times.
- A comparison with an absent value never holds, `!=` included; `NOT` of a condition that does not hold does.
- A boolean attribute reads as the text true or false. A text attribute that is a number, like "81.0", compares as
  that number as well, and so does each text of a list.
- Times are unix seconds or RFC 3339. Conditions side by side are joined by AND. As in AIP-160, OR binds closer than
  AND: `a AND b OR c` is `a AND (b OR c)`. `-x` is `NOT x`.

Knows nothing of stores: `indexer.stores.conditions` translates what `with_indices` makes of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from indexer.catalog import fields
from indexer.errors import FilterSyntaxError, InvalidInput, shown
from palate.limits import MAX_FILTER_CHARS

ITEM_ID = "item_id"
MAX_DEPTH = 32
MAX_NUMBER_CHARS = 40
EXAMPLE = 'categories:"Comedy" AND price < 20'


@dataclass(frozen=True, slots=True)
class TextIn:
    """The field's text, or one of its texts, is among `texts`."""

    field: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberIn:
    """The field's number lies between the bounds that are given."""

    field: str
    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """The field has a value; an empty list is none."""

    field: str


@dataclass(frozen=True, slots=True)
class ItemIn:
    """The item is one of these."""

    item_indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


Filter = TextIn | NumberIn | Present | ItemIn | And | Or | Not
"""`field` is a field's name, for attributes `attributes.` and the bare name."""


def number_of(text: str) -> float | None:
    """The number that a text attribute compares as; None where it is none."""
    if len(text) > MAX_NUMBER_CHARS or not _NUMERIC.fullmatch(text.strip()):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def in_domains(domains: Iterable[str]) -> Filter | None:
    """Items of any of these domains; no domains means no condition."""
    wanted = tuple(dict.fromkeys(domains))
    return TextIn("domain", wanted) if wanted else None


def is_available() -> Filter:
    """Matches the items that can be had."""
    return TextIn("available", ("true",))


def all_of(*filters: Filter | None) -> Filter | None:
    """All the conditions there are; None when there are none."""
    parts = tuple(part for part in filters if part is not None)
    return And(parts) if len(parts) > 1 else next(iter(parts), None)


def leaves(filter: Filter) -> Iterator[TextIn | NumberIn | Present]:
    """The conditions on fields in it, in order."""
    if isinstance(filter, And | Or):
        for part in filter.parts:
            yield from leaves(part)
    elif isinstance(filter, Not):
        yield from leaves(filter.part)
    elif not isinstance(filter, ItemIn):
        yield filter


def with_indices(filter: Filter, index_of: Callable[[str], int | None]) -> Filter:
    """The same with items named by index. Stores know no other names: an index of a million ids
    takes 350 MB of their memory, and the catalogue has one already."""
    if isinstance(filter, And | Or):
        return type(filter)(tuple(with_indices(part, index_of) for part in filter.parts))
    if isinstance(filter, Not):
        return Not(with_indices(filter.part, index_of))
    if isinstance(filter, Present) and filter.field == ITEM_ID:
        return Not(ItemIn(()))
    if isinstance(filter, TextIn) and filter.field == ITEM_ID:
        indices = map(index_of, filter.texts)
        return ItemIn(tuple(index for index in indices if index is not None))
    return filter


@lru_cache(maxsize=256)
def parse_filter(text: str) -> Filter | None:
    """The tree of an expression, None for an empty one; `FilterSyntaxError` says where and what was
    expected."""
    if not text.strip():
        return None
    if len(text) > MAX_FILTER_CHARS:
        raise FilterSyntaxError(
            "filter", text, f"it has {len(text):,} characters, at most {MAX_FILTER_CHARS:,} do"
        )
    try:
        parsed: Filter = _PARSER.parse(text)  # type: ignore[assignment]  # the transformer makes a Filter of the tree
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    except _Unacceptable as error:
        raise _error(text, error.position, error.why) from None
    if not _fits(parsed, MAX_DEPTH):
        raise FilterSyntaxError("filter", text, f"its parentheses nest deeper than {MAX_DEPTH}")
    return parsed


_GRAMMAR = r"""
    ?start: expression
    ?expression: sequence ("AND" sequence)*       -> all_of
    ?sequence: factor+                            -> all_of
    ?factor: term ("OR" term)*                    -> any_of
    ?term: simple | ("NOT" | "-") simple          -> negation
    ?simple: "(" expression ")" | FIELD OPERATOR (QUOTED | WORD)  -> comparison

    FIELD: /(?!(AND|OR|NOT|and|or|not)\b)[^\W\d]\w*(\.("[^"]*"|'[^']*'|[\w-]+))*/
    OPERATOR: "<=" | ">=" | "!=" | "<" | ">" | "=" | ":"
    QUOTED: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/
    WORD: /\d{4}-\d\d-\d\d([Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?)?(?![^\s()])|[^\s()"'=<>!:,]+/
    %ignore /\s+/
"""

_NUMERIC = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_TEXT_FIELDS = ("domain", ITEM_ID, "categories")
_NUMBER_FIELDS: dict[str, Callable[[object, str], float | None]] = {
    "price": fields.number,
    "created_at": partial(fields.timestamp, now=math.inf),
}
_FIELDS = (*_TEXT_FIELDS, "available", *_NUMBER_FIELDS, "attributes.<name>")
_BOUNDS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_READABLE = {
    "FIELD": "a field",
    "OPERATOR": "one of = != < <= > >= :",
    "QUOTED": "a value",
    "WORD": "a value",
}
_READABLE |= {"LPAR": "(", "RPAR": ")", "$END": "the end", "MINUS": "-"}


class _Unacceptable(Exception):
    def __init__(self, token: Token, why: str) -> None:
        super().__init__(why)
        self.position = token.start_pos or 0
        self.why = why


@v_args(inline=True)
class _ToFilter(Transformer[Token, Filter]):
    """Makes the tree while the parser reads, from the leaves up."""

    def all_of(self, *parts: Filter) -> Filter:
        return parts[0] if len(parts) == 1 else And(parts)

    def any_of(self, *parts: Filter) -> Filter:
        return parts[0] if len(parts) == 1 else Or(parts)

    def negation(self, part: Filter) -> Filter:
        return part.part if isinstance(part, Not) else Not(part)

    def comparison(self, field: Token, operator: Token, value: Token) -> Filter:
        name = _field_name(field)
        literal = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.type == "QUOTED" else str(value)
        if value == "*" and operator in ("=", ":"):
            return Present(name)
        if operator in _BOUNDS:
            return NumberIn(name, **{_BOUNDS[operator]: _number(name, operator, value, literal)})
        equal = _equals(name, value, literal)
        return And((Present(name), Not(equal))) if operator == "!=" else equal


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_ToFilter(), maybe_placeholders=False)


def _field_name(field: Token) -> str:
    name, _, attribute = field.partition(".")
    if name == "attributes" and attribute:
        bare = attribute[1:-1] if attribute[0] in "\"'" else attribute
        if (
            not bare
            or '"' in bare
            or "\\" in bare
            or (attribute[0] in "\"'" and attribute[-1] != attribute[0])
        ):
            raise _Unacceptable(field, f"{attribute} is no attribute name that a filter can use")
        if attribute[0] not in "\"'" and "." in attribute:
            raise _Unacceptable(
                field, f'put an attribute name with a dot in quotes: attributes."{attribute}"'
            )
        return f"attributes.{bare}"
    if attribute or name not in (*_TEXT_FIELDS, "available", *_NUMBER_FIELDS):
        hint = f"; is it attributes.{name}?" if not attribute and name != "attributes" else ""
        raise _Unacceptable(field, f"{field} is no field; fields are {', '.join(_FIELDS)}{hint}")
    return str(name)


def _number(name: str, operator: Token, value: Token, literal: str) -> float:
    if name in _TEXT_FIELDS or name == "available":
        raise _Unacceptable(
            operator,
            f"{operator} compares numbers and times, and {name} is neither; use =, != or :",
        )
    try:
        number = _NUMBER_FIELDS.get(name, fields.number)(literal, name)
    except InvalidInput as error:
        raise _Unacceptable(value, f"{shown(literal)}: {error.why}") from None
    if number is None:
        raise _Unacceptable(value, "a number was expected, not an empty text")
    return number


def _equals(name: str, value: Token, literal: str) -> Filter:
    if name in _NUMBER_FIELDS:
        number = _number(name, value, value, literal)
        return NumberIn(name, gte=number, lte=number)
    if name == "available" and literal not in ("true", "false"):
        raise _Unacceptable(value, f"available is true or false, not {shown(literal)}")
    if name.startswith("attributes.") and value.type == "WORD" and _NUMERIC.fullmatch(literal):
        number = float(literal)
        if math.isfinite(number):
            return Or((NumberIn(name, gte=number, lte=number), TextIn(name, (literal,))))
    return TextIn(name, (literal,))


def _fits(node: Filter, depth: int) -> bool:
    if depth == 0:
        return False
    if isinstance(node, And | Or):
        return all(_fits(part, depth - 1) for part in node.parts)
    return _fits(node.part, depth - 1) if isinstance(node, Not) else True


def _syntax_error(text: str, error: UnexpectedInput) -> FilterSyntaxError:
    position = (
        len(text) if error.pos_in_stream is None or error.pos_in_stream < 0 else error.pos_in_stream
    )
    found = f"found {text[position]!r}" if position < len(text) else "the filter ends"
    names: Iterable[str] = ()
    if isinstance(error, UnexpectedToken):
        names = error.accepts or error.expected
        found = "the filter ends" if error.token.type == "$END" else f"found {str(error.token)!r}"
        position = len(text) if error.token.type == "$END" else position
    elif isinstance(error, UnexpectedCharacters):
        names = error.allowed or ()
    expected = sorted({_READABLE.get(name, name) for name in names})
    capitals = re.match(r"\s*(and|or|not)\b", text[position:])
    hint = f" ({capitals[1].upper()} is written in capitals)" if capitals else ""
    return _error(text, position, f"{found} where {' or '.join(expected)} was expected{hint}")


def _error(text: str, position: int, why: str) -> FilterSyntaxError:
    error = FilterSyntaxError(
        "filter", text, f"at character {position + 1}: {why}. For example: {EXAMPLE}"
    )
    error.metadata["position"] = str(position + 1)
    return error
