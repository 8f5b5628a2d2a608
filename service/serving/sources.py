"""The candidate sources that serve: those that come with Palate, and those that a host adds.

A host adds one under the entry point group `palate.sources`: a name, and a factory that takes a
`CatalogView` and returns an object with `propose(query, allowed, n)`, as
`service.ranker.candidates.CandidateSource` has it. Owns that a source of somebody else can fail, or be
slow, without an answer failing or being so. Knows no requests.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

import numpy as np

from indexer.catalog.item import Item
from service.errors import ConfigError
from service.models.serving_model import ServingModel
from service.ranker.candidates import CandidateSource, SourceFailed, sources_of
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.pipeline import INDEX_PART, NARROW_SOURCE, RULES_SOURCE, WISH_SOURCE
from service.ranker.second_stage.query_scores import QueryScores
from service.serving.last_resort import RANKING
from service.serving.limited import GivenUp, Limited

ENTRY_POINTS = "palate.sources"
_RESERVED = {NARROW_SOURCE, WISH_SOURCE, RULES_SOURCE, INDEX_PART, RANKING}
"""What answers and figures call what is no source of the table."""

logger = logging.getLogger(__name__)


class CatalogView(Protocol):
    """What a plug-in may ask of the catalogue. It may be called from several threads at once."""

    def items(self, indices: IntArray) -> list[Item]:
        """Items by index."""

    def everything(self) -> Iterable[tuple[int, Item]]:
        """Every item with its index; reads them all."""


class ProposesItems(Protocol):
    """What the factory of a plug-in returns."""

    def propose(self, query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
        """At most n item indices of those `allowed` (N,), best first. `query.history` has the
        person's items, oldest first."""


class PluggedSource:
    """A source of somebody else's: where it raises, takes too long, or did so several times in a row,
    it is `SourceFailed`, and the log has the cause."""

    space = ""

    def __init__(self, name: str, source: ProposesItems, longest_s: float) -> None:
        self.name, self._source = name, source
        self._calls = Limited(f"source {name}", longest_s)

    def propose(self, query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
        try:
            proposed = self._calls.call(lambda: self._source.propose(query, allowed, n))
            found = np.asarray(proposed, dtype=np.int64).reshape(-1)
        except GivenUp as why:
            logger.warning("candidate source %s is left out: %s", self.name, why)
            raise SourceFailed(self.name) from why
        except Exception as error:
            logger.exception("candidate source %s failed; the others go on without it", self.name)
            raise SourceFailed(self.name) from error
        there = found[(found >= 0) & (found < len(allowed))]
        _, first = np.unique(there, return_index=True)
        return there[np.sort(first)]


class Sources:
    """The sources of one recommender."""

    def __init__(self, catalog: CatalogView, longest_s: float) -> None:
        """`longest_s` is what each call of a plug-in is given. ConfigError where one cannot be
        loaded, or takes a name that is taken."""
        self.plugged = plugged_sources(catalog, longest_s)
        """Those of other packages."""

    def of(self, model: ServingModel) -> Sequence[CandidateSource]:
        """Those of Palate for the modalities that the model knows, then the plug-ins."""
        return (*sources_of(model.ranker.modalities), *self.plugged)


def plugged_sources(catalog: CatalogView, longest_s: float) -> tuple[PluggedSource, ...]:
    """The plug-ins that are installed, by name."""
    points = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    return tuple(_load(point, catalog, longest_s) for point in points)


def _load(point: EntryPoint, catalog: CatalogView, longest_s: float) -> PluggedSource:
    taken = {source.name for source in sources_of(())} | _RESERVED
    if point.name in taken or point.name.startswith("content_"):
        raise ConfigError(
            f"candidate source {point.name!r} ({point.value}) has the name of one that comes with "
            "Palate; its package must give it another"
        )
    try:
        return PluggedSource(point.name, point.load()(catalog), longest_s)
    except Exception as error:
        raise ConfigError(
            f"candidate source {point.name!r} ({point.value}) cannot be loaded: {error}; mend its "
            "package, or uninstall it"
        ) from error
