"""Profile: what is known of a person besides what they did. Knows nothing of where it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.catalog.item import AttributeValue
from indexer.catalog.personalization import Personalization


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person said, or a shop knows, of them."""

    user_id: str
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    taste: str = ""
    """Free text about what the person likes."""
    consent: Personalization | None = None
    """How much of what is stored of them may be used; None leaves what was said before."""
