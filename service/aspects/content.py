"""What a model reads of an item, and the hash of it: aspects are kept by that, not by the item's id.

So they survive what says nothing of what the item is (another price, being sold out, its row being
sent again) and are found again when an old content comes back; another text has other aspects.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from indexer.catalog.item import Item
from indexer.media.folder import public

MAX_TITLE_CHARS = 300
MAX_VALUE_CHARS = 200
MAX_ENTRIES = 20
"""Categories, and attributes, that are sent."""
MAX_DESCRIPTION_CHARS = 4_000
_NOT_DESCRIBING = ("item_id", "price", "created_at", "available")


def content_hash(item: Item) -> str:
    """32 hex digits of all that says what the item is: domain, texts, categories, attributes, and
    what its media are called."""
    row = public(item).to_mapping()
    described = {name: value for name, value in row.items() if name not in _NOT_DESCRIBING}
    text = json.dumps(described, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def own_names(item: Item) -> frozenset[str]:
    """Names of what the caller says of the item, in lower case: of these no model is asked."""
    return frozenset(name.casefold() for name in item.attributes)


def readable(item: Item) -> Mapping[str, Any]:
    """The item as the model reads it, cut to a bounded length; without its id, and empty where
    there is nothing to read."""
    texts = {
        "title": item.title[:MAX_TITLE_CHARS],
        "categories": [name[:MAX_VALUE_CHARS] for name in item.categories[:MAX_ENTRIES]],
        "attributes": {
            name[:MAX_VALUE_CHARS]: _short(value)
            for name, value in list(item.attributes.items())[:MAX_ENTRIES]
        },
        "description": item.description[:MAX_DESCRIPTION_CHARS],
    }
    return {name: value for name, value in texts.items() if value}


def _short(value: object) -> object:
    if isinstance(value, tuple):
        return [entry[:MAX_VALUE_CHARS] for entry in value[:MAX_ENTRIES]]
    return value[:MAX_VALUE_CHARS] if isinstance(value, str) else value
