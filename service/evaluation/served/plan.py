"""What is to be measured. Knows no data: what only they can tell is checked where they are read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from service.errors import InvalidInput
from service.ranker.item_item.baselines import BASELINES

PROTOCOLS = ("leave-one-out", "global-time", "cold-items", "cold-users", "cross-domain")
ABLATIONS = ("text", "image", "id", "second-stage")


@dataclass(frozen=True, slots=True)
class Plan:
    """One evaluation. InvalidInput where it makes no sense."""

    protocol: str = "cold-items"
    k: int = 10
    """Length of the lists."""
    domain: str = ""
    """Nothing but this domain's items and events, as if there were no other; empty is the whole
    catalogue."""
    baselines: Sequence[str] | None = None
    """Names of `service.ranker.item_item.baselines`; None means all that can be fitted but the PEERS,
    an empty list none."""
    max_cases: int = 5_000
    """Most people asked in one run, drawn at random."""
    seed: int = 0
    """Of the split and the training."""
    repeats: int = 1
    """The whole is done with this many seeds, from `seed` on."""
    exploration: Sequence[float] = (0.0,)
    """Values of the request, 0..1: every case is asked with each of them."""
    n_events: Sequence[int] = (5,)
    """For cold-users: how many first events are known; every person is asked with each of these
    numbers of them."""
    cold_share: float = 0.15
    """For cold-items: share of the catalogue that loses its events."""
    source: str = ""
    """For cross-domain: where the histories are."""
    target: str = ""
    """For cross-domain: where the answers are."""
    without: Sequence[str] = ()
    """What Palate, not the baselines, does without: of ABLATIONS."""

    def __post_init__(self) -> None:
        _one_of("protocol", [self.protocol], PROTOCOLS)
        _one_of("without", self.without, ABLATIONS)
        _one_of("baselines", self.baselines or (), BASELINES)
        if self.protocol == "cross-domain" and self.domain:
            raise InvalidInput(
                "domain",
                self.domain,
                "it cannot go with cross-domain, which has a source and a target",
            )
        for name in ("k", "max_cases", "repeats"):
            if getattr(self, name) < 1:
                raise InvalidInput(name, getattr(self, name), "it must be at least 1")
        for name in ("exploration", "n_events"):
            values = getattr(self, name)
            if not values or any(value < 0 for value in values):
                raise InvalidInput(
                    name, values, "it must hold at least one number, none of them below 0"
                )

    @property
    def seeds(self) -> range:
        """One for each repetition."""
        return range(self.seed, self.seed + self.repeats)

    @property
    def wants_frontier(self) -> bool:
        """Warm against cold is drawn for several explorations, beside the baselines that trade the
        same."""
        return self.protocol == "cold-items" and len(self.exploration) > 1


def _one_of(field: str, values: Sequence[str], known: Collection[str]) -> None:
    for value in values:
        if value not in known:
            raise InvalidInput(field, value, f"it must be one of {', '.join(known)}")
