"""A rule of whoever runs the shop: which items, and what happens to them on a list.

Owns its fields and what they may hold. Knows no catalogue and no list.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from indexer.catalog.filter import parse_filter
from indexer.catalog.item_field import is_group_field
from indexer.errors import FilterSyntaxError


class PlacementRule(BaseModel):
    """A rule for the lists of Recommend. What a request filters, leaves out or
    wishes for holds all the same; where there is a wish, `pin`, `floor`, `cap` and
    `calibrate` do not; where it asks for diversity, `calibrate` does not."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field(min_length=1, max_length=100)
    """Called so in answers and previews; no other rule has it."""
    kind: Literal["boost", "bury", "pin", "floor", "cap", "calibrate"]
    """`boost` and `bury` move scores; `pin` gives the best item one `place`; `floor` and `cap` bound how
    many of every `within` places there are; `calibrate` gives categories the shares that they have of
    all that the person liked."""
    filter: str = ""
    """The items that it is about, such as `attributes.brand = "ours"`; for a `cap` it may be empty,
    which is all, and for a `calibrate` it is."""
    strength: float = Field(default=1.0, gt=0.0, le=10.0)
    """Of `boost` and `bury`: by how much scores move, in standard deviations of the candidates'. Of
    `calibrate`: what a nat of divergence weighs, in the same."""
    place: int = Field(default=1, ge=1, le=1000)
    """Of `pin`: 1 is first."""
    least: int = Field(default=1, ge=1, le=1000)
    """Of `floor`: of every `within` places at least so many."""
    most: int = Field(default=1, ge=1, le=1000)
    """Of `cap`: of every `within` places at most so many of one group."""
    within: int = Field(default=10, ge=1, le=1000)
    """Of `floor` and `cap`: places that are counted together, such as those of a page."""
    per: str = ""
    """Of `cap`: what makes a group: `domain`, `categories` (the first one) or an attribute, such as
    `attributes.brand`; empty is all its items together."""
    scenarios: tuple[str, ...] = ()
    """Placements that it is for (`RecommendRequest.scenario`); none is all."""
    since: datetime | None = None
    """It holds from then on; UTC where no zone is named."""
    until: datetime | None = None
    """It holds until then."""

    @field_validator("filter")
    @classmethod
    def _a_filter(cls, text: str) -> str:
        try:
            parse_filter(text)
        except FilterSyntaxError as error:
            raise ValueError(error.why) from None
        return text

    @field_validator("per")
    @classmethod
    def _a_group(cls, field: str) -> str:
        if field and not is_group_field(field):
            raise ValueError("must be domain, categories or attributes.NAME")
        return field

    @field_validator("since", "until")
    @classmethod
    def _in_a_zone(cls, moment: datetime | None) -> datetime | None:
        return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)

    def holds(self, scenario: str, now: float) -> bool:
        """Whether it is for this scenario, at this moment (Unix seconds)."""
        begun = self.since is None or self.since.timestamp() <= now
        ended = self.until is not None and self.until.timestamp() <= now
        return begun and not ended and (not self.scenarios or scenario in self.scenarios)

    @model_validator(mode="after")
    def _of_its_kind(self) -> PlacementRule:
        unused = sorted((self.model_fields_set & _RULE_FIELDS) - _FIELDS_OF_RULE[self.kind])
        if unused:
            raise ValueError(f"a {self.kind} has no {', '.join(unused)}")
        if self.kind == "calibrate" and self.filter.strip():
            raise ValueError("a calibrate is about every item, and has no filter")
        if self.kind not in ("cap", "calibrate") and not self.filter.strip():
            raise ValueError(f"a {self.kind} needs a filter, which names its items")
        if self.kind == "floor" and self.least > self.within:
            raise ValueError(f"least is {self.least}, which is more than within ({self.within})")
        return self


_FIELDS_OF_RULE: Mapping[str, frozenset[str]] = {
    "boost": frozenset({"strength"}),
    "bury": frozenset({"strength"}),
    "pin": frozenset({"place"}),
    "floor": frozenset({"least", "within"}),
    "cap": frozenset({"most", "within", "per"}),
    "calibrate": frozenset({"strength"}),
}
_RULE_FIELDS = frozenset[str]().union(*_FIELDS_OF_RULE.values())
"""Those that not every kind has."""
