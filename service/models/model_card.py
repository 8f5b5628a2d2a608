"""The model card: what is written into a checkpoint beside the ranker, and read from it again.

Owns the keys of the checkpoint's `extra`, which are never renamed. Knows no registry and no
weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from service.models.features import Vocabulary
from service.ranker.checkpoint import CheckpointError, read_extra
from service.wishes.weights import Following

REFUSED = "refused"
"""The metric that is 1 where the verdict on a model was against it, whether or not it serves."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model was made from, and how it measured up."""

    vocabulary: Vocabulary
    fingerprints: Mapping[str, str]
    """Of the encoders whose vectors it knows items by, by vector name."""
    alignments: Sequence[str]
    """Versions of the alignments that it sees pictures, sounds and the like through."""
    metrics: Mapping[str, float]
    """`<system>/<slice>/ndcg@10` on held-out events, and what the training took."""
    seed: int
    n_events: int
    n_users: int
    last_seq: int
    """Newest event of the log when the training began; an incremental one goes on from there."""
    taken_up_from: str
    """The model whose weights it began with; empty for a full training."""
    losses: Sequence[float]
    """Of the first stage, an epoch each."""
    validation: Sequence[float]
    """NDCG of the first stage on validation cases, an epoch each."""
    wishes: Following = field(default_factory=Following)
    """How much it follows a wish."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Of a checkpoint. CheckpointError where it cannot be read."""
        extra = read_extra(folder)
        try:
            return cls._from(extra)
        except (KeyError, TypeError, AttributeError) as error:
            raise CheckpointError(f"{folder}: its model card cannot be read ({error!r})") from error

    def to_extra(self) -> dict[str, Any]:
        """As JSON has it, for `save_checkpoint`."""
        return {
            "vocabulary": {
                "tags": list(self.vocabulary.tags),
                "domains": dict(self.vocabulary.domains),
                "event_types": dict(self.vocabulary.event_types),
            },
            "fingerprints": dict(self.fingerprints),
            "alignments": list(self.alignments),
            "metrics": dict(self.metrics),
            "seed": self.seed,
            "n_events": self.n_events,
            "n_users": self.n_users,
            "last_seq": self.last_seq,
            "taken_up_from": self.taken_up_from,
            "losses": list(self.losses),
            "validation": list(self.validation),
            "wishes": self.wishes.to_json(),
        }

    @classmethod
    def _from(cls, extra: Mapping[str, Any]) -> Self:
        words = extra["vocabulary"]
        return cls(
            vocabulary=Vocabulary(
                tags={tag: code for code, tag in enumerate(words["tags"])},
                domains=words["domains"],
                event_types=words["event_types"],
            ),
            fingerprints=extra["fingerprints"],
            alignments=_alignments(extra),
            metrics=extra["metrics"],
            seed=extra["seed"],
            n_events=extra["n_events"],
            n_users=extra["n_users"],
            last_seq=extra["last_seq"],
            taken_up_from=extra.get("taken_up_from", ""),
            losses=extra["losses"],
            validation=extra["validation"],
            wishes=Following.from_json(extra.get("wishes", {})),
        )


def _alignments(extra: Mapping[str, Any]) -> Sequence[str]:
    """Of models trained before there were several modalities, the one that they may have."""
    if "alignments" in extra:
        versions: Sequence[str] = extra["alignments"]
        return versions
    one: str = extra.get("alignment", "")
    return [one] if one else []
