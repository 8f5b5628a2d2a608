"""What parts of the second stage, and calibration after it, are worth on events that are held out:
NDCG with the part, less NDCG without it.

Stored with the model, so that whoever asks why new items, or people hardly known, are ranked as they
are finds a figure and how sure it is. Knows no ranker.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from service.ranker.second_stage.blend import NETWORK_FOR_ALL, Blend
from service.ranker.training.check import ServedCase
from service.ranker.training.interval import with_interval
from service.ranker.training.validation import (
    ARRIVAL,
    COLD_ITEM,
    COLD_USER,
    NEW_IN_DOMAIN,
    SLICES,
    STRANGER,
    WARM,
    K,
    RehearsedCase,
    gain_of,
)

PREFIX = "worth"


def _without_boost(blend: Blend) -> None:
    blend.cold_item_boost = 0.0


def _without_cold_start_net(blend: Blend) -> None:
    blend.cold_start_net, blend.cold_start_events = None, 0


def _without_estimates(blend: Blend) -> None:
    blend.pools = NETWORK_FOR_ALL


PARTS: Mapping[str, tuple[Callable[[Blend], None], Sequence[str]]] = {
    "cold_item_boost": (_without_boost, (WARM, COLD_ITEM)),
    "cold_start_network": (_without_cold_start_net, (WARM, COLD_USER, NEW_IN_DOMAIN)),
    "plain_estimates": (_without_estimates, (COLD_USER, STRANGER, NEW_IN_DOMAIN, ARRIVAL)),
}
"""How each part is taken out, and the slices of cases that it touches."""


def worth_of_parts(blend: Blend, rehearsed: Sequence[RehearsedCase]) -> dict[str, float]:
    """`worth/<part>/<slice>` in NDCG@K, with `/low` and `/high` of a 95 % interval over people;
    nothing for slices without cases."""
    whole = np.array([gain_of(blend, case.proposed, K) for case in rehearsed], np.float32)
    slices = np.array([case.slice for case in rehearsed], dtype=str)
    people = np.array([case.user for case in rehearsed], dtype=np.int64)
    worth: dict[str, float] = {}
    for part, (take_out, touched) in PARTS.items():
        rest = copy.copy(blend)
        take_out(rest)
        without = np.array([gain_of(rest, case.proposed, K) for case in rehearsed], np.float32)
        for name in touched:
            counted = np.isin(slices, SLICES[name])
            worth |= with_interval(
                f"{PREFIX}/{part}/{name}",
                (whole - without)[counted],
                people[counted],
                least=-1.0,
            )
    return worth


def worth_of_calibration(
    blend: Blend, strength: float, served: Sequence[ServedCase]
) -> dict[str, float]:
    """`worth/calibration/all` in NDCG@K of the events of the check, with its interval: what it costs
    in next events. What it is for, they do not tell."""
    gained = [one.gain(blend, strength) - one.gain(blend, 0.0) for one in served]
    return with_interval(f"{PREFIX}/calibration/all", np.array(gained, np.float32), least=-1.0)
