"""What is to be simulated. Knows no data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.errors import InvalidInput
from service.simulation.assumptions import Assumptions
from service.simulation.policies import DEFAULT_POLICIES, GREEDY, require_policy


@dataclass(frozen=True, slots=True)
class Plan:
    """One simulation. InvalidInput where it makes no sense."""

    rounds: int = 100
    people: int = 200
    """Drawn at random from those of the log; all of them where there are fewer."""
    k: int = 10
    """Length of the lists."""
    policies: Sequence[str] = DEFAULT_POLICIES
    """What is compared; GREEDY is always among them, for all others are compared with it."""
    seed: int = 0
    """Of who is drawn, of the fit and of every chance."""
    assumptions: Assumptions = field(default_factory=Assumptions)

    def __post_init__(self) -> None:
        for name, least in (("rounds", 1), ("people", 2), ("k", 1)):
            if getattr(self, name) < least:
                raise InvalidInput(name, getattr(self, name), f"it must be at least {least}")
        for policy in self.policies:
            require_policy(policy)

    @property
    def compared(self) -> Sequence[str]:
        """Each policy once, GREEDY first."""
        return list(dict.fromkeys([GREEDY, *self.policies]))
