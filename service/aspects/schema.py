"""Which aspects items have: a name and what it means, by domain."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

ANY_DOMAIN = "*"
"""Domains that have no aspects of their own."""
DEFAULT_ASPECTS: Mapping[str, str] = {
    "mood": "the feeling it gives, such as hopeful, dark or playful",
    "theme": "what it is about or good for, such as revenge, first love or travelling light",
    "audience": "whom it suits, such as families, beginners or collectors",
    "style": "how it is made or looks, such as film noir, hand-made or minimalist",
    "setting": "where or when it takes place or is used, such as Tokyo, the 1920s or outdoors",
}
"""Of any domain, unless the settings say otherwise."""
DEFAULT_MAX_VALUES = 3
MAX_VALUE_CHARS = 40


@dataclass(frozen=True, slots=True)
class AspectSchema:
    """The aspects that are asked of one item."""

    aspects: Mapping[str, str]
    """Name to meaning."""
    max_values: int = DEFAULT_MAX_VALUES
    """Of one aspect."""

    def only(self, names: Collection[str]) -> AspectSchema:
        """The same with these aspects and no others."""
        chosen = {name: meaning for name, meaning in self.aspects.items() if name in names}
        return replace(self, aspects=chosen)

    def json_schema(self) -> dict[str, Any]:
        """Of the answer, in the subset that strict structured output takes: without limits of
        length and number, which `answer` checks."""
        texts = {"type": "array", "items": {"type": "string"}}
        return {
            "type": "object",
            "properties": dict.fromkeys(self.aspects, texts),
            "required": list(self.aspects),
            "additionalProperties": False,
        }


class AspectSchemas:
    """The aspects of each domain."""

    def __init__(
        self,
        by_domain: Mapping[str, Mapping[str, str]],
        max_values: int = DEFAULT_MAX_VALUES,
    ) -> None:
        """`by_domain` may have a line for `ANY_DOMAIN`."""
        self._by_domain = {ANY_DOMAIN: DEFAULT_ASPECTS, **by_domain}
        self._max_values = max_values

    def of(self, domain: str) -> AspectSchema:
        aspects = self._by_domain.get(domain, self._by_domain[ANY_DOMAIN])
        return AspectSchema(aspects, self._max_values)
