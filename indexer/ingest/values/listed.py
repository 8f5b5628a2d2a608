"""Lists in one value: JSON, a Python list as pandas writes it, "a|b", "Home > Garden", objects
with a name.

Knows no fields; which separators hold is said by the column.
"""

from __future__ import annotations

import ast
import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from indexer.ingest.values.text import is_absent

NAMES = ("name", "title", "label", "value", "text", "term", "category", "tag")
"""Fields of an object that say what it is called, best first."""
ADDRESSES = (
    "bytes",
    "hi_res",
    "large",
    "original",
    "url",
    "src",
    "href",
    "link",
    "path",
    "image",
    "thumb",
)
"""Fields of an object that say where a picture or sound is, best first."""
MAX_DEPTH = 4
_IMAGE_END = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|tiff?|avif)$", re.IGNORECASE)
_BEFORE_URL = re.compile(r"[|;,\s]+(?=(?:https?:)?//)", re.IGNORECASE)


def parsed(text: str) -> object:
    """What stands in a text that is JSON, or the Python of a list or dict; the text itself where it is
    neither.

    >>> parsed("['a', 'b']"), parsed('{"a": 1}'), parsed("[sic] a text")
    (['a', 'b'], {'a': 1}, '[sic] a text')
    """
    start = text.lstrip()[:1]
    if start not in "[{" or not start:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        found = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return text
    return found if isinstance(found, list | tuple | dict) else text


def texts(value: object, separators: Sequence[str] = ("|",)) -> Iterator[str]:
    """The texts in a value, whatever its form.

    >>> list(texts("Home > Garden, Sale", (",", ">"))), list(texts([["a"], [{"name": "b"}, 3.0]]))
    (['Home', 'Garden', 'Sale'], ['a', 'b', '3'])
    """
    if isinstance(value, str):
        found = parsed(value)
        if isinstance(found, str):
            pattern = _pattern(tuple(separators))
            yield from (part.strip() for part in (pattern.split(found) if pattern else [found]))
            return
        value = found
    if isinstance(value, list) and all(type(entry) is str for entry in value):
        yield from map(str.strip, value)
    else:
        yield from _flat(value, NAMES, 0)


def addresses(value: object) -> Iterator[str]:
    """The paths and URLs in a value, whatever its form.

    >>> list(addresses("https://a/1,2.jpg, https://a/2.jpg")), list(addresses("a.jpg,b.jpg"))
    (['https://a/1,2.jpg', 'https://a/2.jpg'], ['a.jpg', 'b.jpg'])
    >>> list(addresses([{"thumb": "t", "large": "l", "hi_res": None}]))
    ['l']
    """
    if isinstance(value, str) and value[:5].lower() != "data:":
        found = parsed(value)
        if isinstance(found, str):
            yield from map(_address, _parts(found.strip()))
            return
        value = found
    if isinstance(value, str):
        yield value
    else:
        yield from map(_address, _flat(value, ADDRESSES, 0))


def _parts(text: str) -> Sequence[str]:
    if "//" in text:
        return [part for whole in _BEFORE_URL.split(text) for part in whole.split("|")]
    if "," in text:
        parts = [part.strip() for part in text.split(",")]
        if all(_IMAGE_END.search(part) for part in parts):
            return parts
    return text.split("|")


def _address(text: str) -> str:
    text = text.strip().strip(",;")
    return f"https:{text}" if text.startswith("//") else text


def _flat(value: object, keys: Sequence[str], depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH or is_absent(value):
        return
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif isinstance(value, int | float):
        yield f"{value:.15g}"
    elif isinstance(value, bytes):
        yield f"data:;base64,{b64encode(value).decode()}"
    elif isinstance(value, Mapping):
        key = next((name for name in keys if not is_absent(value.get(name))), None)
        yield from () if key is None else _flat(value[key], keys, depth + 1)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _flat(entry, keys, depth + 1)


@lru_cache(maxsize=256)
def _pattern(separators: tuple[str, ...]) -> re.Pattern[str] | None:
    if not separators:
        return None
    return re.compile("|".join(re.escape(one) for one in separators))
