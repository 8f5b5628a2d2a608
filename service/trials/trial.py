"""A trial of a model: what is kept of it, so that it goes on after a restart.

Owns who is in a canary. Knows no models, and not how it goes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from indexer.log.event_log import SmallValues
from service.api.messages import TrialKind, TrialState

KEY = "model_trial"
_PARTS = 2**64


@dataclass(frozen=True, slots=True)
class Trial:
    """One model beside the one that serves."""

    kind: TrialKind
    version: str
    share: float
    """Of the people in a canary, of the calls that a shadow is asked; 0..1."""
    encoders: str
    """Digest of those that it was begun with."""
    against: str
    """The model that it is compared with."""
    started_at: float
    """Unix seconds."""
    since: float
    """From when on it is compared with that one, Unix seconds."""
    state: TrialState = TrialState.RUNNING
    why: str = ""
    """What ended it; empty while it runs."""
    ended_at: float | None = None
    after_seq: int = 0
    """The newest event at `since`: those before it are about answers of before."""

    @property
    def is_running(self) -> bool:
        return self.state is TrialState.RUNNING

    def ended(self, state: TrialState, why: str, now: float) -> Trial:
        """The same, at its end."""
        return replace(self, state=state, why=why, ended_at=now)

    def write(self, log: SmallValues) -> None:
        """In the place of the one before."""
        log.meta_set(KEY, json.dumps(asdict(self)))

    @classmethod
    def read(cls, log: SmallValues) -> Trial | None:
        """The last there was, if there ever was one."""
        kept = log.meta_get(KEY)
        if not kept:
            return None
        values = json.loads(kept)
        return cls(
            **{
                **values,
                "kind": TrialKind(values["kind"]),
                "state": TrialState(values["state"]),
            }
        )


def in_canary(user_id: str, version: str, share: float) -> bool:
    """Whether a person is among those whom a canary of this model serves: always the same for one
    model, and others for another. Nobody in particular never is."""
    if not user_id:
        return False
    digest = hashlib.blake2b(f"{version}\x00{user_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * _PARTS
