"""What a simulation assumes because no log tells it. Knows no data and no policies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from service.errors import InvalidInput

MEANINGS: Mapping[str, str] = {
    "position_bias": "a place at rank r is looked at 1 / r^this times as much as the first",
    "take_rate": "share of first lists of the most popular items that something is taken from",
    "fatigue": "each time an item was shown and not taken makes it e^-this times as likely",
    "leaving": "hazard of leaving for good after any round",
    "impatience": "what each round in a row without a take adds to that hazard",
    "round_hours": "hours from one round to the next, as the ranker's histories have it",
    "repetition": "set instead of estimated: below 0 satiation, above 0 momentum",
    "discovery": "set instead of estimated: what a cluster just discovered is worth",
}


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the log does not tell: it has what people took, not what they were shown or when they
    looked and took nothing. InvalidInput where a number makes no sense."""

    position_bias: float = 1.0
    """The examination model (1 / rank)^eta of Joachims, Swaminathan and Schnabel, WSDM 2017."""
    take_rate: float = 0.2
    """Sets how much being shown helps: see `Crowd.calibrated`."""
    fatigue: float = 0.05
    """Impression discounting (Lee et al., KDD 2014), in logits for each impression."""
    leaving: float = 0.002
    impatience: float = 0.002
    round_hours: float = 24.0
    repetition: float | None = None
    """None is what the log says; so is it of `discovery`."""
    discovery: float | None = None

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value is not None and not math.isfinite(value):
                raise InvalidInput(name, value, "it must be a finite number")
        for name in ("position_bias", "fatigue", "leaving", "impatience"):
            if getattr(self, name) < 0:
                raise InvalidInput(name, getattr(self, name), "it must not be below 0")
        if self.round_hours <= 0:
            raise InvalidInput("round_hours", self.round_hours, "it must be above 0")
        if not 0 < self.take_rate < 1:
            raise InvalidInput("take_rate", self.take_rate, "it must lie between 0 and 1")
