"""Who may call what: roles, and the one table from rpcs to the role that they need.

Knows nothing of keys, tokens and how somebody has got their role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """What a caller may do; each may do what those before it may."""

    NONE = 0
    """Nothing: somebody is known, and has no role here."""
    READ = 1
    """Ask: lists, reasons, items, which models there are."""
    WRITE = 2
    """Change what is known: items, events, what people said of themselves."""
    ADMIN = 3
    """Give out or erase a person, train, choose models and encoders."""

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, name: str) -> Role:
        """By its name in lower case; ValueError for any other."""
        known = {str(role): role for role in cls}
        if name not in known:
            raise ValueError(f"{name!r} is no role: {', '.join(known)}")
        return known[name]


@dataclass(frozen=True, slots=True)
class Rpc:
    """What the table says of an rpc."""

    role: Role | None
    """The least that a caller needs; None is answered to anybody."""
    bulk: bool = False
    """Whether its request carries items, events or media, and may be large."""


READ, WRITE, ADMIN = Rpc(Role.READ), Rpc(Role.WRITE), Rpc(Role.ADMIN)
ANYBODY = Rpc(None)

CALLS = "/palate.v1."
"""What begins so is a call of a catalogue."""
METRICS = "/metrics"
"""The page for Prometheus, which is no rpc."""

RPCS: Mapping[str, Rpc] = {
    "/palate.v1.IndexService/IndexItems": Rpc(Role.WRITE, bulk=True),
    "/palate.v1.IndexService/DeleteItems": WRITE,
    "/palate.v1.IndexService/GetItem": READ,
    "/palate.v1.IndexService/ListItems": READ,
    "/palate.v1.IndexService/RecordEvents": Rpc(Role.WRITE, bulk=True),
    "/palate.v1.IndexService/DeleteEvents": WRITE,
    "/palate.v1.RecommendService/Recommend": READ,
    "/palate.v1.RecommendService/SimilarItems": READ,
    "/palate.v1.RecommendService/SearchItems": Rpc(Role.READ, bulk=True),
    "/palate.v1.RecommendService/ReportOnline": READ,
    "/palate.v1.RecommendService/ReportFairness": READ,
    "/palate.v1.ExplainService/Explain": READ,
    "/palate.v1.ExplainService/StreamExplain": READ,
    "/palate.v1.ExplainService/DescribeTaste": READ,
    "/palate.v1.ModelService/ListModels": READ,
    "/palate.v1.ModelService/TrainModel": ADMIN,
    "/palate.v1.ModelService/ChangeEncoders": ADMIN,
    "/palate.v1.ModelService/StartTrial": ADMIN,
    "/palate.v1.ModelService/GetTrial": READ,
    "/palate.v1.ModelService/EndTrial": ADMIN,
    "/palate.v1.ModelService/ActivateModel": ADMIN,
    "/palate.v1.ModelService/RollbackModel": ADMIN,
    "/palate.v1.UserService/PutUser": WRITE,
    "/palate.v1.UserService/SetConsent": WRITE,
    "/palate.v1.UserService/ExportUser": ADMIN,
    "/palate.v1.UserService/DeleteUser": ADMIN,
    "/palate.v1.UserService/MergeUsers": WRITE,
    "/grpc.health.v1.Health/Check": ANYBODY,
    "/grpc.health.v1.Health/List": ANYBODY,
    "/grpc.health.v1.Health/Watch": ANYBODY,
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": READ,
    METRICS: READ,
}
"""Every rpc that is served, and the page of metrics."""


def rpc_of(method: str) -> Rpc:
    """What the table says; of a method that is not in there, that the highest role is needed."""
    return RPCS.get(method, ADMIN)
