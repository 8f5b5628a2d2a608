"""What is taken of a model's answer about an item: values that fit the schema, and no others.

An answer of another form is refused as a whole. In one of the right form, values that might lead
somewhere are left out. Problems name aspects and numbers, never what the model wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from service.aspects.schema import MAX_VALUE_CHARS, AspectSchema
from service.aspects.values import is_harmless, is_telling, normal
from service.language_model.errors import AnswerRefused


def read_answer(text: str, schema: AspectSchema) -> dict[str, tuple[str, ...]]:
    """Values by aspect, each aspect of the schema once. AnswerRefused says all that is wrong."""
    try:
        answer = orjson.loads(text)
    except ValueError:
        raise AnswerRefused(["it is not JSON"]) from None
    if not isinstance(answer, dict):
        raise AnswerRefused(["it is not a JSON object"])
    problems = list(_problems(answer, schema))
    if problems:
        raise AnswerRefused(problems)
    kept = {name: _kept(answer[name]) for name in schema.aspects}
    if not any(kept.values()):
        raise AnswerRefused(["it says nothing that can be kept"])
    return kept


def _problems(answer: Mapping[str, Any], schema: AspectSchema) -> Iterator[str]:
    if n_others := len(set(answer) - set(schema.aspects)):
        yield f"it has {n_others} aspects that were not asked for"
    for name in schema.aspects:
        values = answer.get(name)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            yield f"{name} is not a list of texts"
            continue
        if len(values) > schema.max_values:
            yield f"{name} has {len(values)} values, at most {schema.max_values} are taken"
        longest = max((len(normal(value)) for value in values), default=0)
        if longest > MAX_VALUE_CHARS:
            yield f"{name} has a value of {longest} characters, at most {MAX_VALUE_CHARS} are taken"


def _kept(values: list[str]) -> tuple[str, ...]:
    """Those that say something and lead nowhere, each once whatever its case."""
    by_case: dict[str, str] = {}
    for value in map(normal, values):
        if is_telling(value) and is_harmless(value):
            by_case.setdefault(value.casefold(), value)
    return tuple(by_case.values())
