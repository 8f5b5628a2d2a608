"""Kept facts of a catalogue: what is usual in it, as it was measured last, in <data>/ready/usual.

Knows no measuring.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from service.explainer.attribution.facts import CatalogueFacts
from service.storage.mapped_arrays import read_mapped, write_mapped
from service.storage.stand import Since, Stand
from service.storage.workspace import Workspace

FOLDER = "ready/usual"
FORMAT = 1
"""Raised whenever facts hold something else, or are measured otherwise."""
logger = logging.getLogger(__name__)


class KeptUsual:
    """Of one data folder. Where a language model has said something of items nothing is kept: what
    it says changes without them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._folder = workspace, workspace.settings.data / FOLDER

    def stand(self) -> Stand | None:
        """To be asked before everything is read; None where it may not be kept."""
        return self._workspace.stand_of_items()

    def keep(self, facts: CatalogueFacts, stand: Stand) -> None:
        """In the place of what was kept."""
        if not self._workspace.store.no_room:
            write_mapped(self._folder, _about(facts), stand.to_arrays())

    def take_up(self) -> CatalogueFacts | None:
        """What was measured last; None where it must be measured: more than a few items have come or
        changed since, or some are gone."""
        found, now = read_mapped(self._folder), self.stand()
        if found is None or now is None:
            return None
        try:
            facts = _facts(found.about)
            since = Since.of(Stand.of_arrays(found.arrays), now, self._workspace.log)
        except (KeyError, TypeError, ValueError) as error:
            logger.warning("%s cannot be used and is made anew: %s", self._folder, error)
            return None
        return None if len(since.gone) or not since.few_items else facts


def _about(facts: CatalogueFacts) -> dict[str, Any]:
    attributes: dict[str, dict[str, float]] = {}
    for (name, value), share in facts.attribute_share.items():
        attributes.setdefault(name, {})[value] = share
    return {
        "format": FORMAT,
        "categories": dict(facts.category_share),
        "attributes": attributes,
        "mute": sorted(facts.mute_attributes),
    }


def _facts(about: Mapping[str, Any]) -> CatalogueFacts:
    """ValueError where it was written by another version."""
    if about.get("format") != FORMAT:
        raise ValueError(f"it has format {about.get('format')}, this version reads {FORMAT}")
    shares = {
        (name, value): share
        for name, values in about["attributes"].items()
        for value, share in values.items()
    }
    return CatalogueFacts(
        category_share=about["categories"],
        attribute_share=shares,
        mute_attributes=frozenset(about["mute"]),
    )
